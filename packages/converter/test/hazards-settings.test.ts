import { describe, expect, it } from 'vitest'
import { type JsonObject, openStream } from '../src/index.ts'
import { codecOf } from '../src/lib/codecs.ts'
import { LossReport } from '../src/lib/report.ts'
import { fixed } from './corpus.ts'
import { type Chatty, convert, dialects, pairs } from './hazard-kit.ts'

/** Hazards of what a request says besides its conversation, for every ordered pair of dialects. */

type Settings = { readonly [dialect in Chatty]?: JsonObject }

const talk: { readonly [dialect in Chatty]: JsonObject } = {
  anthropic: { model: 'm', max_tokens: 5000, messages: [{ role: 'user', content: 'Go.' }] },
  'openai-chat': { model: 'm', messages: [{ role: 'user', content: 'Go.' }] },
  'openai-responses': { model: 'm', input: 'Go.', store: false },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'Go.' }] }] },
}

/** The pairs whose client can say this, with the request that does. */
function asking(settings: Settings): { from: Chatty; to: Chatty; request: JsonObject }[] {
  return pairs.flatMap(({ from, to }) => {
    const said = settings[from]
    return said === undefined ? [] : [{ from, to, request: { ...talk[from], ...said } }]
  })
}

function configOf(to: Chatty, body: JsonObject): JsonObject {
  return to === 'gemini' ? ((body.generationConfig ?? {}) as JsonObject) : body
}

const stopKey: { readonly [dialect in Chatty]?: string } = {
  anthropic: 'stop_sequences',
  'openai-chat': 'stop',
  gemini: 'stopSequences',
}

describe('where an answer ends', () => {
  it.each(
    asking({
      anthropic: { stop_sequences: ['END'] },
      'openai-chat': { stop: 'END' },
      gemini: { generationConfig: { stopSequences: ['END'] } },
    }),
  )('hazards 59 and 65: a stop is a list of one, $from to $to', ({ from, to, request }) => {
    const { body, told } = convert(request, from, to, to === 'openai-chat' ? 'gpt-4o' : undefined)
    const key = stopKey[to]
    if (key === undefined) {
      expect(JSON.stringify(body)).not.toContain('END')
      expect(told.filter((loss) => /^dropped .*stop/i.test(loss))).toHaveLength(1)
    } else expect(configOf(to, body)[key]).toEqual(['END'])
  })

  it.each(
    asking({
      anthropic: { stop_sequences: ['1', '2', '3', '4', '5', '6'] },
      'openai-chat': { stop: ['1', '2', '3', '4', '5', '6'] },
      gemini: { generationConfig: { stopSequences: ['1', '2', '3', '4', '5', '6'] } },
    }).filter(({ to }) => to === 'openai-chat' || to === 'gemini'),
  )('hazard 60: more stops than there may be are cut and told, $from to $to', ({ from, to, request }) => {
    const { body, told } = convert(request, from, to, to === 'openai-chat' ? 'gpt-4o' : undefined)
    const most = to === 'openai-chat' ? 4 : 5
    expect(configOf(to, body)[stopKey[to] ?? '']).toEqual(['1', '2', '3', '4', '5', '6'].slice(0, most))
    expect(told.some((loss) => /^dropped .*stop/i.test(loss))).toBe(true)
  })

  it.each(
    asking({
      'openai-chat': { stop: ['\n', 'END'] },
      gemini: { generationConfig: { stopSequences: [' ', 'END'] } },
    }).filter(({ to }) => to === 'anthropic'),
  )('hazard 60: a stop of white space is told, $from to $to', ({ from, to, request }) => {
    const { body, told } = convert(request, from, to)
    expect(body.stop_sequences).toEqual(['END'])
    expect(told.some((loss) => /^dropped .*stop/i.test(loss))).toBe(true)
  })

  it.each(pairs.filter(({ to }) => to === 'anthropic'))(
    'hazard 61: without a limit there is the model’s own, told, $from to $to',
    ({ from, to }) => {
      const { body, told } = convert(talk[from], from, to, 'claude-sonnet-4-5')
      expect(body.max_tokens).toBe(32_000)
      expect(told).toEqual(['invented max_tokens'])
    },
  )

  it.each(
    asking({
      anthropic: { max_tokens: 2000 },
      'openai-chat': { max_tokens: 50, max_completion_tokens: 2000 },
      'openai-responses': { max_output_tokens: 2000 },
      gemini: { generationConfig: { maxOutputTokens: 2000 } },
    }),
  )('hazard 62: the limit of an answer goes where the model reads it, $from to $to', ({ from, to, request }) => {
    const keys: { readonly [dialect in Chatty]: readonly string[] } = {
      anthropic: ['max_tokens'],
      'openai-chat': ['max_completion_tokens', 'max_tokens'],
      'openai-responses': ['max_output_tokens'],
      gemini: ['maxOutputTokens'],
    }
    const limits = (model?: string): unknown =>
      Object.entries(configOf(to, convert(request, from, to, model).body)).filter(([key]) => /max/i.test(key))
    const [own, older = own] = keys[to]
    expect(limits()).toEqual([[own, 2000]])
    if (to === 'openai-chat') expect(limits('llama-3.3-70b')).toEqual([[older, 2000]])
  })
})

