import { APIError as AnthropicError } from '@anthropic-ai/sdk'
import { type FaultRule, type Simulator, startSimulator } from '@llm-gateway/simulator'
import { APIError as OpenAIError } from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { anthropicAccount, openaiAccount, readEvents, startGateway, type TestGateway } from './harness.ts'

/** Failures of an upstream whose stream has already given real content. */
const faults: readonly FaultRule[] = [
  { kind: 'cut', afterBytes: 4000 },
  { kind: 'truncate', afterEvents: 8 },
  { kind: 'error-event', afterEvents: 8, status: 529, message: 'Overloaded' },
  { kind: 'error-event', afterEvents: 8, status: 500, message: 'Internal error' },
  { kind: 'hang-stream', afterEvents: 8 },
]

const text = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ')
const messages = [{ role: 'user' as const, content: `[[say ${text}]]` }]

let anthropic: Simulator
let openai: Simulator
let gateway: TestGateway
beforeAll(async () => {
  ;[anthropic, openai] = await Promise.all([startSimulator(), startSimulator()])
  // Two accounts each, so that a second hit would be possible.
  gateway = await startGateway({
    accounts: [
      anthropicAccount(anthropic.url),
      anthropicAccount(anthropic.url, { id: 'upstream_anthropic_2', name: 'claude 2' }),
      openaiAccount(openai.url),
      openaiAccount(openai.url, { id: 'upstream_openai_2', name: 'gpt 2' }),
    ],
    config: { proxy: { stream_timeout: 0.5 } },
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await Promise.all([anthropic.close(), openai.close()])
})
beforeEach(() => {
  anthropic.reset()
  openai.reset()
})

const upstreams = [
  { upstream: 'anthropic', simulator: () => anthropic, model: 'claude-sonnet-5-5' },
  { upstream: 'openai', simulator: () => openai, model: 'gpt-4o' },
]
const cases = upstreams.flatMap((upstream) =>
  faults.map((fault) => ({ ...upstream, fault, name: `${upstream.upstream} ${JSON.stringify(fault)}` })),
)

describe.each(cases)('$name', ({ simulator, model, fault }) => {
  test('a responses client gets one terminal error, counted on from the events before it', async () => {
    simulator().fault(fault)
    const body = { model, input: messages[0]?.content, stream: true }
    const response = await gateway.fetch('/v1/responses', { body })
    expect(response.status).toBe(200)
    const events = readEvents(await response.text())
    const told = events.map(({ data }) => JSON.parse(data) as { type: string; sequence_number: number })
    expect(told.map(({ sequence_number: number }) => number)).toEqual(told.map((_, i) => i))
    expect(told.filter(({ type }) => type === 'error' || type === 'response.failed').at(-1)).toBe(told.at(-1))
    expect(told.some(({ type }) => type === 'response.completed')).toBe(false)
  })

  test('an openai client gets one terminal error and no [DONE]', async () => {
    simulator().fault(fault)
    const response = await gateway.fetch('/v1/chat/completions', { body: { model, messages, stream: true } })
    expect(response.status).toBe(200)
    const events = readEvents(await response.text())
    const told = events.map(({ data }) => JSON.parse(data) as Record<string, unknown>)
    expect(told.filter((data) => 'error' in data)).toHaveLength(1)
    expect(told.at(-1)).toHaveProperty('error.message')
    expect(JSON.stringify(told)).toContain('word')
    expect(JSON.stringify(told)).not.toMatch(/"finish_reason":"(stop|length)"/)
    expect(simulator().totals.requests).toBe(1)
  })

  test('an Anthropic client gets one terminal error and no message_stop', async () => {
    simulator().fault(fault)
    const body = { model, max_tokens: 1000, messages, stream: true }
    const response = await gateway.fetch('/v1/messages', { body })
    expect(response.status).toBe(200)
    const events = readEvents(await response.text())
    expect(events.filter(({ event }) => event === 'error')).toHaveLength(1)
    expect(events.at(-1)?.event).toBe('error')
    expect(JSON.parse(events.at(-1)?.data ?? '')).toMatchObject({
      type: 'error',
      error: { type: expect.stringMatching(/_error$/), message: expect.any(String) },
    })
    expect(events.some(({ event }) => event === 'message_stop')).toBe(false)
    expect(events.some(({ data }) => data.includes('word'))).toBe(true)
    expect(simulator().totals.requests).toBe(1)
  })

  test('both SDKs throw', async () => {
    simulator().fault(fault)
    const chat = gateway.openai().chat.completions.stream({ model, messages })
    await expect(chat.finalChatCompletion()).rejects.toBeInstanceOf(OpenAIError)
    const said = gateway.anthropic().messages.stream({ model, max_tokens: 1000, messages })
    await expect(said.finalMessage()).rejects.toBeInstanceOf(AnthropicError)
    expect(simulator().totals.requests).toBe(2)
  })
})

test('a stream cut after its stop reason is whole', async () => {
  openai.variant('no-done')
  const reply = await gateway.openai().chat.completions.stream({ model: 'gpt-4o', messages }).finalChatCompletion()
  expect(reply.choices[0]?.message.content).toBe(text)
  const said = gateway.anthropic().messages.stream({ model: 'gpt-4o', max_tokens: 1000, messages })
  expect((await said.finalMessage()).stop_reason).toBe('end_turn')
})

test('a failure after content is the account’s, and the record says so', async () => {
  const own = await startGateway({ accounts: [openaiAccount(openai.url)] })
  openai.fault({ kind: 'truncate', afterEvents: 8 })
  await (await own.fetch('/v1/chat/completions', { body: { model: 'gpt-4o', messages, stream: true } })).text()
  const line = (await own.stop()).find(({ message }) => message === 'request')
  expect(line?.status).toBe(200)
  expect(line?.attempts).toMatchObject([{ account: 'upstream_openai', verdict: 'failure' }])
  expect(line?.attempts?.[0]?.error).toBeTruthy()
  await own[Symbol.asyncDispose]()
})
