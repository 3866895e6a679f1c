import { describe, expect, it } from 'vitest'
import { heldAfterComingAndGoing } from '../../../../test-kit/coming-and-going.ts'
import { Intents } from './intents.ts'
import type { DispatchRow } from './row.ts'
import { dispatchRow } from './sample-rows.ts'

const rowOf = (requestId: string, number = 1): DispatchRow => dispatchRow(requestId, { number })

const named = (intents: Intents, which: 'all' | 'aged' = 'all'): string[] =>
  intents
    .rows(which)
    .map(({ requestId, number }) => `${requestId}/${number}`)
    .sort()

describe('Intents', () => {
  it('forgets every attempt of a request, or the one that is named', () => {
    const intents = new Intents()
    const second = rowOf('a', 2)
    for (const row of [rowOf('a'), second, rowOf('b'), rowOf('a', 3)]) intents.add(row)
    intents.forget('a', second)
    expect(named(intents)).toEqual(['a/1', 'a/3', 'b/1'])
    intents.forget('a')
    expect(named(intents)).toEqual(['b/1'])
    intents.forget('unknown')
    intents.forget('b', rowOf('b'))
    expect(intents.size).toBe(1)
  })

  it('tells those that came before this tick', () => {
    const intents = new Intents()
    intents.add(rowOf('a'))
    expect(named(intents, 'aged')).toEqual([])
    intents.age()
    intents.add(rowOf('b'))
    expect(named(intents, 'aged')).toEqual(['a/1'])
    expect(named(intents)).toEqual(['a/1', 'b/1'])
  })

  it('keeps apart ids that end alike, are short or empty, and grows', () => {
    const intents = new Intents()
    const ids = ['', 'x', ...Array.from({ length: 5_000 }, (_, index) => `${index}-same`)]
    for (const id of ids) intents.add(rowOf(id))
    expect(intents.size).toBe(ids.length)
    for (const id of ids.slice(0, 4_000)) intents.forget(id)
    expect(named(intents)).toEqual(
      ids
        .slice(4_000)
        .map((id) => `${id}/1`)
        .sort(),
    )
  })

  it('does not hold back from the collector what it has forgotten', () => {
    const intents = new Intents()
    let count = 0
    const held = heldAfterComingAndGoing({
      make: (weight) => ({ ...rowOf(`req_${count++}`), weight }),
      add: (row) => intents.add(row),
      remove: ({ requestId }) => intents.forget(requestId),
    })
    expect(held).toBeLessThan(4_000_000)
  })
})
