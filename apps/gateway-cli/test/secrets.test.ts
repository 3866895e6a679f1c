import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { hashKey } from '@llm-gateway/access'
import { openCredentialStore, Secret } from '@llm-gateway/credentials'
import { GatewayServer, ownRoutes, readRuntime } from '@llm-gateway/server'
import { expect, test } from 'vitest'
import { commands } from '../src/lib/commands/index.ts'
import { Sandbox } from './kit.ts'
import { type Ask, type EchoServer, holds, modelCalls, models, namedCalls, secrets, startEcho } from './secrets-kit.ts'

/** Those above, and those that are made while the test runs. */
const all = new Map<string, string>(Object.entries(secrets))
/** What each thing that was done showed, by its name. */
const shown = new Map<string, string>()
let sandbox: Sandbox
let echo: EchoServer
let server: GatewayServer
/** A request that failed, for commands and routes that ask for one. */
let requestId = ''

/**
 * Every command by its name: what to run of it while the server runs, mistakes that hold a secret included. A new command is
 * missing here, which is a failure.
 */
const lines: Readonly<Record<string, readonly string[]>> = {
  'server start': ['--port=0', '--detach'],
  'server stop': [],
  'server status': ['', '--json'],
  'server reload': ['', '--json'],
  status: ['', '--json'],
  health: ['', '--json'],
  stats: ['', '--json', '--by=account', '--by=key --json', '--by=model', `--account=${secrets['key in a query']}`],
  why: ['{request}', '{request} --json', secrets['key in a query']],
  'apikey add': ['--name=other --quiet --json', `--name=x --expires=${secrets['key in a query']}`],
  'apikey list': ['', '--json'],
  'apikey show': ['team', 'team --json', secrets['key in a query']],
  'apikey stats': ['team', 'team --json'],
  'apikey update': ['team --expires=30d --json', 'team --concurrency=1000'],
  'apikey disable': ['other --json'],
  'apikey enable': ['other'],
  'apikey remove': ['other --yes', secrets['key in a query']],
  'upstream add': [
    `--provider=nobody --key=${secrets['provider key']}`,
    `--provider=openai --name=main --key=${secrets['provider key']}`,
    `--provider=openai --name=opted --key=none --option=client_secret=${secrets['secret option']} --json`,
    `--provider=openai --name=bad --key=none --option=client_secret={${secrets['secret option']}`,
    `--provider=openai --name=bad --key=none --proxy=socks5://me:${secrets['proxy password of an account']}@127.0.0.1:9`,
  ],
  'upstream list': ['', '--json'],
  'upstream show': [
    'main',
    'main --json',
    'filed --json',
    'old --json',
    'opt --json',
    'opted',
    'login',
    'login --json',
  ],
  'upstream test': ['main', 'main --model=echo-401 --json', 'main --model=echo-html', 'filed --json', 'opted', 'login'],
  'upstream update': [
    `main --key=${secrets['provider key that replaced another']} --json`,
    `opt --proxy=http://me:${secrets['proxy password of an account']}@127.0.0.1:9 --json`,
    `opted --option=client_secret=${secrets['secret option']} --json`,
    `nobody --key=${secrets['provider key']}`,
    `main --base-url=http://me:${secrets['proxy password']}@127.0.0.1`,
  ],
  'upstream enable': ['main'],
  'upstream disable': ['filed --json'],
  'upstream remove': ['opted --yes', secrets['key in a query']],
  'route add': ['fast --target=m --account=main', `x --account=${secrets['key in a query']}`],
  'route list': ['', '--json'],
  'route test': ['fast', 'fast --json', 'm --json'],
  'route default': ['passthrough --json'],
  'route remove': ['fast --json'],
  'oauth start': ['login', 'login --json', 'login --device', 'main'],
  'oauth callback': [
    `login --code ${secrets['authorisation code']}#wrong`,
    `--code https://127.0.0.1/callback?code=${secrets['authorisation code']}&state=wrong`,
    `login --code ${secrets['authorisation code']}#{state} --json`,
  ],
  'oauth status': ['login', 'login --json', 'old --json'],
  'oauth refresh': ['login', 'login --json'],
  'env list': ['', '--json'],
  'env set': [
    `--http-proxy=http://me:${secrets['proxy password']}@127.0.0.1:9 --json`,
    `--https-proxy=socks5://me:${secrets['proxy password']}@127.0.0.1:9`,
  ],
  'env show': ['--name=https_proxy --json', '--name=http_proxy'],
  'env unset': ['--name=http_proxy', '--name=https_proxy --json'],
  'config show': ['', '--json'],
  'config validate': ['', '--json'],
  'config path': ['', '--json'],
  'config schema': [''],
  'config rewrite': ['--dry-run', '--json'],
  'config encrypt': ['--dry-run', '--json'],
  'config rotate-key': ['', '--json'],
  convert: ['call.json --to=anthropic --json', 'call.json --to=nobody', 'master.key --to=anthropic'],
  completion: ['bash'],
}

