import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mintGatewayKey } from '@llm-gateway/access'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { beforeAll, expect, test } from 'vitest'
import { Installed, manifest } from './kit-installed.ts'

/**
 * What no test from source can show: that the published files hold each part that is loaded by its path or at its first use
 * (the thread that writes the ledger, metrics, conversion, probes, the simulator), and all that these need.
 */

const { key, keyHash, id } = mintGatewayKey()
const gpt = { id: 'upstream_gpt', name: 'gpt' }
const claude = { id: 'upstream_claude', name: 'claude' }
const messages = [{ role: 'user', content: '[[say hello]]' }]

let simulator: Simulator
let installed: Installed
let url: string
beforeAll(async () => {
  simulator = await startSimulator()
  return () => simulator.close()
})
beforeAll(() => {
  installed = new Installed()
  return () => installed.remove()
})
beforeAll(async () => {
  const { identity } = simulator
  const config = {
    server: { drain_timeout: 1, metrics: true },
    gateway_keys: [{ id, name: 'k', key_hash: keyHash, permissions: ['read', 'write', 'admin'] }],
    upstream_accounts: [
      { ...gpt, type: 'api-key', provider: 'openai', api_key: 'sk-1', base_url: `${simulator.url}/v1` },
      { ...claude, type: 'oauth', provider: 'anthropic', oauth_profile: 'corp', base_url: simulator.url },
    ],
    oauth_profiles: {
      corp: {
        client_id: 'client-1',
        authorize_url: identity.authorizeUrl,
        token_url: identity.tokenUrl,
        redirect_uri: identity.codePageUrl,
      },
    },
  }
  writeFileSync(join(installed.home, 'config.yaml'), JSON.stringify(config))
  const started = await installed.run('server', 'start', '--detach', '--port=0', '--json')
  if (started.code !== 0) throw new Error(started.stderr)
  url = (JSON.parse(started.stdout) as { url: string }).url
})

async function json(...argv: string[]): Promise<unknown> {
  const ran = await installed.run(...argv, '--json')
  expect([argv, ran]).toEqual([argv, expect.objectContaining({ code: 0 })])
  return JSON.parse(ran.stdout)
}

const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }

async function ask(path: string, body: object): Promise<{ status: number; account: string | null; text: string }> {
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  const account = response.headers.get('x-llm-gateway-upstream')
  return { status: response.status, account, text: await response.text() }
}

test('every part of it answers, also what a command loads for itself', async () => {
  const file = join(installed.home, 'request.json')
  writeFileSync(file, JSON.stringify({ model: 'gpt-4o', messages }))
  const [version, help, status, tested, valid, schema, converted] = await Promise.all([
    installed.run('--version'),
    installed.run('--help'),
    json('status'),
    json('upstream', 'test', 'gpt'),
    json('config', 'validate'),
    json('config', 'schema'),
    json('convert', file, '--to=anthropic'),
  ])
  expect(version).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('server start') })
  expect(status).toMatchObject({
    state: 'running',
    server: { url, version: manifest.version },
    accounts: [gpt, { ...claude, state: 'needs_login' }],
  })
  expect(tested).toMatchObject(gpt)
  expect(valid).toMatchObject({ valid: true })
  expect(schema).toHaveProperty('properties.upstream_accounts')
  expect(converted).toMatchObject({ from: 'openai-chat', to: 'anthropic', body: { messages: [{ role: 'user' }] } })
})

test('an account logs in, and what is served is counted by the metrics and by the ledger’s thread', async () => {
  const { url: page } = (await json('oauth', 'start', 'claude')) as { url: string }
  const shown = new URL((await fetch(page, { redirect: 'manual' })).headers.get('location') ?? '').searchParams
  await json('oauth', 'callback', '--code', `${shown.get('code')}#${shown.get('state')}`)

  const asIs = await ask('/v1/chat/completions', { model: 'gpt-4o', messages, stream: true })
  expect(asIs).toMatchObject({ status: 200, account: gpt.id, text: expect.stringContaining('[DONE]') })
  const converted = await ask('/v1/chat/completions', { model: 'claude-sonnet-4-5', messages })
  expect(converted).toMatchObject({ status: 200, account: claude.id, text: expect.stringContaining('hello') })

  const metrics = await fetch(`${url}/metrics`, { headers })
  const series = 'llm_gateway_requests_total{dialect="openai-chat",operation="generate",status_class="2xx"} 2'
  expect([metrics.status, await metrics.text()]).toEqual([200, expect.stringContaining(series)])
  const counted = { requests: 2, successes: 2, attempts: 2, unpricedAttempts: 0 }
  expect(await json('stats')).toMatchObject({ source: 'server', total: counted })

  expect(await installed.run('server', 'stop')).toMatchObject({ code: 0 })
  expect(readdirSync(installed.home)).toContain('ledger.db')
  const kept = (await json('stats')) as { total: { costNanoUsd: number } }
  expect(kept).toMatchObject({ source: 'file', total: counted })
  expect(kept.total.costNanoUsd).toBeGreaterThan(0)
  const log = readFileSync(join(installed.home, 'logs', 'server.log'), 'utf8')
  expect(log.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([])
})

test('the keychain, which is no part of it, is asked for by the name of its package', async () => {
  const config = (): string => readFileSync(join(installed.home, 'config.yaml'), 'utf8')
  const before = config()
  const ran = await installed.run('config', 'rotate-key', '--to-keychain=x')
  expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('@llm-gateway/credentials-keychain') })
  expect(ran.stderr).not.toMatch(/\n\s+at /)
  expect(config()).toBe(before)
})
