import { describe, expect, it } from 'vitest'
import { breakage, mutations } from '../../../test/hostile-kit.ts'
import { cases, encode, fixture, replyContext, streamFixture, wholeCases } from '../../../test/responses-kit.ts'
import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import { LossReport } from '../report.ts'
import { FrameSplitter } from '../sse.ts'
import { checked } from '../stream/grammar.ts'
import { openaiResponsesCodec as codec } from './index.ts'

/** Cases that hold every kind of item between them. */
const kinds = ['agent-session', 'annotations', 'custom-tool', 'length-stop', 'refusal']

function framesOf(sse: string): string[] {
  const frames: string[] = []
  const splitter = new FrameSplitter((_event, data) => frames.push(data))
  splitter.push(sse)
  splitter.end()
  return frames
}

describe('anything anywhere', () => {
  it.each(wholeCases)('%s: in a request is read or refused by its path', (name) => {
    for (const wire of mutations(fixture(name, 'request.json'))) {
      if (!isObject(wire)) continue
      const broken = breakage(() => {
        codec.declaredTools?.(wire)
        codec.graft(wire, wire)
        const chat = codec.decodeRequest(wire, new LossReport())
        for (const model of ['gpt-5.6-sol', 'llama']) encode({ ...chat, model }, {}, chat.extras)
      })
      expect(broken).toEqual([])
    }
  })

  it.each(kinds)('%s: in a reply is read or refused', (name) => {
    for (const wire of mutations(fixture(name, 'reply.json'))) {
      if (!isObject(wire)) continue
      const broken = breakage(() => {
        codec.tapReply(wire)
        codec.graft(wire, wire)
        const context = replyContext(new LossReport(), { request: wire })
        codec.decodeReply(codec.encodeReply(codec.decodeReply(wire, new LossReport()), context), new LossReport())
      })
      expect(broken).toEqual([])
    }
  })

  it.each(cases)('%s: in a frame of a stream ends in one finish or one error', (name) => {
    const frames = framesOf(streamFixture(name))
    const tried = new Set<JsonValue | undefined>()
    for (const [i, frame] of frames.entries()) {
      const event = JSON.parse(frame) as JsonObject
      if (event.response !== undefined || tried.has(event.type)) continue
      tried.add(event.type)
      for (const wire of mutations(event)) {
        expect(terminals(frames.with(i, JSON.stringify(wire)))).toBe(1)
      }
    }
  })

  it('in the events that hold a response, too', () => {
    const frames = framesOf(streamFixture('parallel-tools'))
    for (const i of [0, frames.length - 1]) {
      for (const wire of mutations(JSON.parse(frames[i] ?? '') as JsonValue)) {
        expect(terminals(frames.with(i, JSON.stringify(wire)))).toBe(1)
      }
    }
  })

  it.each(cases)('%s: frames in any order, twice or not at all break nothing', (name) => {
    const frames = framesOf(streamFixture(name))
    for (let i = 0; i < frames.length; i++) {
      expect(terminals([...frames.slice(i), ...frames.slice(0, i)])).toBe(1)
      expect(terminals(frames.toSpliced(i, 1))).toBe(1)
      expect(terminals(frames.toSpliced(i, 0, frames[i] ?? ''))).toBe(1)
    }
    expect(terminals(frames.toReversed())).toBe(1)
  })
})

/** How many terminal events a stream gives; throws where it breaks the grammar or the encoder writes broken JSON. */
function terminals(frames: readonly string[]): number {
  const encoder = codec.openEncoder(replyContext(new LossReport()))
  const tap = codec.openTap()
  let count = 0
  let out = ''
  const decoder = codec.openDecoder(
    checked((event) => {
      if (event.type === 'finish' || event.type === 'error') count++
      out += encoder.encode(event)
    }),
    new LossReport(),
  )
  for (const data of frames) {
    decoder.frame('', data)
    tap.frame('', data)
  }
  decoder.end()
  tap.end()
  for (const data of framesOf(out)) JSON.parse(data) as JsonObject
  return count
}
