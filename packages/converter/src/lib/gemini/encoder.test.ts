import { describe, expect, it } from 'vitest'
import { chunksOf, encodeStream, partsOf } from '../../../test/gemini-kit.ts'
import type { ChatEvent, OpenPart } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import type { ReplyContext } from '../codec.ts'

const start: ChatEvent = { type: 'start', id: 'msg_1', model: 'claude-x' }
const end = { type: 'finish', stop: { reason: 'end' } } as const satisfies ChatEvent
const text = (index: number, said: string): ChatEvent => ({ type: 'text', index, literal: JSON.stringify(said) })
const input = (index: number, json: string): ChatEvent => ({ type: 'input', index, literal: JSON.stringify(json) })
const open = (index: number, part: OpenPart): ChatEvent => ({ type: 'open', index, part })
const close = (index: number): ChatEvent => ({ type: 'close', index })
const tool = (id: string, name = 'f', inputKind: 'json' | 'text' = 'json'): OpenPart => ({
  type: 'tool-call',
  id,
  name,
  inputKind,
})

function lastOf(sse: string): { finishReason?: string; finishMessage?: string; groundingMetadata?: JsonObject } {
  return ((chunksOf(sse).at(-1)?.candidates ?? []) as JsonObject[])[0] ?? {}
}

function run(events: readonly ChatEvent[], overrides: Partial<ReplyContext> = {}): ReturnType<typeof encodeStream> {
  return encodeStream([start, ...events, ...(events.at(-1)?.type === 'finish' ? [] : [end])], overrides)
}

