import { spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { now, Sandbox } from './kit.ts'
import { startFakeServer, writeRuntime } from './kit-server.ts'

const account = {
  id: 'upstream_a',
  name: '主账号',
  provider: 'anthropic',
  state: 'open',
  errorRate: 0.25,
  latencyMs: 1234,
  inFlight: 1,
  requests: 40,
  failures: 10,
  lastError: 'HTTP 500',
  lastErrorAt: now - 300_000,
  until: now + 30_000,
} as const

test('server status on a fresh home writes the configuration file', async () => {
  const sandbox = new Sandbox()
  const ran = await sandbox.run('server', 'status')
  expect([ran.code, ran.stdout]).toEqual([0, expect.stringMatching(/Server: +not running/)])
  expect(ran.stderr).toContain(`Created ${sandbox.configFile}`)
  expect(sandbox.config).toContain('port: 3847')
  expect((await sandbox.run('server', 'status', '--json')).json()).toEqual({
    running: false,
    state: 'stopped',
    home: sandbox.home,
    configFile: sandbox.configFile,
    config: {
      address: '127.0.0.1:3847',
      strategy: 'health-first',
      keys: { total: 0, active: 0 },
      accounts: { total: 0, active: 0 },
      providers: {},
    },
  })
})

test('server status tells of the running server, asked with its token', async () => {
  const sandbox = new Sandbox()
  const fake = await startFakeServer(sandbox)
  const ran = await sandbox.run('server', 'status')
  expect(ran.stdout).toMatch(/Process: +\d+, up 1d 2h/)
  expect(ran.stdout).toContain(fake.url)
  expect(fake.asked).toEqual([{ call: 'GET /admin/api/status', authorization: 'Bearer the-token' }])
  expect((await sandbox.run('server', 'status', '--json')).json()).toMatchObject({
    running: true,
    server: { url: fake.url, inFlight: 2 },
  })
  expect(ran.stdout + ran.stderr).not.toContain('the-token')
})

test('server status warns of what the older program left in the file', async () => {
  const sandbox = new Sandbox()
  sandbox.config = 'server:\n  timeout_seconds: 30 # kept\n'
  expect((await sandbox.run('server', 'status')).stderr).toContain('llm-gateway config rewrite')
})

test('a server that was killed counts as stopped, though its process id lives on', async () => {
  const sandbox = new Sandbox()
  // This process, which began long after.
  writeRuntime(sandbox, 'http://127.0.0.1:1', { startedAt: 0 })
  expect((await sandbox.run('server', 'status', '--json')).json()).toMatchObject({ running: false, state: 'stopped' })
  expect((await sandbox.run('server', 'stop')).code).toBe(3)
  expect((await sandbox.run('server', 'reload')).code).toBe(3)
})

test('a server that listens no more is stopping, and a second stop reaches it', async () => {
  const sandbox = new Sandbox()
  const child = spawn(process.execPath, ['-e', "setInterval(() => {}, 1000); console.log('up')"])
  onTestFinished(() => void child.kill('SIGKILL'))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  writeRuntime(sandbox, 'http://127.0.0.1:1', { pid: child.pid ?? 0, startedAt: Date.now() })
  expect((await sandbox.run('server', 'status', '--json')).json()).toMatchObject({ running: false, state: 'stopping' })
  expect((await sandbox.run('status')).stdout).toContain('is stopping')
  expect((await sandbox.run('health')).stdout).toContain('is stopping')
  expect((await sandbox.run('server', 'reload')).code).toBe(3)
  expect((await sandbox.run('apikey', 'add', '--name=a', '--json')).json()).toMatchObject({ server: 'not-running' })
  const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
  expect((await sandbox.run('server', 'stop', '--json')).json()).toMatchObject({ stopped: true, pid: child.pid })
  expect(await ended).toBe('SIGTERM')
})

test('server stop fails when the server outlasts --timeout', async () => {
  const sandbox = new Sandbox()
  const child = spawn(process.execPath, [
    '-e',
    "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')",
  ])
  onTestFinished(() => void child.kill('SIGKILL'))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  writeRuntime(sandbox, 'http://127.0.0.1:1', { pid: child.pid ?? 0, startedAt: Date.now() })
  const ran = await sandbox.run('server', 'stop', '--timeout=0')
  expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining('still waits for open requests')])
})

test('what a server says it cannot do is told in its words', async () => {
  const sandbox = new Sandbox()
  const fake = await startFakeServer(sandbox)
  fake.reload = { code: 503, body: { error: { message: 'the ledger cannot be opened' } } }
  const ran = await sandbox.run('server', 'reload')
  expect([ran.code, ran.stderr]).toEqual([1, expect.stringMatching(/ says: the ledger cannot be opened$/m)])
})

