import OpenAI from 'openai'
import { ResponseStream } from 'openai/lib/responses/ResponseStream'
import type { Response } from 'openai/resources/responses/responses'
import { describe, expect, it } from 'vitest'
import { decodeStream, encodeReply, encodeStream, eventsOf } from '../../../test/responses-kit.ts'
import type { ChatEvent, OpenPart } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import type { ReplyContext } from '../codec.ts'
import { errorFrame } from './error.ts'

const start: ChatEvent = { type: 'start', id: 'msg_up', model: 'claude-x', created: 7 }
const open = (index: number, part: OpenPart): ChatEvent => ({ type: 'open', index, part })
const text = (index: number, value: string): ChatEvent => ({ type: 'text', index, literal: JSON.stringify(value) })
const input = (index: number, value: string): ChatEvent => ({ type: 'input', index, literal: JSON.stringify(value) })
const close = (index: number): ChatEvent => ({ type: 'close', index })
const finish: ChatEvent = { type: 'finish', stop: { reason: 'end' }, usage: { input: 3, output: 4 } }
const call = (id: string, name = 'f', inputKind: 'json' | 'text' = 'json'): OpenPart => ({
  type: 'tool-call',
  id,
  name,
  inputKind,
})
const failure: ChatEvent = { type: 'error', error: { status: 529, kind: 'overloaded', message: 'busy', code: 'own' } }
const hello = [open(0, { type: 'text' }), text(0, 'Hel'), text(0, 'lo'), close(0)]

function written(events: readonly ChatEvent[], context: Partial<ReplyContext> = {}): JsonObject[] {
  return eventsOf(encodeStream([start, ...events], context).sse)
}

function typesOf(events: readonly ChatEvent[], context: Partial<ReplyContext> = {}): string[] {
  return written(events, context).map(({ type }) => String(type).replace('response.', ''))
}

/** What the official SDK makes of a stream. */
async function accumulated(events: readonly ChatEvent[], context: Partial<ReplyContext> = {}): Promise<Response> {
  const lines = written(events, context).map((event) => `${JSON.stringify(event)}\n`)
  const bytes = new TextEncoder().encode(lines.join(''))
  return ResponseStream.fromReadableStream(new Blob([bytes]).stream()).finalResponse()
}

describe('events', () => {
  it('hazard 111: are all that OpenAI sends, numbered from 0', () => {
    const events = written([...hello, finish])
    expect(events.map(({ type, sequence_number }) => `${sequence_number} ${type}`)).toEqual([
      '0 response.created',
      '1 response.in_progress',
      '2 response.output_item.added',
      '3 response.content_part.added',
      '4 response.output_text.delta',
      '5 response.output_text.delta',
      '6 response.output_text.done',
      '7 response.content_part.done',
      '8 response.output_item.done',
      '9 response.completed',
    ])
    const where = { item_id: 'msg_fresh_0', output_index: 0, content_index: 0 }
    expect(events[4]).toEqual({
      type: 'response.output_text.delta',
      ...where,
      delta: 'Hel',
      logprobs: [],
      sequence_number: 4,
    })
    expect(events[6]).toMatchObject({ ...where, text: 'Hello', logprobs: [] })
  })

  it('hazard 92: the response repeats the request, and every key is there', () => {
    const request = {
      instructions: 'Be brief.',
      tools: [{ type: 'function', name: 'f' }],
      temperature: 0,
    }
    const response = written([finish], { request, model: 'alias' }).at(-1)?.response as JsonObject
    expect(response).toMatchObject({
      id: 'msg_up',
      object: 'response',
      created_at: 7,
      model: 'alias',
      status: 'completed',
      error: null,
      incomplete_details: null,
      ...request,
      tool_choice: 'auto',
      parallel_tool_calls: true,
      top_p: null,
      metadata: {},
    })
  })

  it('usage has all its details, whatever is known', () => {
    const response = written([finish]).at(-1)?.response as JsonObject
    expect(response.usage).toEqual({
      input_tokens: 3,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: 4,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 7,
    })
    expect(written([{ type: 'finish', stop: { reason: 'end' } }]).at(-1)?.response).toMatchObject({ usage: null })
  })

  it('hazard 95: a literal goes on as it came', () => {
    const literal = '"\u2028\\ud83d\\u000a"'
    const { sse } = encodeStream([
      start,
      open(0, { type: 'text' }),
      { type: 'text', index: 0, literal },
      close(0),
      finish,
    ])
    expect(sse).toContain(`"delta":${literal},"logprobs":[]`)
  })

  it('nothing follows the end', () => {
    expect(typesOf([finish, text(0, 'x'), failure, finish]).filter((type) => type === 'completed')).toHaveLength(1)
  })
})