describe('writing a stream of chunks', () => {
  it('writes what Google writes, to the byte', () => {
    const usage = { input: 5, output: 9, reasoning: 4, cacheRead: 2 }
    const { sse } = run([open(0, { type: 'text' }), text(0, 'Hé "x"'), close(0), { ...end, usage }])
    expect(sse).toBe(
      'data: {"candidates":[{"content":{"parts":[{"text":"Hé \\"x\\""}],"role":"model"},"index":0}],"modelVersion":"claude-x","responseId":"msg_1"}\r\n\r\n' +
        'data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],' +
        '"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":5,"totalTokenCount":14,"cachedContentTokenCount":2,"thoughtsTokenCount":4},' +
        '"modelVersion":"claude-x","responseId":"msg_1"}\r\n\r\n',
    )
  })

  it('hazard 92: ids, made up where there are none, stay the same through the stream', () => {
    const { sse } = encodeStream([{ type: 'start' }, open(0, { type: 'text' }), text(0, 'a'), close(0), end], {
      model: 'mine',
    })
    for (const chunk of chunksOf(sse)) expect(chunk).toMatchObject({ responseId: 'fresh', modelVersion: 'mine' })
  })

  it('hazard 101: a call is told when it is whole, its arguments digit for digit', () => {
    const { sse } = run([
      open(0, tool('a')),
      open(1, tool('b', 'g')),
      input(0, '{"n":'),
      input(1, '{"x":1.0}'),
      input(0, '12345678901234567890}'),
      close(1),
      close(0),
      { type: 'finish', stop: { reason: 'tool-calls' } },
    ])
    expect(sse).toContain('{"functionCall":{"id":"b","name":"g","args":{"x":1.0}}}')
    expect(sse).toContain('{"functionCall":{"id":"a","name":"f","args":{"n":12345678901234567890}}}')
    expect(lastOf(sse).finishReason).toBe('STOP')
  })

  it('hazard 22: a call without arguments has an empty object', () => {
    expect(partsOf(run([open(0, tool('a')), close(0)]).sse)[0]).toEqual({
      functionCall: { id: 'a', name: 'f', args: {} },
    })
  })

  it('hazard 21: arguments the limit cut in two are no call; others that are no JSON are told as they are', () => {
    const events = [open(0, tool('a')), input(0, '{"x":'), close(0)]
    const cut = run([...events, { type: 'finish', stop: { reason: 'length' } }])
    expect(cut.sse).not.toContain('functionCall')
    expect(lastOf(cut.sse).finishReason).toBe('MAX_TOKENS')
    expect(cut.losses).toMatchObject([{ kind: 'dropped' }])
    const odd = run(events)
    expect(partsOf(odd.sse)[0]).toMatchObject({ functionCall: { args: { _raw: '{"x":' } } })
    expect(odd.losses).toMatchObject([{ kind: 'approximated' }])
  })

  it('a call of free text has its text as an argument; names and ids are the client’s', () => {
    const { sse } = run([open(0, tool('a b', 'alias', 'text')), input(0, 'x "y"'), close(0)], {
      originalToolName: (alias) => (alias === 'alias' ? 'mcp.tool/x' : alias),
    })
    const [part] = partsOf(sse) as { functionCall: { id: string } }[]
    expect(part).toMatchObject({ functionCall: { name: 'mcp.tool/x', args: { input: 'x "y"' } } })
    expect(part?.functionCall.id).toMatch(/^a_b_\w+$/)
  })

  it('hazard 74: thoughts are marked, and told only to who asked for them', () => {
    const events = [
      open(0, { type: 'reasoning' }),
      text(0, 'hm'),
      close(0),
      open(1, { type: 'text' }),
      text(1, 'so'),
      close(1),
    ]
    const asked = { request: { generationConfig: { thinkingConfig: { includeThoughts: true } } } }
    expect(partsOf(run(events, asked).sse)).toEqual([{ thought: true, text: 'hm' }, { text: 'so' }, { text: '' }])
    const silent = run(events, { request: { generation_config: { thinking_config: {} } } })
    expect(partsOf(silent.sse)).toEqual([{ text: 'so' }, { text: '' }])
    expect(silent.losses).toMatchObject([{ path: 'parts[0]', kind: 'dropped' }])
  })

  it('hazard 75: only Gemini’s own seals are told', () => {
    const seal = (index: number, issuer: 'gemini' | 'anthropic'): ChatEvent => ({
      type: 'seal',
      index,
      seal: { issuer, value: 'S' },
    })
    const { sse, losses } = run([
      open(0, { type: 'reasoning' }),
      text(0, 'hm'),
      seal(0, 'anthropic'),
      close(0),
      open(1, tool('a')),
      seal(1, 'gemini'),
      close(1),
      open(2, { type: 'reasoning' }),
      seal(2, 'gemini'),
      close(2),
    ])
    expect(partsOf(sse)).toEqual([
      { thought: true, text: 'hm' },
      { functionCall: { id: 'a', name: 'f', args: {} }, thoughtSignature: 'S' },
      { text: '', thought: true, thoughtSignature: 'S' },
      { text: '' },
    ])
    expect(losses).toMatchObject([{ path: 'parts[0].seal', kind: 'dropped' }])
  })

  it('hazard 78: reasoning the provider hid, and what only it understands, stay hidden', () => {
    const { sse, losses } = run([
      open(0, { type: 'reasoning', redacted: true }),
      { type: 'seal', index: 0, seal: { issuer: 'anthropic', value: 'S' } },
      close(0),
      open(1, { type: 'opaque', kind: 'server_tool_use' }),
      close(1),
    ])
    expect(partsOf(sse)).toEqual([{ text: '' }])
    expect(losses).toHaveLength(2)
  })

  it.each([
    [{ reason: 'length' }, 'MAX_TOKENS', 0],
    [{ reason: 'context-window' }, 'MAX_TOKENS', 0],
    [{ reason: 'stop-sequence', sequence: 'x' }, 'STOP', 0],
    [{ reason: 'refusal', explanation: 'No.' }, 'SAFETY', 0],
    [{ reason: 'content-filter' }, 'SAFETY', 0],
    [{ reason: 'pause' }, 'OTHER', 1],
    [{ reason: 'other', said: 'x' }, 'OTHER', 1],
  ] as const)('hazards 85 and 86: %j is told as %s', (stop, word, losses) => {
    const run1 = run([{ type: 'finish', stop }])
    expect(lastOf(run1.sse).finishReason).toBe(word)
    expect(run1.losses).toHaveLength(losses)
    if (stop.reason === 'refusal') expect(lastOf(run1.sse).finishMessage).toBe('No.')
  })

  it('hazard 87: what a refusal says is told', () => {
    expect(partsOf(run([open(0, { type: 'refusal' }), text(0, 'I will not.'), close(0)]).sse)[0]).toEqual({
      text: 'I will not.',
    })
  })

  it('sources are told at the end, their places in bytes of all the text', () => {
    const citation = (index: number, url: string, first: number, past: number): ChatEvent => ({
      type: 'citation',
      index,
      citation: { url, title: 'T', start: first, end: past },
    })
    const { sse, losses } = run([
      open(0, { type: 'text' }),
      text(0, 'Grüße. '),
      citation(0, 'https://a.test', 0, 6),
      close(0),
      open(1, { type: 'text' }),
      text(1, '🦊 ok'),
      citation(1, 'https://a.test', 0, 2),
      { type: 'citation', index: 1, citation: { title: 'no URL' } },
      close(1),
    ])
    expect(lastOf(sse).groundingMetadata).toEqual({
      groundingChunks: [{ web: { uri: 'https://a.test', title: 'T' } }],
      groundingSupports: [
        { segment: { endIndex: 8, text: 'Grüße.' }, groundingChunkIndices: [0] },
        { segment: { startIndex: 9, endIndex: 13, text: '🦊' }, groundingChunkIndices: [0] },
      ],
    })
    expect(losses).toMatchObject([{ path: 'citations' }])
  })

  it('hazard 107: an error is the last thing a client hears', () => {
    const { sse } = encodeStream([
      start,
      open(0, { type: 'text' }),
      text(0, 'a'),
      { type: 'error', error: { status: 529, kind: 'overloaded', message: 'busy' } },
      text(0, 'b'),
      end,
    ])
    expect(sse.split('\r\n\r\n').at(-2)).toBe('data: {"error":{"code":529,"message":"busy","status":"UNAVAILABLE"}}')
  })

  it('hazard 98: no usage is invented', () => {
    expect(chunksOf(run([]).sse).at(-1)).not.toHaveProperty('usageMetadata')
  })
})

describe('parts that interleave', () => {
  it('hazard 101: calls are told in the order in which they began, whichever is whole first', () => {
    const { sse } = run([
      open(0, tool('a')),
      open(1, tool('b')),
      input(0, '{"x":'),
      input(1, '{"y":2}'),
      close(1),
      input(0, '1}'),
      close(0),
    ])
    const calls = partsOf(sse).flatMap(({ functionCall }) => (functionCall ? [(functionCall as JsonObject).id] : []))
    expect(calls).toEqual(['a', 'b'])
  })

  it('hazard 102: text that comes while a call is not whole follows it', () => {
    const said = [open(0, tool('a')), input(0, '{"x":'), open(1, { type: 'text' }), text(1, 'then')]
    const { sse } = run([...said, input(0, '1}'), text(1, ' more'), close(0), text(1, '.'), close(1)])
    expect(partsOf(sse).map((part) => part.text ?? 'call')).toEqual(['call', 'then', ' more', '.', ''])
  })
})
