import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { loadConfig } from '@llm-gateway/config'
import { openCredentialStore } from '@llm-gateway/credentials'
import { GatewayServer } from '@llm-gateway/server'
import { expect, onTestFinished, test } from 'vitest'
import { documentYaml } from './document-kit.ts'
import { Sandbox } from './kit.ts'

const goProgram = readFileSync(
  new URL('../../../packages/config/test/fixtures/go-program.yaml', import.meta.url),
  'utf8',
)

/** What the older program showed once: 64 hex digits without a prefix. */
const olderKey = createHash('sha256').update('a gateway key of the older program').digest('hex')

async function ask(url: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'gpt-4o', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }),
  })
}

/** A provider of Anthropic's dialect that keeps the models it was asked for. */
async function startProvider(): Promise<{ readonly url: string; readonly models: unknown[] }> {
  const models: unknown[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { model } = JSON.parse(Buffer.concat(chunks).toString()) as { model: unknown }
      models.push(model)
      const reply = { id: 'm', type: 'message', role: 'assistant', model, content: [{ type: 'text', text: 'ok' }] }
      const ending = { stop_reason: 'end_turn', stop_sequence: null, usage: { input_tokens: 1, output_tokens: 1 } }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...reply, ...ending }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, models }
}

test('the sample of the user’s document starts a server, but on an address that others reach', async () => {
  const sandbox = new Sandbox()
  sandbox.config = documentYaml
  const loaded = loadConfig(sandbox.config)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues))
  // The key's hash is a placeholder, and the address one that others reach: both are told, neither is refused.
  expect(loaded.warnings.map(({ code }) => code)).toEqual(['exposed-host', 'inert-key'])
  expect((await sandbox.run('config', 'validate')).code).toBe(0)
  // Nothing of it is out of date; the key it shows in clear is encrypted when the file is written.
  expect((await sandbox.run('config', 'rewrite', '--json')).json()).toMatchObject({
    changes: ['encrypted upstream_accounts.upstream_xxxxx.api_key'],
  })
  expect(sandbox.config.replace(/enc:v1:[^"]+/, 'sk-ant-xxxxx')).toBe(documentYaml)
  const start = (host?: string): Promise<GatewayServer> =>
    GatewayServer.start({ home: sandbox.home, configFile: sandbox.configFile, env: {}, port: 0, ...(host && { host }) })
  await expect(start()).rejects.toMatchObject({ code: 'BIND_REFUSED' })
  const server = await start('127.0.0.1')
  try {
    expect((await ask(server.url, { 'x-api-key': 'hashed_key' })).status).toBe(401)
  } finally {
    await server.stop()
  }
})

test('a file of the older program serves its own keys, before and after it is rewritten, which encrypts its secrets', async () => {
  const provider = await startProvider()
  const sandbox = new Sandbox()
  sandbox.config = goProgram.replace('https://api.anthropic.com', provider.url)
  const server = await GatewayServer.start({
    home: sandbox.home,
    configFile: sandbox.configFile,
    env: {},
    host: '127.0.0.1',
    port: 0,
  })
  const served = async (): Promise<unknown> => {
    const response = await ask(server.url, { 'x-api-key': olderKey })
    const { model } = (await response.json()) as { model?: string }
    return [response.status, model, provider.models.at(-1)]
  }
  try {
    // The key's own route of the older program sends gpt-4* to Anthropic, and the client is answered by its own name.
    expect(await served()).toEqual([200, 'gpt-4o', 'claude-3-5-haiku-latest'])
    expect((await ask(server.url, { authorization: `Bearer ${olderKey}` })).status).toBe(200)
    expect((await sandbox.run('config', 'rewrite', '--json')).json()).toMatchObject({
      changes: expect.arrayContaining(['encrypted upstream_accounts.upstream_1756000000000000000.api_key']),
      server: 'reloaded',
    })
    expect(await served()).toEqual([200, 'gpt-4o', 'claude-3-5-haiku-latest'])
    expect((await sandbox.run('config', 'encrypt', '--json')).json()).toMatchObject({ changes: [] })
    expect((await sandbox.run('config', 'rotate-key', '--json')).json()).toMatchObject({ server: 'reloaded' })
    expect(await served()).toEqual([200, 'gpt-4o', 'claude-3-5-haiku-latest'])
    expect(goProgram).toContain('canary')
    expect(sandbox.config).not.toMatch(/canary|admin123|_seconds|usage/)
    const after = loadConfig(sandbox.config)
    expect(after.ok && after.warnings.map(({ code }) => code)).toEqual(['exposed-host'])
    const kept = await openCredentialStore({ home: sandbox.home, env: {} }).read('oauth/upstream_1756000123456789012')
    expect(JSON.parse(kept?.secret.reveal() ?? '{}')).toMatchObject({ refreshToken: 'older-refresh-canary-77ac' })
  } finally {
    await server.stop()
  }
})
