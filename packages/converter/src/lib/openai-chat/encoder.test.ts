import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream'
import type { ChatCompletion } from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import { chunksOf, deltasOf, encodeStream, eventsAround } from '../../../test/openai-kit.ts'
import type { ChatEvent, OpenPart } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import type { ReplyContext } from '../codec.ts'

const open = (index: number, part: OpenPart): ChatEvent => ({ type: 'open', index, part })
const text = (index: number, value: string): ChatEvent => ({ type: 'text', index, literal: JSON.stringify(value) })
const input = (index: number, value: string): ChatEvent => ({ type: 'input', index, literal: JSON.stringify(value) })
const close = (index: number): ChatEvent => ({ type: 'close', index })
const call = (id: string, name: string, inputKind: 'json' | 'text' = 'json'): OpenPart => ({
  type: 'tool-call',
  id,
  name,
  inputKind,
})
const hello = [open(0, { type: 'text' }), text(0, 'Hel'), text(0, 'lo "you"\n'), close(0)]

/** What the official SDK makes of a stream. */
async function accumulated(events: readonly ChatEvent[], context: Partial<ReplyContext> = {}): Promise<ChatCompletion> {
  const lines = chunksOf(encodeStream(events, context).sse).filter((chunk) => typeof chunk !== 'string')
  const bytes = new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const stream = ChatCompletionStream.fromReadableStream(new Blob([bytes]).stream())
  return stream.finalChatCompletion()
}

describe('chunks', () => {
  it('hazard 92: are OpenAI’s, with one id, time and model throughout', () => {
    const chunks = chunksOf(encodeStream(eventsAround(hello)).sse)
    const base = { id: 'msg_1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'claude-x' }
    const chunk = (delta: JsonObject, finish_reason: string | null = null): JsonObject => ({
      ...base,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    })
    expect(chunks).toEqual([
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo "you"\n' }),
      chunk({}, 'stop'),
      '[DONE]',
    ])
  })

  it('an id is made where the upstream gave none, and the client’s model name is shown', () => {
    const events: ChatEvent[] = [{ type: 'start' }, { type: 'finish', stop: { reason: 'end' } }]
    const chunks = chunksOf(encodeStream(events, { model: 'my-alias' }).sse) as JsonObject[]
    expect(chunks[0]).toMatchObject({ id: 'chatcmpl-fresh', model: 'my-alias', created: 1_700_000_000 })
    expect(chunks[1]).toMatchObject({ id: 'chatcmpl-fresh', model: 'my-alias' })
  })

  it('hazard 92: an id, a time and a model that nobody told are made up once', () => {
    const events = eventsAround(hello).map((event) => (event.type === 'start' ? { type: event.type } : event))
    const chunks = chunksOf(encodeStream(events, { model: 'mine' }).sse).filter((chunk) => chunk !== '[DONE]')
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ id: 'chatcmpl-fresh', created: 1_700_000_000, model: 'mine' })
    }
  })

  it('hazard 95: a literal goes on as it came, line separators included', () => {
    const literal = '"\u2028\\ud83d\\u000a"'
    const events = eventsAround([open(0, { type: 'text' }), { type: 'text', index: 0, literal }, close(0)])
    expect(encodeStream(events).sse).toContain(`{"content":${literal}}`)
  })

  it('hazard 100: usage only for those who asked, in a chunk of its own after the finish reason', () => {
    const finish = { usage: { input: 10, cacheRead: 4, output: 2 } }
    const silent = encodeStream(eventsAround(hello, finish)).sse
    expect(silent).not.toContain('usage')
    const chunks = chunksOf(encodeStream(eventsAround(hello, finish), { wantsUsage: true }).sse)
    expect(chunks.at(-2)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12, prompt_tokens_details: { cached_tokens: 4 } },
    })
    for (const chunk of chunks.slice(0, -2)) expect(chunk).toMatchObject({ usage: null })
  })

  it('hazard 99: usage is overwritten field by field, never added up', () => {
    const events: ChatEvent[] = [
      { type: 'start', usage: { input: 0, output: 1 } },
      { type: 'usage', usage: { input: 25 } },
      { type: 'finish', stop: { reason: 'end' }, usage: { output: 9 } },
    ]
    const chunks = chunksOf(encodeStream(events, { wantsUsage: true }).sse)
    expect(chunks.at(-2)).toMatchObject({ usage: { prompt_tokens: 25, completion_tokens: 9, total_tokens: 34 } })
  })

  it('nothing follows the end, of either kind', () => {
    const error: ChatEvent = { type: 'error', error: { status: 529, kind: 'overloaded', message: 'busy' } }
    const ended = encodeStream([...eventsAround(hello), ...eventsAround(hello), error]).sse
    expect(chunksOf(ended).filter((chunk) => chunk === '[DONE]')).toHaveLength(1)
    const failed = encodeStream([...eventsAround(hello).slice(0, -2), error, ...eventsAround(hello), text(0, 'x')]).sse
    expect(chunksOf(failed).at(-1)).toEqual({
      error: { message: 'busy', type: 'server_error', param: null, code: null },
    })
  })
})

