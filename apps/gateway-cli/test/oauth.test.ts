import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { expect, onTestFinished, test } from 'vitest'
import { type Ran, Sandbox, terminal } from './kit.ts'
import { startFakeServer } from './kit-server.ts'

const id = 'upstream_0011223344556677'

interface Bench {
  readonly sandbox: Sandbox
  readonly simulator: Simulator
  /** Follows the address a command printed, as a browser does. */
  visit(ran: Ran | string): Promise<URL>
}

async function startBench(more: Record<string, unknown> = {}, account: Record<string, unknown> = {}): Promise<Bench> {
  const simulator = await startSimulator()
  onTestFinished(() => simulator.close())
  const { identity } = simulator
  const sandbox = new Sandbox()
  sandbox.now = Date.now()
  const profile = {
    client_id: 'client-1',
    authorize_url: identity.authorizeUrl,
    token_url: identity.tokenUrl,
    redirect_uri: identity.codePageUrl,
    ...more,
  }
  sandbox.config = JSON.stringify({
    upstream_accounts: [
      { id, name: 'mine', type: 'oauth', provider: 'anthropic', base_url: simulator.url, ...account },
      { id: 'plain', name: 'plain', type: 'api-key', provider: 'openai', api_key: 'none' },
    ],
    oauth_profiles: { 'claude-code': profile },
  })
  return { sandbox, simulator, visit }
}

async function visit(ran: Ran | string): Promise<URL> {
  const url = /https?:\/\/\S+\/oauth\/authorize\S+/.exec(typeof ran === 'string' ? ran : ran.stdout)?.[0] ?? ''
  const response = await fetch(url, { redirect: 'manual' })
  return new URL(response.headers.get('location') ?? 'http://none')
}

const pasted = (url: URL): string => `${url.searchParams.get('code')}#${url.searchParams.get('state')}`

test('the document’s way: add starts the login on a terminal, and the account is there and logged in', async () => {
  const { sandbox, simulator } = await startBench()
  const tty = terminal()
  const type = tty.stderr._write.bind(tty.stderr)
  // A person who opens the address and pastes what it shows.
  tty.stderr._write = (chunk, encoding, done) => {
    type(chunk, encoding, done)
    if (!tty.stderr.text.endsWith('leads to: ')) return
    void visit(tty.stderr.text).then((url) => tty.stdin.write(`${pasted(url)}\r`))
  }
  const flags = ['--type=oauth', '--provider=anthropic', '--name=claude-code', `--base-url=${simulator.url}`]
  const ran = await sandbox.runWith({ terminal: tty }, 'upstream', 'add', ...flags)
  expect(ran.stderr).toContain('is logged in')
  expect([ran.code, ran.stdout]).toEqual([0, expect.stringMatching(/^upstream_[0-9a-f]{16}\n$/)])
  const shown = await sandbox.run('upstream', 'show', 'claude-code')
  expect(shown.stdout).toMatch(/Token: +authorized/)
  expect(shown.stdout).toMatch(/OAuth profile: +claude-code/)
  expect(shown.stdout).toMatch(/Expires: +\S/)
  for (const text of [ran.stdout, ran.stderr, shown.stdout, sandbox.config]) expect(text).not.toMatch(/sim-(at|rt)-/)
})

test('the code can be pasted where the browser cannot come back', async () => {
  const { sandbox } = await startBench({ redirect_uri: 'http://127.0.0.1/callback' })
  const tty = terminal()
  const type = tty.stderr._write.bind(tty.stderr)
  tty.stderr._write = (chunk, encoding, done) => {
    type(chunk, encoding, done)
    if (tty.stderr.text.endsWith('leads to: '))
      void visit(tty.stderr.text).then((url) => tty.stdin.write(`${url.href}\r`))
  }
  const ran = await sandbox.runWith({ terminal: tty }, 'oauth', 'start', 'mine', '--paste')
  expect(ran.stderr).toContain('is logged in')
  expect(ran.stderr).not.toMatch(/sim-code/)
})

test('without a terminal, add tells the next step', async () => {
  const { sandbox, simulator } = await startBench()
  const flags = ['--type=oauth', '--provider=anthropic', '--name=cc', `--base-url=${simulator.url}`]
  const ran = await sandbox.run('upstream', 'add', ...flags)
  const added = ran.stdout.trim()
  expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining(`llm-gateway oauth start ${added}`)])
  const status = await sandbox.run('oauth', 'status', added)
  expect([status.code, status.stdout]).toEqual([1, expect.stringMatching(/Token: +needs a login/)])
})

test('start and callback, as two processes', async () => {
  const { sandbox, simulator } = await startBench()
  const started = await sandbox.run('oauth', 'start', 'mine')
  expect([started.code, started.stdout]).toEqual([0, expect.stringContaining(`oauth callback ${id} --code`)])
  const code = pasted(await visit(started))
  const done = await sandbox.run('oauth', 'callback', '--code', code)
  expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('is logged in')])
  const again = await sandbox.run('oauth', 'callback', '--code', code)
  expect([again.code, again.stderr]).toEqual([4, expect.stringContaining('no login waits for this answer')])
  const status = await sandbox.run('oauth', 'status', id, '--json')
  expect([status.code, status.json()]).toEqual([
    0,
    {
      id,
      name: 'mine',
      state: 'authorized',
      profile: 'claude-code',
      refreshable: true,
      expiresAt: expect.stringMatching(/Z$/),
      obtainedAt: expect.stringMatching(/Z$/),
    },
  ])
  expect(simulator.identity.counters).toMatchObject({ logins: 1, reuses: 0 })
  expect(readFileSync(join(sandbox.home, 'credentials.json'), 'utf8')).not.toMatch(/sim-/)
})

