import { describe, expect, it } from 'vitest'
import { convertReply, convertRequest, type Dialect, type JsonObject, openStream, withholdSeals } from '../src/index.ts'
import type { AssistantPart } from '../src/lib/chat/part.ts'
import { codecOf } from '../src/lib/codecs.ts'
import { LossReport } from '../src/lib/report.ts'
import { envelopeMark } from '../src/lib/seals/envelope.ts'
import { FrameSplitter } from '../src/lib/sse.ts'
import { Fold } from '../src/lib/stream/fold.ts'
import { fixed } from './corpus.ts'
import { type Client, clients, grown, sides } from './tool-loop.ts'

/**
 * A tool loop of three turns between a client of one dialect and a provider of another: what the provider sealed comes back to it
 * as it was, and to nobody else.
 */

const sealKey = 'the key of this gateway'
const turns = [0, 1, 2] as const

type Issuer = 'anthropic' | 'openai-responses' | 'gemini'
const issuers: readonly Issuer[] = ['anthropic', 'openai-responses', 'gemini']

const models = {
  anthropic: 'claude-opus-4-5',
  'openai-responses': 'gpt-5.6-sol',
  gemini: 'gemini-3-pro',
  'openai-chat': 'gpt-5.6-sol',
} as const

const pairs = clients.flatMap((client) =>
  issuers.filter((issuer) => issuer !== client).map((issuer) => ({ client, issuer })),
)

function sealOf(turn: number): string {
  return `c2VhbA+/${turn}==`
}

/** What the provider answers in a turn: reasoning, a word, a call. */
const replies: { readonly [issuer in Issuer]: (turn: number) => JsonObject } = {
  anthropic: (turn) => ({
    id: `msg_${turn}`,
    content: [
      { type: 'thinking', thinking: `Thought ${turn}.\n`, signature: sealOf(turn) },
      ...(turn === 1 ? [{ type: 'redacted_thinking', data: 'cmVkYWN0ZWQ=' }] : []),
      { type: 'text', text: `Step ${turn}.` },
      { type: 'tool_use', id: `toolu_${turn}`, name: 'step', input: { turn } },
    ],
    stop_reason: 'tool_use',
    usage: { input_tokens: 1, output_tokens: 1 },
  }),
  'openai-responses': (turn) => ({
    id: `resp_${turn}`,
    object: 'response',
    status: 'completed',
    output: [
      {
        type: 'reasoning',
        id: `rs_${turn}`,
        summary: [{ type: 'summary_text', text: `Thought ${turn}.` }],
        encrypted_content: sealOf(turn),
      },
      {
        type: 'function_call',
        id: `fc_${turn}`,
        call_id: `call_${turn}`,
        name: 'step',
        arguments: `{"turn":${turn}}`,
        status: 'completed',
      },
    ],
    usage: { input_tokens: 1, output_tokens: 1 },
  }),
  gemini: (turn) => ({
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: `Thought ${turn}.`, thought: true },
            { functionCall: { id: `fc-${turn}`, name: 'step', args: { turn } }, thoughtSignature: sealOf(turn) },
          ],
        },
        finishReason: 'STOP',
      },
    ],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
  }),
}

/** A reply of the provider's as its stream. */
function streamOf(issuer: Issuer, reply: JsonObject): string {
  let text = ''
  const send = (data: JsonObject): void => {
    text += `${'type' in data ? `event: ${data.type}\n` : ''}data: ${JSON.stringify(data)}\n\n`
  }
  if (issuer === 'gemini') {
    const [{ content, ...rest }] = reply.candidates as [{ content: { parts: JsonObject[] } }]
    for (const part of content.parts) send({ candidates: [{ content: { role: 'model', parts: [part] } }] })
    send({ ...reply, candidates: [{ ...rest, content: { role: 'model', parts: [] } }] })
  } else if (issuer === 'anthropic') streamMessage(reply, send)
  else {
    const output = reply.output as JsonObject[]
    send({ type: 'response.created', response: { ...reply, status: 'in_progress', output: [] } })
    for (const [i, item] of output.entries()) {
      send({ type: 'response.output_item.added', output_index: i, item: { ...item, summary: [], arguments: '' } })
      send({ type: 'response.output_item.done', output_index: i, item })
    }
    send({ type: 'response.completed', response: reply })
  }
  return text
}

