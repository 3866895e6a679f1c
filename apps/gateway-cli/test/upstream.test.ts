import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigEditor } from '@llm-gateway/config'
import { decryptSecret, openMasterKey } from '@llm-gateway/credentials'
import { expect, onTestFinished, test } from 'vitest'
import { Sandbox, terminal } from './kit.ts'

const secret = 'sk-ant-api03-abcdefghijklmnop-9f3c'

const reference = (rest: string): string => ['$', '{ANTHROPIC_API_KEY', rest, '}'].join('')

async function apiKeyIn(sandbox: Sandbox): Promise<string> {
  const text = /api_key: "(enc:v1:[^"]+)"/.exec(sandbox.config)?.[1] ?? ''
  const id = /id: "(upstream_[0-9a-f]{16})"/.exec(sandbox.config)?.[1] ?? ''
  const key = await openMasterKey({ home: sandbox.home, env: {}, create: false })
  return decryptSecret(text, key, id).reveal()
}

test('a provider without an address of its own asks for one by its id', async () => {
  const ran = await new Sandbox().run('upstream', 'add', '--provider=openai-compatible', '--name=a', '--key=none')
  expect([ran.code, ran.stderr]).toEqual([
    2,
    expect.stringContaining('--base-url is missing: the provider openai-compatible has no default'),
  ])
})

test('a key given in clear is encrypted for its account before it is written, and shown nowhere', async () => {
  const sandbox = new Sandbox()
  const added = await sandbox.run(
    'upstream',
    'add',
    '--type=api-key',
    '--provider=anthropic',
    '--name=生产账号',
    `--key=${secret}`,
  )
  expect([added.code, added.stdout]).toEqual([0, expect.stringMatching(/^upstream_[0-9a-f]{16}\n$/)])
  expect(await apiKeyIn(sandbox)).toBe(secret)
  const shown = await sandbox.run('upstream', 'show', '生产账号')
  expect(shown.stdout).toContain('sk-a…9f3c (encrypted in the file)')
  const others = [
    await sandbox.run('upstream', 'show', '生产账号', '--json'),
    await sandbox.run('upstream', 'list'),
    await sandbox.run('upstream', 'list', '--json'),
    await sandbox.run('config', 'show'),
    await sandbox.run('config', 'show', '--json'),
    await sandbox.run('status', '--json'),
  ]
  for (const { code, stdout, stderr } of [added, shown, ...others]) {
    expect(code).toBe(0)
    expect(stdout + stderr).not.toContain(secret)
  }
  expect(sandbox.config).not.toContain(secret)
})

test('upstream add --json tells every setting, and what is written loads', async () => {
  const sandbox = new Sandbox()
  const ran = await sandbox.run(
    'upstream',
    'add',
    '--provider=azure',
    '--name=eu',
    '--base-url=https://eu.openai.azure.com',
    '--key',
    secret,
    '--models=gpt-4o',
    '--models',
    'o3*',
    '--priority=-1',
    '--weight=0.5',
    '--dialects=openai-chat',
    '--option',
    'api_version=2024-10-21',
    '--option',
    'deployments={"gpt-4o":"prod"}',
    '--json',
  )
  expect(ran.json()).toEqual({
    id: expect.stringMatching(/^upstream_/),
    name: 'eu',
    type: 'api-key',
    provider: 'azure',
    baseUrl: 'https://eu.openai.azure.com',
    status: 'active',
    credential: 'encrypted',
    models: ['gpt-4o', 'o3*'],
    dialects: ['openai-chat'],
    priority: -1,
    weight: 0.5,
    options: { api_version: '2024-10-21', deployments: { 'gpt-4o': 'prod' } },
    createdAt: '2026-11-23T20:00:00.000Z',
    server: 'not-running',
  })
  expect((await sandbox.run('config', 'validate', '--strict')).code).toBe(0)
})

test.each([
  ['--key-env', ['--key-env=ANTHROPIC_API_KEY'], reference('')],
  ['a reference in --key', [`--key=${reference(':?set it')}`], reference(':?set it')],
])('%s writes a reference, also to a variable that only the server has', async (_, flags, written) => {
  const sandbox = new Sandbox()
  const ran = await sandbox.run('upstream', 'add', '--provider=anthropic', '--name=main', ...flags)
  expect(ran.code).toBe(0)
  expect(sandbox.config).toContain(`api_key: "${written}"`)
  expect((await sandbox.run('upstream', 'show', 'main')).stdout).toContain(
    'from ANTHROPIC_API_KEY: ANTHROPIC_API_KEY is not set here',
  )
  // Other edits go on working.
  expect((await sandbox.run('apikey', 'add', '--name=k')).code).toBe(0)
  expect((await sandbox.run('config', 'validate')).code).toBe(1)
  sandbox.env = { ANTHROPIC_API_KEY: secret }
  expect((await sandbox.run('upstream', 'show', 'main')).stdout).toContain('sk-a…9f3c (from ANTHROPIC_API_KEY)')
  expect((await sandbox.run('upstream', 'show', 'main', '--json')).json()).toMatchObject({ credential: 'environment' })
})

