import { describe, expect, it } from 'vitest'
import { chunksOf, fixtureJson, fixtureNames, fixtureText, partsOf } from '../../../test/gemini-kit.ts'
import type { Dialect } from '../chat/dialect.ts'
import type { JsonObject } from '../chat/json.ts'
import type { AssistantPart } from '../chat/part.ts'
import type { ChatReply } from '../chat/reply.ts'
import { codecOf } from '../codecs.ts'
import { convertError, convertReply, convertRequest } from '../convert.ts'
import { LossReport } from '../report.ts'
import { FrameSplitter } from '../sse.ts'
import { Fold } from '../stream/fold.ts'
import { checked } from '../stream/grammar.ts'
import { openStream, streamOfReply } from '../stream-converter.ts'

const others = ['anthropic', 'openai-chat'] as const
const models = { anthropic: 'claude-sonnet-4-5', 'openai-chat': 'gpt-4.1' } as const
const fixed = { newId: (): string => 'fresh', now: (): number => 1_700_000_000 }
const whole = fixtureNames().filter((name) => name !== 'error-mid-stream')
const crossing = whole.flatMap((name) => others.map((to) => ({ name, to })))
/** Clients that want to know all a stream can tell. */
const request = { stream_options: { include_usage: true } }

function toGemini(
  body: JsonObject | string,
  from: Dialect,
  model = 'gemini-3-flash-preview',
): ReturnType<typeof convertRequest> {
  return convertRequest(body, { from, to: 'gemini', model })
}

/** The reply a client of a dialect gathers from a stream; throws where it breaks the grammar. */
function gathered(sse: string, dialect: Dialect): ChatReply | undefined {
  const fold = new Fold()
  const decoder = codecOf(dialect).openDecoder(
    checked((event) => fold.push(event)),
    new LossReport(),
  )
  const splitter = new FrameSplitter((event, data) => decoder.frame(event, data))
  splitter.push(sse)
  splitter.end()
  decoder.end()
  return fold.reply()
}

/** What a stream and a whole reply of the same answer must agree in. */
function essence(reply: ChatReply | undefined): unknown {
  if (reply === undefined) return undefined
  const { id, model, created, stop, usage } = reply
  return { id, model, created, stop, usage, parts: reply.parts.map(bare) }
}

function bare({ at: _, ...part }: AssistantPart): unknown {
  if (part.type === 'opaque') return { kind: part.kind, search: part.search }
  if (!('inputKind' in part) || part.inputKind !== 'json') return part
  return { ...part, input: JSON.parse(part.input) as unknown }
}

