import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openaiAccount, openaiSecret, startGateway, type TestGateway } from './harness.ts'
import { bytes, startRawUpstream } from './raw-upstream.ts'

/** Held by the simulator: what is pushed is let in. */
const keys = ['another key']
let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ keys })
})
afterAll(() => simulator.close())

async function accountOf(gateway: TestGateway): Promise<Record<string, unknown>> {
  const { accounts } = (await gateway.status()) as { accounts: Record<string, unknown>[] }
  return accounts[0] ?? {}
}

test('a refused key is known without a request, and is well again when it is let in; no token is spent', async () => {
  await using gateway = await startGateway({
    accounts: [openaiAccount(simulator.url)],
    config: { routing: { health_check: { interval: '50ms' } } },
  })
  await vi.waitFor(async () => {
    expect(await accountOf(gateway)).toMatchObject({ state: 'credential-failed', check: { ok: false, status: 401 } })
  })
  expect(JSON.stringify(await accountOf(gateway))).not.toContain(openaiSecret)
  keys.push(openaiSecret)
  await vi.waitFor(async () => {
    expect(await accountOf(gateway)).toMatchObject({ state: 'healthy', requests: 0, check: { ok: true, status: 200 } })
  })
  // The simulator counts calls of models; listings are none.
  expect(simulator.totals).toMatchObject({ requests: 0, inputTokens: 0, outputTokens: 0 })
  const messages = (await gateway.stop()).map(({ message }) => message)
  expect(messages.filter((message) => message.includes('health check'))).toEqual([
    'the account fails its health check',
    'the account passes its health check',
  ])
})

test('an account says by itself how often, and others are not checked', async () => {
  keys.push(openaiSecret)
  const checked = openaiAccount(simulator.url, { health_check: { interval: 0.05 } })
  const other = openaiAccount(simulator.url, { id: 'upstream_other', name: 'other' })
  await using gateway = await startGateway({ accounts: [checked, other] })
  await vi.waitFor(async () => {
    expect(await accountOf(gateway)).toMatchObject({ check: { ok: true } })
  })
  const { accounts } = (await gateway.status()) as { accounts: Record<string, unknown>[] }
  expect(accounts[1]).not.toHaveProperty('check')
})

test('a server that lists nothing is told of by what to do about it', async () => {
  const upstream = await startRawUpstream(bytes(404, { 'content-type': 'text/html' }, '<html>not found</html>'))
  await using gateway = await startGateway({
    accounts: [openaiAccount(upstream.url, { health_check: { interval: 0.05 } })],
  })
  await vi.waitFor(async () => {
    expect(await accountOf(gateway)).toMatchObject({
      // No reason not to send it requests.
      state: 'healthy',
      check: {
        ok: false,
        status: 404,
        problem: expect.stringMatching(/no list of models there \(404\).*health_check/),
      },
    })
  })
  await upstream.close()
})
