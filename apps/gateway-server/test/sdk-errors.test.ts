import * as anthropicSdk from '@anthropic-ai/sdk'
import * as openaiSdk from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Pair, startPair, type TestGateway } from './harness.ts'

let pair: Pair
beforeAll(async () => {
  pair = await startPair()
})
afterAll(async () => {
  await pair[Symbol.asyncDispose]()
})

/** What both SDKs' errors have in common. */
interface SdkError extends Error {
  readonly status: number | undefined
  readonly headers: Headers | undefined
  readonly requestID?: string | null | undefined
}

interface Client {
  readonly client: string
  readonly sdk: typeof openaiSdk | typeof anthropicSdk
  readonly shape: (error: SdkError) => { readonly type: unknown; readonly message: unknown }
  ask(gateway: TestGateway, model: string, stream: boolean, apiKey?: string): Promise<unknown>
}

const messages = [{ role: 'user' as const, content: 'hi' }]
const clients: readonly Client[] = [
  {
    client: 'openai',
    sdk: openaiSdk,
    shape: (error) => (error as openaiSdk.APIError).error as { type: unknown; message: unknown },
    ask: async (gateway, model, stream, apiKey) => {
      const { completions } = gateway.openai(apiKey === undefined ? {} : { apiKey }).chat
      if (!stream) return completions.create({ model, messages })
      return drain(await completions.create({ model, messages, stream }))
    },
  },
  {
    client: 'Anthropic',
    sdk: anthropicSdk,
    shape: (error) =>
      ((error as anthropicSdk.APIError).error as { error: { type: unknown; message: unknown } } | undefined)?.error ?? {
        type: undefined,
        message: undefined,
      },
    ask: async (gateway, model, stream, apiKey) => {
      const { messages: api } = gateway.anthropic(apiKey === undefined ? {} : { apiKey })
      if (!stream) return api.create({ model, max_tokens: 100, messages })
      return drain(await api.create({ model, max_tokens: 100, messages, stream }))
    },
  },
]

const upstreams = [
  { upstream: 'anthropic' as const, prefix: 'claude' },
  { upstream: 'openai' as const, prefix: 'gpt' },
]
const ways = [
  { way: 'whole', stream: false },
  { way: 'streamed', stream: true },
]

/** What a provider answers, and what the SDK makes of it. */
const statuses = [
  { status: 400, name: 'BadRequestError' },
  { status: 404, name: 'NotFoundError' },
  { status: 413, name: 'APIError' },
  { status: 422, name: 'UnprocessableEntityError' },
  { status: 429, name: 'RateLimitError' },
  { status: 500, name: 'InternalServerError' },
  { status: 503, name: 'InternalServerError' },
  { status: 529, name: 'InternalServerError' },
] as const

describe.each(clients)('$client SDK', ({ sdk, ask, shape, client }) => {
  describe.each(upstreams)('at an $upstream upstream', ({ upstream, prefix }) => {
    describe.each(ways)('$way', ({ way, stream }) => {
      test.each(statuses)('hazards 118 and 121: $status of the provider is a $name', async ({ status, name }) => {
        // A model of its own: what is learnt of one must not change the answer of the next.
        const model = `${prefix}-${client}-${way}-${status}`.toLowerCase()
        const retryAfter = status === 429 ? { retryAfter: 7 } : {}
        pair[upstream].fault({ kind: 'status', status, message: `the provider says ${status}`, model, ...retryAfter })
        const error = await caught(ask(pair.gateway, model, stream))
        expect(error).toBeInstanceOf(sdk[name])
        expect(error.status).toBe(status)
        expect(shape(error).message).toBe(`the provider says ${status}`)
        expect(error.headers?.get('x-llm-gateway-error-source')).toBe('upstream')
        expect(error.headers?.get('x-llm-gateway-upstream')).toBe(`upstream_${upstream}`)
        expect(error.headers?.get('x-llm-gateway-attempts')).toBe('1')
        expect(error.headers?.get('request-id')).toMatch(/^req_/)
        if (status === 429) expect(error.headers?.get('retry-after')).toBe('7')
      })

      test('a throttled account is not asked again before its reset, and the client is told when that is', async () => {
        const model = `${prefix}-${client}-${way}-throttled`.toLowerCase()
        pair[upstream].fault({ kind: 'status', status: 429, retryAfter: 30, model })
        await caught(ask(pair.gateway, model, stream))
        const asked = pair[upstream].totals.requests
        const error = await caught(ask(pair.gateway, model, stream))
        expect(error).toBeInstanceOf(sdk.RateLimitError)
        expect(error.headers?.get('x-llm-gateway-error-source')).toBe('gateway')
        expect(Number(error.headers?.get('retry-after'))).toBeGreaterThanOrEqual(29)
        expect(Number(error.headers?.get('retry-after'))).toBeLessThanOrEqual(32)
        expect(pair[upstream].totals.requests).toBe(asked)
      })
    })
  })

  describe.each(ways)('$way', ({ stream }) => {
    test('a wrong gateway key is an AuthenticationError', async () => {
      const error = await caught(ask(pair.gateway, 'gpt-4o', stream, 'llmgw_wrong'))
      expect(error).toBeInstanceOf(sdk.AuthenticationError)
      expect(error.status).toBe(401)
      expect(error.headers?.get('x-llm-gateway-error-source')).toBe('gateway')
      expect(error.message).not.toContain('llmgw_wrong')
    })

    test('a model nobody serves is a NotFoundError that says what is', async () => {
      const error = await caught(ask(pair.gateway, 'llama-3-70b', stream))
      expect(error).toBeInstanceOf(sdk.NotFoundError)
      expect(error.message).toContain('llama-3-70b')
    })
  })
})

test('a credential that a provider refuses is the operator’s trouble, not a 401 of the client', async () => {
  await using own = await startPair()
  own.openai.fault({ kind: 'status', status: 401, message: 'Incorrect API key provided' })
  const error = await caught(own.gateway.openai().chat.completions.create({ model: 'gpt-4o', messages }))
  expect(error).toBeInstanceOf(openaiSdk.InternalServerError)
  expect(error.status).toBe(502)
  expect(error.message).toContain('"gpt"')
  expect(error.headers?.get('x-llm-gateway-error-source')).toBe('gateway')
})

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let events = 0
  for await (const event of stream) events += event === undefined ? 0 : 1
  return events
}

async function caught(promise: Promise<unknown>): Promise<SdkError> {
  try {
    await promise
  } catch (cause) {
    return cause as SdkError
  }
  throw new Error('the SDK took the answer for a success')
}
