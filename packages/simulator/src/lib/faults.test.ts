import { get, request } from 'node:http'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FaultRule, Faults, readFaultRule, readFaultWords } from './faults.ts'
import { type Simulator, startSimulator } from './server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

interface Seen {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
  /** How the answer ended: whole, or why it did not. */
  ending: 'whole' | 'torn' | 'none'
}

interface Ask {
  dialect?: 'anthropic' | 'openai-chat'
  content?: string
  stream?: boolean
  /** Leave as soon as this much of the answer has come. */
  leaveAfter?: number
}

const WORDS = '[[say one two three four five]]'

/** Asks the simulator by bare sockets, so that what is torn shows. */
function ask({ dialect = 'anthropic', content = WORDS, stream = true, leaveAfter }: Ask = {}): Promise<Seen> {
  const [path, model] =
    dialect === 'anthropic' ? ['/v1/messages', 'claude-sonnet-5-5'] : ['/v1/chat/completions', 'gpt-4o']
  const headers = { authorization: 'Bearer k', 'anthropic-version': '2023-06-01' }
  const body = {
    model,
    stream,
    messages: [{ role: 'user', content }],
    ...(dialect === 'anthropic' && { max_tokens: 100 }),
  }
  return new Promise((resolve) => {
    const outgoing = request(`${simulator.url}${path}`, { method: 'POST', headers, agent: false }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => {
        text += chunk
        if (leaveAfter !== undefined && text.length >= leaveAfter) outgoing.destroy()
      })
      const seen = (ending: Seen['ending']): void => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text, ending })
      }
      incoming.on('end', () => seen('whole'))
      incoming.on('error', () => seen('torn'))
    })
    outgoing.on('error', () => resolve({ status: 0, headers: {}, body: '', ending: 'none' }))
    outgoing.end(JSON.stringify(body))
  })
}

function events(body: string): number {
  return body.split('\n\n').length - 1
}

test.each([400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 529])(
  'answers %i in the words of either provider',
  async (status) => {
    simulator.fault({ kind: 'status', status })
    const messages = await ask()
    expect(messages.status).toBe(status)
    expect(JSON.parse(messages.body)).toEqual({
      type: 'error',
      error: { type: expect.stringMatching(/_error$/), message: expect.any(String) },
      request_id: messages.headers['request-id'],
    })
    const chat = await ask({ dialect: 'openai-chat' })
    expect(chat.status).toBe(status)
    expect(Object.keys(JSON.parse(chat.body).error)).toEqual(['message', 'type', 'param', 'code'])
  },
)

test('is read by the SDKs as their own errors', async () => {
  const anthropic = new Anthropic({ baseURL: simulator.url, apiKey: 'k', maxRetries: 0 })
  const openai = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'k', maxRetries: 0 })
  const message = { model: 'claude-sonnet-5-5', max_tokens: 10, messages: [{ role: 'user' as const, content: 'x' }] }
  const chat = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'x' }] }
  simulator.fault({ kind: 'status', status: 429, retryAfter: 5 })
  await expect(anthropic.messages.create(message)).rejects.toBeInstanceOf(Anthropic.RateLimitError)
  await expect(openai.chat.completions.create(chat)).rejects.toBeInstanceOf(OpenAI.RateLimitError)
  simulator.reset()
  simulator.fault({ kind: 'error-event', status: 529 })
  await expect(anthropic.messages.stream(message).finalMessage()).rejects.toMatchObject({ type: 'overloaded_error' })
  await expect(openai.chat.completions.stream(chat).finalChatCompletion()).rejects.toBeInstanceOf(OpenAI.APIError)
})

test('says when to come back', async () => {
  const messages = await ask({ content: '[[fault status=429 retry-after=5]]' })
  expect(messages.headers).toMatchObject({
    'retry-after': '5',
    'retry-after-ms': '5000',
    'anthropic-ratelimit-requests-remaining': '0',
  })
  const chat = await ask({ dialect: 'openai-chat', content: '[[fault status=429 retry-after=5]]' })
  expect(chat.headers).toMatchObject({
    'retry-after': '5',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '5000ms',
  })
  expect((await ask({ content: '[[fault status=529]]' })).headers).not.toHaveProperty('retry-after')
})

