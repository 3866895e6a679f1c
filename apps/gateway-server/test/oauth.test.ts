import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { expect, onTestFinished, test } from 'vitest'
import { anthropicAccount, concurrently, type Section, startGateway, type TestGateway } from './harness.ts'
import { logIn, oauthAccount, profileSection, reload } from './oauth-kit.ts'

const body = { model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }

interface Bench {
  readonly simulator: Simulator
  readonly gateway: TestGateway
}

/** A gateway with an account that is to log in by a profile of the operator's. */
async function startBench(accounts: readonly Section[] = [], profile: Section = {}): Promise<Bench> {
  const simulator = await startSimulator()
  onTestFinished(() => simulator.close())
  const own = oauthAccount(simulator.url, { oauth_profile: 'corp' })
  const config = { oauth_profiles: { corp: profileSection(simulator, profile) } }
  const gateway = await startGateway({ accounts: [own, ...accounts], config })
  onTestFinished(() => gateway[Symbol.asyncDispose]())
  return { simulator, gateway }
}

async function ask(gateway: TestGateway): Promise<{ status: number; text: string; account: string | null }> {
  const response = await gateway.fetch('/v1/messages', { headers: { 'anthropic-version': '2023-06-01' }, body })
  const account = response.headers.get('x-llm-gateway-upstream')
  return { status: response.status, text: await response.text(), account }
}

async function accountStatus(gateway: TestGateway): Promise<Record<string, unknown>> {
  const { accounts } = (await gateway.status()) as { accounts: Record<string, unknown>[] }
  return accounts.find(({ id }) => id === 'upstream_oauth') ?? {}
}

test('an account that nobody has logged in to says so; a login reaches the running server', async () => {
  const { gateway, simulator } = await startBench()
  const before = await ask(gateway)
  expect([before.status, before.text]).toEqual([502, expect.stringContaining('llm-gateway oauth start upstream_oauth')])
  expect(await accountStatus(gateway)).toMatchObject({ state: 'needs_login' })
  await logIn(gateway)
  expect(await accountStatus(gateway)).toMatchObject({
    state: 'healthy',
    oauth: { state: 'authorized', profile: 'corp', refreshable: true },
  })
  expect(await ask(gateway)).toMatchObject({ status: 200, account: 'upstream_oauth' })
  const sent = simulator.requests.at(-1)
  expect(sent?.headers.authorization).toMatch(/^Bearer sim-at-/)
  expect(sent?.headers['x-api-key']).toBeUndefined()
})

test('a login is found without a word to the server', async () => {
  const { gateway } = await startBench()
  expect((await ask(gateway)).status).toBe(502)
  await logIn(gateway, { tell: false })
  await expect.poll(async () => (await ask(gateway)).status, { timeout: 8_000, interval: 200 }).toBe(200)
})

test('500 requests with a token that has ended cause one refresh', async () => {
  const { gateway, simulator } = await startBench()
  simulator.identity.set({ delayMs: 100 })
  await logIn(gateway, { agoMs: 2 * 3_600_000, tell: false })
  const answers = await concurrently(500, 500, () => ask(gateway))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(500)
  expect(simulator.identity.counters).toMatchObject({ refreshes: 1, reuses: 0 })
})

test('O8: an upstream that refuses fresh tokens costs one refresh, one more try each, and then needs a login', async () => {
  const { gateway, simulator } = await startBench()
  await logIn(gateway)
  simulator.fault({ kind: 'status', status: 401 })
  const answers = await concurrently(50, 50, () => ask(gateway))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([502]))
  expect(simulator.identity.counters.refreshes).toBe(1)
  expect(simulator.requests.length).toBeLessThanOrEqual(100)
  expect(await accountStatus(gateway)).toMatchObject({ state: 'needs_login', oauth: { state: 'needs_login' } })
  const asked = simulator.requests.length
  await concurrently(20, 20, () => ask(gateway))
  expect(simulator.requests.length).toBe(asked)
  expect(simulator.identity.counters.refreshes).toBe(1)
  simulator.reset()
  await logIn(gateway)
  expect((await ask(gateway)).status).toBe(200)
})

test('a token that was revoked is renewed once, unseen by the client', async () => {
  const { gateway, simulator } = await startBench()
  await logIn(gateway)
  simulator.identity.expireAccess()
  const answers = await concurrently(20, 20, () => ask(gateway))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(simulator.identity.counters.refreshes).toBe(1)
  expect(await accountStatus(gateway)).toMatchObject({ state: 'healthy', failures: 0 })
})

test('an account without a login is no reason to fail while another can serve', async () => {
  const other = await startSimulator()
  onTestFinished(() => other.close())
  const { gateway } = await startBench([anthropicAccount(other.url, { priority: -1 })])
  for (let turn = 0; turn < 5; turn += 1) {
    expect(await ask(gateway)).toMatchObject({ status: 200, account: 'upstream_anthropic' })
  }
})

test('a token endpoint that was changed gets nothing, and a login is asked for', async () => {
  const { gateway } = await startBench()
  await logIn(gateway)
  const evil = await startSimulator()
  onTestFinished(() => evil.close())
  const moved = profileSection(evil)
  const sections = JSON.parse(readFileSync(gateway.configFile, 'utf8')) as Section
  gateway.saveConfig({ ...sections, oauth_profiles: { corp: moved } })
  await reload(gateway)
  expect((await ask(gateway)).text).toContain('token_url')
  expect(evil.identity.counters.tokenRequests).toBe(0)
  expect(await accountStatus(gateway)).toMatchObject({ state: 'needs_login' })
})

test('tokens are in the encrypted store, and in no log, status or file in clear', async () => {
  const { gateway, simulator } = await startBench()
  await logIn(gateway)
  await ask(gateway)
  simulator.identity.expireAccess()
  await ask(gateway)
  const status = JSON.stringify(await gateway.status())
  const log = JSON.stringify(await gateway.stop())
  const files = readdirSync(gateway.home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  for (const text of [status, log, ...files]) expect(text).not.toMatch(/sim-(at|rt|code)-/)
})
