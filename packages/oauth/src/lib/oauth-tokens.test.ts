import { expect, test, vi } from 'vitest'
import { logIn, startBench } from '../../test/kit.ts'
import { OAuthTokens } from './oauth-tokens.ts'
import { tokenPath } from './token-set.ts'

const realClock = { now: Date.now, monotonic: () => performance.now() }

test('renews in the background, before a request has to wait', async () => {
  const bench = await startBench()
  const clock = { ...realClock, now: () => bench.clock.wall + performance.now() }
  bench.identity.set({ accessLifetimeMs: 300 })
  await logIn({ ...bench, login: { ...bench.login, clock } })
  const tokens = new OAuthTokens({ ...bench.tokens, clock })
  await tokens.configure([bench.account])
  const first = bench.store.records.get(tokenPath('upstream_1'))?.version
  await vi.waitFor(() => expect(bench.identity.counters.refreshes).toBeGreaterThanOrEqual(2), { timeout: 3_000 })
  expect(bench.store.records.get(tokenPath('upstream_1'))?.version).not.toBe(first)
  await tokens.close()
  const after = bench.identity.counters.refreshes
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(bench.identity.counters.refreshes).toBe(after)
})

test('one account’s provider that hangs keeps no other waiting', async () => {
  const [slow, quick] = [await startBench(), await startBench()]
  await logIn(slow)
  await logIn(quick)
  const other = { ...quick.account, id: 'upstream_2' }
  const record = quick.store.records.get(tokenPath('upstream_1'))
  await slow.store.write(tokenPath('upstream_2'), record?.text ?? '', { ifVersion: 'absent' })
  slow.identity.set({ delayMs: 200 })
  slow.clock.pass(3_600_000)
  quick.clock.pass(3_600_000)
  const tokens = new OAuthTokens(slow.tokens)
  await tokens.configure([slow.account, other])
  const order: string[] = []
  await Promise.all([
    Promise.resolve(tokens.authorize('upstream_1')).then(() => order.push('slow')),
    Promise.resolve(tokens.authorize('upstream_2')).then(() => order.push('quick')),
  ])
  expect(order).toEqual(['quick', 'slow'])
  await tokens.close()
})

test('forgets accounts that are gone and keeps those that are as they were', async () => {
  const bench = await startBench()
  await logIn(bench)
  const tokens = new OAuthTokens(bench.tokens)
  await tokens.configure([bench.account])
  expect(tokens.state('upstream_1')).toMatchObject({ state: 'authorized', profile: 'test', refreshable: true })
  await tokens.configure([])
  expect(tokens.states()).toEqual([])
  expect(tokens.has('upstream_1')).toBe(false)
  expect(() => tokens.authorize('upstream_1')).toThrow(expect.objectContaining({ code: 'NEEDS_LOGIN' }))
  expect(await tokens.refused('upstream_1', 'x')).toBe(false)
  await tokens.close()
})

test('an account that nobody has logged in to says so', async () => {
  const bench = await startBench()
  const told: string[] = []
  const tokens = new OAuthTokens({ ...bench.tokens, onChange: ({ state }) => told.push(state) })
  await tokens.configure([bench.account])
  expect(tokens.state('upstream_1')).toMatchObject({ state: 'needs_login', refreshable: false })
  await expect(Promise.resolve().then(() => tokens.authorize('upstream_1'))).rejects.toMatchObject({
    code: 'NEEDS_LOGIN',
    message: 'account "mine" needs a login, for nobody has logged in yet: run llm-gateway oauth start upstream_1',
  })
  expect(told).toEqual(['needs_login'])
  await tokens.close()
})
