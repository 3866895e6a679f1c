import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '@llm-gateway/config'
import { decryptSecret, openCredentialStore, openMasterKey } from '@llm-gateway/credentials'
import { readTokens } from '@llm-gateway/oauth'
import { expect, test } from 'vitest'
import { Sandbox } from './kit.ts'

const clear = `# ours
upstream_accounts:
  - id: upstream_a # the first
    name: a
    type: api-key
    provider: openai
    api_key: sk-clear-canary-0123456789 # paid by ops
    options: { organization: acme, admin_token: "opt-canary-$$x" }
  - { id: upstream_b, name: b, type: api-key, provider: openai, api_key: '\${KEY}' } # from outside
  - id: upstream_c
    name: c
    type: api-key
    provider: openai
    api_key: |
      sk-folded-canary-0123456789
environment:
  http_proxy: "http://me:proxy-canary@proxy:8080" # the way out
  https_proxy: http://plain:8080
`

function keyOf(sandbox: Sandbox): ReturnType<typeof openMasterKey> {
  return openMasterKey({ home: sandbox.home, env: {}, create: false })
}

test('config encrypt leaves no secret in clear, and every comment and reference where it was', async () => {
  const sandbox = new Sandbox()
  sandbox.config = clear
  const ran = await sandbox.run('config', 'encrypt', '--json')
  expect(ran).toMatchObject({ code: 0 })
  expect(ran.json()).toMatchObject({
    dryRun: false,
    changes: [
      'encrypted upstream_accounts.upstream_a.api_key',
      'encrypted upstream_accounts.upstream_a.options.admin_token',
      'encrypted upstream_accounts.upstream_c.api_key',
      'encrypted environment.http_proxy',
    ],
  })
  expect(sandbox.config).not.toContain('canary')
  for (const kept of [
    '# ours',
    '# the first',
    '# paid by ops',
    '# from outside',
    '# the way out',
    'http://plain:8080',
  ]) {
    expect(sandbox.config).toContain(kept)
  }
  expect(sandbox.config).toContain("api_key: '${" + "KEY}'")
  const loaded = loadConfig(sandbox.config, { env: { KEY: 'k' } })
  if (!loaded.ok) throw new Error('the file must be valid')
  const key = await keyOf(sandbox)
  const [a, , c] = loaded.config.accounts
  expect(decryptSecret(a?.apiKey ?? '', key, 'upstream_a').reveal()).toBe('sk-clear-canary-0123456789')
  // As the file would have been read: `$$` is a dollar sign.
  const option = String(a?.options?.admin_token)
  expect(decryptSecret(option, key, 'upstream_a/options.admin_token').reveal()).toBe('opt-canary-$x')
  expect(
    decryptSecret(c?.apiKey ?? '', key, 'upstream_c')
      .reveal()
      .trim(),
  ).toBe('sk-folded-canary-0123456789')
  const proxy = decryptSecret(loaded.config.environment.httpProxy ?? '', key, 'environment.http_proxy')
  expect(proxy.reveal()).toBe('http://me:proxy-canary@proxy:8080')
  const again = await sandbox.run('config', 'encrypt', '--json')
  expect(again.json()).toMatchObject({ changes: [] })
})