describe('items', () => {
  it('texts and refusals in a row are one message; a call ends it, and text after it begins another', async () => {
    const events = [
      ...hello,
      open(1, { type: 'refusal' }),
      text(1, 'No.'),
      close(1),
      open(2, call('toolu_1')),
      input(2, '{"a":1}'),
      close(2),
      open(3, { type: 'text' }),
      text(3, 'Bye'),
      close(3),
      finish,
    ]
    const { output } = await accumulated(events)
    expect(output).toMatchObject([
      { id: 'msg_fresh_0', content: [{ text: 'Hello' }, { refusal: 'No.' }] },
      { id: 'fc_fresh_1', type: 'function_call', call_id: 'toolu_1', name: 'f', arguments: '{"a":1}' },
      { id: 'msg_fresh_2', content: [{ text: 'Bye' }] },
    ])
  })

  it('hazard 102: parts that interleave keep their items', async () => {
    const events = [
      open(0, call('a')),
      open(1, call('b')),
      input(1, '{"b"'),
      input(0, '{"a"'),
      input(1, ':2}'),
      input(0, ':1}'),
      close(1),
      close(0),
      finish,
    ]
    expect((await accumulated(events)).output).toMatchObject([
      { call_id: 'a', arguments: '{"a":1}', status: 'completed' },
      { call_id: 'b', arguments: '{"b":2}', status: 'completed' },
    ])
  })

  it('texts that interleave are parts of one message', async () => {
    const events = [
      open(0, { type: 'text' }),
      text(0, 'a'),
      open(1, { type: 'text' }),
      text(1, 'c'),
      text(0, 'b'),
      close(0),
      close(1),
      finish,
    ]
    expect((await accumulated(events)).output).toMatchObject([{ content: [{ text: 'ab' }, { text: 'c' }] }])
  })

  it('hazard 22: no arguments are an empty object', async () => {
    const events = [open(0, call('a')), close(0), finish]
    expect((await accumulated(events)).output).toMatchObject([{ arguments: '{}' }])
  })

  it('hazard 30: a free text tool that stood as a function is called as what the client declared', async () => {
    const context = { customTools: new Set(['patch']) }
    const events = [open(0, call('a', 'patch')), input(0, '{"input":'), input(0, '"*** x"}'), close(0), finish]
    expect((await accumulated(events, context)).output).toMatchObject([
      { type: 'custom_tool_call', id: 'ctc_fresh_0', name: 'patch', input: '*** x' },
    ])
    expect(typesOf(events, context)).toContain('custom_tool_call_input.done')
    expect(
      (await accumulated([open(0, call('a', 'p', 'text')), input(0, 'go'), close(0), finish])).output,
    ).toMatchObject([{ type: 'custom_tool_call', input: 'go' }])
  })

  it('a tool of a namespace is called as the client spelled it', () => {
    const request = { tools: [{ type: 'namespace', name: 'git', tools: [{ type: 'function', name: 'log' }] }] }
    const events = written([open(0, call('a', 'git__log')), close(0), finish], { request })
    expect(events[2]).toMatchObject({ item: { name: 'log', namespace: 'git' } })
  })

  it('hazard 74: reasoning is a summary for a client that asked for one, and is never in the text', () => {
    const events = [
      open(0, { type: 'reasoning' }),
      text(0, 'hm'),
      close(0),
      ...hello.map((each) => ({ ...each, index: 1 })),
      finish,
    ]
    const asked = written(events, { request: { reasoning: { summary: 'auto' } } }).at(-1)?.response
    expect(asked).toMatchObject({
      output: [
        { type: 'reasoning', id: 'rs_fresh_0', summary: [{ type: 'summary_text', text: 'hm' }] },
        { content: [{ text: 'Hello' }] },
      ],
    })
    const silent = encodeStream([start, ...events], { request: {} })
    expect(silent.sse).not.toContain('hm')
    expect(silent.losses).toMatchObject([{ path: 'parts[0]', kind: 'dropped' }])
  })

  it('hazard 75: a seal of another provider is not told, nor reasoning that says nothing', () => {
    const seal: ChatEvent = { type: 'seal', index: 0, seal: { issuer: 'anthropic', value: 'sealed' } }
    const { sse, losses } = encodeStream([start, open(0, { type: 'reasoning' }), seal, close(0), finish])
    expect(sse).not.toContain('sealed')
    expect(sse).not.toContain('output_item')
    expect(losses.map(({ path }) => path)).toEqual(['parts[0].seal', 'parts[0]'])
  })

  it('sources are annotations of their own text; those without a URL are told', async () => {
    const events: ChatEvent[] = [
      ...hello.slice(0, 3),
      { type: 'citation', index: 0, citation: { url: 'https://x' } },
      { type: 'citation', index: 0, citation: { quote: 'page 3' } },
      close(0),
      finish,
    ]
    const annotation = { type: 'url_citation', url: 'https://x', title: 'https://x', start_index: 0, end_index: 5 }
    expect((await accumulated(events)).output).toMatchObject([{ content: [{ annotations: [annotation] }] }])
    expect(encodeStream([start, ...events]).losses).toMatchObject([{ path: 'parts[0].citations[1]' }])
  })

  it('a source that comes after its text is done is told as lost', () => {
    const late: ChatEvent = { type: 'citation', index: 0, citation: { url: 'https://x' } }
    const { losses } = encodeStream([start, ...hello.slice(0, 3), close(0), late, finish])
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'parts[0].citations' }])
  })

  it('log-probabilities come with an empty delta and once more with the whole text', async () => {
    const token = { token: 'Hi', logprob: -1, bytes: [72, 105], top_logprobs: [] }
    const logprobs: ChatEvent = { type: 'logprobs', index: 0, value: { content: [token], refusal: null } }
    const events = [open(0, { type: 'text' }), text(0, 'Hi'), logprobs, close(0), finish]
    expect((await accumulated(events)).output).toMatchObject([{ content: [{ text: 'Hi', logprobs: [token] }] }])
  })
})