test('--models=all is every model, as for upstream update', async () => {
  const sandbox = new Sandbox()
  const flags = ['--provider=openai', '--name=main', '--key=sk-test', '--models=all']
  expect((await sandbox.run('upstream', 'add', ...flags, '--json')).json()).not.toHaveProperty('models')
  expect((await sandbox.run('apikey', 'add', '--name=k', '--models=all', '--json')).json()).not.toHaveProperty('models')
  for (const [group, name] of [
    ['upstream', 'main'],
    ['apikey', 'k'],
  ] as const)
    expect(await sandbox.run(group, 'update', name, '--models=')).toMatchObject({ code: 2 })
})

test('an option that the provider does not read is warned of', async () => {
  const sandbox = new Sandbox()
  const flags = ['--provider=azure', '--name=eu', '--key=k', '--base-url=https://eu.openai.azure.com']
  const added = await sandbox.run('upstream', 'add', ...flags, '--option=api_versoin=2024-10-21')
  expect([added.code, added.stderr]).toEqual([0, expect.stringContaining('did you mean "api_version"?')])
  expect((await sandbox.run('config', 'validate')).stdout).toContain('"api_versoin" is no option of the provider azure')
  const changed = await sandbox.run('upstream', 'update', 'eu', '--option=api_version=1', '--option=api_versoin=')
  expect(changed.stderr).not.toContain('warning')
  expect((await sandbox.run('config', 'validate', '--strict')).code).toBe(0)
})

test('a key in clear is told with the command that encrypts it', async () => {
  const sandbox = new Sandbox()
  const account = {
    id: 'upstream_a',
    name: 'a',
    type: 'api-key',
    provider: 'openai',
    api_key: 'sk-in-clear-1234567890',
  }
  sandbox.config = JSON.stringify({ upstream_accounts: [account] })
  expect((await sandbox.run('upstream', 'show', 'a')).stdout).toMatch(/IN CLEAR .*llm-gateway config encrypt/)
})

test('--key-file is checked, and written as an absolute reference', async () => {
  const sandbox = new Sandbox()
  const file = sandbox.write('key.txt', `${secret}\n`)
  expect((await sandbox.run('upstream', 'add', '--provider=openai', '--name=f', '--key-file=key.txt')).code).toBe(0)
  expect(sandbox.config).toContain(`api_key: "file:${file}"`)
  expect((await sandbox.run('upstream', 'show', 'f')).stdout).toContain('sk-a…9f3c (from a file)')
  const missing = await sandbox.run('upstream', 'add', '--provider=openai', '--name=g', '--key-file=nope')
  expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining('there is no such file')])
  const folder = await sandbox.run('upstream', 'add', '--provider=openai', '--name=g', '--key-file=.')
  expect([folder.code, folder.stderr]).toEqual([2, expect.stringContaining('it is not a file')])
})

test('the key is read from standard input, or asked for without showing it', async () => {
  const piped = new Sandbox()
  const ran = await piped.runWith(
    { stdin: `${secret}\n` },
    'upstream',
    'add',
    '--provider=openai',
    '--name=p',
    '--key-stdin',
  )
  expect([ran.code, await apiKeyIn(piped)]).toEqual([0, secret])
  const asked = new Sandbox()
  const tty = terminal(`x\u007f${secret}\r`)
  const typed = await asked.runWith({ terminal: tty }, 'upstream', 'add', '--provider=openai', '--name=q')
  expect([typed.code, await apiKeyIn(asked)]).toEqual([0, secret])
  expect(typed.stderr).toContain('API key (not shown): ')
  expect(typed.stdout + typed.stderr).not.toContain('sk-ant')
  expect(tty.raw).toEqual([true, false])
})

test('Ctrl-C at a prompt ends with 130 and writes nothing', async () => {
  const sandbox = new Sandbox()
  const tty = terminal('sk-\u0003')
  const ran = await sandbox.runWith({ terminal: tty }, 'upstream', 'add', '--provider=openai', '--name=q')
  expect([ran.code, tty.raw]).toEqual([130, [true, false]])
  expect(sandbox.config).toContain('upstream_accounts: []')
})

