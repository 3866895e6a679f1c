import fc from 'fast-check'
import { id, input, name, words } from './script.ts'
import type { Has } from './shared.ts'

/** An answer as it would be told aloud, which each dialect spells in its own way (`spell-replies.ts`). Absent is not said. */

export interface Source {
  readonly url: string
  readonly title: string
  /** Characters of the text, from and up to. */
  readonly from: number
  readonly to: number
}

export type Piece =
  | { readonly is: 'reasoning'; readonly text: string }
  | { readonly is: 'text'; readonly text: string; readonly sources?: readonly Source[] }
  | { readonly is: 'refusal'; readonly text: string }
  | {
      readonly is: 'call'
      readonly id: string
      readonly name: string
      readonly input: string
      readonly free?: true
    }

export interface Token {
  readonly token: string
  readonly logprob: number
  readonly others: readonly { readonly token: string; readonly logprob: number }[]
}

export interface Answer {
  readonly id: string
  /** Seconds since the epoch. */
  readonly created: number
  readonly pieces: readonly Piece[]
  readonly ending: 'end' | 'length' | 'filter'
  readonly tokens?: readonly Token[]
  readonly tier?: 'default' | 'priority'
  readonly alternatives: readonly string[]
  readonly usage: {
    readonly fresh: number
    readonly cached: number
    readonly written?: number
    readonly output: number
    /** Of `output`. */
    readonly thought: number
  }
}

/** The time of the conversion, as the tests fix it. */
export const now = 1_700_000_000

const text = words.map((said): Piece => ({ is: 'text', text: said }))
const thought = words.map((said): Piece => ({ is: 'reasoning', text: said }))
const call = fc.record({ id, name, input }).map((made): Piece => ({ is: 'call', ...made }))
const freeCall = fc.record({ id, name, input: words }).map((made): Piece => ({ is: 'call', ...made, free: true }))

/** Ends of characters, where a source may begin or end. */
function boundsOf(said: string): number[] {
  const bounds = [0]
  for (const character of said) bounds.push((bounds.at(-1) ?? 0) + character.length)
  return bounds
}

const cited = words.chain((said) => {
  const bounds = boundsOf(said)
  const source = fc
    .record({ url: fc.webUrl(), title: words, some: fc.subarray(bounds, { minLength: 2, maxLength: 2 }) })
    .map(({ url, title, some: [from = 0, to = 0] }): Source => ({ url, title, from, to }))
  return fc
    .uniqueArray(source, { minLength: 1, maxLength: 2, selector: ({ url }) => url })
    .map((sources): Piece => ({ is: 'text', text: said, sources }))
})

const logprob = fc.integer({ min: 0, max: 900 }).map((hundredths) => (hundredths === 0 ? 0 : -hundredths / 100))
const token: fc.Arbitrary<Token> = fc.record({
  token: words,
  logprob,
  others: fc.uniqueArray(fc.record({ token: name, logprob }), { maxLength: 2, selector: (other) => other.token }),
})

function piecesBy(has: Has): fc.Arbitrary<readonly Piece[]> {
  const calls = has('saidFreeCalls') ? fc.oneof(call, freeCall) : call
  const maybe = (here: boolean, piece: fc.Arbitrary<Piece>): fc.Arbitrary<readonly Piece[]> =>
    here ? fc.array(piece, { maxLength: 1 }) : fc.constant([])
  const inOrder = fc
    .tuple(
      maybe(has('saidReasoning'), thought),
      maybe(true, has('saidSources') ? fc.oneof(text, cited) : text),
      has('saidCalls') ? fc.array(calls, { maxLength: 3 }) : fc.constant([]),
    )
    .map((runs) => runs.flat())
  const anyOrder = fc.array(fc.oneof(text, calls, ...(has('saidReasoning') ? [thought] : [])), { maxLength: 5 })
  const kinds = [inOrder, ...(has('saidInAnyOrder') ? [anyOrder] : [])]
  if (has('saidRefusal')) kinds.push(words.map((said) => [{ is: 'refusal', text: said }]))
  return fc.oneof(...kinds).map((pieces) => tellable(pieces, has))
}

/** Ids are told apart, and what follows its like is left out where both would be one. */
function tellable(pieces: readonly Piece[], has: Has): Piece[] {
  const ids = new Set<string>()
  return pieces.filter((piece, i) => {
    if (piece.is !== 'call') return has('saidInPieces') || pieces[i - 1]?.is !== piece.is
    const fresh = !ids.has(piece.id)
    ids.add(piece.id)
    return fresh
  })
}

/** An answer that both dialects of a pair can tell. */
export function answersOf(has: Has): fc.Arbitrary<Answer> {
  return fc
    .record({
      id,
      created: has('saidTime') ? fc.integer({ min: 1, max: 2_000_000_000 }) : fc.constant(now),
      pieces: piecesBy(has),
      ending: fc.constantFrom('end' as const, 'length' as const, 'filter' as const),
      tokens: fc.array(token, { minLength: 1, maxLength: 3 }),
      told: fc.boolean(),
      tier: fc.constantFrom('default' as const, 'priority' as const),
      alternatives: has('saidAlternatives') ? fc.array(words, { maxLength: 2 }) : fc.constant([]),
      usage: fc.record({
        fresh: fc.nat(9999),
        cached: fc.nat(9999),
        written: fc.nat(9999),
        output: fc.nat(9999),
        thought: fc.nat(9999),
      }),
    })
    .map(({ tokens, told, tier, usage, ending, pieces, ...rest }) => {
      // One text has them all, because not every dialect says which of several they belong to.
      const alone = pieces.filter((piece) => piece.is === 'text').length === 1
      const withheld = pieces.some((piece) => piece.is === 'call' || piece.is === 'refusal')
      return {
        ...rest,
        pieces,
        // A refusal is a whole answer, and what a filter withholds calls nothing.
        ending: pieces.some((piece) => piece.is === 'refusal') || (ending === 'filter' && withheld) ? 'end' : ending,
        ...(told && alone && has('saidLogprobs') && { tokens }),
        ...(told && has('saidTier') && { tier }),
        usage: {
          fresh: usage.fresh,
          cached: usage.cached,
          ...(has('saidCacheWrites') && { written: usage.written }),
          output: usage.output,
          thought: Math.min(usage.thought, usage.output),
        },
      }
    })
}
