import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { openSqliteLedger } from '@llm-gateway/ledger'
import { expect, onTestFinished, test } from 'vitest'
import { readRuntime } from '../src/index.ts'
import { writeConfig } from './harness.ts'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

const noPort = (port: string): string => `--port takes a whole number from 0 to 65535, not "${port}"`

test.each([
  ...['abc', '-1', '65536', '80.5'].map((port) => [port, noPort(port)] as const),
  ['', '--port needs a value'] as const,
])('the port "%s" is refused in words', (port, words) => {
  const home = mkdtempSync(join(tmpdir(), 'llm-gateway-built-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const { status, stderr } = spawnSync(process.execPath, [main, '--home', home, `--port=${port}`], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([1, `${words}\n`])
})

test('what `npm start` runs serves the line it prints, counts it, and goes down in order', async () => {
  if (!existsSync(main)) {
    throw new Error('the server is not built: run "node scripts/run.mjs build" first, or the tests with "npm test"')
  }
  const home = mkdtempSync(join(tmpdir(), 'llm-gateway-built-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  writeConfig(join(home, 'config.yaml'), { server: { metrics: true, drain_timeout: 1 } })
  // The machine's own settings must not reach the server.
  const env = { PATH: process.env.PATH, HOME: home }
  const child = spawn(process.execPath, [main, '--home', home, '--port', '0'], { env })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  const complaints = text(child.stderr)
  let printed = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    printed += (chunk as Buffer).toString()
    if (/-d '.*'\n/.test(printed)) break
  }
  const [, url = ''] = /curl -s (\S+)/.exec(printed) ?? []
  if (url === '') throw new Error(`it did not start: ${await complaints}`)
  const headers = Object.fromEntries(
    [...printed.matchAll(/-H "([^:]+): ([^"]+)"/g)].map(([, name, value]) => [name, value]),
  )
  const [, body = ''] = /-d '([^']+)'/.exec(printed) ?? []

  const answer = await fetch(url, { method: 'POST', headers, body })
  expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ object: 'chat.completion' })])
  const metrics = await fetch(new URL('/metrics', url), {
    headers: { authorization: `Bearer ${readRuntime(home)?.token}` },
  })
  expect(await metrics.text()).toMatch(/^llm_gateway_requests_total\{.*status_class="2xx"\} 1$/m)

  // Node.js would open its debugger to every user of the machine.
  child.kill('SIGUSR1')
  expect((await fetch(new URL('/livez', url))).status).toBe(200)
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(await complaints).not.toMatch(/"level":"(error|fatal)"|\n\s+at |Debugger/)
  const ledger = openSqliteLedger(join(home, 'ledger.db'))
  onTestFinished(() => ledger.close())
  expect((await ledger.usage({})).total).toMatchObject({ requests: 1, successes: 1 })
})