test.each([
  [2, ['--name=x', '--key=k'], '--provider is missing'],
  [2, ['--provider=antropic', '--name=x', '--key=k'], 'did you mean "anthropic"?'],
  [2, ['--provider=openai', '--name=x', '--key=k', '--models=,'], '--models needs at least one model'],
  [4, ['--type=oauth', '--provider=anthropic', '--name=claude-code'], 'lacks client_id, token_url, authorize_url'],
  [4, ['--type=oauth', '--provider=anthropic', '--name=claude-code'], 'docs/oauth.md'],
  [4, ['--type=oauth', '--provider=openai', '--name=x', '--oauth-profile=claude-code'], 'is for anthropic'],
  [4, ['--type=oauth', '--provider=openai', '--name=x', '--oauth-profile=nobody'], 'no OAuth profile "nobody"'],
  [2, ['--provider=openai', '--name=x', '--key=k', '--oauth-profile=corp'], '--type=oauth'],
  [2, ['--type=passthrough', '--provider=openai', '--name=x', '--key=k'], 'takes no key'],
  [2, ['--type=magic', '--provider=anthropic', '--name=x'], 'api-key, oauth'],
  [2, ['--provider=azure', '--name=x', '--key=k'], '--base-url is missing'],
  [2, ['--provider=openai', '--name=x'], '--key-stdin'],
  [2, ['--provider=openai', '--name=x', '--key=a', '--key-env=B'], 'only one of'],
  [2, ['--provider=openai', '--name=x', '--key-env=not a name'], 'name of a variable'],
  [2, ['--provider=openai', '--name=x', '--key=enc:v1:aa:bb'], 'encrypted'],
  [2, ['--provider=openai', '--name=x', '--key=two words'], 'one word'],
  [2, ['--provider=openai', '--name=x', '--key=k', '--weight=-1'], '--weight'],
  [2, ['--provider=openai', '--name=x', '--key=k', '--priority=high'], '--priority'],
  [2, ['--provider=openai', '--name=x', '--key=k', '--dialects=openai'], '--dialects'],
  [2, ['--provider=openai', '--name=x', '--key=k', '--option=novalue'], 'NAME=VALUE'],
  [2, ['--provider=openai', '--name=x', '--key=k', '--option=a={broken'], 'JSON'],
  [2, ['--provider=openai', '--name=x', '--key=k', '--base-url=ftp://x'], '--base-url'],
])('upstream add ends with %i for %j', async (code, flags, message) => {
  const sandbox = new Sandbox()
  await sandbox.run('server', 'status')
  const before = sandbox.config
  const ran = await sandbox.run('upstream', 'add', ...flags)
  expect([ran.code, ran.stdout]).toEqual([code, ''])
  expect(ran.stderr).toContain(message)
  expect(sandbox.config).toBe(before)
})

test('an account that a route needs is not removed', async () => {
  const sandbox = new Sandbox()
  sandbox.config = `upstream_accounts:
  - { id: upstream_a, name: a, type: api-key, provider: simulator }
model_routes:
  - { source_model: x, account: upstream_a }
`
  const ran = await sandbox.run('upstream', 'remove', 'a')
  expect([ran.code, ran.stderr]).toEqual([4, expect.stringContaining('model_routes[0].account')])
})

test('accounts are disabled, enabled, listed and removed', async () => {
  const sandbox = new Sandbox()
  await sandbox.run('upstream', 'add', '--provider=simulator', '--name=sim')
  expect((await sandbox.run('upstream', 'disable', 'sim')).code).toBe(0)
  expect((await sandbox.run('upstream', 'list', '--json')).json()).toMatchObject([
    { name: 'sim', status: 'disabled', credential: 'none' },
  ])
  expect((await sandbox.run('upstream', 'enable', 'sim')).code).toBe(0)
  expect((await sandbox.run('upstream', 'list')).stdout).toMatch(/sim +simulator +active/)
  expect((await sandbox.run('upstream', 'test', 'sim')).code).toBe(0)
  expect((await sandbox.run('upstream', 'remove', 'sim')).code).toBe(0)
  expect((await sandbox.run('upstream', 'list', '--json')).json()).toEqual([])
})

/** What stands in the file for the first account. */
function accountIn(sandbox: Sandbox): Record<string, unknown> {
  return new ConfigEditor(sandbox.config).get(['upstream_accounts', 0]) as Record<string, unknown>
}

