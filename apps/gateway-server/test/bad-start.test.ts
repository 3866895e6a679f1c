import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { GatewayServer, type Runtime, readRuntime, ServerError } from '../src/index.ts'
import { gatewayKey, openaiAccount, type Section, startGateway, until } from './harness.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

/** What starting with this file's text says. */
async function refusal(text: string, options: { host?: string; port?: number } = {}): Promise<ServerError> {
  const home = mkdtempSync(join(tmpdir(), 'llm-gateway-test-'))
  const configFile = join(home, 'config.yaml')
  writeFileSync(configFile, text)
  try {
    const server = await GatewayServer.start({ home, configFile, env: {}, port: 0, ...options })
    await server.stop()
  } catch (cause) {
    if (cause instanceof ServerError) return cause
    throw cause
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
  throw new Error('the server started')
}

const logging: Section = { file: '/dev/null' }

describe('a server that cannot start says why, and what to do', () => {
  const files = [
    { name: 'bad YAML', text: 'server:\n  port: [3847\n', message: /config\.yaml:\d+:\d+: error/ },
    {
      name: 'an unknown key',
      text: 'server:\n  prot: 3847\n',
      message: /unknown key "prot"[\s\S]*did you mean "port"/,
    },
    { name: 'a wrong type', text: 'server:\n  port: many\n', message: /config\.yaml:2:9: error: server\.port/ },
    { name: 'a key twice', text: 'server:\n  port: 1\n  port: 2\n', message: /config\.yaml:3:3/ },
    { name: 'a variable that is not set', text: `server:\n  host: \${NOWHERE}\n`, message: /NOWHERE/ },
  ]
  test.each(files)('$name', async ({ text, message }) => {
    const error = await refusal(text)
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.message).toMatch(message)
  })

  test('every mistake at once', async () => {
    const { message } = await refusal('server:\n  port: many\nlogging:\n  level: loud\n')
    expect(message).toMatch(/server\.port/)
    expect(message).toMatch(/logging\.level/)
  })

  test('a port that is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const error = await refusal(JSON.stringify({ logging }), { port })
    expect(error.code).toBe('PORT_TAKEN')
    expect(error.message).toMatch(new RegExp(`port ${port} .*taken.*--port`))
    await new Promise((resolve) => other.close(resolve))
  })

  test('an address that others reach, without a gateway key or an admin secret', async () => {
    const accounts = [openaiAccount(simulator.url)]
    const none = await refusal(JSON.stringify({ logging, upstream_accounts: accounts }), { host: '0.0.0.0' })
    expect(none.code).toBe('BIND_REFUSED')
    expect(none.message).toMatch(/0\.0\.0\.0.*gateway key.*apikey add.*admin secret.*127\.0\.0\.1/)

    const keys = { logging, upstream_accounts: accounts, gateway_keys: [gatewayKey().section] }
    const noAdmin = await refusal(JSON.stringify(keys), { host: '::' })
    expect(noAdmin.message).toMatch(/first add an admin secret/)
    // The demo's own key must not open the door to the neighbourhood.
    const demo = await refusal(JSON.stringify({ logging }), { host: '0.0.0.0' })
    expect(demo.code).toBe('BIND_REFUSED')
  })

  test('an address of this machine alone needs neither, however it is written', async () => {
    for (const host of ['[::1]', '127.0.0.2', '0:0:0:0:0:0:0:1']) {
      const home = mkdtempSync(join(tmpdir(), 'llm-gateway-test-'))
      const configFile = join(home, 'config.yaml')
      writeFileSync(configFile, JSON.stringify({ logging, server: { host } }))
      const server = await GatewayServer.start({ home, configFile, env: {}, port: 0 })
      expect((await fetch(`${server.url}/health`)).status, host).toBe(200)
      await server.stop()
      rmSync(home, { recursive: true, force: true })
    }
    const error = await refusal(JSON.stringify({ logging, server: { host: '127.0.0.1:80' } }))
    expect(error.message).toMatch(/server\.host: must be an address without a port/)
  })

  test('a file that was named and is not there', async () => {
    await using running = await startGateway({ accounts: [openaiAccount(simulator.url)] })
    const configFile = join(running.home, 'confg.yaml')
    const home = join(running.home, 'other')
    const started = GatewayServer.start({ home, configFile, env: {}, port: 0 })
    await expect(started).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/confg\.yaml.*did you mean config\.yaml/),
    })
    expect([existsSync(configFile), existsSync(home)]).toEqual([false, false])
  })

  test('a home it may not write to, and listens no more', async () => {
    const home = mkdtempSync(join(tmpdir(), 'llm-gateway-test-'))
    const configFile = join(home, 'config.yaml')
    writeFileSync(configFile, JSON.stringify({ logging }))
    writeFileSync(join(home, 'run'), 'a file where the directory should be')
    const listening = vi.spyOn(Server.prototype, 'listen')
    try {
      await expect(GatewayServer.start({ home, configFile, env: {}, port: 0 })).rejects.toMatchObject({
        code: 'HOME_UNWRITABLE',
        message: expect.stringMatching(/^cannot write .*server\.json \(E\w+\): .*--home$/),
      })
      // The simulator's too: no account is configured.
      expect((listening.mock.contexts as Server[]).map((server) => server.listening)).toEqual([false, false])
    } finally {
      listening.mockRestore()
      rmSync(home, { recursive: true, force: true })
    }
  })

  test('a server of the same home that already runs', async () => {
    await using running = await startGateway({ accounts: [openaiAccount(simulator.url)] })
    const { home, configFile } = running
    const again = GatewayServer.start({ home, configFile, env: {}, port: 0 })
    await expect(again).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
      message: expect.stringContaining(running.url),
    })
  })
})