/** What is read once more when the server is gone: from the file and the ledger themselves. */
const reads =
  /^(?:server status|status|health|stats|why|apikey (?:list|show|stats)|upstream (?:list|show)|oauth status|env list|config (?:show|validate))$/

/** Every route of the server's own: how it is asked. A new one is missing here, which is a failure. */
const own: Readonly<Record<string, readonly string[]>> = {
  'GET /': ['/'],
  'GET /api/hello': ['/api/hello'],
  'GET /health': ['/health'],
  'GET /livez': ['/livez'],
  'GET /readyz': ['/readyz'],
  'GET /metrics': ['/metrics'],
  'GET /admin/api/status': ['/admin/api/status'],
  'POST /admin/api/reload': ['/admin/api/reload'],
  'GET /admin/api/usage': ['/admin/api/usage', '/admin/api/usage?by=account', '/admin/api/usage?by=nobody'],
  'GET /admin/api/requests': ['/admin/api/requests', '/admin/api/requests?failed=true'],
  'GET /admin/api/errors': ['/admin/api/errors'],
  'GET /admin/api/requests/:id': ['/admin/api/requests/{request}', '/admin/api/requests/nobody'],
  'GET /admin/api/oauth': ['/admin/api/oauth'],
  'POST /admin/api/oauth/:id/refresh': ['/admin/api/oauth/upstream_login/refresh', '/admin/api/oauth/nobody/refresh'],
}

/** Faults of the file on lines that hold a secret, as the file's last lines. */
const faults: readonly string[] = [
  `    api_key: "${secrets['provider key']}\n`,
  `    apikey: ${secrets['provider key']}\n`,
  `    api_key: [${secrets['provider key']}]\n`,
  `    api_key: ${secrets['provider key']}: ${secrets['secret option']}\n`,
  `    api_key: |\n      ${secrets['provider key']}\n   ${secrets['provider key']}\n`,
  `    proxy: "socks5://me:${secrets['proxy password of an account']}@127.0.0.1:9"\n`,
  `    base_url: "https://me:${secrets['proxy password']}@127.0.0.1:9"\n`,
  `    options: { client_secret: ${secrets['secret option']}, x: *none }\n`,
  `    access_token: { ${secrets['access token']}: 1 }\n    refresh_token: 'a' ${secrets['refresh token']}\n`,
]

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })

/** What clients do wrong with a secret in their hands. */
const mistakes: readonly Ask[] = [
  { path: `/v1/models?key=${secrets['key in a query']}`, headers: { authorization: '' } },
  { path: '/v1/models', headers: bearer(secrets['key in a query']) },
  { path: '/admin/api/status', headers: bearer(secrets['key in a query']) },
  { path: `/v1/nothing?key=${secrets['key in a query']}` },
  { path: `/admin/api/nothing?key=${secrets['key in a query']}`, headers: bearer(secrets['admin secret']) },
  { path: '/v1/messages', body: 'not JSON' },
  { path: '/v1/chat/completions', body: `{"model": ${secrets['key in a query']}` },
]

/** What people have in a file of the older program: every secret in clear, which the commands are to find. */
function olderFile(url: string): string {
  return `server:
  admin_key_hash: ${hashKey(secrets['admin secret'])}
  metrics: true
  timeout_seconds: 60
  web: { enabled: true, password: ${secrets['web password of the older program']} }
logging: { level: debug, file: ${join(sandbox.home, 'server.log')} }
upstream_accounts:
  - { id: upstream_old, name: old, type: oauth, provider: anthropic, client_secret: ${secrets['client secret']},
      access_token: ${secrets['access token']}, refresh_token: ${secrets['refresh token']} }
  - { id: upstream_opt, name: opt, type: api-key, provider: openai, status: disabled, api_key: file:key.txt,
      proxy: "http://me:${secrets['proxy password of an account']}@127.0.0.1:9",
      options: { client_secret: ${secrets['secret option']} } }
  - { id: upstream_login, name: login, type: oauth, provider: openai-compatible, base_url: "${url}/v1",
      oauth_profile: corp, models: [only-by-login], health_check: { interval: 3600 } }
oauth_profiles:
  corp:
    client_id: us
    client_secret: ${secrets['client secret']}
    authorize_url: ${url}/authorize
    token_url: ${url}/token
    redirect_uri: ${url}/code
    token_params: { assertion_token: ${secrets['token parameter']} }
environment: { https_proxy: "http://me:${secrets['proxy password']}@127.0.0.1:9" }
`
}

