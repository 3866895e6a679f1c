import { describe, expect, it } from 'vitest'
import {
  decodeStream,
  encode,
  encodeStream,
  fixtureJson,
  fixtureNames,
  fixtureText,
  replyContext,
  tapStream,
} from '../../../test/gemini-kit.ts'
import { breakage, mutations } from '../../../test/hostile-kit.ts'
import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import { LossReport } from '../report.ts'
import { FrameSplitter } from '../sse.ts'
import { geminiCodec } from './index.ts'

const names = fixtureNames()
const whole = names.filter((name) => name !== 'error-mid-stream')
describe('anything anywhere', () => {
  it.each(names)('%s: in a request is read or refused by its path', (name) => {
    for (const wire of mutations(fixtureJson(name, 'request.json'))) {
      if (!isObject(wire)) continue
      const broken = breakage(() => {
        geminiCodec.declaredTools?.(wire)
        const chat = geminiCodec.decodeRequest(wire, new LossReport())
        for (const model of ['gemini-2.5-flash', 'gemini-3-pro']) encode({ ...chat, model })
      })
      expect(broken).toEqual([])
    }
  })

  it.each(whole)('%s: in a reply is read or refused', (name) => {
    for (const wire of mutations(fixtureJson(name, 'reply.json'))) {
      if (!isObject(wire)) continue
      const broken = breakage(() => {
        geminiCodec.tapReply(wire)
        geminiCodec.graft(wire, wire)
        const reply = geminiCodec.decodeReply(wire, new LossReport())
        geminiCodec.decodeReply(geminiCodec.encodeReply(reply, replyContext(new LossReport())), new LossReport())
      })
      expect(broken).toEqual([])
    }
  })

  it.each(names)('%s: in a frame of a stream ends in one finish or one error', (name) => {
    const frames = framesOf(fixtureText(name, 'stream.sse'))
    for (const [i, frame] of frames.slice(0, 4).entries()) {
      for (const wire of mutations(JSON.parse(frame) as JsonValue)) {
        const sse = frames
          .with(i, JSON.stringify(wire))
          .map((data) => `data: ${data}\n\n`)
          .join('')
        const { events } = decodeStream(sse)
        expect(events.filter(({ type }) => type === 'finish' || type === 'error')).toEqual([events.at(-1)])
        for (const data of framesOf(encodeStream(events).sse)) expect(JSON.parse(data)).toBeTypeOf('object')
        tapStream(sse)
      }
    }
  })
})

describe('what is nested too deeply', () => {
  const deep = (): JsonObject => {
    let value: JsonObject = {}
    for (let i = 0; i < 100_000; i++) value = { a: value }
    return value
  }

  it('is refused in a request, by its path', () => {
    const part = { functionCall: { name: 'f', args: deep() } }
    expect(() => geminiCodec.decodeRequest({ contents: [{ role: 'model', parts: [part] }] }, new LossReport())).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', path: 'contents[0].parts[0].functionCall.args' }),
    )
  })

  it('is no reply, and breaks a stream', () => {
    const parts = [{ functionCall: { name: 'f', args: deep() } }]
    expect(() => geminiCodec.decodeReply({ candidates: [{ content: { parts } }] }, new LossReport())).toThrow(
      expect.objectContaining({ code: 'INVALID_REPLY' }),
    )
    const json = ['{"a":'.repeat(100_000), '1', '}'.repeat(100_000)].join('')
    const data = `{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":${json}}}]}}]}`
    expect(decodeStream(`data: ${data}\n\n`).events.at(-1)).toMatchObject({ type: 'error' })
  })
})

function framesOf(sse: string): string[] {
  const frames: string[] = []
  const splitter = new FrameSplitter((_event, data) => frames.push(data))
  splitter.push(sse)
  splitter.end()
  return frames
}
