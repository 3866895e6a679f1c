import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ChatEvent } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import type { AssistantPart } from '../chat/part.ts'
import type { ChatReply } from '../chat/reply.ts'
import type { DialectCodec } from '../codec.ts'
import { openaiCompletionsCodec } from '../openai-completions/index.ts'
import { LossReport } from '../report.ts'
import { FrameSplitter } from '../sse.ts'
import { Fold } from '../stream/fold.ts'
import { checked } from '../stream/grammar.ts'
import { openaiChatCodec } from './index.ts'

const root = new URL('../../../../../fixtures/', import.meta.url)

function framesOf(bytes: Uint8Array): [event: string, data: string][] {
  const frames: [string, string][] = []
  const splitter = new FrameSplitter((event, data) => frames.push([event, data]))
  splitter.push(bytes)
  splitter.end()
  return frames
}

function decode(codec: DialectCodec, frames: readonly [string, string][]): { events: ChatEvent[]; fold: Fold } {
  const events: ChatEvent[] = []
  const fold = new Fold()
  const decoder = codec.openDecoder(
    checked((event) => {
      events.push(event)
      fold.push(event)
    }),
    new LossReport(),
  )
  for (const [event, data] of frames) decoder.frame(event, data)
  decoder.end()
  return { events, fold }
}

/** What a reply and a stream of the same answer must agree in: everything but where the parts stood. */
function essence(reply: ChatReply): unknown {
  const { id, model, created, stop, usage } = reply
  const parts = reply.parts.map((part: AssistantPart) => ({ ...part, at: '' }))
  return { id, model, created, stop, usage, parts }
}

for (const codec of [openaiChatCodec, openaiCompletionsCodec]) {
  const folder = new URL(`${codec.id}/`, root)
  const cases = readdirSync(folder)
  const read = (name: string, file: string): Uint8Array | undefined => {
    const files = readdirSync(new URL(`${name}/`, folder))
    return files.includes(file) ? readFileSync(new URL(`${name}/${file}`, folder)) : undefined
  }
  const json = (name: string, file: string): JsonObject | undefined => {
    const bytes = read(name, file)
    return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as JsonObject)
  }
  const whole = cases.filter((name) => read(name, 'reply.json') !== undefined)
  const frames = (name: string): [string, string][] => framesOf(read(name, 'stream.sse') ?? new Uint8Array())

  describe(`the ${codec.id} corpus`, () => {
    it.each(whole)('%s: the request is read', (name) => {
      const wire = json(name, 'request.json') ?? {}
      const chat = codec.decodeRequest(wire, new LossReport())
      expect(chat.model).toBe(wire.model)
      expect(chat.turns.length).toBeGreaterThan(0)
    })

    it.each(whole)('%s: the stream folds to the reply', (name) => {
      const reply = codec.decodeReply(json(name, 'reply.json') ?? {}, new LossReport())
      const folded = decode(codec, frames(name)).fold.reply()
      expect(folded && essence(folded)).toEqual(essence(reply))
      expect(reply.stop.reason).not.toBe('other')
      expect(reply.usage?.input).toBeGreaterThan(0)
    })

    it.each(whole)('%s: the tap reads what the decoder reads', (name) => {
      const tap = codec.openTap()
      for (const [event, data] of frames(name)) tap.frame(event, data)
      tap.end()
      const reply = decode(codec, frames(name)).fold.reply()
      expect(tap.finished).toBe(true)
      expect(tap.error).toBeUndefined()
      expect(tap.content).toBe((reply?.parts.length ?? 0) > 0)
      expect({ stop: tap.stop, usage: tap.usage }).toEqual({ stop: reply?.stop, usage: reply?.usage })
      expect(codec.tapReply(json(name, 'reply.json') ?? {})).toEqual({ stop: tap.stop, usage: tap.usage })
    })

    it.each(whole)('hazard 108: %s: cut before its finish reason it is an error, never a success', (name) => {
      const all = frames(name)
      const end = all.findIndex(([, data]) => /"finish_reason":\s?"/.test(data))
      expect(end).toBeGreaterThan(-1)
      for (let cut = 0; cut <= end; cut++) {
        const { events } = decode(codec, all.slice(0, cut))
        expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'stream_truncated' } })
        const tap = codec.openTap()
        for (const [event, data] of all.slice(0, cut)) tap.frame(event, data)
        tap.end()
        expect(tap.finished).toBe(false)
      }
    })

    it('hazard 107: error-mid-stream ends in the error, and nothing follows it', () => {
      const all = frames('error-mid-stream')
      const { events } = decode(codec, [...all, ...frames('text')])
      expect(events.filter((event) => event.type === 'finish')).toEqual([])
      expect(events.at(-1)).toMatchObject({ type: 'error', error: { kind: 'server', status: 500 } })
      const tap = codec.openTap()
      for (const [event, data] of all) tap.frame(event, data)
      tap.end()
      expect(tap.error).toMatchObject({ kind: 'server' })
      expect(tap.finished).toBe(false)
      expect(tap.content).toBe(true)
    })
  })
}
