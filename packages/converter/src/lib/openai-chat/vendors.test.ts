import { describe, expect, it } from 'vitest'
import { decodeStream, tapStream } from '../../../test/openai-kit.ts'
import type { JsonObject } from '../chat/json.ts'
import { openaiCompletionsCodec } from '../openai-completions/index.ts'
import { LossReport } from '../report.ts'
import { Fold } from '../stream/fold.ts'
import { openStream } from '../stream-converter.ts'
import { decodeReply } from './reply-decode.ts'

/** What compatible vendors and gateways send that OpenAI does not; whole cases of each are among the fixtures. */

function chunk(delta: JsonObject, choice: JsonObject = {}, more: JsonObject = {}): string {
  const choices = [{ index: 0, delta, finish_reason: null, ...choice }]
  return `data: ${JSON.stringify({ id: 'x', model: 'm', choices, ...more })}\n\n`
}

const finish = (reason = 'stop', choice: JsonObject = {}, more: JsonObject = {}): string =>
  chunk({}, { finish_reason: reason, ...choice }, more)

function folded(sse: string): Fold {
  const fold = new Fold()
  for (const event of decodeStream(sse).events) fold.push(event)
  return fold
}

function read(message: JsonObject, more: JsonObject = {}): ReturnType<typeof decodeReply> & { losses: unknown } {
  const report = new LossReport()
  const reply = decodeReply({ choices: [{ message, finish_reason: 'stop' }], ...more }, report)
  return { ...reply, losses: report.losses }
}

describe('usage', () => {
  it('Moonshot: in the choice of the last chunk, with the cached tokens beside the counts', () => {
    const usage = { prompt_tokens: 60, completion_tokens: 9, cached_tokens: 40 }
    const sse = chunk({ content: 'a' }) + finish('stop', { usage })
    expect(folded(sse).reply()?.usage).toEqual({ input: 60, cacheRead: 40, output: 9 })
    expect(tapStream(sse).usage).toEqual({ input: 60, cacheRead: 40, output: 9 })
  })

  it('LiteLLM: what was written to the cache under a name of its own', () => {
    const usage = { prompt_tokens: 9, completion_tokens: 1, prompt_tokens_details: { cache_creation_tokens: 4 } }
    expect(read({ content: 'a' }, { usage }).usage).toEqual({ input: 9, cacheWrite: 4, output: 1 })
  })

  it('a negative count counts as none', () => {
    expect(read({ content: 'a' }, { usage: { prompt_tokens: -1, completion_tokens: 2 } }).usage).toEqual({ output: 2 })
  })
})

describe('errors', () => {
  it('Groq: x_groq.error ends a stream', () => {
    const sse = chunk({ content: 'a' }) + chunk({}, {}, { x_groq: { id: 'r', error: 'over capacity' } })
    expect(folded(sse).error).toMatchObject({ message: 'over capacity', status: 500 })
    expect(tapStream(sse).error).toMatchObject({ message: 'over capacity' })
  })

  it.each([
    ['DeepSeek', 'insufficient_system_resource', 'overloaded'],
    ['Zhipu', 'network_error', 'server'],
    ['vLLM', 'abort', 'server'],
    ['OpenRouter', 'error', 'server'],
  ])('hazard 107: %s: an answer that ended in %s broke off', (_vendor, word, kind) => {
    const sse = chunk({ content: 'a' }) + finish(word)
    const error = { kind, message: expect.stringContaining(word) as unknown }
    expect(folded(sse).error).toMatchObject(error)
    expect(tapStream(sse)).toMatchObject({ finished: false, error })
    const whole = { choices: [{ message: { content: 'a' }, finish_reason: word }] }
    expect(() => decodeReply(whole, new LossReport())).toThrow(expect.objectContaining({ code: 'INVALID_REPLY' }))
    const text = `data: {"choices":[{"index":0,"text":"a","finish_reason":"${word}"}]}\n\n`
    expect(decodeStream(text, openaiCompletionsCodec).events.at(-1)).toMatchObject({ type: 'error', error })
    expect(tapStream(text, openaiCompletionsCodec)).toMatchObject({ finished: false, error })
  })

  it('a bare JSON object in the stream', () => {
    const sse = `${chunk({ content: 'a' })}{"error":{"message":"quota","type":"insufficient_quota"}}\n`
    expect(folded(sse).error).toMatchObject({ message: 'quota', kind: 'billing' })
  })
})

describe('reasoning', () => {
  it.each([
    ['Groq, vLLM', { reasoning: 'why' }],
    ['vLLM, both', { reasoning: 'why', reasoning_content: 'why' }],
    ['one of both empty', { reasoning_content: '', reasoning: 'why' }],
    ['OpenRouter, in details alone', { reasoning_details: [{ type: 'reasoning.summary', summary: 'why' }] }],
  ])('%s', (_name, said) => {
    const parts = [{ type: 'reasoning', text: 'why' }]
    expect(read({ content: '', ...said }).parts).toMatchObject(parts)
    expect(folded(chunk(said) + finish()).reply()?.parts).toMatchObject(parts)
  })
})