/** The same, and its key opened. */
async function written(sandbox: Sandbox): Promise<{ readonly account: Record<string, unknown>; readonly key: string }> {
  const account = accountIn(sandbox)
  const key = await openMasterKey({ home: sandbox.home, env: {}, create: false })
  return { account, key: decryptSecret(String(account.api_key), key, String(account.id)).reveal() }
}

test('upstream update changes what the flags name, and nothing else', async () => {
  const sandbox = new Sandbox()
  await addLocal(sandbox, 'http://127.0.0.1:1/v1')
  sandbox.config = sandbox.config.replace(/(name: "local")/, '$1 # ours')
  const { account: before } = await written(sandbox)
  const ran = await sandbox.runWith(
    { stdin: 'sk-next-canary-5678\n' },
    'upstream',
    'update',
    'local',
    '--name=here',
    '--key-stdin',
    '--base-url=http://127.0.0.1:2/v1',
    '--priority=5',
    '--weight=2',
    '--health-check=90s',
    '--models=a,b*',
    '--dialects=openai-chat',
    '--proxy=http://me:pw-canary@proxy:1',
    '--status=disabled',
    '--option=client_secret=opt-canary-9',
    '--option=version_path=/v2',
    '--json',
  )
  expect(ran.json()).toMatchObject({
    id: before.id,
    name: 'here',
    status: 'disabled',
    credential: 'encrypted',
    baseUrl: 'http://127.0.0.1:2/v1',
    models: ['a', 'b*'],
    dialects: ['openai-chat'],
    priority: 5,
    weight: 2,
    healthCheckMs: 90_000,
    proxy: '(encrypted)',
    options: { client_secret: '(hidden)', version_path: '/v2' },
    changed: true,
    server: 'not-running',
  })
  expect(sandbox.config + ran.stdout + ran.stderr).not.toContain('canary')
  expect(sandbox.config).toContain('# ours')
  const { account, key } = await written(sandbox)
  expect(key).toBe('sk-next-canary-5678')
  expect(account).toMatchObject({ created_at: before.created_at, provider: 'openai-compatible', type: 'api-key' })
  const master = await openMasterKey({ home: sandbox.home, env: {}, create: false })
  const option = (account.options as Record<string, string>).client_secret ?? ''
  expect(decryptSecret(option, master, `${before.id}/options.client_secret`).reveal()).toBe('opt-canary-9')
  expect((await sandbox.run('config', 'validate')).code).toBe(0)
})

test('upstream update takes settings away again', async () => {
  const sandbox = new Sandbox()
  const flags = [
    '--models=a',
    '--priority=1',
    '--weight=2',
    '--dialects=openai-chat',
    '--proxy=direct',
    '--health-check=5m',
  ]
  const options = ['--option=version_path=/v2', '--option=other=1']
  await sandbox.run('upstream', 'add', '--provider=openai', '--name=o', '--key-env=KEY', ...flags, ...options)
  expect((await sandbox.run('upstream', 'show', 'o')).stdout).toMatch(/Health check: +every 5m/)
  const drops = ['--models=all', '--priority=default', '--weight=default', '--dialects=default', '--proxy=default']
  expect(
    (await sandbox.run('upstream', 'update', 'o', ...drops, '--health-check=default', '--option=other=')).code,
  ).toBe(0)
  const account = accountIn(sandbox)
  expect(account).toEqual({
    id: expect.stringMatching(/^upstream_/),
    name: 'o',
    type: 'api-key',
    provider: 'openai',
    api_key: ['$', '{KEY}'].join(''),
    options: { version_path: '/v2' },
    status: 'active',
    created_at: expect.any(String),
  })
  expect((await sandbox.run('upstream', 'update', 'o', '--option=version_path=')).code).toBe(0)
  expect(sandbox.config).not.toContain('options')
  const again = await sandbox.run('upstream', 'update', 'o', '--priority=default', '--json')
  expect(again.json()).toMatchObject({ changed: false })
})