test('the code may come by standard input, and as the address the browser was led to', async () => {
  const { sandbox } = await startBench({ redirect_uri: 'http://127.0.0.1:9/callback' })
  const started = await sandbox.run('oauth', 'start', 'mine', '--json')
  const { url } = started.json<{ url: string }>()
  const led = await visit(url)
  const done = await sandbox.runWith({ stdin: `${led.href}\n` }, 'oauth', 'callback', id, '--code', '-', '--json')
  expect(done.json()).toMatchObject({ id, done: true, token: { state: 'authorized' }, server: 'not-running' })
})

test('on a terminal the browser comes back by itself', async () => {
  const { sandbox } = await startBench({ redirect_uri: 'http://127.0.0.1/callback' })
  const tty = terminal()
  const type = tty.stderr._write.bind(tty.stderr)
  tty.stderr._write = (chunk, encoding, done) => {
    type(chunk, encoding, done)
    if (/Waiting for it/.test(chunk.toString('utf8'))) void visit(tty.stderr.text).then((url) => fetch(url))
  }
  const ran = await sandbox.runWith({ terminal: tty }, 'oauth', 'start', 'mine')
  expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('is logged in')])
})

test('by a device, where the profile has the flow', async () => {
  const { sandbox, simulator } = await startBench()
  simulator.identity.set({ deviceInterval: 0.01 })
  const config = JSON.parse(sandbox.config)
  config.oauth_profiles['claude-code'].device_url = simulator.identity.deviceUrl
  sandbox.config = JSON.stringify(config)
  const ran = await sandbox.run('oauth', 'start', 'mine', '--device', '--json')
  expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/enter the code \w{4}-\w{4}/)])
  expect(ran.json()).toMatchObject({ done: true, token: { state: 'authorized' } })
})

test('refresh renews at once, and a running server takes it up', async () => {
  const { sandbox, simulator } = await startBench()
  const code = pasted(await visit(await sandbox.run('oauth', 'start', 'mine')))
  await sandbox.run('oauth', 'callback', '--code', code)
  const fake = await startFakeServer(sandbox)
  const ran = await sandbox.run('oauth', 'refresh', 'mine', '--json')
  expect([ran.code, ran.json()]).toEqual([
    0,
    { id, name: 'mine', token: expect.objectContaining({ state: 'authorized' }), server: 'reloaded' },
  ])
  expect(fake.asked.map(({ call }) => call)).toContain('POST /admin/api/reload')
  expect(simulator.identity.counters.refreshes).toBe(1)
  simulator.identity.revokeAll()
  fake.asked.length = 0
  const refused = await sandbox.run('oauth', 'refresh', 'mine')
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(`llm-gateway oauth start ${id}`)])
  // What it now knows of the login the server learns as well, without a word of success.
  expect(fake.asked.map(({ call }) => call)).toContain('POST /admin/api/reload')
  expect(refused.stderr).not.toContain('from now on')
})

test.each<[number, string[], string]>([
  [3, ['status', 'nobody'], 'nobody'],
  [4, ['status', 'plain'], 'is of type api-key'],
  [4, ['start', 'plain'], 'is of type api-key'],
  [1, ['refresh', 'mine'], 'needs a login'],
  [2, ['callback', '--code', 'two words'], '--code'],
  [4, ['callback', '--code', 'c#s'], 'no login waits'],
  [2, ['callback', '--code', 'only-a-code'], 'the state is missing'],
  [4, ['callback', 'mine', '--code', 'c#s'], 'no login of account "mine" waits'],
  [2, ['callback'], '--code'],
  [2, ['start'], 'an argument is missing'],
])('ends with %i for %j', async (code, argv, message) => {
  const { sandbox } = await startBench()
  const ran = await sandbox.run('oauth', ...argv)
  expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(message)])
  expect(ran.stderr).not.toMatch(/\n\s+at /)
})

test('a person who says no', async () => {
  const { sandbox } = await startBench()
  const started = await sandbox.run('oauth', 'start', 'mine')
  const url = await visit(started)
  const denied = await sandbox.run(
    'oauth',
    'callback',
    '--code',
    `?error=access_denied&state=${url.searchParams.get('state')}`,
  )
  expect([denied.code, denied.stderr]).toEqual([4, expect.stringContaining('access_denied')])
})

test('removing the account removes its tokens', async () => {
  const { sandbox } = await startBench()
  await sandbox.run('oauth', 'callback', '--code', pasted(await visit(await sandbox.run('oauth', 'start', 'mine'))))
  expect((await sandbox.run('upstream', 'remove', 'mine', '--yes')).code).toBe(0)
  expect(readFileSync(join(sandbox.home, 'credentials.json'), 'utf8')).not.toContain(id)
})
