import { describe, expect, it } from 'vitest'
import { Dice } from '../../../test-kit/dice.ts'
import { inReads, streamOf } from '../bench/workloads.ts'
import { type Dialect, dialects } from '../src/lib/chat/dialect.ts'
import { codecOf } from '../src/lib/codecs.ts'
import { LossReport } from '../src/lib/report.ts'
import { FrameSplitter } from '../src/lib/sse.ts'
import { converted, optionsOf } from './streams.ts'

/**
 * The events of a long stream are taken ahead, as many at a time as came whole. Where no event comes whole each is cut out and read by
 * itself, so the two must agree, whatever stands among the usual events.
 */

const sources = ['gemini', 'openai-responses'] as const
const pairs = sources.flatMap((from) => dialects.filter((to) => to !== from).map((to) => ({ from, to })))
const deltas = 340
const rounds = Number(process.env.CONVERTER_LAWS ?? 12)

function outcome(text: string, size: number, from: Dialect, to: Dialect): string {
  const { text: out, stream } = converted(inReads(text, size), optionsOf(from, to))
  const { phase, usage, stop, error, losses, outputEstimate } = stream
  return `${out}\n${JSON.stringify({ phase, usage, stop, error, losses, outputEstimate })}`
}

/** What may happen to an event on its way, or what odd servers write. */
const oddities: readonly ((event: string, dice: Dice) => string)[] = [
  (event) => `: comment\n\n${event}`,
  (event) => `id: 7\n${event}`,
  (event) => event.replace('data: ', 'data:'),
  (event) => event.replace('data: ', 'data:  '),
  (event) => event.replaceAll('\r', ''),
  (event) => event.replaceAll(/\r?\n/g, '\r'),
  (event) => event.replaceAll(/\r?\n/g, '\r\n'),
  (event) => `${event}\n\n`,
  (event) => `event: other\n${event}`,
  (event) => event.replace(/(\r?\n)$/, ''),
  (event) => event.replace('}', ',"more":1}'),
  (event) => event.replace('"index":0', '"index":1'),
  (event) => event.replace('TokenCount":', 'TokenCount":1'),
  (event) => event.replace('"text":"', '"text":"\\n\\u00e9\\"'),
  (event) => event.replace('"delta":"', '"delta":"\\uD83D\\uDE00 é😀'),
  (event, dice) => event.slice(0, dice.below(event.length)),
  (event, dice) => event.slice(dice.below(event.length)),
  (event, dice) => {
    const at = dice.below(event.length)
    return (
      event.slice(0, at) +
      dice.pick(['"', '\\', '{', '}', ',', ' ', '0', '\n', '\u0000', '\ufeff', 'é']) +
      event.slice(at)
    )
  },
]

/** A long stream whose events are the usual ones but for a few. */
function oddStream(from: Dialect, dice: Dice): string {
  const events = streamOf(from, deltas).split(/(?<=\n\r?\n)/)
  const often = dice.pick([0, 1, 4, 30])
  return events
    .map((event, i) => (i > 145 && dice.below(100) < often ? dice.pick(oddities)(event, dice) : event))
    .join('')
}

describe('law: events that are taken ahead say what they say one by one', () => {
  it.each(pairs)('$from to $to', { timeout: 10_000 + rounds * 500 }, ({ from, to }) => {
    for (let seed = 0; seed < rounds; seed++) {
      const text = oddStream(from, new Dice(seed))
      expect(outcome(text, 4096, from, to), `seed ${seed}`).toBe(outcome(text, 7, from, to))
    }
  })

  it.each(sources)('the events of %s are taken ahead at all, behind the first hundred and forty', (from) => {
    const text = streamOf(from, deltas)
    const events = text.split(/(?<=\n\r?\n)/)
    const said: string[] = []
    const decoder = codecOf(from).openDecoder((event) => {
      if (event.type === 'text') said.push(event.literal)
    }, new LossReport())
    new FrameSplitter((event, data) => decoder.frame(event, data)).push(events.slice(0, 140).join(''))
    const before = said.length
    const rest = events.slice(140, 240).join('')
    expect(decoder.takeAhead?.(rest, 0)).toBe(rest.length)
    expect(said.length - before).toBe(100)
  })
})