test('a server that answers nonsense is told as not well, by status and by health', async () => {
  const sandbox = new Sandbox()
  const stranger = createServer((socket) => {
    socket.on('error', () => {})
    socket.end('HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n')
  })
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void stranger.close())
  const address = stranger.address()
  writeRuntime(sandbox, `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
  expect((await sandbox.run('server', 'status', '--json')).json()).toMatchObject({ state: 'stuck' })
  expect((await sandbox.run('status')).stdout).toContain('not well')
  expect(await sandbox.run('health', '--json')).toMatchObject({ code: 1 })
})

test('server status tells of the server while the file on disk is not valid, and what is wrong with it', async () => {
  const sandbox = new Sandbox()
  sandbox.config = 'logging: { level: loud }'
  const down = await sandbox.run('server', 'status')
  expect([down.code, down.stdout]).toEqual([1, ''])
  expect(down.stderr).toMatch(/The server is not running\.[\s\S]*logging\.level/)
  await startFakeServer(sandbox)
  const up = await sandbox.run('server', 'status')
  expect([up.code, up.stderr]).toEqual([0, expect.stringContaining('logging.level: must be one of')])
  expect(up.stdout).toMatch(/Server: +running/)
  const json = (await sandbox.run('server', 'status', '--json')).json<Record<string, unknown>>()
  expect(json).toMatchObject({ running: true })
  expect(json).not.toHaveProperty('config')
})

test.each(['server', 'config'])('%s reload has the server read its file, and prints why it refuses', async (group) => {
  const sandbox = new Sandbox()
  const fake = await startFakeServer(sandbox)
  expect((await sandbox.run(group, 'reload', '--json')).json()).toMatchObject({ reloaded: true, url: fake.url })
  fake.reload = { code: 200, body: { ok: true, notes: ['ledger.file was changed: restart the server'] } }
  expect((await sandbox.run(group, 'reload')).stderr).toContain('ledger.file was changed: restart the server')
  fake.reload = { code: 422, body: { ok: false, problem: 'config.yaml:3:4: error: bad port' } }
  const refused = await sandbox.run(group, 'reload')
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('bad port')])
})

test('a change reaches the running server at once, and its refusal is a failure', async () => {
  const sandbox = new Sandbox()
  const fake = await startFakeServer(sandbox)
  const ran = await sandbox.run('apikey', 'add', '--name=a', '--json')
  expect(ran.json()).toMatchObject({ server: 'reloaded' })
  expect(ran.stderr).toMatch(/^Made the gateway key "a".*\n/)
  expect(ran.stderr.split('\n').at(-2)).toBe(`The server at ${fake.url} uses it from now on.`)
  expect(fake.asked.map(({ call }) => call)).toEqual(['POST /admin/api/reload'])
  fake.reload = { code: 422, body: { ok: false, problem: 'no such thing' } }
  const refused = await sandbox.run('apikey', 'add', '--name=b')
  expect([refused.code, refused.stdout]).toEqual([1, expect.stringMatching(/^llmgw_/)])
  expect(refused.stderr).toMatch(/Made the gateway key "b"[\s\S]*warning: saved, but[\s\S]*no such thing/)
})

test('no command gives a running server a new file in place of one that is gone', async () => {
  const sandbox = new Sandbox()
  const fake = await startFakeServer(sandbox)
  rmSync(sandbox.configFile)
  for (const line of [
    ['apikey', 'list'],
    ['upstream', 'add', '--provider=simulator', '--name=s'],
  ]) {
    const ran = await sandbox.run(...line)
    expect([ran.code, ran.stdout]).toEqual([1, ''])
    expect(ran.stderr).toMatch(/config\.yaml is gone, and the server at http:\S+ goes on with what it read there/)
  }
  const status = await sandbox.run('server', 'status')
  expect([status.code, status.stdout]).toEqual([0, expect.stringMatching(/Server: +running/)])
  expect(status.stderr).toContain('is gone')
  expect(existsSync(sandbox.configFile)).toBe(false)
  expect(fake.asked.map(({ call }) => call)).not.toContain('POST /admin/api/reload')
})

test('a server with another configuration file is left alone', async () => {
  const sandbox = new Sandbox()
  const fake = await startFakeServer(sandbox)
  const other = sandbox.write('other.yaml', 'server: {}\n')
  expect((await sandbox.run('env', 'set', '--no-proxy=a', `--config=${other}`, '--json')).json()).toMatchObject({
    server: 'not-running',
  })
  expect(fake.asked).toEqual([])
})

test('status shows every account of the running server, those of the file too', async () => {
  const sandbox = new Sandbox()
  sandbox.config = `upstream_accounts:
  - { id: upstream_off, name: off, type: api-key, provider: simulator, status: disabled }
`
  const fake = await startFakeServer(sandbox)
  fake.status = { accounts: [account], unusable: [{ id: 'upstream_b', name: 'b', reason: 'no key' }] }
  const text = (await sandbox.run('status')).stdout
  expect(text).toMatch(/主账号 +anthropic +open +in 30s \(2026-11-23 20:00 UTC\)/)
  expect(text).toMatch(/25\.0% +1\.2 s +1 +HTTP 500 \(5m ago\)/)
  const json = (await sandbox.run('status', '--json')).json<{ accounts: { id: string; state: string }[] }>()
  expect(json.accounts.map(({ id, state }) => [id, state])).toEqual([
    ['upstream_a', 'open'],
    ['upstream_b', 'unusable'],
    ['upstream_off', 'disabled'],
  ])
})

test('status without a server lists what is configured and says so', async () => {
  const sandbox = new Sandbox()
  await sandbox.run('upstream', 'add', '--provider=simulator', '--name=sim')
  const ran = await sandbox.run('status')
  expect(ran.stdout).toContain('The server is not running.')
  expect(ran.stdout).toMatch(/sim +simulator +unknown/)
  expect(ran.stderr).toContain('Shown as configured')
})

test('health is 0 only when the server and every account can serve', async () => {
  const sandbox = new Sandbox()
  expect(await sandbox.run('health')).toMatchObject({ code: 1, stdout: expect.stringContaining('not running') })
  const fake = await startFakeServer(sandbox)
  fake.status = { accounts: [{ ...account, state: 'healthy' }] }
  expect((await sandbox.run('health')).code).toBe(0)
  fake.status = { accounts: [{ ...account, state: 'throttled' }] }
  expect((await sandbox.run('health')).code).toBe(0)
  fake.status = { accounts: [account] }
  const open = await sandbox.run('health', '--json')
  expect([open.code, open.json()]).toEqual([1, expect.objectContaining({ healthy: false, server: 'healthy' })])
  fake.status = { unusable: [{ id: 'upstream_b', name: 'b', reason: 'no key' }] }
  const unusable = await sandbox.run('health')
  expect([unusable.code, unusable.stderr]).toEqual([1, 'Of 1 account cannot serve: "b" (unusable).\n'])
  fake.status = {}
  fake.health = 'draining'
  expect((await sandbox.run('health')).code).toBe(1)
})

test('status and health tell state, error rate, latency, breaker, last error and last check of each account', async () => {
  const sandbox = new Sandbox()
  const fake = await startFakeServer(sandbox)
  const checked = {
    ...account,
    id: 'upstream_c',
    name: 'checked',
    state: 'credential-failed',
    check: { at: now - 60_000, ok: false, latencyMs: 12, status: 401, problem: 'no such key' },
  } as const
  const well = { at: now - 30_000, ok: true, latencyMs: 9, status: 200 }
  const { lastError: _error, lastErrorAt: _at, until: _until, ...spotless } = account
  fake.status = {
    accounts: [account, checked, { ...spotless, id: 'upstream_d', name: 'well', state: 'healthy', check: well }],
  }
  for (const command of ['status', 'health']) {
    const { stdout } = await sandbox.run(command)
    expect(stdout).toMatch(/upstream_a .*open .*in 30s.* 25\.0% +1\.2 s .*HTTP 500 \(5m ago\)/)
    expect(stdout).toMatch(/upstream_c .*credential-failed .*failed \(1m ago\): no such key/)
    expect(stdout).toMatch(/upstream_d .*healthy .*ok \(30s ago\)/)
    const { accounts } = (await sandbox.run(command, '--json')).json<{ accounts: object[] }>()
    expect(accounts).toMatchObject([
      { state: 'open', errorRate: 0.25, latencyMs: 1234, until: now + 30_000, lastError: 'HTTP 500' },
      { check: checked.check, lastErrorAt: now - 300_000 },
      { state: 'healthy', check: well },
    ])
  }
  sandbox.config = `upstream_accounts: [{ id: upstream_c, name: checked, type: api-key, provider: openai, api_key: none }]`
  expect((await sandbox.run('upstream', 'show', 'checked')).stdout).toMatch(
    /Last check: +failed \(1m ago\): no such key/,
  )
})
