import type Anthropic from '@anthropic-ai/sdk'
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream'
import { describe, expect, it } from 'vitest'
import {
  decodeStream,
  encodeStream,
  fixtureJson,
  fixtureNames,
  fixtureText,
  framesOf,
} from '../../../test/anthropic-kit.ts'
import type { ChatEvent, OpenPart } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import type { AssistantPart } from '../chat/part.ts'
import { foreignMark } from '../chat/search.ts'
import { Fold } from '../stream/fold.ts'

const start: ChatEvent = { type: 'start', id: 'chatcmpl-1', model: 'gpt', usage: { input: 10 } }
const finish: ChatEvent = { type: 'finish', stop: { reason: 'end' }, usage: { input: 10, output: 5 } }
const open = (index: number, part: OpenPart): ChatEvent => ({ type: 'open', index, part })
const text = (index: number, value: string): ChatEvent => ({ type: 'text', index, literal: JSON.stringify(value) })
const input = (index: number, value: string): ChatEvent => ({ type: 'input', index, literal: JSON.stringify(value) })
const close = (index: number): ChatEvent => ({ type: 'close', index })
const call = (id: string): OpenPart => ({ type: 'tool-call', id, name: `tool_${id}`, inputKind: 'json' })

/** What the SDK's own accumulator makes of a stream. */
async function accumulated(sse: string): Promise<Anthropic.Message> {
  const lines = framesOf(sse).map(({ data }) => `${JSON.stringify(data)}\n`)
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const line of lines) controller.enqueue(new TextEncoder().encode(line))
      controller.close()
    },
  })
  return await MessageStream.fromReadableStream(stream).finalMessage()
}

describe('encoder', () => {
  it('writes named events in the order of the protocol', () => {
    const { sse, losses } = encodeStream([start, open(0, { type: 'text' }), text(0, 'hi'), close(0), finish])
    expect(framesOf(sse)).toEqual([
      {
        event: 'message_start',
        data: {
          type: 'message_start',
          message: {
            id: 'chatcmpl-1',
            type: 'message',
            role: 'assistant',
            model: 'gpt',
            content: [],
            stop_reason: null,
            stop_sequence: null,
            stop_details: null,
            container: null,
            diagnostics: null,
            usage: {
              input_tokens: 10,
              output_tokens: 0,
              cache_creation_input_tokens: null,
              cache_read_input_tokens: null,
              cache_creation: null,
              output_tokens_details: null,
              server_tool_use: null,
              service_tier: null,
              inference_geo: null,
              speed: null,
            },
          },
        } satisfies Anthropic.RawMessageStartEvent,
      },
      {
        event: 'content_block_start',
        data: {
          type: 'content_block_start',
          index: 0,
          content_block: { type: 'text', text: '', citations: null },
        } satisfies Anthropic.RawContentBlockStartEvent,
      },
      {
        event: 'content_block_delta',
        data: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hi' } },
      },
      { event: 'content_block_stop', data: { type: 'content_block_stop', index: 0 } },
      {
        event: 'message_delta',
        data: {
          type: 'message_delta',
          delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null, container: null },
          usage: {
            input_tokens: 10,
            output_tokens: 5,
            cache_creation_input_tokens: null,
            cache_read_input_tokens: null,
            output_tokens_details: null,
            server_tool_use: null,
          },
        } satisfies Anthropic.RawMessageDeltaEvent,
      },
      { event: 'message_stop', data: { type: 'message_stop' } },
    ])
    expect(losses).toEqual([])
  })

  it('hazard 97: usage that comes before the end is on message_delta', () => {
    const { sse } = encodeStream([
      { type: 'start' },
      { type: 'usage', usage: { input: 100, cacheRead: 40, output: 7, reasoning: 3 } },
      { type: 'finish', stop: { reason: 'end' } },
    ])
    expect(framesOf(sse).find(({ event }) => event === 'message_delta')?.data.usage).toMatchObject({
      input_tokens: 60,
      cache_read_input_tokens: 40,
      output_tokens: 7,
      output_tokens_details: { thinking_tokens: 3 },
    })
  })

  it('hazard 101: interleaved calls become blocks one after the other, whole', async () => {
    const { sse } = encodeStream([
      start,
      open(0, call('a')),
      input(0, '{"x"'),
      open(1, call('b')),
      input(1, '{"y":'),
      input(0, ':1}'),
      input(1, '2}'),
      close(0),
      close(1),
      { type: 'finish', stop: { reason: 'tool-calls' } },
    ])
    let live: unknown
    for (const { event, data } of framesOf(sse)) {
      if (event === 'content_block_start') {
        expect(live).toBeUndefined()
        live = data.index
      }
      if (event === 'content_block_delta') expect(data.index).toBe(live)
      if (event === 'content_block_stop') live = undefined
    }
    expect((await accumulated(sse)).content).toMatchObject([
      { type: 'tool_use', id: 'a', input: { x: 1 } },
      { type: 'tool_use', id: 'b', input: { y: 2 } },
    ])
  })

  it('hazard 102: text after a call is a block of its own, in its place', async () => {
    const { sse } = encodeStream([
      start,
      open(0, { type: 'text' }),
      text(0, 'before'),
      open(1, call('a')),
      input(1, '{}'),
      open(2, { type: 'text' }),
      text(2, 'after'),
      close(0),
      close(1),
      close(2),
      finish,
    ])
    expect((await accumulated(sse)).content.map((block) => (block.type === 'text' ? block.text : block.type))).toEqual([
      'before',
      'tool_use',
      'after',
    ])
  })

  it('hazard 22: a call without arguments is told as {}', async () => {
    const { sse } = encodeStream([start, open(0, call('a')), close(0), finish])
    expect(framesOf(sse).filter(({ event }) => event === 'content_block_delta')).toHaveLength(1)
    expect(await accumulated(sse)).toMatchObject({ content: [{ input: {} }], stop_reason: 'tool_use' })
  })

  it('wraps free text of a custom tool, piece by piece', async () => {
    const free = 'line "one"\n\\two 🎉'
    const [head, tail] = [free.slice(0, -1), free.slice(-1)]
    const { sse } = encodeStream([
      start,
      open(0, { type: 'tool-call', id: 'a', name: 'patch', inputKind: 'text' }),
      input(0, head),
      input(0, tail),
      close(0),
      finish,
    ])
    expect((await accumulated(sse)).content).toMatchObject([{ input: { input: free } }])
  })

  it('restores tool names and aliases ids', () => {
    const { sse } = encodeStream([start, open(0, call('x.y:1')), close(0), finish], {
      originalToolName: (name) => `real/${name}`,
    })
    const block = framesOf(sse)[1]?.data.content_block
    expect(block).toMatchObject({ name: 'real/tool_x.y:1' })
    expect((block as { id: string }).id).toMatch(/^[a-zA-Z0-9_-]+$/)
  })

  it('hazards 74 and 75: reasoning without its seal is not shown, and its place is not counted', () => {
    const { sse, losses } = encodeStream([
      start,
      open(0, { type: 'reasoning' }),
      text(0, 'secret'),
      close(0),
      open(1, { type: 'text' }),
      text(1, 'open'),
      close(1),
      finish,
    ])
    expect(sse).not.toContain('secret')
    expect(sse).not.toContain('signature')
    expect(framesOf(sse)[1]?.data.index).toBe(0)
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'reasoning' }])
  })

  it('hazard 87: a refusal is text and the stop says so', async () => {
    const { sse } = encodeStream([
      start,
      open(0, { type: 'refusal' }),
      text(0, 'No.'),
      close(0),
      { type: 'finish', stop: { reason: 'end' } },
    ])
    expect(await accumulated(sse)).toMatchObject({ content: [{ text: 'No.' }], stop_reason: 'refusal' })
  })

  it('hazard 107: an error is the last thing said', () => {
    const { sse } = encodeStream([
      start,
      open(0, { type: 'text' }),
      text(0, 'half'),
      { type: 'error', error: { status: 529, kind: 'overloaded', message: 'Overloaded' } },
      close(0),
      finish,
    ])
    expect(framesOf(sse).at(-1)).toEqual({
      event: 'error',
      data: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: null },
    })
    expect(sse).not.toContain('message_stop')
  })

  it('hazard 98: without usage the counts are numbers, and that is told', () => {
    const { sse, losses } = encodeStream([{ type: 'start' }, { type: 'finish', stop: { reason: 'end' } }])
    expect(framesOf(sse)[1]?.data.usage).toMatchObject({ output_tokens: 0 })
    expect(framesOf(sse)[0]?.data.message).toMatchObject({ id: 'msg_fresh' })
    expect(losses).toMatchObject([{ kind: 'invented', path: 'usage' }])
  })

  it('reports what the dialect has no place for', () => {
    const { losses } = encodeStream([
      start,
      open(0, { type: 'opaque', kind: 'image' }),
      close(0),
      open(1, { type: 'text' }),
      text(1, 'x'),
      { type: 'citation', index: 1, citation: { title: 'a.pdf' } },
      { type: 'logprobs', index: 1, value: [] },
      { type: 'seal', index: 1, seal: { issuer: 'gemini', value: 's' } },
      close(1),
      finish,
    ])
    expect(losses.map((loss) => loss.path)).toEqual(['parts[0]', 'citations', 'logprobs', 'seal'])
  })
})