describe('gemini requests to other dialects and back', () => {
  const rest = (body: JsonObject): JsonObject => {
    const { contents, systemInstruction, tools } = body
    return JSON.parse(
      JSON.stringify({ contents, systemInstruction, tools }, (key, value: unknown) =>
        key === 'id' ? undefined : value,
      ),
    ) as JsonObject
  }

  it.each(
    ['text', 'system', 'multi-turn', 'tool-results-next-turn'].flatMap((name) => others.map((to) => ({ name, to }))),
  )('$name by way of $to is what it was', ({ name, to }) => {
    const first = toGemini(
      convertRequest(fixtureJson(name, 'request.json'), { from: 'gemini', to, model: models[to] }).body,
      to,
      'gemini-2.5-flash',
    )
    const again = convertRequest(first.body, { from: 'gemini', to, model: models[to] })
    expect(rest(toGemini(again.body, to, 'gemini-2.5-flash').body)).toEqual(rest(first.body))
    const { contents } = fixtureJson(name, 'request.json')
    const texts = (value: unknown): string[] =>
      JSON.stringify(value).match(/"(?:text|output|name|city)":"[^"]*"/g) ?? []
    expect(texts(first.body.contents)).toEqual(texts(contents))
  })

  it.each(others)('hazard 45: calls and results find each other in %s', (to) => {
    const { body } = convertRequest(fixtureJson('tool-results-next-turn', 'request.json'), {
      from: 'gemini',
      to,
      model: models[to],
    })
    const ids = JSON.stringify(body).match(/"(?:id|tool_use_id|tool_call_id)":"call_1_[01]"/g) ?? []
    expect(ids.map((id) => id.slice(-3, -1))).toEqual(['_0', '_1', '_0', '_1'])
  })

  it.each(others)('hazard 48: the seal of a call is withheld from %s and told', (to) => {
    const { body, losses } = convertRequest(fixtureJson('reasoning-sealed', 'request.json'), {
      from: 'gemini',
      to,
      model: models[to],
    })
    expect(JSON.stringify(body)).not.toContain('CtwBAXLI2nwPZ3hhbXBsZSBzaWduYXR1cmU')
    expect(losses.some(({ path, kind }) => path.startsWith('contents[1].parts[0]') && kind === 'dropped')).toBe(true)
  })

  it('what would be another kind of answer is refused, and strict refuses every loss', () => {
    const cached = { contents: [{ parts: [{ text: 'x' }] }], cachedContent: 'c/1' }
    expect(() => convertRequest(cached, { from: 'gemini', to: 'openai-chat', model: 'm' })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', path: 'cachedContent' }),
    )
    expect(() =>
      convertRequest(fixtureJson('system', 'request.json'), {
        from: 'gemini',
        to: 'openai-chat',
        model: 'm',
        strict: true,
      }),
    ).toThrow(expect.objectContaining({ code: 'LOSSY' }))
  })

  it('the model and the stream of the URL arrive in the body of another dialect', () => {
    const body = { model: 'gemini-x', stream: true, contents: [{ parts: [{ text: 'x' }] }] }
    expect(convertRequest(body, { from: 'gemini', to: 'openai-chat' }).body).toMatchObject({
      model: 'gemini-x',
      stream: true,
    })
    const back = convertRequest(
      { model: 'm', stream: true, messages: [{ role: 'user', content: 'x' }] },
      { from: 'openai-chat', to: 'gemini' },
    )
    expect(Object.keys(back.body)).toEqual(['contents'])
  })

  it('hazard 40: an OpenAI tool with all a JSON Schema can say reaches gemini whole', () => {
    const parameters = {
      type: ['object', 'null'],
      properties: { a: { const: 1, exclusiveMinimum: 0 } },
      $defs: {},
      additionalProperties: false,
    }
    const tools = [{ type: 'function', function: { name: 'f', parameters } }]
    const { body } = toGemini({ model: 'm', messages: [{ role: 'user', content: 'x' }], tools }, 'openai-chat')
    expect(body.tools).toEqual([{ functionDeclarations: [{ name: 'f', parametersJsonSchema: parameters }] }])
  })

  it('hazard 48: a seal comes back through a chat client', () => {
    const reply = convertReply(fixtureText('reasoning-sealed', 'reply.json'), {
      from: 'gemini',
      to: 'openai-chat',
      ...fixed,
    })
    const message = (reply.body.choices as { message: JsonObject }[])[0]?.message ?? {}
    const history = [{ role: 'user', content: 'x' }, message, { role: 'tool', tool_call_id: 'fc-2', content: 'sun' }]
    const { body } = toGemini({ model: 'm', messages: history }, 'openai-chat')
    expect(body.contents).toMatchObject([
      {},
      { parts: [{ functionCall: { id: 'fc-2' }, thoughtSignature: 'CtwBAXLI2nwPZ3hhbXBsZSBzaWduYXR1cmU=' }] },
      { parts: [{ functionResponse: { id: 'fc-2', name: 'get_weather', response: { output: 'sun' } } }] },
    ])
  })

  it('hazard 32: a name another dialect does not take comes back to the gemini client as its own', () => {
    const name = `tools.${'long'.repeat(20)}:run`
    const client = { contents: [{ parts: [{ text: 'x' }] }], tools: [{ functionDeclarations: [{ name }] }] }
    const { body } = convertRequest(client, { from: 'gemini', to: 'openai-chat', model: 'm' })
    const alias = (body.tools as { function: { name: string } }[])[0]?.function.name ?? ''
    expect(alias.length).toBeLessThanOrEqual(64)
    const tool_calls = [{ id: 'a', type: 'function', function: { name: alias, arguments: '{}' } }]
    const answer = {
      choices: [{ index: 0, message: { role: 'assistant', content: null, tool_calls }, finish_reason: 'tool_calls' }],
    }
    const reply = convertReply(answer, { from: 'openai-chat', to: 'gemini', request: client, ...fixed })
    expect(reply.body.candidates).toMatchObject([
      { content: { parts: [{ functionCall: { name } }] }, finishReason: 'STOP' },
    ])
  })
})

