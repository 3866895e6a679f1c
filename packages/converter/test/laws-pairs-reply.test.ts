import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convertReply, type Dialect, type JsonObject, openStream } from '../src/index.ts'
import { codecOf } from '../src/lib/codecs.ts'
import { contextOf } from '../src/lib/pair.ts'
import { LossReport } from '../src/lib/report.ts'
import { unfold } from '../src/lib/stream/unfold.ts'
import { fixed } from './corpus.ts'
import { type Answer, answersOf } from './laws/answers.ts'
import { orderedPairs, sharedBy } from './laws/shared.ts'
import { spellReply } from './laws/spell-replies.ts'
import { written } from './laws/written.ts'
import { gathered } from './streams.ts'

/** Cases of each pair; `CONVERTER_LAWS=2000` tries more. */
const runs = { numRuns: Number(process.env.CONVERTER_LAWS ?? 40), seed: 20_261_128 }

const model = 'some-model'

/** What a client that wants everything sends: usage, and reasoning where its dialect tells it only to those that ask. */
const wants: Readonly<Partial<Record<Dialect, JsonObject>>> = {
  gemini: { generationConfig: { thinkingConfig: { includeThoughts: true } } },
  'openai-chat': { stream_options: { include_usage: true } },
  'openai-completions': { stream_options: { include_usage: true } },
}

function optionsOf(from: Dialect, to: Dialect): Parameters<typeof openStream>[0] {
  const request = wants[to]
  return { from, to, ...(request && { request }), ...fixed }
}

function turned(text: string, from: Dialect, to: Dialect): { text: string; losses: unknown } {
  const { body, losses } = convertReply(text, optionsOf(from, to))
  return { text: JSON.stringify(body), losses }
}

describe('law: a reply that both dialects can tell is the same reply there and back', () => {
  it.each(orderedPairs)('$a to $b and back', ({ a, b }) => {
    const has = sharedBy(a, b, 'sampling')
    const law = (answer: Answer): void => {
      const spelled = JSON.stringify(spellReply[a](answer, model))
      const away = turned(spelled, a, b)
      expect({ losses: away.losses }).toEqual({ losses: [] })
      const home = turned(away.text, b, a)
      expect({ losses: home.losses }).toEqual({ losses: [] })
      expect(written(home.text)).toEqual(written(spelled))
      expect(written(away.text)).toEqual(written(JSON.stringify(spellReply[b](answer, model))))
    }
    fc.assert(fc.property(answersOf(has), law), runs)
  })
})

/** An answer as the stream its own dialect would tell it in. */
function streamOf(answer: Answer, dialect: Dialect): string {
  const codec = codecOf(dialect)
  const report = new LossReport()
  const reply = codec.decodeReply(JSON.parse(JSON.stringify(spellReply[dialect](answer, model))) as JsonObject, report)
  const encoder = codec.openEncoder(contextOf(codec, codec, optionsOf(dialect, dialect), report))
  let text = ''
  unfold(reply, (event) => {
    // Of the dialects Anthropic's alone counts before it has answered, so that the rest cannot tell it at the start.
    const { usage: _, serviceTier: __, ...start } = event.type === 'start' ? event : { type: 'start' as const }
    text += encoder.encode(event.type === 'start' ? start : event)
  })
  return text
}

/** What a stream between two dialects can tell of an answer. */
function streamed({ tier, pieces, ...told }: Answer, pair: readonly Dialect[]): Answer {
  // A response's text is done, sources and all, when the next item begins; chat names them behind its calls, Gemini at the end.
  const late = pair.includes('openai-responses') && pieces.at(-1)?.is !== 'text'
  return {
    ...told,
    pieces: pieces.map((piece) => (late && piece.is === 'text' ? { is: 'text', text: piece.text } : piece)),
    // Anthropic tells the tier at the start, where the others need not know it yet.
    ...(tier !== undefined && !pair.includes('anthropic') && { tier }),
    // A stream tells one answer.
    alternatives: [],
  }
}

function calls({ pieces }: Answer): number {
  return pieces.filter((piece) => piece.is === 'call').length
}

function passed(text: string, from: Dialect, to: Dialect): { text: string; losses: unknown } {
  const stream = openStream(optionsOf(from, to))
  const written = stream.push(text) + stream.end()
  return { text: written, losses: stream.losses }
}

describe('law: a stream that both dialects can tell is the same stream there and back', () => {
  it.each(orderedPairs)('$a to $b and back', ({ a, b }) => {
    const has = sharedBy(a, b, 'sampling')
    const law = (told: Answer): void => {
      const answer = streamed(told, [a, b])
      const spoken = streamOf(answer, a)
      const away = passed(spoken, a, b)
      expect({ losses: away.losses }).toEqual({ losses: [] })
      const home = passed(away.text, b, a)
      expect({ losses: home.losses }).toEqual({ losses: [] })
      expect(gathered(home.text, a)).toEqual(gathered(spoken, a))
      // A chat stream does not say that a call is complete before its end, so that the items of a response interleave.
      const interleaves = a === 'openai-responses' && b === 'openai-chat'
      if (!interleaves || calls(answer) < 2) expect(home.text).toBe(spoken)
    }
    fc.assert(fc.property(answersOf(has), law), runs)
  })
})
