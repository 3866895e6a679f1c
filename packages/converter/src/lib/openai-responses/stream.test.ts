import { ResponseStream } from 'openai/lib/responses/ResponseStream'
import type { Response } from 'openai/resources/responses/responses'
import { describe, expect, it } from 'vitest'
import {
  decodeReply,
  decodeStream,
  encodeReply,
  encodeStream,
  eventsOf,
  fixture,
  streamFixture,
  wholeCases,
} from '../../../test/responses-kit.ts'
import type { ChatReply } from '../chat/reply.ts'

/** What two tellings of one answer have in common: where a part stood is no part of the answer. */
function told({ parts, ...reply }: ChatReply): unknown {
  return { ...reply, parts: parts.map((part) => ({ ...part, at: '', value: null, dialect: '' })) }
}

/** What the official SDK makes of a stream. */
async function accumulated(sse: string): Promise<Response> {
  const lines = eventsOf(sse).map((event) => `${JSON.stringify(event)}\n`)
  const bytes = new TextEncoder().encode(lines.join(''))
  return ResponseStream.fromReadableStream(new Blob([bytes]).stream()).finalResponse()
}

describe('one answer, whole and streamed', () => {
  it.each(wholeCases)('%s: a stream is read as its reply is', (name) => {
    const { reply } = decodeStream(streamFixture(name))
    const whole = decodeReply(fixture(name, 'reply.json')).reply
    expect(reply && told(reply)).toEqual(told(whole))
  })

  it.each(wholeCases)('%s: a stream is written as its reply is', (name) => {
    const { events } = decodeStream(streamFixture(name))
    const { reply } = decodeReply(fixture(name, 'reply.json'))
    const request = fixture(name, 'request.json')
    const written = encodeReply(reply, { request }).body
    const last = eventsOf(encodeStream(events, { request }).sse).at(-1)
    expect(last).toMatchObject({ type: `response.${String(written.status)}` })
    expect(last?.response).toEqual(written)
  })

  it.each(wholeCases)('hazard 111: %s: the SDK accumulates what is written', async (name) => {
    const { events } = decodeStream(streamFixture(name))
    const { sse } = encodeStream(events, { request: fixture(name, 'request.json') })
    const last = eventsOf(sse).at(-1)?.response as { output: unknown; status: string }
    const final = await accumulated(sse)
    expect(final.status).toBe(last.status)
    expect(final.output).toMatchObject(last.output as object[])
  })

  it.each(wholeCases)('%s: what is written is read as what it was written from', (name) => {
    const { events, reply } = decodeStream(streamFixture(name))
    const request = { reasoning: { summary: 'auto' } }
    const again = decodeStream(encodeStream(events, { request }).sse).reply
    const shown = (answer: ChatReply | undefined): unknown => ({
      stop: answer?.stop,
      usage: { cacheWrite: 0, ...answer?.usage },
      parts: answer?.parts.flatMap(({ at: _, ...part }): unknown[] => {
        if (part.type === 'opaque' || (part.type === 'reasoning' && part.text === '')) return []
        return part.type === 'reasoning' ? [{ type: part.type, text: part.text }] : [part]
      }),
    })
    expect(shown(again)).toEqual(shown(reply))
  })
})
