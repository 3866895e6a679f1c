import { expect, test } from 'vitest'
import { Sandbox } from './kit.ts'

async function prepared(): Promise<Sandbox> {
  const sandbox = new Sandbox()
  await sandbox.run('upstream', 'add', '--provider=openai', '--name=gpt', '--key=sk-1234567890')
  await sandbox.run('upstream', 'add', '--provider=anthropic', '--name=claude', '--key=sk-1234567890')
  await sandbox.run('apikey', 'add', '--name=team')
  return sandbox
}

async function goes(sandbox: Sandbox, ...args: string[]): Promise<unknown> {
  const ran = await sandbox.run('route', 'test', ...args, '--json')
  const { ok, upstreamModel, rule, accounts, reason } = ran.json<{
    ok: boolean
    upstreamModel: string
    rule: string
    accounts: { name: string }[]
    reason: string
  }>()
  return ok ? [upstreamModel, rule, accounts.map(({ name }) => name).join()] : [ran.code, reason]
}

test('routes are added, tested, listed and removed: exact, prefix, everything, by priority', async () => {
  const sandbox = await prepared()
  expect(await goes(sandbox, 'gpt-4o')).toEqual(['gpt-4o', 'model-name', 'gpt'])
  await sandbox.run('route', 'add', 'fast', '--target=gpt-4o-mini')
  await sandbox.run('route', 'add', 'gpt-*', '--target=claude-sonnet-4-5', '--provider=anthropic')
  const all = await sandbox.run(
    'route',
    'add',
    '*',
    '--account=claude',
    '--priority=-5',
    '--description=the rest',
    '--json',
  )
  expect(all.json()).toMatchObject({ source: '*', priority: -5, description: 'the rest', server: 'not-running' })
  expect(await goes(sandbox, 'fast')).toEqual(['gpt-4o-mini', 'global-route', 'gpt'])
  expect(await goes(sandbox, 'gpt-4o')).toEqual(['claude-sonnet-4-5', 'global-route', 'claude'])
  expect(await goes(sandbox, 'whatever')).toEqual(['whatever', 'global-route', 'claude'])
  const list = await sandbox.run('route', 'list')
  expect(list.stdout).toMatch(/gpt-\* +claude-sonnet-4-5 at anthropic/)
  expect(list.stdout).toMatch(/\* +the same at claude /)
  expect((await sandbox.run('route', 'remove', 'gpt-*', '--json')).json()).toMatchObject({
    source: 'gpt-*',
    removed: true,
  })
  expect(await goes(sandbox, 'gpt-4o')).toEqual(['gpt-4o', 'global-route', 'claude'])
  expect((await sandbox.run('route', 'list', '--json')).json<{ routes: unknown[] }>().routes).toHaveLength(2)
})

test('of several routes for one model none is removed by that name alone', async () => {
  const sandbox = await prepared()
  const add = async (target: string): Promise<string> =>
    (await sandbox.run('route', 'add', 'fast', `--target=${target}`)).stdout.trim()
  const [first, second] = [await add('gpt-4o'), await add('gpt-4o-mini')]
  const before = sandbox.config
  const ran = await sandbox.run('route', 'remove', 'fast')
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(`${first}, ${second}`)])
  expect(sandbox.config).toBe(before)
  expect((await sandbox.run('route', 'remove', first)).code).toBe(0)
  expect(await goes(sandbox, 'fast')).toEqual(['gpt-4o-mini', 'global-route', 'gpt'])
  expect((await sandbox.run('route', 'remove', 'fast')).code).toBe(0)
})

test('no model at all is a mistake of usage', async () => {
  const sandbox = await prepared()
  expect((await sandbox.run('route', 'test', '')).code).toBe(2)
})