test.each<[number, string[], string]>([
  [2, ['o'], 'at least one flag'],
  [3, ['nobody', '--priority=1'], 'nobody'],
  [4, ['o', '--name=p'], 'is called "p" already'],
  [2, ['o', '--name= '], '--name'],
  [2, ['o', '--status=paused'], '--status'],
  [2, ['o', '--key=a', '--key-env=B'], 'only one of'],
  [2, ['p', '--key=a'], 'takes no key'],
  [2, ['o', '--oauth-profile=corp'], '--oauth-profile is for'],
  [2, ['o', '--proxy='], '--proxy'],
  [2, ['o', '--base-url=ftp://x'], '--base-url'],
  [4, ['a', '--base-url=default'], 'base_url'],
  [2, ['o', '--weight=much'], '--weight'],
  [2, ['o', '--health-check=often'], '--health-check'],
  [4, ['p', '--health-check=5m'], 'each client brings its own credential'],
])('upstream update ends with %i for %j', async (code, flags, message) => {
  const sandbox = new Sandbox()
  sandbox.config = `upstream_accounts:
  - { id: upstream_o, name: o, type: api-key, provider: openai, api_key: "file:k" }
  - { id: upstream_p, name: p, type: passthrough, provider: openai }
  - { id: upstream_a, name: a, type: api-key, provider: azure, api_key: "file:k", base_url: "https://a.example" }
`
  const before = sandbox.config
  const ran = await sandbox.run('upstream', 'update', ...flags)
  expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(message)])
  expect([ran.stdout, sandbox.config]).toEqual(['', before])
})

test('a secret option is encrypted when it is given, and a reference stays one', async () => {
  const sandbox = new Sandbox()
  const reference = ['$', '{SECRET}'].join('')
  const options = [
    '--option=client_secret=opt-canary-1',
    `--option=refresh_token=${reference}`,
    '--option=access_key=file:k',
  ]
  const ran = await sandbox.run('upstream', 'add', '--provider=openai', '--name=o', '--key=none', ...options)
  expect([ran.code, sandbox.config]).toEqual([0, expect.not.stringContaining('canary')])
  const account = accountIn(sandbox)
  expect(account.options).toEqual({
    client_secret: expect.stringMatching(/^enc:v1:/),
    refresh_token: reference,
    access_key: 'file:k',
  })
})

interface Asked {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly authorization: string | undefined
  readonly body: string
}

/** A provider that answers every request alike and keeps what it was asked. */
async function provider(status: number, body: unknown): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    request.on('end', () => {
      asked.push({ method: request.method, url: request.url, authorization: request.headers.authorization, body: text })
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked }
}

function addLocal(sandbox: Sandbox, url: string): ReturnType<Sandbox['run']> {
  return sandbox.run(
    'upstream',
    'add',
    '--provider=openai-compatible',
    '--name=local',
    `--base-url=${url}`,
    `--key=${secret}`,
  )
}

test('upstream test lists the models with the credential, and counts them', async () => {
  const sandbox = new Sandbox()
  const { url, asked } = await provider(200, { data: [{ id: 'a' }, { id: 'b' }] })
  await addLocal(sandbox, url)
  const ran = await sandbox.run('upstream', 'test', 'local', '--json')
  expect(ran.json()).toMatchObject({
    ok: true,
    check: 'list-models',
    status: 200,
    models: 2,
    latencyMs: expect.any(Number),
  })
  expect(asked).toEqual([{ method: 'GET', url: '/v1/models', authorization: `Bearer ${secret}`, body: '' }])
  expect(ran.stdout + ran.stderr).not.toContain(secret)
})

test('upstream test --model asks for one token', async () => {
  const sandbox = new Sandbox()
  const { url, asked } = await provider(200, { choices: [] })
  await addLocal(sandbox, url)
  expect((await sandbox.run('upstream', 'test', 'local', '--model=llama3')).code).toBe(0)
  expect(asked[0]).toMatchObject({ method: 'POST', url: '/v1/chat/completions' })
  expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ model: 'llama3', max_tokens: 1 })
})

test.each([
  [401, 'refuses the credential'],
  [404, 'try --model'],
  [429, 'out of quota'],
  [503, 'trouble of its own'],
])('upstream test fails on %i and says why', async (status, message) => {
  const sandbox = new Sandbox()
  const { url } = await provider(status, { error: { message: `bad key ${secret}` } })
  await addLocal(sandbox, url)
  const ran = await sandbox.run('upstream', 'test', 'local')
  expect([ran.code, ran.stdout]).toEqual([1, expect.stringContaining(message)])
  expect(ran.stdout + ran.stderr).not.toContain(secret)
})

test('upstream test fails on an address nobody listens at, and on a key that cannot be had', async () => {
  const sandbox = new Sandbox()
  await addLocal(sandbox, 'http://127.0.0.1:1/v1')
  expect(await sandbox.run('upstream', 'test', 'local')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('does not work'),
  })
  await sandbox.run('upstream', 'add', '--provider=openai', '--name=env', '--key-env=MISSING')
  const ran = await sandbox.run('upstream', 'test', 'env')
  expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining('MISSING is not set here')])
})
