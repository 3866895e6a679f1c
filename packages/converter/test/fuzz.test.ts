import { describe, expect, it } from 'vitest'
import { Dice } from '../../../test-kit/dice.ts'
import {
  ConversionError,
  convertError,
  convertReply,
  convertRequest,
  type Dialect,
  detectDialect,
  estimateInputTokens,
  type JsonObject,
  readBody,
  readUsage,
} from '../src/index.ts'
import { dialects } from '../src/lib/chat/dialect.ts'
import type { JsonValue } from '../src/lib/chat/json.ts'
import { codecOf } from '../src/lib/codecs.ts'
import { LossReport } from '../src/lib/report.ts'
import { FrameSplitter, isWholeData } from '../src/lib/sse.ts'
import { checked } from '../src/lib/stream/grammar.ts'
import { Sequential } from '../src/lib/stream/sequential.ts'
import { clients } from './clients.ts'
import { type Case, everyCase, fixed } from './corpus.ts'
import { mutated } from './mutate.ts'
import { converted, framesOf, gathered, optionsOf, tellsSuccess } from './streams.ts'

/**
 * Hostile inputs of each kind (requests, replies, streams, errors) for each ordered pair of dialects, so that each codec reads some
 * eighteen times as many. `CONVERTER_FUZZ=8000` has every codec read over 100,000, which takes minutes, and `CONVERTER_FUZZ_SEED` gives
 * others than the usual.
 */
const rounds = Number(process.env.CONVERTER_FUZZ ?? 80)
const seed = Number(process.env.CONVERTER_FUZZ_SEED ?? 0)
/** No input may take this long. Milliseconds. */
const longest = 2000
const patience = { timeout: 60_000 + rounds * 60 }

const pairs = dialects.flatMap((from) => dialects.map((to) => ({ from, to })))
const crossing = pairs.filter(({ from, to }) => from !== to)

/** A refusal by a typed error is an answer; anything else that is thrown is a fault. */
function refusable<Result>(act: () => Result): Result | undefined {
  try {
    return act()
  } catch (cause) {
    if (!ConversionError.is(cause)) throw cause
    expect(cause.message).not.toBe('')
    return undefined
  }
}

function casesOf(dialect: Dialect): readonly Case[] {
  return everyCase.filter((each) => each.dialect === dialect)
}

/** The corpus, and of requests what agents were seen to send. */
function bodiesOf(dialect: Dialect, file: 'request' | 'reply'): readonly JsonObject[] {
  const sent = file === 'request' ? clients.filter(({ from }) => from === dialect).map(({ request }) => request) : []
  return [...casesOf(dialect).flatMap(({ [file]: body }) => (body === undefined ? [] : [body])), ...sent]
}

const everyBody: readonly JsonObject[] = dialects.flatMap((dialect) => [
  ...bodiesOf(dialect, 'request'),
  ...bodiesOf(dialect, 'reply'),
])

/** Error bodies as each dialect's provider writes them, and those beside the way: proxies, frameworks, vendors. */
const errorBodies: Readonly<Record<Dialect | 'others', readonly JsonObject[]>> = {
  anthropic: [
    {
      type: 'error',
      error: { type: 'overloaded_error', message: 'busy', details: { error_code: 'x' } },
      request_id: 'r',
    },
    { type: 'error', error: { type: 'invalid_request_error', message: 'messages.1: no' } },
  ],
  'openai-chat': [
    { error: { message: 'no', type: 'invalid_request_error', code: 'context_length_exceeded', param: 'messages' } },
    {
      error: {
        message: 'no',
        type: null,
        param: 'prompt',
        code: 'content_filter',
        status: 400,
        innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: { hate: { filtered: true } } },
      },
    },
  ],
  'openai-completions': [{ error: { message: 'no', type: 'server_error', param: null, code: null } }],
  'openai-responses': [
    { type: 'error', code: 'rate_limit_exceeded', message: 'slow down', param: null, sequence_number: 3 },
    {
      type: 'response.failed',
      response: { id: 'r', status: 'failed', error: { code: 'server_error', message: 'no' } },
    },
  ],
  gemini: [
    {
      error: {
        code: 429,
        message: 'Quota exceeded',
        status: 'RESOURCE_EXHAUSTED',
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }],
      },
    },
  ],
  others: [{ detail: [{ msg: 'no', loc: ['body'] }] }, { message: 'no' }, { error: 'no' }, { errors: ['no'] }],
}

/** What is written must be JSON, whole and unpolluted. */
function expectJson(body: JsonObject): void {
  const text = JSON.stringify(body)
  expect(JSON.parse(text)).toBeTypeOf('object')
  expect(({} as JsonObject).polluted).toBeUndefined()
}

