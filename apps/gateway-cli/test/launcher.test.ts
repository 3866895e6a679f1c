import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { version } from '@llm-gateway/server'
import { beforeAll, expect, test } from 'vitest'
import type { Ran } from './kit-built.ts'
import { Installed, manifest } from './kit-installed.ts'

let installed: Installed
beforeAll(() => {
  installed = new Installed()
  return () => installed.remove()
})

const gateway = (...argv: string[]): Promise<Ran> => installed.run(...argv)

test('the version is that of the manifest and of the server', async () => {
  expect(manifest.version).toBe(version)
  expect(await gateway('--version')).toMatchObject({ code: 0, stdout: `${version}\n` })
})

test("the document's commands work in its order, up to a served request", { timeout: 90_000 }, async () => {
  expect((await gateway('server', 'status')).stderr).toContain('Created')
  expect(statSync(join(installed.home, 'config.yaml')).mode & 0o777).toBe(0o600)
  // The simulator stands in for a provider, which tests do not call.
  expect((await gateway('upstream', 'add', '--type=api-key', '--provider=simulator', '--name=生产账号')).code).toBe(0)
  const key = (await gateway('apikey', 'add', '--name=团队API', '--permissions=read,write')).stdout.trim()
  const started = JSON.parse((await gateway('server', 'start', '--detach', '--port=0', '--json')).stdout) as {
    url: string
    pid: number
    log: string
    demo: boolean
  }
  expect(started).toMatchObject({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), demo: false })
  const chat = async (credential: string): Promise<number> => {
    const body = JSON.stringify({
      model: 'claude-3-sonnet-20240229',
      messages: [{ role: 'user', content: '你好！' }],
      max_tokens: 100,
    })
    const headers = { authorization: `Bearer ${credential}`, 'content-type': 'application/json' }
    const response = await fetch(`${started.url}/v1/chat/completions`, { method: 'POST', headers, body })
    await response.body?.cancel()
    return response.status
  }
  expect(await chat(key)).toBe(200)

  // A change by the command line is in force when the command ends.
  const second = (await gateway('apikey', 'add', '--name=团队A', '--permissions=read,write')).stdout.trim()
  expect(await chat(second)).toBe(200)
  expect((await gateway('apikey', 'disable', '团队A')).code).toBe(0)
  expect(await chat(second)).toBe(401)
  expect((await gateway('apikey', 'remove', '团队A')).code).toBe(0)

  expect((await gateway('status')).stdout).toContain('生产账号')
  expect((await gateway('health')).code).toBe(0)
  expect(await gateway('server', 'start', '--detach')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('already runs'),
  })
  expect((await gateway('server', 'stop')).code).toBe(0)
  expect((await gateway('server', 'stop')).code).toBe(3)
  expect(readFileSync(started.log, 'utf8')).not.toContain(key)
})

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
  })
}

test('server start in the foreground says where it listens in one JSON line, and ends on SIGTERM', async () => {
  const empty = mkdtempSync(join(installed.home, 'empty-'))
  const child = spawn(process.execPath, [installed.launcher, 'server', 'start', '--json', '--port=0'], {
    env: { ...installed.env, LLM_GATEWAY_HOME: empty },
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const line = JSON.parse(await firstLine(child)) as { url: string; demoKey: string }
  expect(line).toMatchObject({ pid: child.pid, version, demo: true, demoKey: expect.stringMatching(/^llmgw_/) })
  const models = await fetch(`${line.url}/v1/models`, { headers: { authorization: `Bearer ${line.demoKey}` } })
  await models.body?.cancel()
  expect(models.status).toBe(200)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})

test('a server that cannot start says why in one line, also in the background', async () => {
  for (const flags of [[], ['--detach']]) {
    const ran = await gateway('server', 'start', '--host=203.0.113.1', '--port=0', ...flags)
    expect([ran.code, ran.stdout]).toEqual([4, ''])
    expect(ran.stderr).toMatch(/error: .*203\.0\.113\.1/)
    expect(ran.stderr).not.toContain('    at ')
  }
})

test('the built command carries what a proxy needs', { timeout: 30_000 }, async () => {
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ object: 'list', data: [{ id: 'gpt-4o', object: 'model' }] }))
  })
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`)
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const own = mkdtempSync(join(tmpdir(), 'llm-gateway-proxied-'))
  const here = ['--home', own]
  try {
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    await gateway('env', 'set', `--http-proxy=${url}`, `--https-proxy=${url}`, ...here)
    const flags = ['--provider=openai', '--name=far', '--key=sk-test', '--base-url=http://provider.test/v1']
    await gateway('upstream', 'add', ...flags, ...here)
    expect(await gateway('upstream', 'test', 'far', ...here)).toMatchObject({ code: 0, stderr: '' })
    await gateway('upstream', 'update', 'far', '--base-url=https://provider.test/v1', ...here)
    const refused = await gateway('upstream', 'test', 'far', ...here)
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('answered 403') })
    expect(asked).toEqual(['GET http://provider.test/v1/models', 'CONNECT provider.test:443'])
  } finally {
    proxy.close()
    rmSync(own, { recursive: true, force: true })
  }
})

test('--first-key makes the key a server for other machines needs, once', { timeout: 90_000 }, async () => {
  const own = new Installed()
  const file = join(own.home, 'config.yaml')
  const start = async (): Promise<{ url: string; firstKey?: string; demoKey?: string }> => {
    const argv = ['server', 'start', '--detach', '--host=0.0.0.0', '--port=0', '--first-key', '--json']
    return JSON.parse((await own.run(...argv)).stdout)
  }
  try {
    // A key that is made for a start that fails was seen by nobody: the next start makes another.
    const failing = await own.run('server', 'start', '--host=203.0.113.1', '--port=0', '--first-key')
    expect(failing.code).toBe(1)
    expect(readFileSync(file, 'utf8')).not.toMatch(/key_hash: "[0-9a-f]{64}/)
    const first = await start()
    expect(first).toEqual(expect.objectContaining({ firstKey: expect.stringMatching(/^llmgw_/) }))
    expect(first).not.toHaveProperty('demoKey')
    const headers = { authorization: `Bearer ${first.firstKey}` }
    expect((await fetch(`${first.url}/v1/models`, { headers })).status).toBe(200)
    expect((await fetch(`${first.url}/admin/api/status`, { headers })).status).toBe(200)
    expect(readFileSync(file, 'utf8')).not.toContain(first.firstKey)
    expect(readFileSync(join(own.home, 'logs', 'server.log'), 'utf8')).not.toContain(first.firstKey)
    expect((await own.run('server', 'stop')).code).toBe(0)
    expect(await start()).not.toHaveProperty('firstKey')
  } finally {
    await own.remove()
  }
})
