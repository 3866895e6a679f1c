import { hashKey } from '@llm-gateway/access'
import { expect, test } from 'vitest'
import { now, Sandbox, terminal } from './kit.ts'

const rawKey = /^llmgw_[0-9A-Za-z]{49}\n$/

test('apikey add prints the key alone on stdout, and keeps only its hash', async () => {
  const sandbox = new Sandbox()
  const { code, stdout, stderr } = await sandbox.run('apikey', 'add', '--name=团队API', '--permissions=read,write')
  expect(code).toBe(0)
  expect(stdout).toMatch(rawKey)
  expect(stderr).toContain('shown this once')
  expect(stderr).not.toContain(stdout.trim())
  expect(sandbox.config).not.toContain(stdout.trim())
  expect(sandbox.config).toContain(hashKey(stdout.trim()))
})

test('apikey add --json tells everything about the key', async () => {
  const sandbox = new Sandbox()
  const ran = await sandbox.run(
    'apikey',
    'add',
    '--name=trial',
    '--permissions',
    'read',
    '--models=claude-*,gpt-4o',
    '--expires=30d',
    '--rate-limit-per-minute=60',
    '--rate-limit-per-hour=600',
    '--rate-limit-per-day=6000',
    '--tokens-per-minute=90000',
    '--concurrency=4',
    '--json',
  )
  expect(ran.json()).toEqual({
    id: expect.stringMatching(/^gw_[0-9a-f]{16}$/),
    name: 'trial',
    state: 'active',
    permissions: ['read'],
    models: ['claude-*', 'gpt-4o'],
    rateLimit: {
      requestsPerMinute: 60,
      requestsPerHour: 600,
      requestsPerDay: 6000,
      tokensPerMinute: 90000,
      concurrency: 4,
    },
    expiresAt: new Date(now + 30 * 86_400_000).toISOString(),
    createdAt: new Date(now).toISOString(),
    key: expect.stringMatching(/^llmgw_/),
    server: 'not-running',
  })
  expect(sandbox.config).toContain('requests_per_minute: 60')
})

test('apikey list and show never tell the key or its hash', async () => {
  const sandbox = new Sandbox()
  const key = (await sandbox.run('apikey', 'add', '--name=团队A')).stdout.trim()
  sandbox.now += 3 * 3_600_000
  const list = await sandbox.run('apikey', 'list')
  const show = await sandbox.run('apikey', 'show', '团队A')
  expect(list.stdout).toContain('团队A')
  expect(list.stdout).toContain('3h ago (2026-11-23 20:00 UTC)')
  expect(show.stdout).toMatch(/Permissions:\s+read, write/)
  for (const { stdout, stderr } of [list, show]) {
    expect(stdout + stderr).not.toContain(key)
    expect(stdout + stderr).not.toContain(hashKey(key))
  }
})

test('apikey list says so when there is none, and is an empty array as JSON', async () => {
  const sandbox = new Sandbox()
  const text = await sandbox.run('apikey', 'list')
  expect([text.code, text.stdout]).toEqual([0, ''])
  expect(text.stderr).toContain('apikey add --name=NAME')
  expect((await sandbox.run('apikey', 'list', '--json')).json()).toEqual([])
})

test('a key is disabled, enabled and removed by id, name or the beginning of its id', async () => {
  const sandbox = new Sandbox()
  const { id } = (await sandbox.run('apikey', 'add', '--name=ci', '--json')).json<{ id: string }>()
  const state = async (): Promise<string> =>
    (await sandbox.run('apikey', 'show', id, '--json')).json<{ state: string }>().state
  expect((await sandbox.run('apikey', 'disable', id)).code).toBe(0)
  expect(await state()).toBe('disabled')
  expect((await sandbox.run('apikey', 'enable', 'ci', '--json')).json()).toMatchObject({
    status: 'active',
    changed: true,
  })
  expect(await state()).toBe('active')
  expect((await sandbox.run('apikey', 'remove', id.slice(0, 8))).code).toBe(0)
  expect((await sandbox.run('apikey', 'show', id)).code).toBe(3)
})

test('an expired key and one with a placeholder for its hash are told as such', async () => {
  const sandbox = new Sandbox()
  await sandbox.run('apikey', 'add', '--name=short', '--expires=1h')
  sandbox.config = sandbox.config.replace(
    'gateway_keys:',
    'gateway_keys:\n  - { id: gw_old, name: old, key_hash: hashed_key }',
  )
  sandbox.now += 2 * 3_600_000
  const states = (await sandbox.run('apikey', 'list', '--json')).json<{ state: string }[]>().map(({ state }) => state)
  expect(states).toEqual(['unusable', 'expired'])
})

