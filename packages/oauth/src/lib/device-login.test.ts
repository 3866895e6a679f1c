import { expect, test } from 'vitest'
import { type Bench, startBench } from '../../test/kit.ts'
import { type DeviceLoginOptions, deviceLogin } from './device-login.ts'

interface Told {
  userCode: string
  verificationUrl: string
}

function options(
  bench: Bench,
  onCode: (told: Told) => void = () => {},
): DeviceLoginOptions & { readonly waits: number[] } {
  const waits: number[] = []
  return {
    ...bench.login,
    waits,
    sleep: async (ms) => {
      waits.push(ms)
      bench.clock.pass(ms)
    },
    onCode,
  }
}

test('tells the code, waits as asked, and ends with tokens', async () => {
  const bench = await startBench()
  bench.identity.set({ approval: 'form', deviceInterval: 7 })
  let polls = 0
  let told: Told | undefined
  const run = options(bench, (grant) => {
    told = grant
  })
  const sleep = async (ms: number): Promise<void> => {
    await run.sleep(ms)
    polls += 1
    if (polls === 3) bench.identity.decide(told?.userCode ?? '', 'approved')
  }
  const tokens = await deviceLogin(bench.account, { ...run, sleep })
  expect(told).toMatchObject({
    userCode: expect.stringMatching(/^\w{4}-\w{4}$/),
    verificationUrl: `${bench.simulator.url}/oauth/device`,
  })
  expect(run.waits).toEqual([7_000, 7_000, 7_000])
  expect(bench.identity.admits(tokens.accessToken)).toBe(true)
})

test('slows down by five seconds each time it is told to', async () => {
  const bench = await startBench()
  bench.identity.set({ approval: 'form', deviceInterval: 5 })
  const waits: number[] = []
  const impatient = options(bench)
  const controller = new AbortController()
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms)
    // Time that does not pass as it should is a poll too early.
    bench.clock.pass(waits.length < 4 ? 1 : 60_000)
    if (waits.length === 6) controller.abort()
    controller.signal.throwIfAborted()
  }
  await expect(deviceLogin(bench.account, { ...impatient, sleep, signal: controller.signal })).rejects.toThrow(
    'aborted',
  )
  expect(waits).toEqual([5_000, 5_000, 10_000, 15_000, 15_000, 15_000])
})

test.each(['denied', 'expired'] as const)('a login that is %s ends', async (how) => {
  const bench = await startBench()
  bench.identity.set({ approval: 'form' })
  const run = options(bench, ({ userCode }) => {
    if (how === 'denied') bench.identity.decide(userCode, 'denied')
  })
  const code = how === 'denied' ? 'LOGIN_DENIED' : 'LOGIN_EXPIRED'
  await expect(deviceLogin(bench.account, run)).rejects.toMatchObject({ code })
  expect(bench.store.records.size).toBe(0)
})

test('a connection that fails once does not end the login', async () => {
  const bench = await startBench()
  const run = options(bench)
  let calls = 0
  const fetch: typeof bench.login.fetch = (url, init) => {
    calls += 1
    return calls === 2 ? Promise.reject(new Error('reset')) : bench.login.fetch(url, init)
  }
  await expect(deviceLogin(bench.account, { ...run, fetch })).resolves.toBeDefined()
  expect(run.waits).toEqual([5_000, 10_000])
})

test('a client that the provider does not know ends at once', async () => {
  const bench = await startBench()
  bench.identity.set({ clients: ['another'] })
  await expect(deviceLogin(bench.account, options(bench))).rejects.toMatchObject({ code: 'PROVIDER_ERROR' })
})

test('goes on where the provider says with 200 that the person has not said yes', async () => {
  const bench = await startBench()
  const answers = [
    { device_code: 'd', user_code: 'u', verification_uri: 'https://idp.example/device', expires_in: 60, interval: 1 },
    { error: 'authorization_pending' },
    { error: 'slow_down' },
    { access_token: 't', token_type: 'bearer' },
  ]
  const run = { ...options(bench), fetch: async () => Response.json(answers.shift()) }
  await expect(deviceLogin(bench.account, run)).resolves.toMatchObject({ accessToken: 't' })
  expect(run.waits).toEqual([1_000, 1_000, 6_000])
})
