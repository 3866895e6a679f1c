import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { GatewayServer, readRuntime, runServer, welcome } from '../src/index.ts'
import { anthropicAccount, gatewayKey, openaiAccount, readEvents, startGateway, until } from './harness.ts'
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts'

const chat = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] }
const done = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

let simulator: Simulator
let slow: RawUpstream
/** Ends the streams that the slow upstream has open. */
let finish: (() => void)[]
beforeAll(async () => {
  simulator = await startSimulator()
  slow = await startRawUpstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: {"choices":[{"index":0,"delta":{"content":"begun"}}]}\n\n')
    finish.push(() => response.end(done))
  })
})
afterAll(async () => {
  await Promise.all([simulator.close(), slow.close()])
})
let home: string
beforeEach(() => {
  finish = []
  home = mkdtempSync(join(tmpdir(), 'llm-gateway-test-'))
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

describe('a change of the file', () => {
  test('is in force within a moment: new keys work, removed ones do not, open streams go on', async () => {
    const [first, second] = [gatewayKey(), gatewayKey()]
    const sections = { upstream_accounts: [openaiAccount(slow.url)], server: { drain_timeout: 1 } }
    await using gateway = await startGateway({
      accounts: sections.upstream_accounts,
      config: { gateway_keys: [first.section] },
    })
    const ask = (key: string, stream: boolean): Promise<Response> =>
      gateway.fetch('/v1/chat/completions', { headers: { authorization: `Bearer ${key}` }, body: { ...chat, stream } })
    const open = await ask(first.raw, true)

    gateway.saveConfig({
      ...sections,
      upstream_accounts: [openaiAccount(simulator.url)],
      gateway_keys: [second.section],
    })
    await until(async () => (await ask(second.raw, false)).status === 200, 'the new key works')
    expect((await ask(first.raw, false)).status).toBe(401)
    for (const end of finish) end()
    expect(readEvents(await open.text()).at(-1)?.data).toBe('[DONE]')
  })

  test('is taken once, though its author asks for it and the watch sees it', async () => {
    const upstream_accounts = [openaiAccount(simulator.url)]
    await using gateway = await startGateway({ accounts: upstream_accounts })
    const logging = { file: join(gateway.home, 'server.log') }
    gateway.saveConfig({ upstream_accounts, logging, routing: { strategy: 'weighted' } })
    expect(await gateway.server.reload()).toEqual({ ok: true })
    // Longer than the watch waits for a writer to end.
    await new Promise((resolve) => setTimeout(resolve, 400))
    const lines = await gateway.stop()
    expect(lines.filter(({ message }) => message === 'configuration reloaded')).toHaveLength(1)
  })

  test('is taken on demand by the admin API, which says what is wrong', async () => {
    await using gateway = await startGateway({ accounts: [openaiAccount(simulator.url)] })
    const headers = { authorization: `Bearer ${readRuntime(gateway.home)?.token}` }
    const good = await gateway.fetch('/admin/api/reload', { method: 'POST', headers })
    expect([good.status, await good.json()]).toEqual([200, { ok: true }])
    writeFileSync(gateway.configFile, 'server: { prot: 1 }')
    const bad = await gateway.fetch('/admin/api/reload', { method: 'POST', headers })
    expect(bad.status).toBe(422)
    expect(await bad.json()).toMatchObject({ ok: false, problem: expect.stringContaining('unknown key "prot"') })
  })
})

describe('a change of what is read at the start', () => {
  test('is told of, and the time a client has for its request is none of it', async () => {
    const upstream_accounts = [openaiAccount(simulator.url)]
    await using gateway = await startGateway({ accounts: upstream_accounts })
    gateway.saveConfig({ upstream_accounts, server: { host: '::1', timeout: 0.3 } })
    expect(await gateway.server.reload()).toEqual({
      ok: true,
      notes: ['server.host was changed: restart the server to put it in force'],
    })
    const began = Date.now()
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /)
    // By the setting from before it would have been ten seconds.
    expect(Date.now() - began).toBeLessThan(5_000)
  })
})

describe('stopping', () => {
  test('lets open streams end, says so to probes, refuses what is new, and exits with 0', async () => {
    const { raw, section } = gatewayKey()
    const configFile = writeFile({ accounts: [openaiAccount(slow.url)], keys: [section], drain: 10 })
    let listening: (server: GatewayServer) => void = () => {}
    const started = new Promise<GatewayServer>((resolve) => {
      listening = resolve
    })
    const exit = runServer({ home, configFile, env: {}, port: 0 }, listening)
    const { url } = await started
    const headers = { authorization: `Bearer ${raw}`, 'content-type': 'application/json' }
    const ask = (): Promise<Response> =>
      fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify({ ...chat, stream: true }) })
    const open = await ask()
    expect((await fetch(`${url}/readyz`)).status).toBe(200)

    process.emit('SIGTERM', 'SIGTERM')
    await until(async () => (await fetch(`${url}/readyz`)).status === 503, 'probes are told')
    expect((await fetch(`${url}/livez`)).status).toBe(200)
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'draining', service: 'llm-gateway' })
    const refused = await ask()
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.headers.get('connection')).toBe('close')
    expect(await refused.json()).toMatchObject({ error: { code: 'draining' } })

    for (const end of finish) end()
    expect(readEvents(await open.text()).at(-1)?.data).toBe('[DONE]')
    expect(await exit).toBe(0)
    await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed')
    expect(readRuntime(home)).toBeUndefined()
    expect(existsSync(join(home, 'run', 'server.json'))).toBe(false)
  })

  test('at the second signal ends streams at once, with an error and not a fake finish', async () => {
    const exited = vi.spyOn(process, 'exit').mockReturnValue(undefined as never)
    const { raw, section } = gatewayKey()
    const configFile = writeFile({ accounts: [openaiAccount(slow.url)], keys: [section], drain: 60 })
    let listening: (server: GatewayServer) => void = () => {}
    const started = new Promise<GatewayServer>((resolve) => {
      listening = resolve
    })
    const exit = runServer({ home, configFile, env: {}, port: 0 }, listening)
    const { url } = await started
    const open = await Promise.all(
      ['/v1/chat/completions', '/v1/messages'].map((path) =>
        fetch(url + path, {
          method: 'POST',
          headers: { authorization: `Bearer ${raw}` },
          body: JSON.stringify({ ...chat, max_tokens: 9, stream: true }),
        }),
      ),
    )
    process.emit('SIGTERM', 'SIGTERM')
    process.emit('SIGTERM', 'SIGTERM')
    const [chatEvents, messageEvents] = await Promise.all(
      open.map(async (response) => readEvents(await response.text())),
    )
    expect(chatEvents?.at(-1)?.data).toContain('the gateway is stopping')
    expect(messageEvents?.at(-1)).toMatchObject({
      event: 'error',
      data: expect.stringContaining('the gateway is stopping'),
    })
    expect(await exit).toBe(0)
    exited.mockRestore()
  })

  test('after the drain time ends streams with an error', async () => {
    await using gateway = await startGateway({
      accounts: [openaiAccount(slow.url)],
      config: { server: { drain_timeout: 0.1 } },
    })
    const open = await gateway.fetch('/v1/chat/completions', { body: { ...chat, stream: true } })
    const lines = await gateway.stop()
    const events = readEvents(await open.text())
    expect(events.at(-1)?.data).toContain('the gateway is stopping')
    expect(lines.find(({ message }) => message === 'request')).toMatchObject({ attempts: [{ verdict: 'neutral' }] })
  })
})