function streamMessage(reply: JsonObject, send: (data: JsonObject) => void): void {
  send({ type: 'message_start', message: { ...reply, content: [], stop_reason: null } })
  for (const [index, block] of (reply.content as JsonObject[]).entries()) {
    const { thinking, signature, text, input, ...head } = block
    const start = { ...head, ...(thinking !== undefined && { thinking: '' }), ...(text !== undefined && { text: '' }) }
    send({ type: 'content_block_start', index, content_block: { ...start, ...(input !== undefined && { input: {} }) } })
    const delta = (members: JsonObject): void => send({ type: 'content_block_delta', index, delta: members })
    if (thinking !== undefined) delta({ type: 'thinking_delta', thinking })
    if (signature !== undefined) delta({ type: 'signature_delta', signature })
    if (text !== undefined) delta({ type: 'text_delta', text })
    if (input !== undefined) delta({ type: 'input_json_delta', partial_json: JSON.stringify(input) })
    send({ type: 'content_block_stop', index })
  }
  send({ type: 'message_delta', delta: { stop_reason: reply.stop_reason }, usage: reply.usage })
  send({ type: 'message_stop' })
}

/** The request of the client after so many turns with a provider. */
function requestAfter(count: number, client: Client, issuer: Issuer): JsonObject {
  const side = sides[client]
  let request = side.start
  for (let turn = 0; turn < count; turn++) {
    const { body } = convertReply(replies[issuer](turn), { from: issuer, to: client, request, sealKey, ...fixed })
    const kept = side.keep(JSON.parse(JSON.stringify(body)) as JsonObject)
    request = grown(request, client, [...kept, side.answer(kept, turn)])
  }
  return request
}

function sent(
  request: JsonObject,
  client: Client,
  to: Dialect,
  key: string | undefined = sealKey,
): ReturnType<typeof convertRequest> {
  const model = models[to as Client]
  return convertRequest(request, { from: client, to, model, ...(key !== undefined && { sealKey: key }) })
}

/** What an issuer must get back of each turn, in its own words and before the call. */
const expected: { readonly [issuer in Issuer]: (turn: number) => JsonObject[] } = {
  anthropic: (turn) =>
    (replies.anthropic(turn).content as JsonObject[]).filter(({ type }) => /thinking/.test(String(type))),
  'openai-responses': (turn) => (replies['openai-responses'](turn).output as JsonObject[]).slice(0, 1),
  gemini: (turn) => [{ thoughtSignature: sealOf(turn) }],
}

function sealedIn(issuer: Issuer, body: JsonObject): JsonObject[] {
  if (issuer === 'openai-responses') return (body.input as JsonObject[]).filter(({ type }) => type === 'reasoning')
  const messages = (body.messages ?? body.contents) as { content?: JsonObject[]; parts?: JsonObject[] }[]
  const parts = messages.flatMap(({ content, parts: list }) => (Array.isArray(content) ? content : (list ?? [])))
  if (issuer === 'anthropic') return parts.filter(({ type }) => /thinking/.test(String(type)))
  return parts.flatMap(({ thoughtSignature }) => (thoughtSignature === undefined ? [] : [{ thoughtSignature }]))
}

describe('law: a seal comes back to its issuer through a client of another dialect', () => {
  it.each(pairs)('hazards 48, 75 and 79: $client to $issuer over three turns', ({ client, issuer }) => {
    const request = requestAfter(turns.length, client, issuer)
    const { body, losses } = sent(request, client, issuer)
    expect(sealedIn(issuer, body)).toEqual(turns.flatMap((turn) => expected[issuer](turn)))
    expect(JSON.stringify(body)).not.toContain(envelopeMark)
    expect(losses.filter(({ detail }) => /seal|signature/.test(detail))).toEqual([])
  })

  it.each(pairs)('$client to $issuer: each turn only adds to the one before', ({ client, issuer }) => {
    const bodies = turns.map((turn) => sent(requestAfter(turn + 1, client, issuer), client, issuer).body)
    const texts = bodies.map((body) => JSON.stringify(body.messages ?? body.contents ?? body.input).slice(0, -1))
    for (const [i, text] of texts.entries()) expect(text.startsWith(texts[i - 1] ?? '')).toBe(true)
  })

  it.each(pairs)('$issuer to $client: what is streamed bears the seals of what is told whole', ({ client, issuer }) => {
    for (const turn of turns) {
      const reply = replies[issuer](turn)
      const request = sides[client].start
      const options = { from: issuer, to: client, request, sealKey, ...fixed }
      const whole = codecOf(client).decodeReply(
        JSON.parse(JSON.stringify(convertReply(reply, options).body)) as JsonObject,
        new LossReport(),
      )
      const stream = openStream(options)
      const text = stream.push(streamOf(issuer, reply)) + stream.end()
      expect(stream.phase).toBe('finished')
      const fold = new Fold()
      const decoder = codecOf(client).openDecoder((event) => fold.push(event), new LossReport())
      const splitter = new FrameSplitter((event, data) => decoder.frame(event, data))
      splitter.push(text)
      splitter.end()
      decoder.end()
      expect(sealsOf(fold.reply()?.parts)).toEqual(sealsOf(whole.parts))
      expect(sealsOf(whole.parts).length).toBeGreaterThan(0)
    }
  })
})

