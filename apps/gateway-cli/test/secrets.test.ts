import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { hashKey } from '@llm-gateway/access'
import { openCredentialStore, Redactor, Secret } from '@llm-gateway/credentials'
import { GatewayServer, readRuntime } from '@llm-gateway/server'
import { expect, onTestFinished, test } from 'vitest'
import { Sandbox } from './kit.ts'

/** Secrets of ten kinds, each with a text that is found nowhere else. */
const secrets = {
  'provider key': 'sk-prov-Q7vX2mZp9LkT4wRb',
  'provider key in a file': 'sk-file-8NcD3hYs6GqJ1uEa',
  'access token': 'at-Ko5Bf0WnV8xTz2Pr',
  'refresh token': 'rt-Hs3Ye9LmC6vQd1Ju',
  'id token': 'idt-Xw4Ra7NgZ0kPb5Ty',
  'client secret': 'cs-Mf2Uq8JtE1oSh6Vc',
  'admin secret': 'adm-Gd9Xi4BwL7yNe0Zk',
  'master key': '7c1e5a90f3b8d2467c1e5a90f3b8d2465d3f0a9be7c48126a1b2c3d4e5f60718',
  'proxy password': 'px-Tn6Ol3RsA5jFv8Wd',
  'key in a query': 'qk-Yb1Cm7HxP4zKg9Lt',
} as const
/** The gateway key is only known once it is made. */
const all = new Map<string, string>(Object.entries(secrets))

const json = { 'content-type': 'application/json' }
const reply = {
  id: 'c',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
}

/** What each thing that was done showed, by its name. */
const shown = new Map<string, string>()
const received: string[] = []
let sandbox: Sandbox
let upstream: Server
let server: GatewayServer
let gatewayKey = ''

