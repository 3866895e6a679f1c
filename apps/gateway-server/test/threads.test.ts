import type Anthropic from '@anthropic-ai/sdk'
import type { BetaRunnableTool } from '@anthropic-ai/sdk/lib/tools/BetaRunnableTool'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { everyDialectAt, modelOf } from './every-dialect.ts'
import { anthropicAccount, gatewayKey, openaiAccount } from './harness.ts'
import { startTurns, startTwoAccounts, type TwoAccounts } from './two-accounts.ts'

/**
 * Message threads: Anthropic keeps the conversation, and each turn sends only what is new. The official SDK's tool runner asks for one
 * unless told otherwise, so what it meets at providers that have none decides whether agents built on it work there.
 */

let two: TwoAccounts
beforeAll(async () => {
  two = await startTwoAccounts(anthropicAccount)
})
afterAll(() => two[Symbol.asyncDispose]())

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

describe.each(Object.entries(modelOf))('the SDK’s tool runner at an upstream of %s', (dialect, model) => {
  test.each([false, true])('runs to its end, streamed: %s', async (stream) => {
    const client = (await startTurns(everyDialectAt(two.first.url))).anthropic()
    const asked: string[] = []
    const runner = client.beta.messages.toolRunner({ ...question, model, stream, tools: [weather(asked)] })
    const final = await runner.runUntilDone()
    expect(said(final)).toContain('20 degrees in Paris')
    expect(asked).toEqual(['Paris'])
    expect(two.first.requests.at(-1)?.dialect).toBe(dialect)
  })
})

test('a thread that was asked for outright is refused with the code that says why', async () => {
  const client = (await startTurns([openaiAccount(two.first.url)])).anthropic()
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
    const client = (await startTurns(two.accounts)).anthropic()
    const before = two.asked()
    const threads = Array.from({ length: 4 }, () =>
      client.beta.messages.thread({ model: 'claude-sonnet-5-5', max_tokens: 100 }),
    )
    for (const thread of threads) await say(thread, 'hello')
    for (const turn of ['one', 'two', 'three']) {
      for (const thread of threads) expect(await say(thread, turn)).toContain(turn)
    }
    // Four threads of four turns, and none was begun anew.
    const asked = two.asked().map((count, at) => count - (before[at] ?? 0))
    expect(asked).toEqual([8, 8])
  })

  test('begin a new thread elsewhere when that account cannot serve', async () => {
    const client = (await startTurns(two.accounts)).anthropic()
    const thread = client.beta.messages.thread({ model: 'claude-sonnet-5-5', max_tokens: 100 })
    await say(thread, 'hello')
    const atFirst = JSON.stringify(two.first.requests.at(-1)?.body).includes('"create"')
    const [home, other] = atFirst ? [two.first, two.second] : [two.second, two.first]
    onTestFinished(home.fault({ kind: 'status', status: 529 }))
    expect(await say(thread, 'and now?')).toContain('and now?')
    expect(other.requests.at(-1)?.body).toMatchObject({
      thread: { type: 'create' },
      messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'user', content: 'and now?' }],
    })
  })
})

test('a thread is told to no other gateway key', async () => {
  const [one, other] = [gatewayKey({ id: 'gw_one' }), gatewayKey({ id: 'gw_other' })]
  const gateway = await startTurns([anthropicAccount(two.first.url)], { gateway_keys: [one.section, other.section] })
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