describe('stops', () => {
  const stopped = (stop: Extract<ChatEvent, { type: 'finish' }>['stop']): JsonObject =>
    written([...hello, { type: 'finish', stop }]).at(-1)?.response as JsonObject

  it.each([
    ['length', 'max_output_tokens'],
    ['context-window', 'max_output_tokens'],
    ['content-filter', 'content_filter'],
    ['refusal', 'content_filter'],
  ] as const)('hazards 84 and 86: %s is incomplete, and so is the item it cut', (reason, word) => {
    expect(stopped({ reason })).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: word },
      output: [{ status: 'incomplete' }],
    })
  })

  it.each(['end', 'stop-sequence', 'tool-calls', 'pause', 'other'] as const)('%s is completed', (reason) => {
    expect(stopped({ reason })).toMatchObject({ status: 'completed', incomplete_details: null })
  })

  it('hazard 85: a refusal is told in its own words, or with its explanation', () => {
    expect(stopped({ reason: 'refusal', explanation: 'Too risky.' })).toMatchObject({
      status: 'completed',
      output: [{ content: [{ text: 'Hello' }, { type: 'refusal', refusal: 'Too risky.' }] }],
    })
    const reply = { parts: [], stop: { reason: 'refusal', explanation: 'Too risky.' } } as const
    expect(encodeReply(reply).body).toMatchObject({ status: 'completed', output: [{ content: [{ type: 'refusal' }] }] })
  })

  it('what has no word here is told', () => {
    const vague: ChatEvent = { type: 'finish', stop: { reason: 'pause' } }
    expect(encodeStream([start, vague]).losses).toMatchObject([{ path: 'stop_reason', kind: 'approximated' }])
  })
})

describe('errors', () => {
  it('hazard 107: after the response was announced it is told as failed, with what had come', () => {
    const events = written([...hello, open(1, call('a')), input(1, '{"a'), failure])
    expect(events.at(-1)).toMatchObject({
      type: 'response.failed',
      response: {
        status: 'failed',
        error: { code: 'server_is_overloaded', message: 'busy' },
        output: [
          { status: 'completed', content: [{ text: 'Hello' }] },
          { status: 'incomplete', arguments: '{"a' },
        ],
      },
    })
    expect(events.filter(({ type }) => type === 'response.output_item.done')).toHaveLength(1)
  })

  it('the SDK takes the failed response for what it is', async () => {
    const response = await accumulated([...hello, failure])
    expect(response).toMatchObject({ status: 'failed', error: { message: 'busy' } })
  })

  it('before that it is an error event, on which the SDK throws', async () => {
    const { sse } = encodeStream([failure])
    expect(sse).toBe(errorFrame({ status: 529, kind: 'overloaded', message: 'busy', code: 'own' }))
    const answer = (): Promise<globalThis.Response> =>
      Promise.resolve(new globalThis.Response(sse, { headers: { 'content-type': 'text/event-stream' } }))
    const client = new OpenAI({ apiKey: 'k', baseURL: 'http://127.0.0.1', fetch: answer, maxRetries: 0 })
    const stream = await client.responses.create({ model: 'm', input: 'x', stream: true })
    await expect(
      (async () => {
        for await (const _ of stream) void _
      })(),
    ).rejects.toThrow('busy')
  })

  it('what it writes is read again', () => {
    expect(decodeStream(encodeStream([start, ...hello, failure]).sse).events.at(-1)).toMatchObject({
      error: { kind: 'overloaded', message: 'busy' },
    })
  })
})