/** A provider that says in its errors what it was sent, in every way vendors do. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const told = `bad key ${request.headers.authorization} (${encodeURIComponent(String(request.headers.authorization))})`
  received.push(String(request.headers.authorization))
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString()
    if (body.includes('echo-401'))
      response.writeHead(401, { ...json, 'x-request-id': told }).end(JSON.stringify({ error: { message: told } }))
    else if (body.includes('echo-400'))
      response.writeHead(400, json).end(JSON.stringify({ error: { message: told, type: 'x' } }))
    else if (body.includes('echo-html')) response.writeHead(500).end(`<html>${told}</html>`)
    else if (body.includes('"stream":true')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(
        `data: {"choices":[{"index":0,"delta":{"content":"so"}}]}\n\ndata: ${JSON.stringify({ error: { message: told } })}\n\n`,
      )
    } else response.writeHead(200, json).end(JSON.stringify(reply))
  })
}

async function prepare(): Promise<void> {
  sandbox = new Sandbox()
  sandbox.env = { LLM_GATEWAY_MASTER_KEY: secrets['master key'] }
  upstream = createServer(answer)
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    upstream.closeAllConnections()
    upstream.close()
  })
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`
  // What people have in a file of the older program: every secret in clear, which the commands are to find.
  sandbox.config = `server: { admin_key_hash: ${hashKey(secrets['admin secret'])} }
logging: { level: debug, file: ${join(sandbox.home, 'server.log')} }
upstream_accounts:
  - { id: upstream_old, name: old, type: oauth, provider: anthropic, client_secret: ${secrets['client secret']},
      access_token: ${secrets['access token']}, refresh_token: ${secrets['refresh token']} }
  - { id: upstream_opt, name: opt, type: api-key, provider: openai, status: disabled, api_key: file:key.txt,
      options: { client_secret: ${secrets['client secret']} } }
environment: { https_proxy: "http://me:${secrets['proxy password']}@127.0.0.1:9" }
`
  const keyFile = sandbox.write('key.txt', `${secrets['provider key in a file']}\n`)
  await command(
    'upstream',
    'add',
    '--provider=openai',
    '--name=main',
    `--base-url=${url}`,
    `--key=${secrets['provider key']}`,
  )
  await command('upstream', 'add', '--provider=openai', '--name=filed', `--base-url=${url}`, `--key-file=${keyFile}`)
  const made = await sandbox.run('apikey', 'add', '--name=team')
  gatewayKey = made.stdout.trim()
  all.set('gateway key', gatewayKey)
  shown.set('apikey add, but for the key itself', made.stderr)
  await command('config', 'encrypt', '--dry-run')
  await command('config', 'encrypt', '--dry-run', '--json')
  await command('config', 'encrypt')
  const store = openCredentialStore({ home: sandbox.home, env: sandbox.env })
  await store.write('oauth/id-token', new Secret(secrets['id token']), { ifVersion: 'any' })
  server = await GatewayServer.start({ home: sandbox.home, configFile: sandbox.configFile, env: sandbox.env, port: 0 })
  all.set('local admin token', readRuntime(sandbox.home)?.token ?? '')
}

async function command(...argv: string[]): Promise<void> {
  const { stdout, stderr } = await sandbox.run(...argv)
  shown.set(`llm-gateway ${argv.slice(0, 2).join(' ')} (${argv.length})`, stdout + stderr)
}

/** Every command that reads or changes something here, and mistakes that hold a secret. A new command is a line. */
const commands: readonly string[] = [
  'status',
  'status --json',
  'health',
  'health --json',
  'server status',
  'server status --json',
  'server reload',
  'apikey list',
  'apikey list --json',
  'apikey show team',
  'apikey show team --json',
  'apikey update team --expires=30d --json',
  'apikey disable team --json',
  'apikey enable team',
  'upstream list',
  'upstream list --json',
  'upstream show main',
  'upstream show main --json',
  'upstream show filed --json',
  'upstream show old --json',
  'upstream show opt --json',
  'upstream test main',
  'upstream test main --model=echo-401 --json',
  'upstream test main --model=echo-html',
  'upstream test filed --json',
  'route add fast --target=m --account=main',
  'route list --json',
  'route test fast --json',
  'env list',
  'env list --json',
  'env show --name=https_proxy --json',
  `env set --http-proxy=http://me:${secrets['proxy password']}@127.0.0.1:9 --json`,
  'env show --name=http_proxy',
  'env unset --name=http_proxy',
  'config show',
  'config show --json',
  'config validate --json',
  'config rewrite --dry-run',
  'config rewrite --json',
  'config encrypt --json',
  'config path --json',
  `apikey remove ${secrets['key in a query']}`,
  `upstream add --provider=nobody --key=${secrets['provider key']}`,
  `upstream add --provider=openai --name=main --key=${secrets['provider key']}`,
  `config rotate-key --json`,
]

const call = { messages: [{ role: 'user', content: 'hi' }], max_tokens: 9 }

/** Every endpoint, asked rightly and wrongly. A new endpoint is a line. */
const requests: readonly (readonly [
  what: string,
  path: string,
  init?: { headers?: Record<string, string>; body?: unknown },
])[] = [
  ['the root', '/'],
  ['health', '/health'],
  ['readiness', '/readyz'],
  ['metrics', '/metrics'],
  ['models', '/v1/models'],
  ['a call', '/v1/chat/completions', { body: { ...call, model: 'm' } }],
  ['a stream that fails after content', '/v1/chat/completions', { body: { ...call, model: 'm', stream: true } }],
  ['a converted stream that fails', '/v1/messages', { body: { ...call, model: 'm', stream: true } }],
  ['an upstream refusal that echoes the key', '/v1/chat/completions', { body: { ...call, model: 'echo-401' } }],
  ['an upstream error that echoes the key', '/v1/chat/completions', { body: { ...call, model: 'echo-400' } }],
  ['the same converted', '/v1/messages', { body: { ...call, model: 'echo-400' } }],
  ['a page that echoes the key', '/v1/responses', { body: { input: 'hi', model: 'echo-html' } }],
  ['a wrong key in the query', `/v1/models?key=${secrets['key in a query']}`, { headers: { authorization: '' } }],
  ['a wrong key in a header', '/v1/models', { headers: { authorization: `Bearer ${secrets['key in a query']}` } }],
  ['a body that is no JSON', '/v1/messages', { body: 'not JSON' }],
  ['the status', '/admin/api/status', { headers: { authorization: `Bearer ${secrets['admin secret']}` } }],
  ['a reload', '/admin/api/reload', { headers: { authorization: `Bearer ${secrets['admin secret']}` }, body: {} }],
  ['a wrong admin secret', '/admin/api/status', { headers: { authorization: `Bearer ${secrets['key in a query']}` } }],
  ['no such path', `/v1/nothing?key=${secrets['key in a query']}`],
]