describe('a server without configuration', () => {
  test('writes a starter file that only its user reads, and serves from the simulator', async () => {
    const deep = join(home, 'deep', 'er')
    const configFile = join(deep, 'config.yaml')
    const server = await GatewayServer.start({ home: deep, configFile, env: {}, port: 0 })
    expect(statSync(configFile).mode & 0o777).toBe(0o600)
    expect(statSync(join(deep, 'run', 'server.json')).mode & 0o777).toBe(0o600)
    expect(server.status()).toMatchObject({ demo: true, draining: false })
    const text = welcome(server)
    expect(text).toContain('SIMULATOR')

    // The line a person would paste.
    const command = text.slice(text.indexOf('curl ')).replaceAll('\\\n', ' ')
    const url = /https?:\/\/\S+/.exec(command)?.[0] ?? ''
    const headers = [...command.matchAll(/-H "([^:]+): ([^"]+)"/g)].map(([, name = '', value = '']) => [name, value])
    const response = await fetch(url, {
      method: 'POST',
      headers: Object.fromEntries(headers) as Record<string, string>,
      body: /-d '(.*)'/.exec(command)?.[1] ?? '',
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: expect.stringContaining('the simulator') } }],
    })
    await server.stop()
    expect(readFileSync(configFile, 'utf8')).not.toContain(server.demoKey)
  })

  test('says in what the file has that its keys are those of the file', async () => {
    const { raw, section } = gatewayKey()
    const configFile = writeFile({ accounts: [], keys: [section], drain: 1 })
    const server = await GatewayServer.start({ home, configFile, env: {}, port: 0 })
    expect(server.demoKey).toBeUndefined()
    expect(welcome(server)).not.toContain('curl')
    expect(welcome(server, undefined, './llm-gateway')).toContain('with: ./llm-gateway upstream add ')
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${raw}` },
      body: JSON.stringify(chat),
    })
    expect(response.status).toBe(200)
    await server.stop()
  })
})

test('the file and the keys of the older Go program go on working', async () => {
  // As that program made them: 32 bytes in hex, kept as the bare SHA-256 of that text.
  const raw = randomBytes(32).toString('hex')
  const configFile = join(home, 'config.yaml')
  writeFileSync(
    configFile,
    `server:
  host: 0.0.0.0
  port: 3847
  timeout_seconds: 30
  web: { enabled: true, password: admin123 }
proxy:
  request_timeout_seconds: 60
  stream_timeout_seconds: 300
  response_timeout_seconds: 60
gateway_keys:
- id: gw_0011223344556677
  name: old
  key_hash: ${createHash('sha256').update(raw).digest('hex')}
  permissions: [read, write]
  status: active
  usage: { total_requests: 5, successful_requests: 5, error_requests: 0, last_used_at: 2025-08-24T01:00:00Z, avg_latency_ms: 1.5 }
  created_at: 2025-08-24T01:00:00Z
  updated_at: 2025-08-24T01:00:00Z
upstream_accounts:
- id: upstream_1756000000000000000
  name: prod
  type: api-key
  status: error
  provider: anthropic
  base_url: ${simulator.url}
  api_key: sk-ant-old
  health_status: unhealthy
  created_at: 2025-08-24T01:00:00Z
  updated_at: 2025-08-24T01:00:00Z
model_routes:
  routes:
  - { id: route_1, source_model: gpt-4*, target_model: claude-sonnet-5-5, target_provider: anthropic, priority: 1, enabled: true, description: "" }
  default_behavior: ""
  enable_logging: false
logging: { level: info, format: json, file: ${JSON.stringify(join(home, 'server.log'))} }
environment: { http_proxy: "", https_proxy: "", no_proxy: "localhost,127.0.0.1,::1" }
`,
  )
  const server = await GatewayServer.start({ home, configFile, env: {}, port: 0, host: '127.0.0.1' })
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${raw}` },
    body: JSON.stringify(chat),
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('x-llm-gateway-upstream')).toBe('upstream_1756000000000000000')
  expect(simulator.requests.at(-1)?.model).toBe('claude-sonnet-5-5')
  await server.stop()
  const lines = readFileSync(join(home, 'server.log'), 'utf8').split('\n')
  const warnings = lines.filter((line) => line.includes('"warn"') && line.includes('timeout_seconds'))
  expect(warnings).toHaveLength(1)
})

test('open paths answer without a key, and say nothing of what is inside', async () => {
  await using gateway = await startGateway({ accounts: [anthropicAccount(simulator.url)] })
  const get = (path: string, method = 'GET'): Promise<Response> => fetch(gateway.url + path, { method })
  expect(await (await get('/health')).json()).toEqual({ status: 'healthy', service: 'llm-gateway' })
  expect(await (await get('/livez')).text()).toBe('ok')
  expect(await (await get('/readyz')).text()).toBe('ok')
  for (const path of ['/', '/api/hello']) {
    const head = await get(path, 'HEAD')
    expect([path, head.status, await head.text()]).toEqual([path, 200, ''])
    expect(await (await get(path)).text()).not.toMatch(/claude|upstream_|127\.0\.0\.1/)
  }
  expect((await get('/metrics')).status).toBe(404)
})

function writeFile(options: { accounts: readonly object[]; keys: readonly object[]; drain: number }): string {
  const configFile = join(home, 'config.yaml')
  const sections = {
    server: { drain_timeout: options.drain },
    logging: { file: join(home, 'server.log') },
    upstream_accounts: options.accounts,
    gateway_keys: options.keys,
  }
  writeFileSync(configFile, JSON.stringify(sections))
  return configFile
}