test('config encrypt --dry-run shows the lines without the secrets, and changes nothing', async () => {
  const sandbox = new Sandbox()
  sandbox.config = clear
  const ran = await sandbox.run('config', 'encrypt', '--dry-run')
  expect(ran.code).toBe(0)
  expect(ran.stdout).toMatch(/^- +api_key: "\(hidden\)" # paid by ops$/m)
  expect(ran.stdout).toMatch(/^\+ +api_key: "\(encrypted\)" # paid by ops$/m)
  expect(ran.stdout + ran.stderr).not.toContain('canary')
  expect(ran.stderr).toContain('Nothing was changed')
  expect(sandbox.config).toBe(clear)
  expect(readdirSync(sandbox.home)).toEqual(['config.yaml'])
  expect((await sandbox.run('config', 'encrypt', '--dry-run', '--json')).json()).toMatchObject({
    dryRun: true,
    server: 'unchanged',
  })
})

test('config encrypt covers client secrets, token parameters and proxies of accounts, and what is left of older tokens', async () => {
  const sandbox = new Sandbox()
  sandbox.config = `upstream_accounts:
  - { id: o, name: o, type: oauth, provider: azure, base_url: "https://a.example", oauth_profile: corp,
      proxy: "http://me:own-canary@proxy:1", access_token: token-canary-of-nobody }
oauth_profiles:
  corp: { client_id: c, client_secret: cs-canary-1, token_url: "https://idp.example/token",
          token_params: { audience: x, assertion_secret: ps-canary-1 } }
`
  const shown = [await sandbox.run('config', 'show'), await sandbox.run('config', 'show', '--json')]
  for (const { code, stdout } of shown) expect([code, stdout]).toEqual([0, expect.not.stringContaining('canary')])
  const ran = await sandbox.run('config', 'encrypt', '--json')
  expect(ran.json()).toMatchObject({
    changes: [
      'encrypted upstream_accounts.o.proxy',
      'encrypted upstream_accounts.o.access_token',
      'encrypted oauth_profiles.corp.client_secret',
      'encrypted oauth_profiles.corp.token_params.assertion_secret',
    ],
  })
  expect(sandbox.config).not.toContain('canary')
  const loaded = loadConfig(sandbox.config)
  const secret = loaded.ok ? loaded.config.oauthProfiles[0]?.clientSecret : undefined
  const opened = decryptSecret(secret ?? '', await keyOf(sandbox), 'oauth_profiles.corp.client_secret')
  expect(opened.reveal()).toBe('cs-canary-1')
  // Ciphertext is no token: it is not moved to the store as one.
  expect((await sandbox.run('config', 'rewrite', '--json')).json()).toMatchObject({ changes: [] })
  expect(await tokensOf(sandbox, 'o')).toBeUndefined()
})

const another = '  - { id: upstream_z, name: z, type: api-key, provider: openai, api_key: sk-another-canary-01 }'

test('config rewrite and encrypt change nothing when the master key cannot be had', async () => {
  for (const command of ['rewrite', 'encrypt']) {
    const sandbox = new Sandbox()
    sandbox.config = `${clear}server: { timeout_seconds: 30 }\n`
    sandbox.env = { LLM_GATEWAY_MASTER_KEY: 'too short' }
    const ran = await sandbox.run('config', command)
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining('LLM_GATEWAY_MASTER_KEY')])
    expect(sandbox.config).toBe(`${clear}server: { timeout_seconds: 30 }\n`)
  }
})

test('nothing is encrypted by another master key than what the file holds already', async () => {
  const sandbox = new Sandbox()
  sandbox.env = { LLM_GATEWAY_MASTER_KEY: '11'.repeat(32) }
  await sandbox.run('upstream', 'add', '--provider=openai', '--name=o', '--key=sk-of-the-server-1234')
  sandbox.config = sandbox.config.replace('upstream_accounts:', `upstream_accounts:\n${another}`)
  const before = sandbox.config
  // A shell without the variable that the server has.
  sandbox.env = {}
  const missing = await sandbox.run('config', 'encrypt')
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('there is no master key')])
  sandbox.env = { LLM_GATEWAY_MASTER_KEY: '22'.repeat(32) }
  for (const line of [
    'config encrypt',
    'upstream add --provider=openai --name=p --key=sk-of-the-shell-1234',
    'upstream update o --key=sk-of-the-shell-1234',
    'env set --http-proxy=http://me:canary@proxy:1',
  ]) {
    const ran = await sandbox.run(...line.split(' '))
    expect([line, ran.code, ran.stderr]).toEqual([line, 4, expect.stringContaining('LLM_GATEWAY_MASTER_KEY')])
  }
  expect(sandbox.config).toBe(before)
})

test('a command that changes something else names what stands in clear, and how to encrypt it', async () => {
  const sandbox = new Sandbox()
  sandbox.config = clear
  const added = await sandbox.run('apikey', 'add', '--name=k')
  expect(added.stderr).toMatch(
    /warning: .*in clear \(upstream_accounts\.upstream_a\.api_key and 3 more\).*config encrypt/,
  )
  expect(added.stderr).not.toContain('canary')
  expect((await sandbox.run('config', 'encrypt')).stderr).not.toContain('in clear (')
  expect((await sandbox.run('apikey', 'remove', 'k', '--yes')).stderr).not.toContain('in clear')
})

test('the first secret tells of the master key that was made for it', async () => {
  const sandbox = new Sandbox()
  const add = (name: string): ReturnType<Sandbox['run']> =>
    sandbox.run('upstream', 'add', '--provider=openai', `--name=${name}`, '--key=sk-first-canary-1234')
  expect((await add('a')).stderr).toContain(`Made the master key ${join(sandbox.home, 'master.key')}`)
  expect((await add('b')).stderr).not.toContain('Made the master key')
})

