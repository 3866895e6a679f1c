import { FailedAuthThrottle, hashKey, KeyRing, RateLimiter } from '@llm-gateway/access'
import { Router } from '@llm-gateway/router'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { defaultTimeouts, UpstreamClient } from '@llm-gateway/upstream'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Gateway, handleFetch, NoCredentialError, type Services } from '../src/index.ts'

/** How what a provider keeps is fetched with a credential that is not taken any more, or not to be had. */

let simulator: Simulator
let upstream: UpstreamClient
beforeAll(async () => {
  simulator = await startSimulator({ keys: ['good'] })
  upstream = new UpstreamClient()
})
afterAll(async () => {
  await upstream.close()
  await simulator.close()
})

let asked: string[] = []
let credential = 'old'
beforeEach(() => {
  asked = []
  credential = 'old'
})

function gatewayWith(services: Pick<Services, 'authorize'> & Partial<Services>): Gateway {
  const account = { id: 'a', name: 'main', provider: 'openai', baseUrl: `${simulator.url}/v1` }
  const key = {
    id: 'gw_1',
    name: 'me',
    keyHash: hashKey('mine'),
    permissions: ['write' as const],
    status: 'active' as const,
  }
  return new Gateway({
    state: {
      keys: new KeyRing([key]),
      accounts: new Map([['a', account]]),
      timeouts: defaultTimeouts,
      limits: { bodyBytes: 1 << 20, bufferedBytes: 1 << 20, concurrency: 10 },
      strict: false,
    },
    router: new Router({ accounts: [{ ...account, dialects: ['openai-responses'] }] }),
    upstream,
    limiter: new RateLimiter(),
    failedAuth: new FailedAuthThrottle(),
    redact: (text) => text,
    now: Date.now,
    newId: () => 'req_1',
    observe: () => {},
    report: (error) => {
      throw error
    },
    ...services,
  })
}

function begun(gateway: Gateway): Promise<Response> {
  const headers = { authorization: 'Bearer mine', 'content-type': 'application/json' }
  return handleFetch(gateway, new Request('http://gateway/v1/conversations', { method: 'POST', headers, body: '{}' }))
}

function authorize(): Record<string, string> {
  asked.push(credential)
  return { authorization: `Bearer ${credential}` }
}

test('a credential that was refused and could be renewed is tried once more', async () => {
  const gateway = gatewayWith({
    authorize,
    renew: async () => {
      credential = 'good'
      return true
    },
  })
  const response = await begun(gateway)
  expect([response.status, asked]).toEqual([200, ['old', 'good']])
  gateway.close()
})

test('one that is refused again is told as the gateway’s trouble, and not tried for ever', async () => {
  const gateway = gatewayWith({ authorize, renew: async () => true })
  const response = await begun(gateway)
  expect([response.status, asked]).toEqual([502, ['old', 'old']])
  expect(await response.json()).toMatchObject({ error: { code: 'upstream_credential' } })
  gateway.close()
})

test('one that cannot be had is told with its reason', async () => {
  const gateway = gatewayWith({
    authorize: () => {
      throw new NoCredentialError('log in anew', { lasting: true })
    },
  })
  const response = await begun(gateway)
  expect(response.status).toBe(502)
  expect(await response.text()).toContain('log in anew')
  gateway.close()
})