describe('how an answer is drawn', () => {
  const sampled = asking({
    'openai-chat': { max_tokens: 5000, temperature: 1.7, top_p: 0.4 },
    'openai-responses': { max_output_tokens: 5000, temperature: 1.7, top_p: 0.4 },
    gemini: { generationConfig: { maxOutputTokens: 5000, temperature: 1.7, topP: 0.4 } },
  })

  it.each(sampled.filter(({ to }) => to === 'anthropic'))(
    'hazard 64: a temperature too high is the highest, and stands alone where it must, $from to $to',
    ({ from, to, request }) => {
      const older = convert(request, from, to, 'claude-3-7-sonnet-20250219')
      expect(older.body).toMatchObject({ temperature: 1, top_p: 0.4 })
      expect(older.told).toEqual([expect.stringMatching(/^approximated .*temperature$/)])
      const either = convert(request, from, to, 'claude-haiku-4-5')
      expect([either.body.temperature, either.body.top_p]).toEqual([1, undefined])
      expect(new Set(either.told.map((loss) => loss.split(' ')[0]))).toEqual(new Set(['approximated', 'dropped']))
    },
  )

  it.each(
    asking({
      anthropic: { temperature: 0.7, top_p: 0.4 },
      'openai-chat': { max_tokens: 5000, temperature: 0.7, top_p: 0.4 },
      'openai-responses': { max_output_tokens: 5000, temperature: 0.7, top_p: 0.4 },
      gemini: { generationConfig: { maxOutputTokens: 5000, temperature: 0.7, topP: 0.4 } },
    }),
  )('hazards 64 and 65: goes to models that take it and is told of others, $from to $to', ({ from, to, request }) => {
    const taking = { anthropic: 'claude-3-7-sonnet-20250219', gemini: 'gemini-2.5-pro' }[to as string] ?? 'gpt-4o'
    const [temperature, topP] = to === 'gemini' ? ['temperature', 'topP'] : ['temperature', 'top_p']
    const taken = convert(request, from, to, taking)
    expect(configOf(to, taken.body)).toMatchObject({ [temperature]: 0.7, [topP]: 0.4 })
    expect(taken.told).toEqual([])
    const refusing = { anthropic: 'claude-opus-4-8', gemini: 'gemini-3.6-flash' }[to as string] ?? 'gpt-5.6-sol'
    const refused = convert(request, from, to, refusing)
    expect(JSON.stringify(refused.body)).not.toMatch(/temperature|top_?p/i)
    expect(refused.told).toEqual([
      expect.stringMatching(/^dropped .*temperature$/),
      expect.stringMatching(/^dropped .*top_?p$/i),
    ])
  })
})