test.each([
  [['--permissions=root'], 'read, write, admin'],
  [['--expires=soon'], '--expires cannot be "soon"'],
  [['--expires=2020-01-01'], 'in the past'],
  [['--rate-limit-per-minute=0'], '--rate-limit-per-minute must be a whole number from 1 up'],
  [['--concurrency=many'], 'not "many"'],
  [['--budget-per-day=0'], '--budget-per-day must be an amount of US dollars, more than 0'],
  [['--budget-per-month=$5'], '--budget-per-month must be an amount of US dollars'],
])('apikey add %j is a mistake of usage and writes nothing', async (flags, message) => {
  const sandbox = new Sandbox()
  await sandbox.run('server', 'status')
  const before = sandbox.config
  const ran = await sandbox.run('apikey', 'add', '--name=x', ...flags)
  expect([ran.code, ran.stdout]).toEqual([2, ''])
  expect(ran.stderr).toContain(message)
  expect(sandbox.config).toBe(before)
})

test('a second key of the same name is refused', async () => {
  const sandbox = new Sandbox()
  await sandbox.run('apikey', 'add', '--name=ci')
  const ran = await sandbox.run('apikey', 'add', '--name=ci')
  expect([ran.code, ran.stdout]).toEqual([4, ''])
})

test('the name is asked for on a terminal, and required without one', async () => {
  const sandbox = new Sandbox()
  expect((await sandbox.run('apikey', 'add')).code).toBe(2)
  const ran = await sandbox.runWith({ terminal: terminal('asked\r') }, 'apikey', 'add', '--no-color')
  expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('Name of the key: ')])
  expect((await sandbox.run('apikey', 'show', 'asked')).code).toBe(0)
})

test('removing asks on a terminal, unless --yes', async () => {
  const sandbox = new Sandbox()
  await sandbox.run('apikey', 'add', '--name=a')
  await sandbox.run('apikey', 'add', '--name=b')
  const no = await sandbox.runWith({ terminal: terminal('n\r') }, 'apikey', 'remove', 'a')
  expect([no.code, no.stderr]).toEqual([0, expect.stringContaining('Nothing was removed')])
  const yes = await sandbox.runWith({ terminal: terminal('y\r') }, 'apikey', 'remove', 'a')
  expect(yes.stderr).toContain('Removed the gateway key "a"')
  const sure = await sandbox.runWith({ terminal: terminal() }, 'apikey', 'remove', 'b', '--yes')
  expect(sure.stderr).not.toContain('[y/N]')
  expect((await sandbox.run('apikey', 'list', '--json')).json()).toEqual([])
})

test('a name, a prefix or a typo that fits several or none is told', async () => {
  const sandbox = new Sandbox()
  sandbox.config = `gateway_keys:
  - { id: gw_abc111, name: twin, key_hash: one }
  - { id: gw_abc222, name: twin, key_hash: two }
`
  expect(await sandbox.run('apikey', 'show', 'twin')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('gw_abc222'),
  })
  expect((await sandbox.run('apikey', 'show', 'gw_abc')).code).toBe(2)
  // Too short to be meant.
  expect((await sandbox.run('apikey', 'show', 'gw_a')).code).toBe(3)
  expect((await sandbox.run('apikey', 'remove', 'twim')).stderr).toContain('did you mean "twin"?')
})

test('a key gets a budget, another one, and none', async () => {
  const sandbox = new Sandbox()
  await sandbox.run('apikey', 'add', '--name=lab', '--budget-per-day=2.5', '--budget-per-month=50')
  expect(sandbox.config).toMatch(/budget:\s+usd_per_day: 2\.5\s+usd_per_month: 50/)
  expect((await sandbox.run('apikey', 'show', 'lab')).stdout).toMatch(/Budget: +\$2\.5 a day .*, \$50 a month /)
  expect((await sandbox.run('apikey', 'list')).stdout).toContain('$2.5 a day, $50 a month')
  const updated = await sandbox.run('apikey', 'update', 'lab', '--budget-per-day=0', '--budget-per-month=80', '--json')
  expect(updated.json()).toMatchObject({ budget: { usdPerMonth: 80 }, changed: true })
  expect((await sandbox.run('apikey', 'update', 'lab', '--budget-per-month=0')).code).toBe(0)
  expect(sandbox.config).not.toContain('budget')
  expect((await sandbox.run('apikey', 'show', 'lab', '--json')).json()).not.toHaveProperty('budget')
  await sandbox.run('apikey', 'update', 'lab', '--budget-per-day=1')
  const withoutLedger = sandbox.config.replace(/^(ledger:\n {2}enabled: )true$/m, '$1false')
  expect(withoutLedger).not.toBe(sandbox.config)
  sandbox.config = withoutLedger
  const validated = await sandbox.run('config', 'validate')
  expect([validated.code, validated.stdout]).toEqual([1, expect.stringContaining('a budget needs the ledger')])
})
