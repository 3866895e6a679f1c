import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { breakage, mutations } from '../../../test/hostile-kit.ts'
import { encode, replyContext } from '../../../test/openai-kit.ts'
import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { DialectCodec } from '../codec.ts'
import { openaiCompletionsCodec } from '../openai-completions/index.ts'
import { LossReport } from '../report.ts'
import { FrameSplitter } from '../sse.ts'
import { checked } from '../stream/grammar.ts'
import { openaiChatCodec } from './index.ts'

const root = new URL('../../../../../fixtures/', import.meta.url)
for (const codec of [openaiChatCodec, openaiCompletionsCodec]) {
  const folder = new URL(`${codec.id}/`, root)
  const names = readdirSync(folder)
  const text = (name: string, file: string): string | undefined =>
    readdirSync(new URL(`${name}/`, folder)).includes(file)
      ? readFileSync(new URL(`${name}/${file}`, folder), 'utf8')
      : undefined

  describe(`${codec.id}: anything anywhere`, () => {
    it.each(names)('%s: in a request is read or refused by its path', (name) => {
      for (const wire of mutations(JSON.parse(text(name, 'request.json') ?? '{}') as JsonValue)) {
        if (!isObject(wire)) continue
        const broken = breakage(() => {
          const chat = codec.decodeRequest(wire, new LossReport())
          for (const model of ['gpt-5.6-sol', 'llama']) encode({ ...chat, model }, {}, codec)
        })
        expect(broken).toEqual([])
      }
    })

    it.each(names)('%s: in a reply is read or refused', (name) => {
      for (const wire of mutations(JSON.parse(text(name, 'reply.json') ?? '{}') as JsonValue)) {
        if (!isObject(wire)) continue
        const broken = breakage(() => {
          codec.tapReply(wire)
          codec.graft(wire, wire)
          const written = codec.encodeReply(codec.decodeReply(wire, new LossReport()), replyContext(new LossReport()))
          codec.decodeReply(written, new LossReport())
        })
        expect(broken).toEqual([])
      }
    })

    it.each(names)('%s: in a frame of a stream ends in one finish or one error', (name) => {
      const frames: string[] = []
      const splitter = new FrameSplitter((_event, data) => frames.push(data))
      splitter.push(text(name, 'stream.sse') ?? '')
      splitter.end()
      for (const [i, frame] of frames.slice(0, 4).entries()) {
        if (!frame.startsWith('{')) continue
        for (const wire of mutations(JSON.parse(frame) as JsonValue)) {
          expect(terminals(codec, frames.with(i, JSON.stringify(wire)))).toBe(1)
        }
      }
    })
  })
}

/** How many terminal events a stream gives; throws where it breaks the grammar or the encoder writes broken JSON. */
function terminals(codec: DialectCodec, frames: readonly string[]): number {
  const encoder = codec.openEncoder(replyContext(new LossReport(), { wantsUsage: true }))
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
  const splitter = new FrameSplitter((_event, data) => {
    if (data !== '[DONE]') JSON.parse(data) as JsonObject
  })
  splitter.push(out)
  splitter.end()
  return count
}