describe('how much is thought', () => {
  it.each(
    asking({
      'openai-chat': { reasoning_effort: 'high', max_tokens: 2000 },
      'openai-responses': { reasoning: { effort: 'high' }, max_output_tokens: 2000 },
      gemini: { generationConfig: { thinkingConfig: { thinkingBudget: 8000 }, maxOutputTokens: 2000 } },
    }).filter(({ to }) => to === 'anthropic'),
  )('hazard 63: a budget leaves room for the answer, and is told, $from to $to', ({ from, to, request }) => {
    const { body, told } = convert(request, from, to, 'claude-haiku-4-5')
    expect(body.max_tokens).toBe(2000)
    expect((body.thinking as { budget_tokens: number }).budget_tokens).toBeLessThan(2000)
    expect(told).toEqual([expect.stringMatching(/^approximated /)])
    const config = request.generationConfig as JsonObject | undefined
    const tiny = { ...request, ...(config ? { generationConfig: { ...config, maxOutputTokens: 900 } } : {}) }
    for (const key of ['max_tokens', 'max_output_tokens']) if (key in tiny) Object.assign(tiny, { [key]: 900 })
    expect(convert(tiny, from, to, 'claude-haiku-4-5').body.thinking).toBeUndefined()
  })

  it.each(
    asking({
      'openai-chat': { reasoning_effort: 'high' },
      'openai-responses': { reasoning: { effort: 'high' } },
    }).filter(({ to }) => to === 'anthropic'),
  )('hazard 29: none before a call that is forced, and that is told, $from to $to', ({ from, to, request }) => {
    const tools =
      from === 'openai-chat'
        ? [{ type: 'function', function: { name: 'f' } }]
        : [{ type: 'function', name: 'f', parameters: null, strict: false }]
    for (const model of ['claude-haiku-4-5', 'claude-opus-4-8']) {
      const { body, told } = convert({ ...request, tools, tool_choice: 'required' }, from, to, model)
      expect(body.tool_choice).toEqual({ type: 'any' })
      expect((body.thinking as JsonObject | undefined)?.type ?? 'disabled').toBe('disabled')
      expect(told.some((loss) => loss.startsWith('approximated reasoning'))).toBe(true)
    }
  })

  const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
  /** What each word of effort is, for a model of today: words, or what `thinkingConfig` says. */
  const sent: { readonly [dialect in Chatty]: readonly unknown[] } = {
    anthropic: [undefined, 'low', 'low', 'medium', 'high', 'xhigh', 'max'],
    'openai-chat': ['none', 'low', 'low', 'medium', 'high', 'xhigh', 'max'],
    'openai-responses': ['none', 'low', 'low', 'medium', 'high', 'xhigh', 'max'],
    gemini: ['LOW', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH', 'HIGH'],
  }
  const said = (dialect: Chatty, effort: string): JsonObject | undefined =>
    ({
      anthropic: ['none', 'minimal'].includes(effort) ? undefined : { output_config: { effort } },
      'openai-chat': { reasoning_effort: effort },
      'openai-responses': { reasoning: { effort } },
      gemini: ['minimal', 'low', 'medium', 'high'].includes(effort)
        ? { generationConfig: { thinkingConfig: { thinkingLevel: effort.toUpperCase() } } }
        : undefined,
    })[dialect]

  it.each(pairs)('hazards 65 and 66: is told in a word the model knows, $from to $to', ({ from, to }) => {
    for (const [i, effort] of efforts.entries()) {
      const asked = said(from, effort)
      if (asked === undefined) continue
      const { body, told } = convert(
        { ...talk[from], ...asked },
        from,
        to,
        to === 'gemini' ? 'gemini-3.1-pro-preview' : undefined,
      )
      const level = {
        anthropic: () => (body.output_config as JsonObject | undefined)?.effort,
        'openai-chat': () => body.reasoning_effort,
        'openai-responses': () => (body.reasoning as JsonObject | undefined)?.effort,
        gemini: () => (configOf(to, body).thinkingConfig as JsonObject | undefined)?.thinkingLevel,
      }[to]()
      expect([effort, level]).toEqual([effort, sent[to][i]])
      const changed = typeof level === 'string' && level.toLowerCase() !== effort
      expect([effort, told.some((loss) => loss.startsWith('approximated'))]).toEqual([effort, changed])
    }
  })
})

describe('the form of an answer', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: ['string', 'null'] } },
    required: ['a'],
    additionalProperties: false,
  }

  it.each(
    asking({
      anthropic: { output_config: { format: { type: 'json_schema', schema } } },
      'openai-chat': {
        response_format: { type: 'json_schema', json_schema: { name: 'my answer', schema, strict: true } },
      },
      'openai-responses': { text: { format: { type: 'json_schema', name: 'my answer', schema, strict: true } } },
      gemini: { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema } },
    }),
  )('hazards 40, 65 and 67: a schema is the same schema, under a legal name, $from to $to', ({ from, to, request }) => {
    const { body } = convert(request, from, to)
    const { output } = codecOf(to).decodeRequest({ model: 'm', ...body }, new LossReport())
    expect(output).toMatchObject({ type: 'json-schema', schema })
    const names = JSON.stringify(body).match(/"name":"[^"]*"/g) ?? []
    expect(names).toEqual(to.startsWith('openai') ? [expect.stringMatching(/^"name":"[\w-]{1,64}"$/)] : [])
    expect(JSON.stringify(body)).not.toContain('"responseSchema"')
  })
})

describe('who asks', () => {
  it.each(
    asking({
      anthropic: { metadata: { user_id: 'u-1' } },
      'openai-chat': { user: 'u-1' },
      'openai-responses': { safety_identifier: 'u-1' },
    }),
  )('hazards 65 and 68: goes where the provider looks, $from to $to', ({ from, to, request }) => {
    const { body, told } = convert(request, from, to)
    if (to === 'anthropic') expect(body.metadata).toEqual({ user_id: 'u-1' })
    else if (to === 'gemini') expect(told.some((loss) => /^dropped .*(user|identifier)/.test(loss))).toBe(true)
    else expect([body.safety_identifier, body.user]).toContain('u-1')
    if (to === 'openai-chat') expect(convert(request, from, to, 'llama-3.3-70b').body.user).toBe('u-1')
  })
})