describe('gemini replies and streams to other dialects', () => {
  it.each(crossing)('law: $name in $to, the stream tells what the reply tells', ({ name, to }) => {
    const stream = openStream({ from: 'gemini', to, request, ...fixed })
    const sse = stream.push(fixtureText(name, 'stream.sse')) + stream.end()
    const { body } = convertReply(fixtureJson(name, 'reply.json'), { from: 'gemini', to, request, ...fixed })
    expect(stream.phase).toBe('finished')
    expect(essence(gathered(sse, to))).toEqual(essence(codecOf(to).decodeReply(body, new LossReport())))
  })

  it.each(crossing)('law: $name in $to, cut up anywhere it is the same', ({ name, to }) => {
    const bytes = new TextEncoder().encode(fixtureText(name, 'stream.sse'))
    const convert = (...pieces: Uint8Array[]): string => {
      const stream = openStream({ from: 'gemini', to, request, ...fixed })
      return pieces.map((piece) => stream.push(piece)).join('') + stream.end()
    }
    const uncut = convert(bytes)
    for (let at = 0; at <= bytes.length; at += 5) {
      if (convert(bytes.subarray(0, at), bytes.subarray(at)) !== uncut) expect(at).toBe('any place')
    }
    expect(convert(...Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)))).toBe(uncut)
  })

  it.each(crossing)('law: $name in $to, cut short it is never presented as finished', ({ name, to }) => {
    const sse = fixtureText(name, 'stream.sse')
    const sign = /"(?:finishReason|blockReason)": ?"[^\n]*/.exec(sse)
    const complete = (sign?.index ?? 0) + (sign?.[0].trimEnd().length ?? 0)
    expect(complete).toBeGreaterThan(0)
    for (let end = 0; end < sse.length; end += 7) {
      const stream = openStream({ from: 'gemini', to, request, ...fixed })
      const text = stream.push(sse.slice(0, end)) + stream.end()
      const success = stream.phase === 'finished'
      if (success !== end >= complete) expect({ end, complete, phase: stream.phase }).toBe('as it should be')
      expect(gathered(text, to) !== undefined).toBe(success)
    }
  })

  it('hazard 83: thoughts count as output, and what a cache gave is told apart', () => {
    const chat = convertReply(fixtureJson('reasoning-sealed', 'reply.json'), {
      from: 'gemini',
      to: 'openai-chat',
      ...fixed,
    })
    expect(chat.body.usage).toMatchObject({
      prompt_tokens: 90,
      completion_tokens: 59,
      completion_tokens_details: { reasoning_tokens: 41 },
    })
    const messages = convertReply(fixtureJson('multi-turn', 'reply.json'), {
      from: 'gemini',
      to: 'anthropic',
      ...fixed,
    })
    expect(messages.body.usage).toMatchObject({ input_tokens: 12, cache_read_input_tokens: 8, output_tokens: 6 })
  })

  it('hazard 47: calls end in the word that makes an agent run them', () => {
    const { body } = convertReply(fixtureJson('parallel-tools', 'reply.json'), {
      from: 'gemini',
      to: 'anthropic',
      ...fixed,
    })
    expect(body).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ input: { city: 'Paris' } }, { input: { city: 'Tokyo' } }],
    })
    const stream = openStream({ from: 'gemini', to: 'openai-chat', ...fixed })
    expect(stream.push(fixtureText('parallel-tools', 'stream.sse')) + stream.end()).toContain(
      '"finish_reason":"tool_calls"',
    )
  })

  it('hazard 90: a refused prompt is a refusal, a filtered answer one that was filtered', () => {
    const convert = (name: string, to: Dialect): JsonObject =>
      convertReply(fixtureJson(name, 'reply.json'), { from: 'gemini', to, ...fixed }).body
    expect(convert('prompt-blocked', 'anthropic')).toMatchObject({ stop_reason: 'refusal', content: [] })
    expect(convert('prompt-blocked', 'openai-chat').choices).toMatchObject([{ finish_reason: 'content_filter' }])
    expect(convert('safety', 'openai-chat').choices).toMatchObject([
      { finish_reason: 'content_filter', message: { content: 'I will not' } },
    ])
  })

  it('sources reach a chat client in characters', () => {
    const { body } = convertReply(fixtureJson('grounding', 'reply.json'), {
      from: 'gemini',
      to: 'openai-chat',
      ...fixed,
    })
    const [choice] = body.choices as { message: { annotations: { url_citation: JsonObject }[] } }[]
    expect(
      choice?.message.annotations.map(({ url_citation: one }) => [one.url, one.start_index, one.end_index]),
    ).toEqual([
      ['https://example.com/a', 0, 11],
      ['https://example.com/a', 12, 22],
      ['https://example.com/b', 12, 22],
    ])
  })

  it('hazards 118 and 120: errors reach each client in its own envelope', () => {
    const upstream = { status: 429, body: { error: { code: 429, message: 'Quota.', status: 'RESOURCE_EXHAUSTED' } } }
    expect(convertError(upstream, { from: 'gemini', to: 'anthropic' }).body).toMatchObject({
      error: { type: 'rate_limit_error', message: 'Quota.' },
    })
    expect(convertError(upstream, { from: 'gemini', to: 'openai-chat' }).body).toMatchObject({
      error: { type: 'rate_limit_error' },
    })
    const stream = openStream({ from: 'gemini', to: 'anthropic', ...fixed })
    const sse = stream.push(fixtureText('error-mid-stream', 'stream.sse')) + stream.end()
    expect(sse).toContain('event: error')
    expect(sse).not.toContain('message_stop')
  })
})

