import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../chat/json.ts'
import { isSealing, keptBy, ReasoningPieces, sealOfPieces } from './reasoning-seal.ts'

/** What is kept of pieces that came in this order. */
function kept(...pieces: JsonObject[]): unknown {
  const gathered = new ReasoningPieces()
  for (const piece of pieces) gathered.add([piece])
  return keptBy(gathered.seal()?.value ?? '')?.pieces
}

const text = { type: 'reasoning.text', index: 0 }
const encrypted = { type: 'reasoning.encrypted', data: 'ZQ==', index: 0 }

describe('pieces of a stream', () => {
  it('of one index are one, and the signature comes last', () => {
    const pieces = [
      { ...text, text: 'a', signature: null },
      { ...text, text: 'b', format: 'f' },
      { ...text, signature: 's' },
    ]
    expect(kept(...pieces)).toEqual([{ ...text, text: 'ab', signature: 's', format: 'f' }])
  })

  it('of another index, type or id are apart, in the order they came', () => {
    const pieces = [
      { ...text, text: 'a', id: 'x', signature: 's' },
      { ...text, text: 'b', id: 'y' },
      { ...text, text: 'c', index: 1 },
      { type: 'reasoning.summary', summary: 'd', index: 0 },
    ]
    expect(kept(...pieces)).toEqual(pieces)
  })

  it('may leave out index and id', () => {
    expect(kept({ ...text, text: 'a' }, { type: 'reasoning.text', text: 'b', signature: 's' })).toEqual([
      { ...text, text: 'ab', signature: 's' },
    ])
  })

  it('that are encrypted, or of a kind that is not known, come whole', () => {
    const pieces = [encrypted, encrypted, { type: 'reasoning.server_tool_call', result: 'r' }]
    expect(kept(...pieces)).toEqual(pieces)
  })

  it('of thinking are one chunk until it is signed, and what is no text stays apart', () => {
    const thought = (word: string, rest: JsonObject = {}): JsonObject => ({
      type: 'thinking',
      thinking: [{ type: 'text', text: word }],
      ...rest,
    })
    const reference = { type: 'reference', reference_ids: [1] }
    expect(
      kept(thought('a', { closed: false }), thought('b', { closed: true, signature: 's' }), thought('c'), {
        type: 'thinking',
        thinking: [reference],
      }),
    ).toEqual([
      thought('ab', { closed: true, signature: 's' }),
      { type: 'thinking', thinking: [{ type: 'text', text: 'c' }, reference] },
    ])
  })

  it('that need no seal wait for one that does', () => {
    const pieces = new ReasoningPieces()
    pieces.add([{ ...text, text: 'a' }, 7, null])
    expect([pieces.pending, pieces.seal()]).toEqual([false, undefined])
    pieces.add([encrypted])
    expect(pieces.pending).toBe(true)
    expect(keptBy(pieces.seal()?.value ?? '')?.pieces).toEqual([{ ...text, text: 'a' }, encrypted])
    expect(pieces.seal()).toBeUndefined()
  })
})

describe('a seal', () => {
  it.each([
    [{ ...text, text: 'a' }, false],
    [{ ...text, text: 'a', signature: null }, false],
    [{ ...text, signature: 's' }, true],
    [{ type: 'reasoning.summary', summary: 'a' }, true],
    [encrypted, true],
    [{ type: 'thinking', thinking: [{ type: 'text', text: 'a' }], closed: true }, false],
    [{ type: 'thinking', thinking: [{ type: 'reference', reference_ids: [1] }] }, true],
  ])('for %j: %s', (piece, sealing) => {
    expect(isSealing(piece)).toBe(sealing)
    expect(sealOfPieces([piece]) !== undefined).toBe(sealing)
  })

  it('for text alone keeps nothing', () => {
    expect(keptBy('reasoning')).toBeUndefined()
  })
})