function sealsOf(parts: readonly AssistantPart[] = []): string[] {
  return parts.flatMap((part) => ('seal' in part && part.seal ? [`${part.type} ${part.seal.value}`] : []))
}

describe('law: a seal goes to nobody but its issuer', () => {
  const others = pairs.flatMap(({ client, issuer }) =>
    issuers.filter((other) => other !== issuer).map((other) => ({ client, issuer, other })),
  )

  it.each(others)('$client, from $issuer to $other', ({ client, issuer, other }) => {
    const request = requestAfter(turns.length, client, issuer)
    const { body, losses } = sent(request, client, other)
    const text = JSON.stringify(body)
    expect(text).not.toContain(envelopeMark)
    for (const turn of turns) expect(text).not.toContain(sealOf(turn))
    expect(losses.filter(({ kind }) => kind === 'dropped').length).toBeGreaterThanOrEqual(turns.length)
  })

  it.each(pairs)('$client to $issuer without the key, or with another: withheld and told', ({ client, issuer }) => {
    const request = requestAfter(1, client, issuer)
    for (const key of [undefined, 'another key']) {
      const { body, losses } = convertRequest(request, {
        from: client,
        to: issuer,
        model: models[issuer],
        ...(key !== undefined && { sealKey: key }),
      })
      // Google's own place for its seal in a chat needs no envelope.
      const plain = client === 'openai-chat' && issuer === 'gemini'
      expect(JSON.stringify(body).includes(sealOf(0))).toBe(plain)
      expect(JSON.stringify(body)).not.toContain(envelopeMark)
      if (!plain) expect(losses.some(({ kind, path }) => kind === 'dropped' && path !== '')).toBe(true)
    }
  })

  it.each(pairs)('$client to $issuer: an envelope a client changed is withheld and told', ({ client, issuer }) => {
    if (client === 'openai-chat' && issuer === 'gemini') return
    const text = JSON.stringify(requestAfter(1, client, issuer))
    const at = text.indexOf(envelopeMark) + 60
    const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
    const { body, losses } = sent(JSON.parse(changed) as JsonObject, client, issuer)
    expect(JSON.stringify(body)).not.toContain(sealOf(0))
    expect(losses.map(({ detail }) => detail)).toContain('the envelope of a seal was changed on its way')
  })

  it.each(pairs)('$client, after $issuer, to a provider of its own dialect', ({ client, issuer }) => {
    const request = requestAfter(turns.length, client, issuer)
    const { body, losses } = convertRequest(request, { from: client, to: client })
    expect(JSON.stringify(body)).not.toContain(envelopeMark)
    const plain = client === 'openai-chat' && issuer === 'gemini'
    expect(losses.length).toBe(plain ? 0 : turns.reduce<number>((sum, turn) => sum + bearers(client, issuer, turn), 0))
    const bytes = new TextEncoder().encode(JSON.stringify(request))
    expect(withholdSeals(bytes, client)?.body).toBe(plain ? undefined : JSON.stringify(body))
    // What went on before is the conversation's all the same.
    const { [sides[client].history]: history } = body
    expect(JSON.stringify(history)).toContain('done 2')
  })

  /** How many places of a turn bear an envelope: reasoning has one each, a call one for all. */
  function bearers(client: Client, issuer: Issuer, turn: number): number {
    const ownPlaces = client === 'anthropic' || client === 'openai-responses'
    return ownPlaces ? expected[issuer](turn).length : 1
  }

  it('a body without envelopes is left alone', () => {
    const bytes = new TextEncoder().encode('{"model":"m","messages":[{"role":"user","content":"bGxtZ3c and more"}]}')
    expect(withholdSeals(bytes, 'anthropic')).toBeUndefined()
    expect(withholdSeals('{"messages":[{"role":"user","content":"bGxtZ3cx in a text"}]}', 'anthropic')).toBeUndefined()
  })
})