const models: Readonly<Record<Dialect, readonly string[]>> = {
  gemini: ['gemini-2.5-flash', 'gemini-3-pro-preview', 'gemini-x'],
  'openai-responses': ['gpt-5.6-sol', 'gpt-4.1', 'o3'],
  anthropic: ['claude-sonnet-4-5', 'claude-opus-4-8', 'claude-opus-5-5', 'claude-3-5-haiku', 'some-model'],
  'openai-chat': ['gpt-4.1', 'gpt-5.6-sol', 'o3', 'gpt-4', 'llama-3.3-70b'],
  'openai-completions': ['gpt-3.5-turbo-instruct'],
}

describe.each(crossing)('hostile bodies, $from to $to', patience, ({ from, to }) => {
  it('requests are converted or refused', () => {
    const dice = new Dice(1 + seed)
    const seeds = bodiesOf(from, 'request')
    let through = 0
    for (let round = 0; round < rounds; round++) {
      const request = mutated(dice.pick(seeds), dice, everyBody)
      const body: JsonObject | string = dice.below(4) === 0 ? JSON.stringify(request) : request
      const model = dice.pick(models[to])
      const result = refusable(() => convertRequest(body, { from, to, model }))
      if (result === undefined) continue
      through++
      expectJson(result.body)
      expect(result.losses.length).toBeLessThanOrEqual(200)
      if (round % 50 === 0) refusable(() => convertRequest(body, { from, to, model, strict: true }))
    }
    expect(through).toBeGreaterThan(0)
  })

  it('replies are converted or refused', () => {
    const dice = new Dice(2 + seed)
    const seeds = bodiesOf(from, 'reply')
    const requests = bodiesOf(to, 'request')
    let through = 0
    for (let round = 0; round < rounds; round++) {
      const reply = mutated(dice.pick(seeds), dice, everyBody)
      const request = mutated(dice.pick(requests), dice, everyBody)
      const result = refusable(() => convertReply(reply, { from, to, request, ...fixed }))
      if (result === undefined) continue
      through++
      expectJson(result.body)
    }
    expect(through).toBeGreaterThan(rounds / 2)
  })
})

const split = new Map<Case, readonly string[]>()

/** The frames of a case, split once for the thousands of streams that are made of them. */
function seedFrames(each: Case): readonly string[] {
  const frames = split.get(each) ?? framesOf(new TextDecoder().decode(each.stream))
  split.set(each, frames)
  return frames
}

/** A stream with a few of its frames changed, dropped, doubled, among frames of errors and of others, or bytes that are no frames. */
function brokenStream(dialect: Dialect, dice: Dice): Uint8Array {
  const seeds = casesOf(dialect)
  const frames = [...seedFrames(dice.pick(seeds))]
  for (let left = 1 + dice.below(3); left > 0; left--) {
    const at = dice.below(frames.length)
    const frame = frames[at] ?? ''
    const action = dice.below(8)
    if (action === 7) frames.splice(at, 0, JSON.stringify(mutated(dice.pick(errorBodies[dialect]), dice)))
    else if (action === 6) frames.splice(at, 0, dice.pick(seedFrames(dice.pick(everyCase))))
    else if (action === 0) frames.splice(at, 1)
    else if (action === 1) frames.splice(at, 0, frame)
    else if (action === 2) frames.splice(at, 1, frame.slice(0, dice.below(frame.length)))
    else if (action === 3) frames.push(...seedFrames(dice.pick(seeds)))
    else if (frame.startsWith('{') && isWholeData(frame))
      frames.splice(at, 1, JSON.stringify(mutated(JSON.parse(frame) as JsonObject, dice)))
  }
  const text = frames.map((frame) => `${named(frame)}data: ${frame}\n\n`).join('')
  const bytes = new TextEncoder().encode(text)
  if (dice.below(4) > 0) return bytes
  for (let left = dice.below(8); left > 0; left--) bytes[dice.below(bytes.length)] = dice.below(256)
  return bytes
}

