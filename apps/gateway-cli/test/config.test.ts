import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Ran, Sandbox } from './kit.ts'

const commented = `# The team's gateway.
server:
  port: 4000 # behind nginx

gateway_keys: # made by hand
  # ops
  - id: gw_ops0001
    name: ops
    key_hash: abababababababababababababababababababababababababababababababab # old

upstream_accounts: []

environment:
  http_proxy: "" # none yet
  # direct
  no_proxy: "localhost"
`

test('a series of commands keeps every comment and every other line', async () => {
  const sandbox = new Sandbox()
  sandbox.config = commented
  for (const line of [
    'apikey add --name=a',
    'upstream add --provider=simulator --name=s',
    'apikey disable ops',
    'env set --http-proxy=http://proxy:8080',
    'apikey enable ops',
    'env set --http-proxy=http://other:8080',
    'apikey remove a',
    'upstream remove s',
  ]) {
    expect(await sandbox.run(...line.split(' '))).toMatchObject({ code: 0 })
  }
  const lines = sandbox.config.split('\n')
  for (const line of commented.split('\n').filter((each) => each.includes('#') && !each.includes('http_proxy'))) {
    expect(lines).toContain(line)
  }
  expect(sandbox.config).toContain('http_proxy: "http://other:8080" # none yet')
})

test('env sets, shows, lists and unsets, by any spelling, and hides logins', async () => {
  const sandbox = new Sandbox()
  sandbox.env = { HTTPS_PROXY: 'http://me:hunter2@corp:3128' }
  const set = await sandbox.run('env', 'set', '--http-proxy=http://me:hunter2@proxy:8080', '--json')
  expect(set.json()).toEqual({
    variables: [{ name: 'http_proxy', configured: '(encrypted)', effective: '(encrypted)' }],
    server: 'not-running',
  })
  expect(sandbox.config).toMatch(/http_proxy: "enc:v1:/)
  expect(sandbox.config).not.toContain('hunter2')
  const list = await sandbox.run('env', 'list')
  expect(list.stdout).toMatch(/https_proxy +- +http:\/\/\*\*\*@corp:3128 +http:\/\/\*\*\*@corp:3128/)
  expect(list.stdout + (await sandbox.run('env', 'show', '--name=HTTP-PROXY')).stdout).not.toContain('hunter2')
  expect((await sandbox.run('config', 'show')).stdout).not.toContain('hunter2')
  expect((await sandbox.run('config', 'show', '--json')).stdout).not.toContain('hunter2')
  expect((await sandbox.run('env', 'unset', '--name=http_proxy', '--json')).json()).toMatchObject({ changed: true })
  expect((await sandbox.run('env', 'unset', '--name=http_proxy', '--json')).json()).toMatchObject({ changed: false })
})

test.each([
  ['env set'],
  ['env set --http-proxy='],
  ['env show'],
  ['env show --name=ftp_proxy'],
  ['env unset --name=x'],
])('%s is a mistake of usage', async (line) => {
  expect((await new Sandbox().run(...line.split(' '))).code).toBe(2)
})

test('config show hides every secret and keeps ids, references and comments', async () => {
  const sandbox = new Sandbox()
  sandbox.env = { KEY: 'sk-from-env-0123456789' }
  sandbox.config = `gateway_keys:
  - id: gw_0123456789abcdef
    name: a
    key_hash: 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
upstream_accounts:
  - { id: upstream_1, name: one, type: api-key, provider: openai, api_key: short } # ours
  - id: upstream_2
    name: two
    type: api-key
    provider: openai
    api_key: |
      multi-line-secret
  - { id: upstream_3, name: three, type: api-key, provider: openai, api_key: "\${KEY}", options: { api_token: opt } }
`
  const text = (await sandbox.run('config', 'show')).stdout
  const json = (await sandbox.run('config', 'show', '--json')).stdout
  for (const secret of ['short', 'multi-line-secret', 'sk-from-env', '00112233', ': opt', '"opt"']) {
    expect(text).not.toContain(secret)
    expect(json).not.toContain(secret)
  }
  expect(text).toContain('id: gw_0123456789abcdef')
  expect(text).toContain('# ours')
  expect(text).toContain('"$' + '{KEY}"')
  expect(JSON.parse(json)).toMatchObject({ timeouts: { requestMs: 600_000 }, keys: [{ id: 'gw_0123456789abcdef' }] })
})

test('config validate shows every fault at its place, and fails', async () => {
  const sandbox = new Sandbox()
  sandbox.config = 'server:\n  prot: 1\nlogging: { level: loud }\n'
  const ran = await sandbox.run('config', 'validate')
  expect(ran.code).toBe(1)
  expect(ran.stdout).toContain(`${sandbox.configFile}:2:3: error:`)
  expect(ran.stdout).toContain(`${sandbox.configFile}:3:19: error:`)
  expect(ran.stdout).toContain('(2 errors, 0 warnings)')
  expect((await sandbox.run('config', 'validate', '--json')).json()).toMatchObject({
    valid: false,
    issues: [{ line: 2 }, { line: 3 }],
  })
  // Every command that needs the file says the same, and changes nothing.
  const add = await sandbox.run('apikey', 'add', '--name=x')
  expect([add.code, add.stdout, add.stderr]).toEqual([1, '', expect.stringContaining(':2:3: error:')])
})

test('config validate passes warnings, unless --strict', async () => {
  const sandbox = new Sandbox()
  sandbox.config = 'server:\n  timeout_seconds: 30\n'
  expect(await sandbox.run('config', 'validate')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 warning)'),
  })
  expect((await sandbox.run('config', 'validate', '--strict')).code).toBe(1)
})