test('config encrypt leaves text around a reference alone, and says so', async () => {
  const sandbox = new Sandbox()
  sandbox.config = `upstream_accounts: [{ id: u, name: n, type: api-key, provider: openai, api_key: "\${KEY:-sk-x}" }]\n`
  const ran = await sandbox.run('config', 'encrypt')
  expect(ran.stderr).toContain('upstream_accounts.u.api_key is text around a reference')
  expect(sandbox.config).toContain('KEY:-sk-x')
})

const older = `server:
  timeout_seconds: 30 # seconds
  web: # the old console
    enabled: true
    password: web-canary # of old
upstream_accounts:
- id: upstream_1 # claude
  name: login
  type: oauth
  provider: anthropic
  client_secret: client-canary # unused
  access_token: access-canary # from May
  refresh_token: refresh-canary
  expires_at: 2026-11-23T21:00:00Z
  usage: # counted twice
    total_requests: 1
  updated_at: 2025-09-01T10:11:12Z
`

async function tokensOf(sandbox: Sandbox, id: string): Promise<unknown> {
  const stored = await openCredentialStore({ home: sandbox.home, env: {} }).read(`oauth/${id}`)
  return stored && readTokens(stored.secret.reveal(), id)
}

test('config rewrite moves tokens to the credential store and loses no comment', async () => {
  const sandbox = new Sandbox()
  sandbox.config = older
  const dry = await sandbox.run('config', 'rewrite', '--dry-run')
  expect(dry.stdout).toMatch(/^\+ {2}timeout: 30 # seconds$/m)
  expect(dry.stdout + dry.stderr).not.toMatch(/canary/)
  expect(existsSync(join(sandbox.home, 'credentials.json'))).toBe(false)
  expect(sandbox.config).toBe(older)
  const ran = await sandbox.run('config', 'rewrite')
  expect(ran.stdout + ran.stderr).not.toContain('canary')
  for (const comment of older.match(/#.*/g) ?? []) expect(sandbox.config).toContain(comment)
  expect(sandbox.config.replace(/#.*/g, '')).not.toMatch(/canary|usage|web|_seconds|token/)
  const loaded = loadConfig(sandbox.config)
  expect(loaded.ok && loaded.warnings).toEqual([])
  expect(await tokensOf(sandbox, 'upstream_1')).toEqual({
    profile: 'claude-code',
    tokenUrl: 'https://console.anthropic.com/v1/oauth/token',
    resource: 'https://api.anthropic.com',
    accessToken: 'access-canary',
    refreshToken: 'refresh-canary',
    obtainedAt: sandbox.now,
    lifetimeMs: 3_600_000,
  })
  const file = join(sandbox.home, 'credentials.json')
  expect(readFileSync(file, 'utf8')).not.toContain('canary')
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('config encrypt takes the older program’s secrets out of the file too, and keeps newer tokens', async () => {
  const sandbox = new Sandbox()
  sandbox.config = older
  await sandbox.run('config', 'encrypt')
  expect(sandbox.config.replace(/#.*/g, '')).not.toMatch(/canary/)
  expect(sandbox.config).toContain('timeout_seconds: 30 # seconds')
  sandbox.config = older.replace('access-canary', 'access-of-a-backup')
  await sandbox.run('config', 'encrypt')
  expect(await tokensOf(sandbox, 'upstream_1')).toMatchObject({ accessToken: 'access-canary' })
})

test('config rotate-key encrypts file and store anew, and older values go on working', async () => {
  const sandbox = new Sandbox()
  sandbox.config = older
  await sandbox.run('upstream', 'add', '--provider=openai', '--name=o', '--key=sk-rotated-canary-1234')
  await sandbox.run('config', 'rewrite')
  const before = await keyOf(sandbox)
  const ran = await sandbox.run('config', 'rotate-key', '--json')
  expect(ran).toMatchObject({ code: 0 })
  const after = await keyOf(sandbox)
  expect(ran.json()).toMatchObject({ keyId: after.id, storedCredentials: 1, changes: [expect.stringMatching(/anew$/)] })
  expect(after.id).not.toBe(before.id)
  expect(sandbox.config).toContain(`enc:v1:${after.id}:`)
  expect(sandbox.config).not.toContain(`enc:v1:${before.id}:`)
  expect(await tokensOf(sandbox, 'upstream_1')).toMatchObject({ refreshToken: 'refresh-canary' })
  // A file restored from before the rotation: the key before is kept for it.
  sandbox.config = sandbox.config.replaceAll(after.id, before.id)
  expect((await sandbox.run('config', 'validate')).code).toBe(0)
})

test('config rotate-key changes nothing when a secret cannot be opened', async () => {
  const sandbox = new Sandbox()
  await sandbox.run('upstream', 'add', '--provider=openai', '--name=o', '--key=sk-rotated-canary-1234')
  sandbox.config = sandbox.config.replace(/enc:v1:[0-9a-f]{8}/, 'enc:v1:00000000')
  const before = sandbox.config
  const ran = await sandbox.run('config', 'rotate-key')
  expect([ran.code, ran.stderr]).toEqual([4, expect.stringContaining('is of master key 00000000')])
  expect(sandbox.config).toBe(before)
  sandbox.env = { LLM_GATEWAY_MASTER_KEY: '11'.repeat(32) }
  expect((await new Sandbox().run('config', 'rotate-key')).code).toBe(0)
})

test('config rotate-key makes no key in place of one that is lost', async () => {
  const sandbox = new Sandbox()
  await sandbox.run('upstream', 'add', '--provider=openai', '--name=o', '--key=sk-rotated-canary-1234')
  rmSync(join(sandbox.home, 'master.key'))
  const before = [readdirSync(sandbox.home), sandbox.config]
  const ran = await sandbox.run('config', 'rotate-key')
  expect([ran.code, ran.stderr]).toEqual([
    1,
    expect.stringContaining('restore the one the secrets were encrypted with'),
  ])
  expect([readdirSync(sandbox.home), sandbox.config]).toEqual(before)
})

/** A sandbox whose credential store has a record, and whose configuration file has nothing encrypted. */
async function withStoredTokens(): Promise<Sandbox> {
  const sandbox = new Sandbox()
  sandbox.config = older
  await sandbox.run('config', 'rewrite')
  expect(await tokensOf(sandbox, 'upstream_1')).toBeDefined()
  expect(sandbox.config).not.toContain('enc:v1:')
  return sandbox
}

test.each([
  'upstream add --provider=openai --name=o --key=sk-of-nobody-1234',
  'env set --http-proxy=http://me:canary@proxy:1',
  'config rotate-key',
])('%s makes no key in place of a lost one that the credential store needs', async (line) => {
  const sandbox = await withStoredTokens()
  const { id } = await keyOf(sandbox)
  rmSync(join(sandbox.home, 'master.key'))
  const before = sandbox.files
  const ran = await sandbox.run(...line.split(' '))
  expect([ran.code, ran.stderr]).toEqual([
    1,
    expect.stringContaining('restore the one the secrets were encrypted with'),
  ])
  expect(ran.stderr).toContain(id)
  expect(ran.stderr).toContain('move credentials.json away')
  expect(sandbox.files).toEqual(before)
  // What the hint says works.
  rmSync(join(sandbox.home, 'credentials.json'))
  expect(await sandbox.run(...line.split(' '))).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Made the master key'),
  })
})

test('nothing is encrypted by another master key than what the credential store holds', async () => {
  const sandbox = await withStoredTokens()
  const before = sandbox.config
  rmSync(join(sandbox.home, 'master.key'))
  sandbox.env = { LLM_GATEWAY_MASTER_KEY: '22'.repeat(32) }
  const ran = await sandbox.run('upstream', 'add', '--provider=openai', '--name=o', '--key=sk-of-the-shell-1234')
  expect([ran.code, ran.stderr]).toEqual([4, expect.stringContaining('LLM_GATEWAY_MASTER_KEY')])
  expect(sandbox.config).toBe(before)
})

test('a credential store that is damaged keeps a new master key from being made, and not one that is there', async () => {
  const sandbox = await withStoredTokens()
  sandbox.write('credentials.json', '{')
  const add = ['upstream', 'add', '--provider=openai', '--name=o', '--key=sk-of-nobody-1234']
  expect((await sandbox.run(...add)).code).toBe(0)
  await sandbox.run('upstream', 'remove', 'o', '--yes')
  rmSync(join(sandbox.home, 'master.key'))
  expect(await sandbox.run(...add)).toMatchObject({ code: 1, stderr: expect.stringContaining('is damaged') })
})

test('tokens get no new master key beside what a lost one encrypted in the file', async () => {
  const sandbox = new Sandbox()
  await sandbox.run('upstream', 'add', '--provider=openai', '--name=o', '--key=sk-rotated-canary-1234')
  const account = sandbox.config.slice(sandbox.config.indexOf('upstream_accounts:'))
  const encrypted = /enc:v1:[^"\s]+/.exec(account)?.[0] ?? ''
  sandbox.config = `${older}environment: { http_proxy: "${encrypted}" }\n`
  rmSync(join(sandbox.home, 'master.key'))
  const before = sandbox.files
  const ran = await sandbox.run('config', 'rewrite')
  expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining('there is no master key')])
  expect(sandbox.files).toEqual(before)
})

test('config rotate-key with a key of the environment asks for the one before', async () => {
  const sandbox = new Sandbox()
  sandbox.env = { LLM_GATEWAY_MASTER_KEY: '11'.repeat(32) }
  const ran = await sandbox.run('config', 'rotate-key')
  expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining('LLM_GATEWAY_MASTER_KEY_PREVIOUS')])
  await sandbox.run('upstream', 'add', '--provider=openai', '--name=o', '--key=sk-rotated-canary-1234')
  sandbox.env = { LLM_GATEWAY_MASTER_KEY: '22'.repeat(32), LLM_GATEWAY_MASTER_KEY_PREVIOUS: '11'.repeat(32) }
  expect((await sandbox.run('config', 'rotate-key')).code).toBe(0)
  sandbox.env = { LLM_GATEWAY_MASTER_KEY: '22'.repeat(32) }
  expect((await sandbox.run('upstream', 'list')).code).toBe(0)
})

test('config rotate-key --to-keychain moves the key there, and the commands find it', async () => {
  const sandbox = new Sandbox()
  sandbox.config = older
  await sandbox.run('upstream', 'add', '--provider=openai', '--name=o', '--key=sk-moved-canary-1234')
  await sandbox.run('config', 'rewrite')
  const ran = await sandbox.run('config', 'rotate-key', '--to-keychain=gateway at home', '--json')
  expect(ran).toMatchObject({ code: 0 })
  expect(readFileSync(join(sandbox.home, 'master.key'), 'utf8')).toBe('keychain:gateway at home\n')
  expect([...sandbox.kept.keys()]).toEqual(['gateway at home'])
  rmSync(join(sandbox.home, 'master.key.old'))
  const shown = await sandbox.run('upstream', 'show', 'o', '--json')
  expect(shown.json()).toMatchObject({ keyHint: expect.stringContaining('1234') })
  expect(shown.json()).not.toHaveProperty('keyProblem')
  // A second rotation stays in the keychain, and leaves the key before to older backups.
  expect((await sandbox.run('config', 'rotate-key')).code).toBe(0)
  expect(readFileSync(join(sandbox.home, 'master.key'), 'utf8')).toMatch(
    /^keychain:llm-gateway master key [0-9a-f]{8}\n$/,
  )
  expect(sandbox.kept.size).toBe(2)
  sandbox.kept.clear()
  sandbox.config = sandbox.config.replace('upstream_accounts:', `upstream_accounts:\n${another.trim()}`)
  const lost = await sandbox.run('config', 'encrypt')
  expect([lost.code, lost.stderr]).toEqual([1, expect.stringContaining('the keychain has no master key')])
})

test('a machine without a keychain is told what to do instead, and nothing changes', async () => {
  const sandbox = new Sandbox()
  sandbox.keychainFault = 'no keychain here: use the key file'
  await sandbox.run('upstream', 'add', '--provider=openai', '--name=o', '--key=sk-kept-canary-1234')
  const before = [sandbox.config, readFileSync(join(sandbox.home, 'master.key'), 'utf8'), readdirSync(sandbox.home)]
  const moved = await sandbox.run('config', 'rotate-key', '--to-keychain=x')
  expect([moved.code, moved.stderr]).toEqual([1, 'error: no keychain here: use the key file\n'])
  expect([sandbox.config, readFileSync(join(sandbox.home, 'master.key'), 'utf8'), readdirSync(sandbox.home)]).toEqual(
    before,
  )
  // A key that is said to be there and cannot be had takes no command down but those that need it.
  sandbox.env = { LLM_GATEWAY_MASTER_KEY: 'keychain:x' }
  expect((await sandbox.run('upstream', 'show', 'o')).stdout).toMatch(/Key: .*no keychain here: use the key file/)
  expect((await sandbox.run('upstream', 'disable', 'o')).code).toBe(0)
  const added = await sandbox.run('upstream', 'add', '--provider=openai', '--name=p', '--key=sk-other-canary-1')
  expect([added.code, added.stderr]).toEqual([1, 'error: no keychain here: use the key file\n'])
})
