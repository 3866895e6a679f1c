import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { rolldown } from 'rolldown'
import { expect, onTestFinished, test } from 'vitest'
import { startEveryDialect } from './every-dialect.ts'
import { gatewayKey } from './harness.ts'

function findChromium(): string | undefined {
  const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  return process.env.LLM_GATEWAY_TEST_CHROMIUM ?? installed.find((path) => existsSync(path))
}

/** What each SDK got, in the page: the text, or its error. */
type Outcome = Readonly<Record<string, string>>

/** The page's script, with the SDKs in their browser builds. */
async function bundle(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'llm-gateway-page-'))
  try {
    const built = await rolldown({
      input: fileURLToPath(new URL('./browser/page.ts', import.meta.url)),
      platform: 'browser',
      logLevel: 'silent',
    })
    await built.write({ file: join(dir, 'page.js'), format: 'iife' })
    await built.close()
    return readFileSync(join(dir, 'page.js'), 'utf8')
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A site with one page that holds the script; every port is an origin of its own. */
async function startSite(script: string): Promise<string> {
  const server: Server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!doctype html><script src="/page.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function callFrom(browser: Browser, site: string, gateway: { url: string; key: string }): Promise<Outcome> {
  const page = await browser.newPage()
  await page.goto(site)
  const { url, key } = gateway
  return page.evaluate(
    (target) => (globalThis as unknown as { callAll(t: typeof target): Promise<Outcome> }).callAll(target),
    { url, key },
  )
}

test('in a browser, the SDKs of all dialects work from an origin that is named and from no other', async (context) => {
  const executablePath =
    findChromium() ?? context.skip('needs Chromium: apt-get install chromium, or LLM_GATEWAY_TEST_CHROMIUM, its path')
  const script = await bundle()
  const [named, foreign] = [await startSite(script), await startSite(script)]
  const user = gatewayKey({ rate_limit: { requests_per_minute: 100 } })
  const server = { drain_timeout: 1, cors: { origins: [named] } }
  await using every = await startEveryDialect({ server, gateway_keys: [user.section] })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  try {
    const target = { url: every.gateway.url, key: user.raw }
    const from = await callFrom(browser, named, target)
    expect(from).toEqual({
      'openai whole': expect.stringMatching(/\S/),
      'openai streamed': expect.stringMatching(/\S/),
      'openai stored': expect.stringMatching(/^404 /),
      'anthropic whole': expect.stringMatching(/\S/),
      'anthropic streamed': expect.stringMatching(/\S/),
      'google whole': expect.stringMatching(/\S/),
      'google streamed': expect.stringMatching(/\S/),
      'a wrong key': expect.stringMatching(/^401 /),
      'headers read': expect.stringMatching(/^req_\S+ upstream_openai true$/),
      admin: expect.stringMatching(/Failed to fetch/),
    })
    const before = every.simulator.requests.length
    const stranger = await callFrom(browser, foreign, target)
    expect(Object.keys(stranger)).toEqual(Object.keys(from))
    for (const outcome of Object.values(stranger)) expect(outcome).toMatch(/Connection error|Failed to fetch/)
    // The preflight failed, so that nothing was paid for.
    expect(every.simulator.requests.length).toBe(before)
  } finally {
    await browser.close()
  }
}, 60_000)