test.each<[FaultRule, Partial<Seen>]>([
  [{ kind: 'html' }, { status: 502, body: expect.stringContaining('<!DOCTYPE html>') }],
  [
    { kind: 'html', status: 200 },
    { status: 200, body: expect.stringContaining('<!DOCTYPE html>') },
  ],
  [{ kind: 'empty-body' }, { status: 200, body: '' }],
  [{ kind: 'empty-stream' }, { status: 200, body: '' }],
  [
    { kind: 'error-first', status: 529 },
    { status: 200, body: expect.stringMatching(/^event: error\ndata: .*overloaded_error/) },
  ],
  [{ kind: 'json-error' }, { status: 200, body: expect.stringMatching(/^{"type":"error"/) }],
  [{ kind: 'reset' }, { ending: 'none' }],
  [
    { kind: 'status', status: 418, body: 'tea', headers: { 'x-kettle': 'on' } },
    { status: 418, body: 'tea', headers: expect.objectContaining({ 'x-kettle': 'on' }) },
  ],
  [
    { kind: 'content-type', value: 'text/html' },
    {
      headers: expect.objectContaining({ 'content-type': 'text/html' }),
      body: expect.stringContaining('message_stop'),
    },
  ],
  [
    { kind: 'cut', afterBytes: 300 },
    { status: 200, ending: 'torn', body: expect.stringMatching(/^[\s\S]{300}$/) },
  ],
  [
    { kind: 'drip', bytes: 500, intervalMs: 1 },
    { ending: 'whole', body: expect.stringContaining('message_stop') },
  ],
])('commits %o', async (rule, seen) => {
  simulator.fault(rule)
  expect(await ask()).toMatchObject(seen)
  await simulator.idle()
  expect(simulator.requests[0]).toMatchObject({ fault: rule.kind })
})

test.each([0, 1, 5])('ends a stream cleanly after %i events, without its end', async (afterEvents) => {
  simulator.fault({ kind: 'truncate', afterEvents })
  const { body, ending } = await ask()
  expect([events(body), ending]).toEqual([afterEvents, 'whole'])
  expect(body).not.toContain('message_stop')
  await simulator.idle()
  expect(simulator.totals).toMatchObject({ broken: 1, completed: 0 })
})

test('sends an error behind k events, and nothing behind it', async () => {
  simulator.fault({ kind: 'error-event', afterEvents: 4 })
  const { body, ending } = await ask({ dialect: 'openai-chat' })
  expect([events(body), ending]).toEqual([5, 'whole'])
  expect(body).toMatch(/data: {"error":{"message":"[^"]+","type":"server_error","param":null,"code":null}}\n\n$/)
})

test('has a counterpart of stream faults for answers that do not stream', async () => {
  const whole = await ask({ stream: false })
  simulator.fault({ kind: 'truncate' })
  const half = await ask({ stream: false })
  expect([half.status, half.ending]).toEqual([200, 'whole'])
  expect(half.body.length).toBe(Math.floor(whole.body.length / 2))
  simulator.reset()
  simulator.fault({ kind: 'error-event' })
  expect(await ask({ stream: false })).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } })
})

test('sends a line without an end', async () => {
  simulator.fault({ kind: 'huge-line', afterEvents: 1, bytes: 200_000 })
  const { body } = await ask()
  expect(body.slice(body.indexOf('data: {"padding')).length).toBe(200_000 + 'data: {"padding":"'.length)
})

test('hangs before or inside an answer until the client leaves, and notices that', async () => {
  simulator.fault({ kind: 'hang-stream', afterEvents: 2 })
  const { body, ending } = await ask({ leaveAfter: 100 })
  expect([events(body) <= 2, ending]).toEqual([true, 'torn'])
  await simulator.idle()
  expect(simulator.requests[0]).toMatchObject({ eventsSent: 2, abortedAt: expect.any(Number) })
  simulator.reset()
  simulator.fault({ kind: 'hang' })
  const controller = new AbortController()
  const left = fetch(`${simulator.url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' },
    body: '{}',
    signal: controller.signal,
  })
  while (simulator.requests[0]?.fault === undefined)
    await new Promise((resolve) => get(`${simulator.url}/`, (response) => response.resume().on('end', resolve)))
  controller.abort()
  await expect(left).rejects.toMatchObject({ name: 'AbortError' })
  await simulator.idle()
  expect(simulator.totals).toMatchObject({ aborted: 1, completed: 0, outputTokens: 0 })
  expect(simulator.requests[0]?.status).toBeUndefined()
})

test('strikes whom it is meant for, as often as it is meant to', async () => {
  simulator.fault({ kind: 'status', status: 503, dialect: 'anthropic', stream: false, times: 1 })
  expect((await ask({ dialect: 'openai-chat', stream: false })).status).toBe(200)
  expect((await ask()).status).toBe(200)
  expect((await ask({ stream: false })).status).toBe(503)
  expect((await ask({ stream: false })).status).toBe(200)
  const disarm = simulator.fault({ kind: 'status', status: 503, key: 'k' })
  expect((await ask()).status).toBe(503)
  disarm()
  expect((await ask()).status).toBe(200)
})

test('strikes a share of requests, the same ones for the same seed', () => {
  const strikes = (seed: number): boolean[] => {
    const faults = new Faults()
    faults.add({ kind: 'hang', rate: 0.3, seed })
    const target = { dialect: 'anthropic', model: 'm', key: 'k', stream: true } as const
    return Array.from({ length: 1000 }, () => faults.strike(target) !== undefined)
  }
  expect(strikes(1)).toEqual(strikes(1))
  expect(strikes(1)).not.toEqual(strikes(2))
  const share = strikes(7).filter(Boolean).length
  expect(share).toBeGreaterThan(250)
  expect(share).toBeLessThan(350)
})

test('reads rules from words and from JSON, and says what is wrong with them', () => {
  expect(readFaultWords('status=503 retry-after=5')).toEqual({ kind: 'status', status: 503, retryAfter: 5 })
  expect(readFaultWords('cut after-bytes=10')).toEqual({ kind: 'cut', afterBytes: 10 })
  expect(readFaultWords('explode')).toContain('unknown kind of fault "explode"; known: status, hang')
  expect(readFaultWords('hang status=500')).toBe(
    'a fault of kind "hang" has no field "status"; it takes kind, dialect, model, key, stream, times, rate, seed',
  )
  expect(readFaultRule({ kind: 'status' })).toBe('a fault of kind "status" needs a status')
  expect(readFaultRule({ status: 99 })).toBe('"status" must be an HTTP status from 200 to 599')
  expect(readFaultRule({ kind: 'cut', afterBytes: -1 })).toBe('"afterBytes" must be a number, not negative')
  expect(readFaultRule({ kind: 'hang', dialect: 'x' })).toBe(
    '"dialect" must be one of openai-chat, openai-completions, openai-responses, anthropic, gemini',
  )
  expect(readFaultRule([])).toContain('a fault must be an object')
})

test('says what is wrong with a directive', async () => {
  const { status, body } = await ask({ content: '[[fault explode]]' })
  expect([status, body.includes('unknown kind of fault')]).toEqual([400, true])
})