test('config validate makes no file where a named one is missing', async () => {
  const sandbox = new Sandbox()
  const ran = await sandbox.run('config', 'validate', '--config=missing.yaml')
  expect([ran.code, ran.stdout]).toEqual([3, expect.stringContaining('there is no such file')])
})

test.each([
  ['apikey', 'list'],
  ['apikey', 'add', '--name=a'],
  ['server', 'start', '--port=0'],
])('%s %s makes no file where a mistyped one is missing, and says which was meant', async (...line) => {
  const sandbox = new Sandbox()
  sandbox.config = commented
  for (const [file, told] of [
    ['confg.yaml', 'did you mean config.yaml'],
    ['nowhere/config.yaml', 'its folder is not there either'],
  ] as const) {
    const path = join(sandbox.home, file)
    for (const ran of [await sandbox.run(...line, `--config=${path}`), await inEnv(sandbox, path, line)]) {
      expect([ran.code, ran.stdout]).toEqual([3, ''])
      expect(ran.stderr).toContain(path)
      expect(ran.stderr).toContain(told)
    }
    expect(existsSync(path)).toBe(false)
  }
  expect(sandbox.config).toBe(commented)
})

function inEnv(sandbox: Sandbox, file: string, line: readonly string[]): Promise<Ran> {
  sandbox.env = { LLM_GATEWAY_CONFIG: file }
  return sandbox.run(...line)
}

test('a new file where one was named is made with a warning that nobody overlooks', async () => {
  const sandbox = new Sandbox()
  const path = join(sandbox.home, 'team.yaml')
  const ran = await sandbox.run('apikey', 'list', '--json', `--config=${path}`)
  expect([ran.code, ran.json()]).toEqual([0, expect.anything()])
  expect(ran.stderr).toMatch(/warning: there was no .*team\.yaml: made a NEW file there/)
  expect(existsSync(path)).toBe(true)
})

test('config rewrite brings an older file up to date, comments kept', async () => {
  const sandbox = new Sandbox()
  sandbox.config = 'server:\n  timeout_seconds: 30 # as ever\n  web: { enabled: true, password: admin123 }\n'
  const ran = await sandbox.run('config', 'rewrite', '--json')
  expect(ran.json<{ changes: string[] }>().changes).toEqual([
    'renamed server.timeout_seconds to timeout',
    'removed server.web',
  ])
  expect(sandbox.config).toContain('  timeout: 30 # as ever')
  expect(sandbox.config).not.toContain('admin123')
  expect((await sandbox.run('config', 'rewrite', '--json')).json()).toMatchObject({ changes: [] })
})

test('config path and schema need no file and make none', async () => {
  const sandbox = new Sandbox()
  expect((await sandbox.run('config', 'path')).stdout).toBe(`${sandbox.configFile}\n`)
  expect((await sandbox.run('config', 'schema', '--json')).json()).toMatchObject({ type: 'object' })
  expect((await sandbox.run('config', 'path', '--json')).json()).toMatchObject({ exists: false })
})
