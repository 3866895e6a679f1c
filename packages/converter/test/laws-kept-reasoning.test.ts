import { describe, expect, it } from 'vitest'
import { type CapabilityOverrides, convertReply, convertRequest, type JsonObject, openStream } from '../src/index.ts'
import { envelopeMark } from '../src/lib/seals/envelope.ts'
import { fixed } from './corpus.ts'
import { replyOf, type Shape, shapes, streamOf } from './kept-reasoning.ts'
import { type Client, clients, foldedBy, grown, sides } from './tool-loop.ts'

/**
 * A tool loop of three turns at a vendor of the chat dialect that wants more back than the text of its reasoning: through a client of any
 * other dialect it comes back unchanged and in order, and to nobody else.
 */

const sealKey = 'the key of this gateway'
const others: readonly Client[] = clients.filter((client) => client !== 'openai-chat')
const turns = [0, 1, 2] as const
const takesAll: CapabilityOverrides = {
  reasoningMembers: ['reasoning_content', 'reasoning', 'reasoning_details', 'thinking'],
}

interface Way {
  readonly shape: string
  readonly client: Client
  readonly streamed: boolean
}

const ways: readonly Way[] = Object.keys(shapes).flatMap((shape) =>
  others.flatMap((client) => [false, true].map((streamed) => ({ shape, client, streamed }))),
)

function shapeOf({ shape }: Pick<Way, 'shape'>): Shape {
  const found = shapes[shape]
  if (found === undefined) throw new Error(`no shape ${shape}`)
  return found
}

/** One answer as the client keeps it. */
function kept(turn: number, request: JsonObject, way: Way, key: string | undefined): JsonObject[] {
  const { client, streamed } = way
  const shape = shapeOf(way)
  const options = {
    from: 'openai-chat',
    to: client,
    request,
    vendor: 'v',
    ...fixed,
    ...(key && { sealKey: key }),
  } as const
  let body: JsonObject
  if (streamed) {
    const stream = openStream(options)
    const text = stream.push(streamOf(shape, turn)) + stream.end()
    expect(stream.phase).toBe('finished')
    body = foldedBy(client, text, request)
  } else body = convertReply(replyOf(shape, turn), options).body
  return sides[client].keep(JSON.parse(JSON.stringify(body)) as JsonObject)
}

function requestAfter(count: number, way: Way, key: string | undefined = sealKey): JsonObject {
  const side = sides[way.client]
  let request = side.start
  for (let turn = 0; turn < count; turn++) {
    const items = kept(turn, request, way, key)
    request = grown(request, way.client, [...items, side.answer(items, turn)])
  }
  return request
}

interface Target {
  readonly vendor?: string
  readonly key?: string | undefined
  readonly capabilities?: CapabilityOverrides
}

function sent(request: JsonObject, way: Way, target: Target = {}): ReturnType<typeof convertRequest> {
  const { vendor = 'v', capabilities = takesAll } = target
  const key = 'key' in target ? target.key : sealKey
  const options = { from: way.client, to: 'openai-chat', model: shapeOf(way).model, vendor, capabilities } as const
  const { body, losses } = convertRequest(request, { ...options, ...(key && { sealKey: key }) })
  return { body, losses: losses.filter(({ path }) => path.startsWith(`${sides[way.client].history}[`)) }
}

function assistants(body: object): JsonObject[] {
  return ((body as JsonObject).messages as JsonObject[]).filter(({ role }) => role === 'assistant')
}

describe('law: what came with the reasoning of a chat comes back to its vendor unchanged', () => {
  it.each(ways)('$shape, $client, streamed: $streamed', (way) => {
    const { member, message } = shapeOf(way)
    const { body, losses } = sent(requestAfter(3, way), way)
    expect(assistants(body).map((each) => each[member])).toEqual(turns.map((turn) => message(turn)[member]))
    expect(assistants(body).map(({ tool_calls }) => tool_calls)).toEqual(turns.map((turn) => message(turn).tool_calls))
    expect(JSON.stringify(body)).not.toContain(envelopeMark)
    expect(losses).toEqual([])
  })

  it.each(ways)('$shape, $client: each turn only adds to the one before, streamed: $streamed', (way) => {
    const texts = turns.map((turn) => {
      const { body } = sent(requestAfter(turn + 1, way), way)
      return JSON.stringify(body.messages).slice(0, -1)
    })
    for (const [i, text] of texts.entries()) expect(text.startsWith(texts[i - 1] ?? '')).toBe(true)
  })

  it.each(ways.filter(({ streamed }) => streamed))('$shape, $client: cut at every byte', (way) => {
    const options = {
      from: 'openai-chat',
      to: way.client,
      request: sides[way.client].start,
      sealKey,
      vendor: 'v',
    } as const
    const bytes = new TextEncoder().encode(streamOf(shapeOf(way), 1))
    const whole = openStream({ ...options, ...fixed })
    const expected = whole.push(bytes) + whole.end()
    const broken: number[] = []
    for (let at = 1; at < bytes.length; at++) {
      const stream = openStream({ ...options, ...fixed })
      const text = stream.push(bytes.subarray(0, at)) + stream.push(bytes.subarray(at)) + stream.end()
      if (text !== expected) broken.push(at)
    }
    expect(broken).toEqual([])
  })
})

describe('law: it goes to nobody else', () => {
  const secrets = /c2ln|c2VhbA|aGlkZGVu|Z0FBQUFB|bWlzdA/

  it.each(ways)('$shape, $client, to another vendor, streamed: $streamed', (way) => {
    const { body, losses } = sent(requestAfter(1, way), way, { vendor: 'another' })
    const text = JSON.stringify(body)
    expect(text).not.toMatch(secrets)
    expect(text).not.toMatch(/Thought|First|Summed/)
    expect(new Set(losses.map(({ kind }) => kind))).toEqual(new Set(['dropped']))
  })

  it.each(ways)(
    '$shape, $client, to an endpoint that is not known to take it: the text alone, streamed: $streamed',
    (way) => {
      const shape = shapeOf(way)
      const capabilities: CapabilityOverrides = { reasoningMembers: ['reasoning', 'reasoning_content'] }
      const { body, losses } = sent(requestAfter(1, way), way, { capabilities })
      const [message] = assistants(body)
      expect(JSON.stringify(body)).not.toMatch(secrets)
      expect(message).not.toHaveProperty('reasoning_details')
      const text = shape.member === 'content' ? 'Thought 0.' : shape.message(0).reasoning
      expect(message?.reasoning ?? null).toEqual(text)
      if (way.shape !== 'thinking') expect(losses.map(({ kind }) => kind)).toContain('dropped')
    },
  )

  it.each(ways)('$shape, $client, without a key, streamed: $streamed', (way) => {
    const { body } = sent(requestAfter(2, way, undefined), way, { key: undefined })
    expect(JSON.stringify(body)).not.toMatch(secrets)
    expect(assistants(body)).toHaveLength(2)
  })

  it.each(ways.filter(({ shape }) => shape !== 'thinking'))(
    '$shape, $client: without a key the loss is told, streamed: $streamed',
    (way) => {
      const options = { from: 'openai-chat', to: way.client, request: sides[way.client].start, ...fixed } as const
      const stream = openStream(options)
      if (way.streamed) {
        stream.push(streamOf(shapeOf(way), 0))
        stream.end()
      }
      const { losses } = way.streamed ? stream : convertReply(replyOf(shapeOf(way), 0), options)
      expect(
        losses.filter(({ kind, path }) => kind === 'dropped' && /seal|reasoning|parts|message/.test(path)),
      ).not.toEqual([])
    },
  )
})