describe('content', () => {
  const url = 'data:image/png;base64,aGk='

  it('OpenRouter: images of an answer', () => {
    const images = [{ type: 'image_url', image_url: { url } }, { image_url: { url: 'data:,x' } }, 7]
    const { parts, losses } = read({ content: 'a', images })
    expect(parts).toMatchObject([
      { type: 'text' },
      { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'aGk=' } },
    ])
    expect(losses).toEqual([expect.objectContaining({ path: 'choices[0].message.images[1]', kind: 'dropped' })])
    const streamed = folded(chunk({ content: 'a' }) + chunk({ images }) + finish()).reply()
    expect(streamed?.parts.map((part) => (part.type === 'opaque' ? part.kind : part.type))).toEqual([
      'text',
      'image',
      'image',
    ])
  })

  it('Mistral: content that is neither text nor thinking is told as something of its own', () => {
    const sse = chunk({ content: [{ type: 'text', text: 'a' }] }) + chunk({ content: [{ type: 'reference' }] })
    expect(folded(sse + finish()).reply()?.parts).toMatchObject([
      { type: 'text', text: 'a' },
      { type: 'opaque', kind: 'reference' },
    ])
  })

  it('indexes may begin at 1 and leave numbers out, and no delta need name its role', () => {
    const call = (index: number, id: string): string =>
      chunk({ tool_calls: [{ index, id, function: { name: id, arguments: '{}' } }] })
    const sse = chunk({ content: 'a' }) + call(1, 'one') + call(4, 'four') + finish('tool_calls')
    expect(folded(sse).reply()?.parts).toMatchObject([{ text: 'a' }, { id: 'one' }, { id: 'four' }])
    for (const [to, places] of [
      ['anthropic', /"index":(\d+),"content_block"/g],
      ['openai-responses', /output_item.added","output_index":(\d+)/g],
    ] as const) {
      const stream = openStream({ from: 'openai-chat', to })
      const told = [...(stream.push(sse) + stream.end()).matchAll(places)].map(([, place]) => place)
      expect(told).toEqual(['0', '1', '2'])
    }
  })

  it('the last text, a whole call and the usage may ride on the finish', () => {
    const delta = { content: ' b', tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{"x":1}' } }] }
    const usage = { prompt_tokens: 3, completion_tokens: 4 }
    const sse = chunk({ content: 'a' }) + chunk(delta, { finish_reason: 'tool_calls' }, { usage })
    expect(folded(sse).reply()).toMatchObject({
      parts: [{ text: 'a b' }, { id: 'c', name: 'f', input: '{"x":1}' }],
      stop: { reason: 'tool-calls' },
      usage: { input: 3, output: 4 },
    })
  })

  it('null everywhere, and no finish_reason until there is one, say nothing', () => {
    const nothing = { content: null, role: null, tool_calls: null, function_call: null, refusal: null, audio: null }
    const silent = { finish_reason: undefined, logprobs: null }
    const sse =
      chunk(nothing, silent, { usage: null, system_fingerprint: null, service_tier: null }) +
      chunk({ ...nothing, content: 'a' }, silent) +
      finish('stop', {}, { usage: null })
    expect(folded(sse).reply()).toMatchObject({ parts: [{ text: 'a' }], stop: { reason: 'end' } })
    expect(folded(sse).reply()).not.toHaveProperty('usage')
  })

  it('a call of a tool that is never named is no call', () => {
    const calls = { tool_calls: [{ id: 'a', function: { arguments: '{}' } }] }
    const { parts, stop, losses } = read({ content: 'x', ...calls })
    expect({ parts: parts.length, stop }).toEqual({ parts: 1, stop: { reason: 'end' } })
    expect(losses).toMatchObject([{ path: 'choices[0].message.tool_calls[0]', kind: 'dropped' }])
    expect(folded(chunk({ content: 'x' }) + chunk(calls) + finish()).reply()?.stop).toEqual({ reason: 'end' })
  })
})

describe('words and times', () => {
  it.each([
    ['STOP', 'end'],
    ['COMPLETE', 'end'],
    ['MAX_TOKENS', 'length'],
    ['max_output_tokens', 'length'],
    ['SAFETY', 'content-filter'],
    ['refusal', 'refusal'],
    ['eos', 'end'],
    ['model_length', 'context-window'],
    ['model_context_window_exceeded', 'context-window'],
    ['sensitive', 'content-filter'],
    ['of_tomorrow', 'other'],
  ])('finish reason %s is %s', (word, reason) => {
    expect(folded(chunk({ content: 'a' }) + finish(word)).reply()?.stop.reason).toBe(reason)
  })

  it.each([
    [1_763_900_000.25, 1_763_900_000],
    [1_763_900_000_250, 1_763_900_000],
  ])('hazard 92: a time of %d is in seconds', (created, seconds) => {
    expect(read({ content: 'a' }, { created }).created).toBe(seconds)
    expect(folded(chunk({ content: 'a' }, {}, { created }) + finish()).reply()?.created).toBe(seconds)
  })

  it('the tier a call was served in is told with its end', () => {
    const sse = chunk({ content: 'a' }, {}, { service_tier: 'auto' }) + finish('stop', {}, { service_tier: 'priority' })
    expect(folded(sse).reply()?.serviceTier).toBe('priority')
  })
})