describe('what a server that was killed left behind keeps none from starting', () => {
  /** Starts in a home whose runtime file names this process; gives what the file says then. */
  async function startAfter(pid: number): Promise<Runtime | undefined> {
    const home = mkdtempSync(join(tmpdir(), 'llm-gateway-test-'))
    const configFile = join(home, 'config.yaml')
    writeFileSync(configFile, JSON.stringify({ logging }))
    mkdirSync(join(home, 'run'))
    const runtime = { pid, url: 'http://127.0.0.1:1', version: '0', startedAt: Date.now(), configFile, token: 't' }
    writeFileSync(join(home, 'run', 'server.json'), JSON.stringify(runtime))
    try {
      const server = await GatewayServer.start({ home, configFile, env: {}, port: 0 })
      const after = readRuntime(home)
      await server.stop()
      return after
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  }

  test('though its process id is that of this process, as in a container that starts again', async () => {
    expect(await startAfter(process.pid)).toMatchObject({ url: expect.not.stringMatching(/:1$/) })
  })

  test.runIf(process.platform === 'linux')('though nobody has asked for its exit code', async () => {
    // The shell becomes a program that never asks for the child it had.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'])
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer]
      const pid = Number(line.toString())
      await until(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '), 'the child ends')
      expect(await startAfter(pid)).toMatchObject({ pid: process.pid })
    } finally {
      parent.kill()
    }
  })
})

describe('a bad file at reload changes nothing, and status says so', () => {
  const files = [
    { name: 'bad YAML', text: 'server: [' },
    { name: 'an unknown key', text: '{"gateway_kyes": []}' },
    { name: 'nothing but noise', text: '\u0000\u0001' },
    { name: 'a list', text: '- 1\n' },
    { name: 'nothing at all', text: '' },
  ]
  test.each(files)('$name', async ({ text }) => {
    await using gateway = await startGateway({ accounts: [openaiAccount(simulator.url)] })
    writeFileSync(gateway.configFile, text)
    await until(async () => 'configProblem' in (await gateway.status()), 'the problem is told')
    expect((await gateway.status()).configProblem).toMatch(/config\.yaml/)
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] }
    expect((await gateway.fetch('/v1/chat/completions', { body })).status).toBe(200)
    const stranger = await gateway.fetch('/v1/chat/completions', { body, headers: { authorization: 'Bearer nobody' } })
    expect(stranger.status).toBe(401)
  })

  test('a file that is gone', async () => {
    await using gateway = await startGateway({ accounts: [openaiAccount(simulator.url)] })
    rmSync(gateway.configFile)
    const reloaded = await gateway.server.reload()
    expect(reloaded).toMatchObject({ ok: false, problem: expect.stringMatching(/config\.yaml.*cannot be read/) })
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] }
    expect((await gateway.fetch('/v1/chat/completions', { body })).status).toBe(200)
  })
})
