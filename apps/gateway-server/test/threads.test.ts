import type Anthropic from '@anthropic-ai/sdk'
import type { BetaRunnableTool } from '@anthropic-ai/sdk/lib/tools/BetaRunnableTool'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  anthropicAccount,
  gatewayKey,
  googleAccount,
  openaiAccount,
  type Section,
  startGateway,
  type TestGateway,
} from './harness.ts'

/**
 * Message threads: Anthropic keeps the conversation, and each turn sends only what is new. The official SDK's tool runner asks for one
 * unless told otherwise, so what it meets at providers that have none decides whether agents built on it work there.
 */

let first: Simulator
let second: Simulator
beforeAll(async () => {
  ;[first, second] = await Promise.all([startSimulator({ seed: 1 }), startSimulator({ seed: 2 })])
})
afterAll(async () => {
  await Promise.all([first.close(), second.close()])
})
const gateways: TestGateway[] = []
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway[Symbol.asyncDispose]()))
  await Promise.all([first, second].map(({ url }) => fetch(`${url}/_simulator/faults`, { method: 'DELETE' })))
})

async function start(accounts: readonly Section[], config: Section = {}): Promise<TestGateway> {
  const gateway = await startGateway({ accounts, config: { routing: { strategy: 'round-robin' }, ...config } })
  gateways.push(gateway)
  return gateway
}

const two = (): Section[] => [
  anthropicAccount(first.url, { id: 'upstream_first', name: 'first' }),
  anthropicAccount(second.url, { id: 'upstream_second', name: 'second' }),
]

function weather(asked: string[]): BetaRunnableTool<{ city: string }> {
  return {
    type: 'custom',
    name: 'get_weather',
    input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    parse: (input) => input as { city: string },
    run: ({ city }) => {
      asked.push(city)
      return `20 degrees in ${city}`
    },
  }
}

const question = {
  max_tokens: 1000,
  messages: [{ role: 'user' as const, content: '[[call get_weather {"city":"Paris"}]]' }],
}

function said({ content }: { readonly content: readonly { readonly type: string }[] }): string {
  return content.map((block) => ('text' in block ? String(block.text) : '')).join('')
}

const upstreams: readonly (readonly [dialect: string, model: string, account: () => Section])[] = [
  ['anthropic', 'claude-sonnet-5-5', () => anthropicAccount(first.url)],
  ['openai-chat', 'gpt-4o', () => openaiAccount(first.url, { provider: 'openai-compatible' })],
  ['openai-responses', 'gpt-5.6-sol', () => openaiAccount(first.url)],
  ['gemini', 'gemini-2.5-flash', () => googleAccount(first.url)],
]

describe.each(upstreams)('the SDK’s tool runner at an upstream of %s', (_dialect, model, account) => {
  test.each([false, true])('runs to its end, streamed: %s', async (stream) => {
    const client = (await start([account()])).anthropic()
    const asked: string[] = []
    const runner = client.beta.messages.toolRunner({ ...question, model, stream, tools: [weather(asked)] })
    const final = await runner.runUntilDone()
    expect(said(final)).toContain('20 degrees in Paris')
    expect(asked).toEqual(['Paris'])
  })
})

test('a thread that was asked for outright is refused with the code that says why', async () => {
  const client = (await start([openaiAccount(first.url)])).anthropic()
  const thread = client.beta.messages.thread({ model: 'gpt-5.6-sol', max_tokens: 100 })
  await expect(thread.send({ role: 'user', content: 'hello' })).rejects.toMatchObject({
    status: 400,
    error: {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: expect.stringContaining('thread: '),
        details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
      },
    },
  })
})

type Thread = ReturnType<Anthropic['beta']['messages']['thread']>

const ways: readonly (readonly [way: string, say: (thread: Thread, text: string) => Promise<string>])[] = [
  ['whole', async (thread, content) => said(await thread.send({ role: 'user', content }))],
  ['streamed', async (thread, content) => said(await thread.stream({ role: 'user', content }).finalMessage())],
]

describe.each(ways)('turns told %s', (_way, say) => {
  test('go to the account that has the thread', async () => {
    const client = (await start(two())).anthropic()
    const before = [first, second].map(({ totals }) => totals.requests)
    const threads = Array.from({ length: 4 }, () =>
      client.beta.messages.thread({ model: 'claude-sonnet-5-5', max_tokens: 100 }),
    )
    for (const thread of threads) await say(thread, 'hello')
    for (const turn of ['one', 'two', 'three']) {
      for (const thread of threads) expect(await say(thread, turn)).toContain(turn)
    }
    // Four threads of four turns, and none was begun anew.
    const asked = [first, second].map(({ totals }, at) => totals.requests - (before[at] ?? 0))
    expect(asked).toEqual([8, 8])
  })

  test('begin a new thread elsewhere when that account cannot serve', async () => {
    const client = (await start(two())).anthropic()
    const thread = client.beta.messages.thread({ model: 'claude-sonnet-5-5', max_tokens: 100 })
    await say(thread, 'hello')
    const home = [first, second].find(({ requests }) => JSON.stringify(requests.at(-1)?.body).includes('"create"'))
    for (const simulator of [first, second]) {
      if (simulator === home) simulator.fault({ kind: 'status', status: 529 })
    }
    expect(await say(thread, 'and now?')).toContain('and now?')
    const [last] = [first, second].filter((simulator) => simulator !== home).map(({ requests }) => requests.at(-1))
    expect(last?.body).toMatchObject({
      thread: { type: 'create' },
      messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'user', content: 'and now?' }],
    })
  })
})

test('a thread is told to no other gateway key', async () => {
  const [one, other] = [gatewayKey({ id: 'gw_one' }), gatewayKey({ id: 'gw_other' })]
  const gateway = await start([anthropicAccount(first.url)], { gateway_keys: [one.section, other.section] })
  const begun = await gateway.anthropic({ apiKey: one.raw }).beta.messages.create({
    model: 'claude-sonnet-5-5',
    max_tokens: 100,
    betas: ['message-threads-2026-08-12'],
    thread: { type: 'create' },
    messages: [{ role: 'user', content: 'my name is Ann' }],
  })
  const next = gateway.anthropic({ apiKey: other.raw }).beta.messages.create({
    model: 'claude-sonnet-5-5',
    max_tokens: 100,
    betas: ['message-threads-2026-08-12'],
    thread: { type: 'continue', previous_message_id: begun.id },
    messages: [{ role: 'user', content: 'who am I?' }],
  })
  await expect(next).rejects.toMatchObject({
    status: 404,
    error: { error: { type: 'not_found_error', details: { error_code: 'thread_not_found' } } },
  })
})