test('a gateway key has routes of its own, which come first and may refuse the rest', async () => {
  const sandbox = await prepared()
  await sandbox.run('route', 'add', 'fast', '--target=gpt-4o-mini')
  await sandbox.run('route', 'add', 'fast', '--target=claude-haiku-4-5', '--key=team')
  expect((await sandbox.run('route', 'list')).stdout).toMatch(/claude-haiku-4-5 +team/)
  expect(await goes(sandbox, 'fast')).toEqual(['gpt-4o-mini', 'global-route', 'gpt'])
  expect(await goes(sandbox, 'fast', '--key=team')).toEqual(['claude-haiku-4-5', 'key-route', 'claude'])
  expect((await sandbox.run('route', 'default', 'reject', '--key=team', '--json')).json()).toMatchObject({
    changed: true,
  })
  expect(await goes(sandbox, 'gpt-4o', '--key=team')).toEqual([1, 'rejected-by-route'])
  expect(await goes(sandbox, 'gpt-4o')).toEqual(['gpt-4o', 'model-name', 'gpt'])
  expect(await goes(sandbox, 'fast', '--key=team')).toEqual(['claude-haiku-4-5', 'key-route', 'claude'])
  expect((await sandbox.run('route', 'list')).stderr).toContain(
    'Models without a route of the gateway key "team" are refused',
  )
  await sandbox.run('route', 'default', 'passthrough', '--key=team')
  expect(await goes(sandbox, 'gpt-4o', '--key=team')).toEqual(['gpt-4o', 'model-name', 'gpt'])
  expect((await sandbox.run('route', 'remove', 'fast', '--key=team')).code).toBe(0)
  expect(await goes(sandbox, 'fast', '--key=team')).toEqual(['gpt-4o-mini', 'global-route', 'gpt'])
})

test('a default behaviour keeps the comments of the routes there are', async () => {
  const sandbox = new Sandbox()
  sandbox.config =
    'model_routes: # ours\n  # the quick one\n  - source_model: fast # x\n    target_model: gpt-4o-mini\n'
  await sandbox.run('upstream', 'add', '--provider=openai', '--name=gpt', '--key=sk-1234567890')
  expect((await sandbox.run('route', 'default', 'reject')).code).toBe(0)
  for (const comment of ['# ours', '# the quick one', '# x']) expect(sandbox.config).toContain(comment)
  expect(await goes(sandbox, 'gpt-4o')).toEqual([1, 'rejected-by-route'])
  expect(await goes(sandbox, 'fast')).toEqual(['gpt-4o-mini', 'global-route', 'gpt'])
})

test.each([
  ['route add fast', 2],
  ['route add a*b --target=x', 2],
  ['route add fast --target=x --key=nobody', 3],
  ['route add fast --account=nobody', 3],
  ['route add fast --provider=nobody', 2],
  ['route add fast --target=x --priority=high', 2],
  ['route remove fast', 3],
  ['route default maybe', 2],
  ['route test', 2],
])('%s exits with %i, and changes nothing', async (line, code) => {
  const sandbox = await prepared()
  const before = sandbox.config
  expect((await sandbox.run(...line.split(' '))).code).toBe(code)
  expect(sandbox.config).toBe(before)
})

test('apikey update changes what is said and nothing else', async () => {
  const sandbox = await prepared()
  const update = async (...flags: string[]): Promise<unknown> =>
    (await sandbox.run('apikey', 'update', 'team', ...flags, '--json')).json()
  const before = sandbox.config
  expect(
    await update(
      '--rate-limit-per-minute=60',
      '--rate-limit-per-hour=600',
      '--rate-limit-per-day=6000',
      '--expires=30d',
    ),
  ).toMatchObject({
    changed: true,
    rateLimit: { requestsPerMinute: 60, requestsPerHour: 600, requestsPerDay: 6000 },
    expiresAt: '2026-12-23T20:00:00.000Z',
  })
  expect(await update('--models=gpt-*,claude-haiku-4-5', '--permissions=read')).toMatchObject({
    models: ['gpt-*', 'claude-haiku-4-5'],
    permissions: ['read'],
    rateLimit: { requestsPerMinute: 60 },
  })
  expect(await update('--rate-limit-per-hour=0')).toMatchObject({
    rateLimit: { requestsPerMinute: 60, requestsPerDay: 6000 },
  })
  const open = await update(
    '--rate-limit-per-minute=0',
    '--rate-limit-per-day=0',
    '--expires=never',
    '--models=all',
    '--permissions=read,write',
  )
  expect(open).not.toHaveProperty('rateLimit')
  expect(open).not.toHaveProperty('expiresAt')
  expect(open).not.toHaveProperty('models')
  expect(sandbox.config).toBe(before)
  expect(await update('--name=crew')).toMatchObject({ name: 'crew' })
})

test.each([
  ['apikey update team', 2],
  ['apikey update nobody --expires=1d', 3],
  ['apikey update team --expires=yesterday', 2],
  ['apikey update team --rate-limit-per-minute=x', 2],
])('%s exits with %i', async (line, code) => {
  const sandbox = await prepared()
  expect((await sandbox.run(...line.split(' '))).code).toBe(code)
})