describe('tool calls', () => {
  it('hazard 105: are counted from 0 whatever else the answer holds', () => {
    const events = eventsAround([
      open(0, { type: 'reasoning' }),
      close(0),
      open(1, { type: 'opaque', kind: 'server_tool_use' }),
      close(1),
      open(2, call('a', 'f')),
      input(2, '{"x":'),
      open(3, call('b', 'g')),
      input(3, '{}'),
      input(2, '1}'),
      close(2),
      close(3),
    ])
    const { sse, losses } = encodeStream(events)
    expect(deltasOf(sse).slice(1)).toEqual([
      { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"x":' } }] },
      { tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '1}' } }] },
    ])
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'parts[1]' }])
  })

  it('hazard 22: no arguments are an empty object', async () => {
    const events = eventsAround([open(0, call('a', 'f')), input(0, ''), close(0)])
    const reply = await accumulated(events)
    expect(reply.choices[0]?.message.tool_calls).toMatchObject([{ function: { arguments: '{}' } }])
  })

  it('hazard 47: calls decide the finish reason', () => {
    const chunks = chunksOf(encodeStream(eventsAround([open(0, call('a', 'f')), close(0)])).sse)
    expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: 'tool_calls' }] })
  })

  it('hazard 30: a custom tool that went out as a function comes back whole, as custom', () => {
    const events = eventsAround([
      open(0, call('a', 'p')),
      input(0, '{"inp'),
      input(0, 'ut":"raw \\"text\\""}'),
      close(0),
    ])
    const { sse } = encodeStream(events, { customTools: new Set(['p']), originalToolName: () => 'patch' })
    expect(deltasOf(sse).slice(1)).toEqual([
      { tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'patch', input: '' } }] },
      { tool_calls: [{ index: 0, custom: { input: 'raw "text"' } }] },
    ])
  })

  it('free text passes as it comes', () => {
    const { sse } = encodeStream(
      eventsAround([open(0, call('a', 'p', 'text')), input(0, '*** '), input(0, 'raw'), close(0)]),
    )
    expect(deltasOf(sse).slice(2)).toEqual([
      { tool_calls: [{ index: 0, custom: { input: '*** ' } }] },
      { tool_calls: [{ index: 0, custom: { input: 'raw' } }] },
    ])
  })

  it('hazard 18: clients of the legacy functions read one function_call', async () => {
    const events = eventsAround([
      open(0, call('a', 'f')),
      input(0, '{"x":1}'),
      close(0),
      open(1, call('b', 'g')),
      input(1, '{}'),
      close(1),
    ])
    const { losses } = encodeStream(events, { legacyFunctions: true })
    const reply = await accumulated(events, { legacyFunctions: true })
    expect(reply.choices[0]).toMatchObject({
      finish_reason: 'function_call',
      message: { function_call: { name: 'f', arguments: '{"x":1}' } },
    })
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'parts[1]' }])
  })

  it('hazard 48: a thought signature follows its call', () => {
    const seal: ChatEvent = { type: 'seal', index: 0, seal: { issuer: 'gemini', value: 's' } }
    const foreign: ChatEvent = { type: 'seal', index: 0, seal: { issuer: 'anthropic', value: 'forged' } }
    const { sse } = encodeStream(eventsAround([open(0, call('a', 'f')), seal, foreign, input(0, '{}'), close(0)]))
    expect(deltasOf(sse)).toContainEqual({
      tool_calls: [{ index: 0, function: { arguments: '' }, extra_content: { google: { thought_signature: 's' } } }],
    })
    expect(sse).not.toContain('forged')
  })
})

