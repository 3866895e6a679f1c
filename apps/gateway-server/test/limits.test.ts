import { startSimulator } from '@llm-gateway/simulator'
import { describe, expect, test } from 'vitest'
import { GatewayServer } from '../src/index.ts'
import {
  anthropicAccount,
  concurrently,
  gatewayKey,
  openaiAccount,
  type Section,
  startGateway,
  type TestGateway,
} from './harness.ts'

const chat = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] }

interface Limited {
  readonly gateway: TestGateway
  readonly authorization: string
  ask(path?: string, body?: unknown): Promise<Response>
  [Symbol.asyncDispose](): Promise<void>
}

/** A gateway whose one key has these members, before a simulator. */
async function limited(more: Section): Promise<Limited> {
  const simulator = await startSimulator()
  const { raw, section } = gatewayKey(more)
  const gateway = await startGateway({
    accounts: [openaiAccount(simulator.url), anthropicAccount(simulator.url)],
    config: { gateway_keys: [section] },
  })
  const authorization = `Bearer ${raw}`
  return {
    gateway,
    authorization,
    ask: (path = '/v1/chat/completions', body: unknown = chat) =>
      gateway.fetch(path, { headers: { authorization }, body: body === null ? undefined : body }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}

describe('limits of a gateway key', () => {
  test('100 a minute under 200 concurrent clients admit exactly 100', async () => {
    await using key = await limited({ rate_limit: { requests_per_minute: 100 } })
    const statuses = await concurrently(400, 200, async () => {
      const response = await key.ask()
      await response.text()
      return response.status
    })
    expect(statuses.filter((status) => status === 200)).toHaveLength(100)
    expect(statuses.filter((status) => status === 429)).toHaveLength(300)
  })

  test('concurrency admits as many as may run at once, and more as they end', async () => {
    await using key = await limited({ rate_limit: { concurrency: 3 } })
    const statuses = await concurrently(60, 30, async () => {
      const response = await key.ask()
      await response.text()
      return response.status
    })
    expect(statuses).toContain(429)
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(3)
    expect((await key.ask()).status).toBe(200)
  })

  test('tokens a minute are those of the ledger, and refuse once they are used up', async () => {
    await using key = await limited({ rate_limit: { tokens_per_minute: 1 } })
    expect((await key.ask()).status).toBe(200)
    const refused = await key.ask()
    expect(refused.status).toBe(429)
    expect(refused.headers.get('x-ratelimit-remaining-tokens')).toBe('0')
  })

  test('are told in the standard’s fields and in those of the client’s dialect', async () => {
    await using key = await limited({ rate_limit: { requests_per_minute: 2, tokens_per_minute: 1_000_000 } })
    const first = await key.ask()
    await first.text()
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'ratelimit-policy': '"requests-per-minute";q=2;w=60, "tokens-per-minute";q=1000000;w=60',
      ratelimit: expect.stringContaining('"requests-per-minute";r=1;t=60'),
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': '1m0s',
      'x-ratelimit-limit-tokens': '1000000',
    })
    const body = { model: 'claude-sonnet-4-5', max_tokens: 10, messages: chat.messages }
    const second = await key.ask('/v1/messages', body)
    await second.text()
    expect(second.headers.get('anthropic-ratelimit-requests-remaining')).toBe('0')
    expect(Date.parse(second.headers.get('anthropic-ratelimit-requests-reset') ?? '')).toBeGreaterThan(Date.now())

    const refused = await key.ask('/v1/messages', body)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('x-llm-gateway-error-source')).toBe('gateway')
    expect(await refused.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
    const openai = await key.ask()
    expect(openai.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    expect(await openai.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
  })

  test('go on over a restart', async () => {
    await using key = await limited({ rate_limit: { requests_per_day: 3 } })
    const { gateway } = key
    for (let count = 0; count < 2; count++) await (await key.ask()).text()
    await gateway.stop()
    const again = await GatewayServer.start({ home: gateway.home, configFile: gateway.configFile, env: {}, port: 0 })
    try {
      const ask = (): Promise<Response> =>
        fetch(`${again.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: key.authorization, 'content-type': 'application/json' },
          body: JSON.stringify(chat),
        })
      const statuses = [(await ask()).status, (await ask()).status]
      expect(statuses).toEqual([200, 429])
    } finally {
      await again.stop()
    }
  })
})

describe('permissions of a gateway key', () => {
  test.for<readonly [readonly string[], number, number, number]>([
    [['read'], 200, 403, 403],
    [['write'], 403, 200, 403],
    [['read', 'write'], 200, 200, 403],
    [['admin'], 200, 200, 200],
  ])('%o: listings %d, model calls %d, the admin API %d', async ([permissions, read, write, admin]) => {
    await using key = await limited({ permissions })
    expect((await key.ask('/v1/models', null)).status).toBe(read)
    expect((await key.ask()).status).toBe(write)
    expect((await key.ask('/admin/api/status', null)).status).toBe(admin)
  })

  test.for<readonly [Section, string]>([
    [{ status: 'disabled' }, 'disabled'],
    [{ expires_at: '2020-01-01' }, 'expired'],
  ])('a key with %o is refused, and told why', async ([more, word]) => {
    await using key = await limited(more)
    const refused = await key.ask()
    expect(refused.status).toBe(401)
    expect(await refused.text()).toContain(word)
  })
})
