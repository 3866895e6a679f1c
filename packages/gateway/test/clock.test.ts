import { FailedAuthThrottle, hashKey, KeyRing, RateLimiter } from '@llm-gateway/access'
import { Router } from '@llm-gateway/router'
import { startSimulator } from '@llm-gateway/simulator'
import { defaultTimeouts, UpstreamClient } from '@llm-gateway/upstream'
import { expect, onTestFinished, test } from 'vitest'
import { type AccessRecord, Gateway, handleFetch } from '../src/index.ts'

const hour = 3_600_000
const start = Date.UTC(2026, 10, 29)

/** Asks once while the clock is set by this much between any two looks at it, and gives what was noted. */
async function askWhileSet(byMs: number): Promise<AccessRecord> {
  const simulator = await startSimulator()
  const upstream = new UpstreamClient()
  onTestFinished(async () => {
    await upstream.close()
    await simulator.close()
  })
  let wall = start
  const noted = Promise.withResolvers<AccessRecord>()
  const account = { id: 'a', name: 'main', provider: 'openai', baseUrl: `${simulator.url}/v1` }
  const client = { id: 'gw_1', name: 'me', keyHash: hashKey('mine'), permissions: ['write' as const] }
  const gateway = new Gateway({
    state: {
      keys: new KeyRing([{ ...client, status: 'active' as const }]),
      accounts: new Map([['a', account]]),
      timeouts: defaultTimeouts,
      limits: { bodyBytes: 1 << 20, bufferedBytes: 1 << 20, concurrency: 10 },
      strict: false,
    },
    router: new Router({ accounts: [{ ...account, dialects: ['openai-chat'] }] }),
    upstream,
    limiter: new RateLimiter(),
    failedAuth: new FailedAuthThrottle(),
    authorize: () => ({ authorization: 'Bearer x' }),
    redact: (text) => text,
    now: () => {
      const seen = wall
      wall += byMs
      return seen
    },
    tick: () => Math.trunc(performance.now()),
    newId: () => 'req_1',
    observe: noted.resolve,
    report: (error) => {
      throw error
    },
  })
  const body = JSON.stringify({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'x' }] })
  const headers = { authorization: 'Bearer mine', 'content-type': 'application/json' }
  const request = new Request('http://gateway/v1/chat/completions', { method: 'POST', headers, body })
  const response = await handleFetch(gateway, request)
  expect([response.status, (await response.text()).includes('[DONE]')]).toEqual([200, true])
  return noted.promise
}

test.each([-hour, hour])('a clock that is set by %i ms in mid request changes no span of time', async (byMs) => {
  const { startedAt, durationMs, firstContentMs = -1, attempts } = await askWhileSet(byMs)
  expect(startedAt).toBe(start)
  const [attempt] = attempts
  for (const ms of [durationMs, firstContentMs, attempt?.durationMs ?? -1, attempt?.firstContentMs ?? -1]) {
    expect(ms).toBeGreaterThanOrEqual(0)
    expect(ms).toBeLessThan(60_000)
  }
})