describe('what only one dialect has', () => {
  const openai: JsonObject = {
    seed: 1,
    logit_bias: { 5: 1 },
    presence_penalty: 1,
    frequency_penalty: 1,
    stop: ['END'],
    n: 1,
    prediction: { type: 'content', content: 'x' },
    prompt_cache_key: 'k',
    service_tier: 'flex',
    verbosity: 'low',
    store: true,
    metadata: { a: 'b' },
    logprobs: true,
    top_logprobs: 2,
    response_format: { type: 'json_object' },
    stream_options: { include_usage: true },
    vendor_option: 1,
  }
  const known: { readonly [dialect in Chatty]: ReadonlySet<string> } = {
    anthropic: new Set(['model', 'max_tokens', 'system', 'messages', 'stream', 'stop_sequences']),
    'openai-chat': new Set([
      'model',
      'messages',
      'stream',
      'stream_options',
      'max_completion_tokens',
      'store',
      'metadata',
    ]),
    'openai-responses': new Set(
      'model input instructions text store metadata service_tier prompt_cache_key stream max_output_tokens include top_logprobs'.split(
        ' ',
      ),
    ),
    gemini: new Set(['contents', 'generationConfig', 'serviceTier', 'store', 'systemInstruction']),
  }
  const requests: { readonly [dialect in Chatty]: JsonObject } = {
    anthropic: { ...talk.anthropic, top_k: 4, container: 'c', inference_geo: 'eu', vendor_option: 1, stream: true },
    'openai-chat': { ...talk['openai-chat'], ...openai, stream: true },
    'openai-responses': {
      ...talk['openai-responses'],
      max_tool_calls: 3,
      truncation: 'auto',
      include: ['reasoning.encrypted_content'],
      vendor_option: 1,
      stream: true,
    },
    gemini: { ...talk.gemini, safetySettings: [], labels: { a: 'b' }, vendorOption: 1, stream: true },
  }

  const lost: { readonly [dialect in Chatty]: readonly string[] } = {
    anthropic:
      'seed logit_bias presence_penalty frequency_penalty prediction prompt_cache_key service_tier verbosity store metadata logprobs top_logprobs'.split(
        ' ',
      ),
    'openai-chat': [],
    'openai-responses': 'seed logit_bias presence_penalty frequency_penalty prediction stop[0] verbosity'.split(' '),
    gemini: 'logit_bias prediction prompt_cache_key verbosity metadata'.split(' '),
  }
  const untold = (from: Chatty, to: Chatty): readonly string[] =>
    ({
      anthropic: ['container', 'inference_geo', 'vendor_option'],
      'openai-chat': [...lost[to], 'vendor_option'],
      'openai-responses': ['max_tool_calls', 'truncation', 'vendor_option'],
      gemini: ['vendorOption'],
    })[from]

  it.each(pairs)('hazard 69: is not sent to another and is told, $from to $to', ({ from, to }) => {
    const { body, told } = convert(requests[from], from, to, to.startsWith('openai') ? 'gpt-4o' : undefined)
    expect(Object.keys(body).filter((key) => !known[to].has(key))).toEqual([])
    expect(told).toEqual(expect.arrayContaining(untold(from, to).map((path) => `dropped ${path}`)))
  })

  it.each(dialects.filter((from) => from !== 'openai-chat'))(
    'hazard 70: usage of a stream is always asked for, and a chat client that did not ask is not told, %s',
    (from) => {
      expect(convert(requests[from], from, 'openai-chat').body.stream_options).toMatchObject({ include_usage: true })
      const upstream = [
        '{"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":5,"output_tokens":1}}}',
        '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"Hi"}}',
        '{"type":"content_block_stop","index":0}',
        '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}',
        '{"type":"message_stop"}',
      ]
      const told = (request: JsonObject): string => {
        const stream = openStream({ from: 'anthropic', to: 'openai-chat', request, ...fixed })
        return stream.push(upstream.map((data) => `data: ${data}\n\n`).join('')) + stream.end()
      }
      expect(told({})).not.toContain('usage')
      expect(told({ stream_options: { include_usage: true } })).toMatch(
        /"choices":\[\],"usage":\{"prompt_tokens":5,"completion_tokens":7/,
      )
    },
  )
})
