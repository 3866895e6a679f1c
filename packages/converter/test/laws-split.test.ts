import { describe, expect, it } from 'vitest'
import { Dice } from '../../../test-kit/dice.ts'
import { type Dialect, dialects } from '../src/lib/chat/dialect.ts'
import { everyCase } from './corpus.ts'
import { converted, cutsOf, exhaustive, interleave, optionsOf, targetsFor } from './streams.ts'

const pairs = everyCase.flatMap((each) => targetsFor(each, 1).map((to) => ({ each, to })))
const patience = exhaustive ? 120_000 : 10_000

/** The pairs that convert; where the dialect is the same on both sides the bytes pass, and only their events are told apart. */
const crossing = pairs.filter(({ each, to }) => each.dialect !== to)

function* inTwo(bytes: Uint8Array, at: number): Generator<Uint8Array> {
  yield bytes.subarray(0, at)
  yield bytes.subarray(at)
}

function* inPieces(bytes: Uint8Array, next: () => number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + next()
    yield bytes.subarray(at, end)
    at = end
  }
}

/** What a conversion leaves behind, to be compared. */
function outcome(pieces: Iterable<Uint8Array>, from: Dialect, to: Dialect): string {
  const { text, stream } = converted(pieces, optionsOf(from, to))
  const { phase, usage, stop, error, losses } = stream
  return `${text}\n${JSON.stringify({ phase, usage, stop, error, losses })}`
}

describe('law: however a stream is cut up on the way, the client gets the same', () => {
  it.each(crossing)('$each.dialect/$each.name to $to, cut in two anywhere', { timeout: patience }, ({ each, to }) => {
    const { dialect, stream } = each
    const whole = outcome([stream], dialect, to)
    const different: string[] = []
    for (const at of cutsOf(each, to, 1500)) {
      const cut = outcome(inTwo(stream, at), dialect, to)
      if (cut !== whole)
        different.push(`at byte ${at}:
${cut}`)
    }
    expect(different.slice(0, 1)).toEqual([])
  })

  // Where every byte is tried, each is the place of a cut in one of the runs.
  it.each(pairs)('$each.dialect/$each.name to $to, cut into many pieces', { timeout: patience }, ({ each, to }) => {
    const { dialect, stream } = each
    const whole = outcome([stream], dialect, to)
    const step = exhaustive ? 1 : 30
    for (const apart of [7, 61]) {
      for (let first = 1 + (dialects.indexOf(to) % step); first <= apart; first += step) {
        let next = first
        const pieces = inPieces(stream, () => {
          const length = next
          next = apart
          return length
        })
        expect(outcome(pieces, dialect, to), `cut at byte ${first} and every ${apart} after`).toBe(whole)
      }
    }
  })

  it.each(pairs)('$each.dialect/$each.name to $to, byte by byte and in random pieces', ({ each, to }) => {
    const { dialect, stream } = each
    const whole = outcome([stream], dialect, to)
    expect(
      outcome(
        inPieces(stream, () => 1),
        dialect,
        to,
      ),
    ).toEqual(whole)
    const dice = new Dice(stream.length)
    for (let round = 0; round < 2; round++) {
      const longest = 1 + dice.below(80)
      expect(
        outcome(
          inPieces(stream, () => 1 + dice.below(longest)),
          dialect,
          to,
        ),
      ).toEqual(whole)
    }
  })

  it.each(pairs)('$each.dialect/$each.name to $to, with the line ends of another vendor', ({ each, to }) => {
    const { dialect, stream } = each
    const text = new TextDecoder().decode(stream).replaceAll('\r\n', '\n')
    const plain = outcome([new TextEncoder().encode(text)], dialect, to)
    const spellings = [text.replaceAll('\n', '\r\n'), text.replaceAll('\n', '\r'), `\ufeff${text}`]
    spellings.push(text.replaceAll('\n\n', '\n: keep-alive\n\n'), text.replaceAll('data: ', 'data:'))
    if (dialect === to) return
    for (const spelling of spellings) {
      expect(outcome([new TextEncoder().encode(spelling)], dialect, to)).toEqual(plain)
    }
  })
})

describe('hazard 114: streams share nothing', () => {
  it('a hundred of them, interleaved', () => {
    const dice = new Dice(114)
    const runs = Array.from({ length: 100 }, () => {
      const each = dice.pick(everyCase)
      const to = dice.pick(dialects)
      const pieces = [...inPieces(each.stream, () => 1 + dice.below(60))]
      return { each, to, pieces, options: optionsOf(each.dialect, to) }
    })
    const alone = runs.map(({ pieces, options }) => converted(pieces, options).text)
    const together = interleave(runs, (limit) => dice.below(limit))
    expect(together).toEqual(alone)
  })
})