describe('streams of other dialects to a gemini client', () => {
  const sse = (frames: readonly object[]): string => frames.map((data) => `data: ${JSON.stringify(data)}\n\n`).join('')
  const anthropic = sse([
    { type: 'message_start', message: { id: 'm1', model: 'claude', usage: { input_tokens: 5, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'SECRET' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'I ' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'look.' } },
    { type: 'content_block_stop', index: 1 },
    { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 't1', name: 'f', input: {} } },
    { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"a":' } },
    { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '1}' } },
    { type: 'content_block_stop', index: 2 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
    { type: 'message_stop' },
  ])

  it('from anthropic: text at once, the call when it is whole, another’s seal never', () => {
    const asked = { generationConfig: { thinkingConfig: { includeThoughts: true } } }
    const stream = openStream({ from: 'anthropic', to: 'gemini', request: asked, ...fixed })
    const out = stream.push(anthropic) + stream.end()
    expect(partsOf(out)).toEqual([
      { thought: true, text: 'Hm.' },
      { text: 'I ' },
      { text: 'look.' },
      { functionCall: { id: 't1', name: 'f', args: { a: 1 } } },
      { text: '' },
    ])
    expect(chunksOf(out).at(-1)).toMatchObject({
      candidates: [{ finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 9, totalTokenCount: 14 },
      modelVersion: 'claude',
      responseId: 'm1',
    })
    expect(out).not.toContain('SECRET')
  })

  it('hazard 108: a cut stream ends in an error the SDK throws on', () => {
    const stream = openStream({ from: 'anthropic', to: 'gemini', ...fixed })
    const out = stream.push(anthropic.slice(0, 700)) + stream.end()
    const error = chunksOf(out).at(-1)?.error as { code: number; status: string }
    expect(error).toMatchObject({ code: 502, status: 'INTERNAL' })
    expect(out).not.toContain('finishReason')
  })

  it('a gemini client of a server that does not stream gets a stream all the same', () => {
    const { text } = streamOfReply(
      { choices: [{ message: { content: 'Hi.' }, finish_reason: 'stop' }], model: 'm', id: 'c1' },
      { from: 'openai-chat', to: 'gemini', ...fixed },
    )
    expect(partsOf(text)).toEqual([{ text: 'Hi.' }, { text: '' }])
  })

  it.each(['gemini'] as const)('passes as bytes from %s to itself', (dialect) => {
    for (const name of whole) {
      const source = fixtureText(name, 'stream.sse')
      const stream = openStream({ from: dialect, to: dialect })
      expect(stream.push(source) + stream.end()).toBe(source)
      expect(stream.phase).toBe('finished')
    }
  })
})