describe('what stands beside the text', () => {
  it('hazard 74: reasoning has a field of its own, or none', () => {
    const events = eventsAround([open(0, { type: 'reasoning' }), text(0, 'hm'), close(0)])
    expect(deltasOf(encodeStream(events).sse)[1]).toEqual({ reasoning_content: 'hm' })
    const hidden = encodeStream(events, { showReasoning: false })
    expect(hidden.sse).not.toContain('hm')
    expect(hidden.losses).toMatchObject([{ kind: 'dropped', path: 'parts[0]' }])
  })

  it('hazards 75 and 77: seals of reasoning are withheld and told', () => {
    const seal: ChatEvent = { type: 'seal', index: 0, seal: { issuer: 'anthropic', value: 'sig' } }
    const shown = encodeStream(eventsAround([open(0, { type: 'reasoning' }), text(0, 'hm'), seal, close(0)]))
    expect(shown.sse).not.toContain('sig')
    expect(shown.losses).toMatchObject([{ kind: 'dropped', path: 'parts[0].seal' }])
    const redacted = encodeStream(eventsAround([open(0, { type: 'reasoning', redacted: true }), seal, close(0)]))
    expect(deltasOf(redacted.sse)).toHaveLength(1)
    expect(redacted.losses).toMatchObject([{ kind: 'dropped', path: 'parts[0]' }])
  })

  it('a source that comes after its text still counts in it', () => {
    const events = eventsAround([
      open(0, { type: 'text' }),
      text(0, 'ab'),
      close(0),
      open(1, { type: 'text' }),
      text(1, 'c'),
      close(1),
      { type: 'citation', index: 1, citation: { url: 'u', title: 't' } },
    ])
    const annotation = { type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 2, end_index: 3 } }
    expect(deltasOf(encodeStream(events).sse).at(-1)).toEqual({ annotations: [annotation] })
  })

  it('annotations come together before the end and count in the joined text', () => {
    const events = eventsAround([
      open(0, { type: 'text' }),
      text(0, 'Aé\n'),
      close(0),
      open(1, { type: 'text' }),
      text(1, 'cd'),
      { type: 'citation', index: 1, citation: { url: 'u', title: 't' } },
      { type: 'citation', index: 1, citation: { url: 'v', title: 'w', start: 1, end: 2 } },
      { type: 'citation', index: 1, citation: { quote: 'nowhere' } },
      close(1),
    ])
    const { sse, losses } = encodeStream(events)
    const cited = (url: string, title: string, start_index: number, end_index: number) => ({
      type: 'url_citation',
      url_citation: { url, title, start_index, end_index },
    })
    expect(deltasOf(sse).at(-1)).toEqual({ annotations: [cited('u', 't', 3, 5), cited('v', 'w', 4, 5)] })
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'parts[1].citations' }])
  })

  it('a source of a text that stays open counts in that text alone', () => {
    const events = eventsAround([
      open(0, { type: 'text' }),
      text(0, 'ab'),
      open(1, { type: 'text' }),
      text(1, 'cde'),
      { type: 'citation', index: 0, citation: { url: 'u', title: 't' } },
      close(0),
      close(1),
      { type: 'citation', index: 1, citation: { url: 'v', title: 't' } },
    ])
    expect(deltasOf(encodeStream(events).sse).at(-1)?.annotations).toMatchObject([
      { url_citation: { url: 'u', start_index: 0, end_index: 2 } },
      { url_citation: { url: 'v', start_index: 2, end_index: 5 } },
    ])
  })

  it('log-probabilities keep their place', () => {
    const value = { content: [{ token: 'x' }], refusal: null }
    const events = eventsAround([
      open(0, { type: 'text' }),
      text(0, 'x'),
      { type: 'logprobs', index: 0, value },
      close(0),
    ])
    expect(chunksOf(encodeStream(events).sse)).toContainEqual(
      expect.objectContaining({ choices: [{ index: 0, delta: {}, logprobs: value, finish_reason: null }] }),
    )
  })

  it('hazard 85: a refusal is never a bare stop', async () => {
    const worded = eventsAround([open(0, { type: 'refusal' }), text(0, 'no'), close(0)], {
      stop: { reason: 'refusal' },
    })
    expect((await accumulated(worded)).choices[0]).toMatchObject({ finish_reason: 'stop', message: { refusal: 'no' } })
    const silent = eventsAround([], { stop: { reason: 'refusal', explanation: 'policy' } })
    expect((await accumulated(silent)).choices[0]).toMatchObject({
      finish_reason: 'content_filter',
      message: { refusal: 'policy' },
    })
  })
})

describe('the official SDK', () => {
  it('gathers the answer that was told', async () => {
    const events = eventsAround(
      [
        ...hello,
        open(1, call('a', 'f')),
        input(1, '{"x"'),
        input(1, ':"é"}'),
        close(1),
        open(2, call('b', 'g')),
        close(2),
      ],
      { usage: { input: 3, output: 4 } },
    )
    const reply = await accumulated(events, { wantsUsage: true })
    expect(reply).toMatchObject({
      id: 'msg_1',
      model: 'claude-x',
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'Hello "you"\n',
            tool_calls: [
              { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":"é"}' } },
              { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
            ],
          },
        },
      ],
    })
  })
})