/** The file as it is found, made safe, and a server with it. */
async function prepare(): Promise<string> {
  sandbox = new Sandbox()
  sandbox.env = { LLM_GATEWAY_MASTER_KEY: secrets['master key'] }
  echo = await startEcho()
  sandbox.config = olderFile(echo.url)
  sandbox.write('call.json', JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] }))
  const keyFile = sandbox.write('key.txt', `${secrets['provider key in a file']}\n`)
  for (const line of ['config show', 'config show --json', 'upstream show opt --json', 'status --json']) await run(line)
  await run('config rewrite --dry-run')
  await run('config rewrite --dry-run --json')
  await run('config rewrite --json')
  await run('config encrypt --json')
  const base = `--base-url=${echo.url}/v1`
  await run(`upstream add --provider=openai --name=main --models=m,echo-* ${base} --key=${secrets['provider key']}`)
  await run(`upstream add --provider=openai --name=filed --models=m,echo-* ${base} --key-file=${keyFile}`)
  const made = await sandbox.run('apikey', 'add', '--name=team')
  const key = made.stdout.trim()
  all.set('gateway key', key)
  shown.set('apikey add, but for the key itself', made.stderr)
  const store = openCredentialStore({ home: sandbox.home, env: sandbox.env })
  await store.write('oauth/id-token', new Secret(secrets['id token']), { ifVersion: 'any' })
  // A login that ends in an answer, so that its tokens are there to leak.
  await run('oauth start login')
  await run(`oauth callback login --code ${secrets['authorisation code']}#${stateOf()}`)
  server = await GatewayServer.start({ home: sandbox.home, configFile: sandbox.configFile, env: sandbox.env, port: 0 })
  all.set('local admin token', readRuntime(sandbox.home)?.token ?? '')
  return key
}