/** Anthropic names its events; the name is the type, whatever that has become. */
function named(frame: string): string {
  const type = /^\{"type":"([\w.]+)"/.exec(frame)?.[1]
  return type === undefined ? '' : `event: ${type}\n`
}

describe.each(pairs)('hostile streams, $from to $to', patience, ({ from, to }) => {
  it('end in one terminal', () => {
    const dice = new Dice(3 + seed)
    let finished = 0
    for (let round = 0; round < rounds; round++) {
      const bytes = brokenStream(from, dice)
      const cut = dice.below(bytes.length + 1)
      const started = performance.now()
      const { text, stream } = converted([bytes.subarray(0, cut), bytes.subarray(cut)], optionsOf(from, to))
      expect(performance.now() - started).toBeLessThan(longest)
      const success = stream.phase === 'finished'
      if (success) finished++
      else expect(stream.error?.message).toBeTruthy()
      // Passed on as bytes, a stream may tell the stop of one choice and break off in another.
      if (from !== to)
        expect({ told: tellsSuccess(text, to), gathered: gathered(text, to) !== undefined }).toEqual({
          told: success,
          gathered: success,
        })
      expect(stream.push('data: {}\n\n') + stream.end()).toBe('')
    }
    expect(finished).toBeGreaterThan(rounds / 10)
  })

  it('random bytes are an error, never an answer', () => {
    const dice = new Dice(4 + seed)
    for (let round = 0; round < Math.min(rounds, 300); round++) {
      const bytes = Uint8Array.from({ length: dice.below(400) }, () => dice.below(256))
      const { text, stream } = converted([bytes], optionsOf(from, to))
      expect(stream.phase).toBe('failed')
      expect(tellsSuccess(text, to)).toBe(false)
    }
  })
})

describe.each(dialects)('hostile streams of %s', patience, (dialect) => {
  it('are decoded within the grammar, also one part at a time', () => {
    const dice = new Dice(5 + seed)
    for (let round = 0; round < rounds; round++) {
      const sequential = new Sequential(checked(() => {}))
      const decoder = codecOf(dialect).openDecoder(
        checked((event) => sequential.push(event)),
        new LossReport(),
      )
      const splitter = new FrameSplitter((event, data) => decoder.frame(event, data))
      splitter.push(brokenStream(dialect, dice))
      splitter.end()
      decoder.end()
    }
  })
})

describe.each(pairs)('hostile errors, $from to $to', patience, ({ from, to }) => {
  it('give a well-formed error', () => {
    const dice = new Dice(6 + seed)
    const seeds = [...errorBodies[from], ...errorBodies.others]
    for (let round = 0; round < rounds; round++) {
      const value: JsonValue = mutated(dice.pick(seeds), dice, [...everyBody, ...Object.values(errorBodies).flat()])
      const body = dice.pick<unknown>([
        value,
        [value],
        JSON.stringify(value),
        JSON.stringify(value).slice(0, dice.below(60)),
        dice.pick(['<html><body>502 Bad Gateway</body></html>', 'upstream connect error', '']),
        dice.pick([null, undefined, 7]),
      ])
      const status = dice.pick([0, 200, 302, 400, 401, 404, 413, 429, 500, 529, 599])
      const { status: told, body: written } = convertError({ status, body }, { from, to })
      expect(told).toBeGreaterThanOrEqual(400)
      expectJson(written)
      const { error } = written as { error: { message: string; type?: string; status?: string } }
      expect(error.message).not.toBe('')
      expect(error.type ?? error.status).toBeTruthy()
    }
  })
})

describe('hostile input elsewhere', patience, () => {
  it('bodies are scanned, detected and counted whatever they hold', () => {
    const dice = new Dice(7 + seed)
    for (let round = 0; round < rounds; round++) {
      const { dialect } = dice.pick(everyCase)
      const body = mutated(dice.pick(bodiesOf(dialect, 'request')), dice, everyBody)
      const bytes = new TextEncoder().encode(JSON.stringify(body))
      const corrupt = dice.below(2) === 0
      if (corrupt) bytes[dice.below(bytes.length)] = dice.below(256)
      const read = readBody(bytes)
      if (!corrupt && !read.ok)
        expect(`${read.path} ${read.message}`).toMatch(/^(?:model|stream) |more than the gateway takes/)
      detectDialect({ path: '/v1/messages', body })
      expect(estimateInputTokens(body)).toBeGreaterThan(0)
      readUsage(body, dialect)
    }
  })

  it('hazard 24: keys of the prototype are keys like any other', () => {
    const request = JSON.parse(
      '{"model":"m","messages":[{"role":"user","content":"x"}],"__proto__":{"stream":true},"constructor":{"model":"y"}}',
    ) as JsonObject
    const { body } = convertRequest(request, { from: 'openai-chat', to: 'anthropic' })
    expect(body.stream).toBeUndefined()
    expect(({} as JsonObject).stream).toBeUndefined()
  })

  it('nesting deeper than the stack is refused by a typed error', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    for (const to of ['openai-chat', 'openai-completions'] as const) {
      const text = `{"model":"m","max_tokens":5,"messages":[{"role":"user","content":${deep}}]}`
      expect(() => convertRequest(text, { from: 'anthropic', to })).toThrow(ConversionError)
    }
    const reply = convertReply(`{"content":${deep}}`, { from: 'anthropic', to: 'openai-chat' })
    expect(reply.losses.map(({ path }) => path)).toEqual(['stop_reason'])
  })
})