describe('round trip', () => {
  const names = fixtureNames().filter((name) => name !== 'error-mid-stream')
  const bare = (part: AssistantPart): object => ({ ...part, at: '' })
  const fold = (events: readonly ChatEvent[]): Fold => {
    const gathered = new Fold()
    for (const event of events) gathered.push(event)
    return gathered
  }

  it.each(names)('%s: decoded and encoded again folds to the same', (name) => {
    const events = decodeStream(fixtureText(name, 'stream.sse'))
    const { sse } = encodeStream(events)
    const before = fold(events).reply()
    const after = fold(decodeStream(sse)).reply()
    expect(after?.parts.map(bare)).toEqual(
      before?.parts.filter((part) => part.type !== 'opaque' || part.search).map(bare),
    )
    expect(after?.stop).toEqual(before?.stop)
    expect(after?.usage).toMatchObject({ input: before?.usage?.input, output: before?.usage?.output })
  })

  /** A search is told as one another provider ran, under an id and seals of our own. */
  const shownAs = ({ id, tool_use_id, content, ...block }: JsonObject): unknown => {
    const own = expect.stringContaining(foreignMark) as string
    if (block.type === 'server_tool_use') return { ...block, id: own }
    if (block.type !== 'web_search_tool_result') return { ...block, ...(id !== undefined && { id }) }
    const [{ stop_reason: _, ...page } = {}] = content as JsonObject[]
    return { ...block, tool_use_id: own, content: [{ ...page, encrypted_content: foreignMark }] }
  }

  it.each(names)('%s: the SDK accumulates what the reply says', async (name) => {
    const { sse } = encodeStream(decodeStream(fixtureText(name, 'stream.sse')))
    const message = await accumulated(sse)
    const reply = fixtureJson(name, 'reply.json')
    const shown = (reply.content as JsonObject[]).map((block) => shownAs(block))
    expect(message.content).toEqual(
      name === 'server-tools'
        ? shown.map((block, i) => (i === 3 ? expect.objectContaining({ text: 'About 717,710' }) : block))
        : shown,
    )
    expect(message.stop_reason).toBe(reply.stop_reason)
  })
})