/** The state of the login that began last. */
function stateOf(): string {
  const told = [...shown].findLast(([name]) => name.startsWith('llm-gateway oauth start login'))?.[1] ?? ''
  return /[?&]state=([^&\s"]+)/.exec(told)?.[1] ?? 'none'
}

/** What a file with a fault shows, to who reads it and in the server's log. */
async function breakFile(): Promise<void> {
  const right = sandbox.config
  for (const fault of faults) {
    // Behind all else, so that the lines of the fault are the only ones that are wrong.
    sandbox.config = `upstream_accounts:\n  - id: upstream_faulty\n    name: faulty\n    type: api-key\n    provider: openai\n${fault}`
    expect((await sandbox.run('config', 'validate')).code).toBe(1)
    for (const line of [
      'config validate',
      'config validate --json',
      'server reload',
      'status',
      'server status',
      'upstream list',
    ])
      await run(line, `, faulty ${faults.indexOf(fault)}`)
    sandbox.config = right
  }
  expect(await server.reload()).toMatchObject({ ok: true })
}

async function run(line: string, when = ''): Promise<void> {
  const argv = line.replace('{request}', requestId).replace('{state}', stateOf()).split(' ').filter(Boolean)
  const { code, stdout, stderr } = await sandbox.run(...argv)
  // The key itself is for the person who made it.
  const out = line.startsWith('apikey add') && code === 0 ? '' : stdout
  shown.set(`llm-gateway ${line.slice(0, 40)}${when} (${shown.size})`, out + stderr)
}

async function ask({ path, method, headers, body }: Ask, key: string): Promise<Response> {
  const target = path.replace('{request}', requestId)
  const response = await fetch(server.url + target, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { 'content-type': 'application/json', ...bearer(key), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const told = JSON.stringify([response.status, ...response.headers]) + text
  shown.set(`${method ?? 'a request to'} ${path.split('?')[0]} (${shown.size})`, told)
  return response
}

/** Every file below the home directory but those that hold a secret by the user's own choice. */
function files(directory: string): [string, string][] {
  return readdirSync(directory).flatMap((name): [string, string][] => {
    const path = join(directory, name)
    if (statSync(path).isDirectory()) return files(path)
    return name === 'key.txt' ? [] : [[`the file ${name}`, readFileSync(path, 'latin1')]]
  })
}

test('the lists name every command and every route', () => {
  const paths = commands.map(({ paths: words = [] }) => words[0]?.join(' ') ?? '')
  expect(Object.keys(lines).sort()).toEqual(paths.sort())
  const routes = ownRoutes().map(({ method, path }) => `${method} ${path}`)
  expect(Object.keys(own).sort()).toEqual([...new Set(routes)].sort())
})

test('secrets of every kind are found nowhere but at their destination', { timeout: 240_000 }, async () => {
  const key = await prepare()
  for (const call of [...modelCalls(), ...namedCalls]) {
    const response = await ask(call, key)
    if (response.status >= 400) requestId = response.headers.get('request-id') ?? requestId
  }
  expect(
    (
      await ask(
        { path: '/v1/chat/completions', body: { model: 'only-by-login', messages: [{ role: 'user', content: 'hi' }] } },
        key,
      )
    ).status,
  ).toBe(200)
  for (const [route, paths] of Object.entries(own)) {
    const [method = ''] = route.split(' ')
    for (const path of paths) {
      await ask({ path, method, headers: bearer(secrets['admin secret']) }, key)
      await ask({ path, method, headers: { authorization: '' } }, key)
    }
  }
  for (const mistake of mistakes) await ask(mistake, key)
  expect((await ask({ path: `/v1/models?key=${key}`, headers: { authorization: '' } }, key)).status).toBe(200)
  const stays = (line: string): boolean => line !== 'server stop' && line !== 'config rotate-key'
  for (const [command, rest] of Object.entries(lines)) {
    if (stays(command)) for (const each of rest) await run(`${command} ${each}`)
  }
  await breakFile()
  await ask({ path: '/v1/chat/completions', body: { model: 'm', messages: [{ role: 'user', content: 'hi' }] } }, key)
  const runtime = readFileSync(join(sandbox.home, 'run', 'server.json'), 'utf8')
  await server.stop()
  for (const [command, rest] of Object.entries(lines)) {
    if (reads.test(command)) for (const each of rest) await run(`${command} ${each}`, ', no server')
  }
  await run('server stop')
  sandbox.env = {
    LLM_GATEWAY_MASTER_KEY: secrets['next master key'],
    LLM_GATEWAY_MASTER_KEY_PREVIOUS: secrets['master key'],
  }
  for (const each of lines['config rotate-key'] ?? []) await run(`config rotate-key ${each}`)
  for (const [name, text] of files(sandbox.home)) shown.set(name, text)

  const found = [...shown].flatMap(([where, text]) =>
    [...all].flatMap(([kind, secret]) => (holds(text, secret) ? [`${kind} in ${where}`] : [])),
  )
  expect(found).toEqual([])

  // All this would prove nothing if the secrets had not been there, or had not been used.
  const sent = echo.received.join('\n')
  const used = [
    'provider key',
    'provider key that replaced another',
    'provider key in a file',
    'client secret',
    'token parameter',
    'authorisation code',
    'access token of a login',
    'refresh token of a login',
  ] as const
  expect(used.filter((kind) => !sent.includes(secrets[kind]))).toEqual([])
  expect(models.filter((model) => !sent.includes(`"model":"${model}"`))).toEqual([])
  expect(runtime).toContain(all.get('local admin token'))
  for (const route of ['/admin/api/status', '/metrics', '/admin/api/requests/{request}']) {
    const answers = [...shown].filter(([name]) => name.startsWith(`GET ${route} (`)).map(([, text]) => text.slice(0, 4))
    expect([route, answers[0]]).toEqual([route, '[200'])
  }
  expect([...shown.keys()]).toEqual(expect.arrayContaining(['the file server.log', 'the file ledger.db']))
  const store = openCredentialStore({ home: sandbox.home, env: sandbox.env })
  expect((await store.read('oauth/upstream_old'))?.secret.reveal()).toContain(secrets['refresh token'])
  expect((await store.read('oauth/upstream_login'))?.secret.reveal()).toContain(secrets['refresh token of a login'])
  expect((await store.read('oauth/id-token'))?.secret.reveal()).toBe(secrets['id token'])
  expect(sandbox.config.match(/enc:v1:/g)?.length).toBeGreaterThan(4)
})

test('the search would find a secret in any spelling', () => {
  const secret = secrets['provider key']
  for (const text of [secret, `x${secret.slice(3, 15)}y`, Buffer.from(`u:${secret}`).toString('base64')]) {
    expect(holds(text, secret)).toBe(true)
  }
  expect(holds(secrets['access token'], secret)).toBe(false)
})
