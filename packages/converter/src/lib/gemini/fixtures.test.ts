import { describe, expect, it } from 'vitest'
import {
  chunksOf,
  decodeStream,
  encodeStream,
  fixtureJson,
  fixtureNames,
  fixtureText,
  replyContext,
  tapStream,
} from '../../../test/gemini-kit.ts'
import type { ChatEvent } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import type { ChatReply } from '../chat/reply.ts'
import { LossReport } from '../report.ts'
import { Fold } from '../stream/fold.ts'
import { unfold } from '../stream/unfold.ts'
import { geminiCodec } from './index.ts'

const whole = fixtureNames().filter((name) => name !== 'error-mid-stream')

function folded(sse: string): ChatReply | undefined {
  const fold = new Fold()
  for (const event of decodeStream(sse).events) fold.push(event)
  return fold.reply()
}

/** What a reply and a stream of the same answer must agree in: where the parts stood and how much of one the canon tells do not count. */
function essence(reply: ChatReply | undefined): unknown {
  if (reply === undefined) return undefined
  const { id, model, created, stop, usage } = reply
  const parts = reply.parts.map((part) =>
    part.type === 'opaque' ? { type: 'opaque', search: part.search } : { ...part, at: '' },
  )
  return { id, model, created, stop, usage, parts }
}

/** The frames up to and with the one that tells the finish. */
function untilFinish(sse: string): string[] {
  const frames = sse.split(/(?<=\n\r?\n)/)
  const end = frames.findIndex((frame) => /"(?:finishReason|blockReason)":/.test(frame))
  return frames.slice(0, end + 1)
}

describe('the gemini corpus', () => {
  it.each(whole)('%s: the request is read', (name) => {
    const chat = geminiCodec.decodeRequest(fixtureJson(name, 'request.json'), new LossReport())
    expect(chat.turns.length).toBeGreaterThan(0)
    for (const { verdict } of chat.extras) expect(verdict).toBe('drop')
  })

  it.each(whole)('%s: the stream folds to the reply', (name) => {
    const reply = geminiCodec.decodeReply(fixtureJson(name, 'reply.json'), new LossReport())
    expect(essence(folded(fixtureText(name, 'stream.sse')))).toEqual(essence(reply))
    expect(reply.usage?.input).toBeGreaterThan(0)
    expect(reply.stop.reason).not.toBe('other')
  })

  it.each(whole)('%s: the tap reads what the decoder reads', (name) => {
    const sse = fixtureText(name, 'stream.sse')
    const reply = folded(sse)
    const tap = tapStream(sse)
    expect(tap).toMatchObject({ finished: true, error: undefined, stop: reply?.stop, usage: reply?.usage })
    expect(tap.content).toBe((reply?.parts.length ?? 0) > 0)
    expect(geminiCodec.tapReply(fixtureJson(name, 'reply.json'))).toEqual({ stop: tap.stop, usage: tap.usage })
  })

  it.each(whole)('hazard 108: %s: cut before its finish reason it is an error, never a success', (name) => {
    const frames = untilFinish(fixtureText(name, 'stream.sse'))
    expect(frames.length).toBeGreaterThan(0)
    for (let cut = 0; cut < frames.length; cut++) {
      const sse = frames.slice(0, cut).join('')
      expect(decodeStream(sse).events.at(-1)).toMatchObject({ type: 'error', error: { code: 'stream_truncated' } })
      expect(tapStream(sse).finished).toBe(false)
    }
  })

  it.each(whole)('%s: what is written from the canon reads as it was', (name) => {
    const reply = geminiCodec.decodeReply(fixtureJson(name, 'reply.json'), new LossReport())
    const report = new LossReport()
    const written = geminiCodec.encodeReply(reply, replyContext(report))
    const again = geminiCodec.decodeReply(written, new LossReport())
    const { created: _, ...kept } = reply
    const parts = reply.parts.filter((part) => part.type !== 'opaque' || part.search)
    // Words for one and the same stop are told by the first of them.
    const { said: __, ...stop } = reply.stop
    expect(essence(again)).toEqual(essence({ ...kept, stop, parts }))
  })

  it.each(whole)('%s: a stream written from the canon reads as it was', (name) => {
    const reply = geminiCodec.decodeReply(fixtureJson(name, 'reply.json'), new LossReport())
    const events: ChatEvent[] = []
    unfold(reply, (event) => events.push(event))
    const { sse } = encodeStream(events)
    const { created: _, ...kept } = reply
    const parts = reply.parts.filter((part) => part.type !== 'opaque' || part.search)
    const { said: __, ...stop } = reply.stop
    expect(essence(folded(sse))).toEqual(essence({ ...kept, stop, parts }))
  })

  it('hazard 107: error-mid-stream ends in the error, and nothing follows it', () => {
    const sse = fixtureText('error-mid-stream', 'stream.sse')
    const { events } = decodeStream(sse + fixtureText('text', 'stream.sse'))
    expect(events.filter((event) => event.type === 'finish')).toEqual([])
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { kind: 'unavailable', status: 503 } })
    const tap = tapStream(sse)
    expect(tap).toMatchObject({ error: { kind: 'unavailable' }, finished: false, content: true })
  })

  it('hazard 112: no stream has a name of an event or a trailer', () => {
    for (const name of whole) {
      const { events } = decodeStream(fixtureText(name, 'stream.sse'))
      const { sse } = encodeStream(events)
      for (const block of sse.split('\r\n\r\n').filter((text) => text !== '')) expect(block).toMatch(/^data: \{.*\}$/s)
      const chunks = chunksOf(sse)
      const finishes = chunks.filter((chunk) => finishOf(chunk) !== undefined)
      expect(finishes).toEqual([chunks.at(-1)])
    }
  })
})

function finishOf(chunk: JsonObject): unknown {
  return (chunk.candidates as { finishReason?: string }[])[0]?.finishReason
}