async function request(
  what: string,
  path: string,
  init: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<void> {
  const { headers, body } = init
  const response = await fetch(server.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...json, authorization: `Bearer ${gatewayKey}`, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  shown.set(
    `${what} (${path.split('?')[0]})`,
    JSON.stringify([response.status, ...response.headers]) + (await response.text()),
  )
}

/** Every file below the home directory but the one that holds a key by the user's own choice. */
function files(directory: string): [string, string][] {
  return readdirSync(directory).flatMap((name): [string, string][] => {
    const path = join(directory, name)
    if (statSync(path).isDirectory()) return files(path)
    return name === 'key.txt' ? [] : [[`the file ${name}`, readFileSync(path, 'latin1')]]
  })
}

test('secrets of ten kinds are found nowhere but at their destination', { timeout: 120_000 }, async () => {
  await prepare()
  for (const line of commands) await command(...line.split(' '))
  for (const each of requests) await request(...each)
  await request('a right key in the query', `/v1/models?key=${gatewayKey}`, { headers: { authorization: '' } })
  const runtime = readFileSync(join(sandbox.home, 'run', 'server.json'), 'utf8')
  await server.stop()
  for (const [name, text] of files(sandbox.home)) shown.set(name, text)
  const found = [...shown].flatMap(([where, text]) =>
    [...all].flatMap(([kind, secret]) => (holds(text, secret) ? [`${kind} in ${where}`] : [])),
  )
  expect(found).toEqual([])
  // All this would prove nothing if the secrets had not been there, or had not been used.
  expect(received).toContain(`Bearer ${secrets['provider key']}`)
  expect(received).toContain(`Bearer ${secrets['provider key in a file']}`)
  expect(runtime).toContain(all.get('local admin token'))
  expect(shown.get('the status (/admin/api/status)')).toMatch(/^\[200/)
  expect(shown.get('a right key in the query (/v1/models)')).toMatch(/^\[200/)
  expect([...shown.keys()]).toContain('the file server.log')
  const store = openCredentialStore({ home: sandbox.home, env: sandbox.env })
  expect((await store.read('oauth/upstream_old'))?.secret.reveal()).toContain(secrets['refresh token'])
  expect((await store.read('oauth/id-token'))?.secret.reveal()).toBe(secrets['id token'])
  expect(sandbox.config.match(/enc:v1:/g)).toHaveLength(3)
})

/** Whether a text holds a secret, in any spelling, or any twelve characters of it. */
function holds(text: string, secret: string): boolean {
  const redactor = new Redactor()
  redactor.add(secret)
  return redactor.redact(text) !== text
}

test('the search would find a secret in any spelling', () => {
  const secret = secrets['provider key']
  for (const text of [secret, `x${secret.slice(3, 15)}y`, Buffer.from(`u:${secret}`).toString('base64')]) {
    expect(holds(text, secret)).toBe(true)
  }
  expect(holds(secrets['access token'], secret)).toBe(false)
})
