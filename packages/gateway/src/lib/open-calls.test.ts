import { describe, expect, it } from 'vitest'
import { heldAfterComingAndGoing } from '../../../../test-kit/coming-and-going.ts'
import { OpenCalls, type Seated } from './open-calls.ts'

interface Named extends Seated {
  readonly name: string
}

const call = (name: string): Named => ({ name, seat: -1 })
const names = (calls: Iterable<Named>): string[] => [...calls].map(({ name }) => name).sort()

describe('OpenCalls', () => {
  it('holds what was added and not deleted, in whatever order calls end', () => {
    const calls = new OpenCalls<Named>()
    const [a, b, c, d] = [call('a'), call('b'), call('c'), call('d')]
    for (const each of [a, b, c, d]) calls.add(each)
    calls.delete(b)
    expect(names(calls)).toEqual(['a', 'c', 'd'])
    calls.delete(d)
    calls.delete(a)
    expect(names(calls)).toEqual(['c'])
    calls.add(a)
    calls.delete(c)
    expect(names(calls)).toEqual(['a'])
    expect(calls.size).toBe(1)
  })

  it('does nothing for a call that is not in it, or no longer', () => {
    const calls = new OpenCalls<Named>()
    const [a, b] = [call('a'), call('b')]
    calls.add(a)
    calls.delete(b)
    calls.delete(a)
    calls.add(b)
    calls.delete(a)
    expect(names(calls)).toEqual(['b'])
  })

  it('shows those there were while they come and go', () => {
    const calls = new OpenCalls<Named>()
    for (const name of ['a', 'b', 'c']) calls.add(call(name))
    const seen: string[] = []
    for (const each of calls) {
      seen.push(each.name)
      calls.delete(each)
      calls.add(call('late'))
    }
    expect(seen).toEqual(['a', 'b', 'c'])
    expect(calls.size).toBe(3)
  })

  it('does not hold back calls that have ended from the collector', () => {
    const calls = new OpenCalls()
    const held = heldAfterComingAndGoing({
      make: (weight) => ({ seat: -1, weight }),
      add: (call) => calls.add(call),
      remove: (call) => calls.delete(call),
    })
    expect(held).toBeLessThan(4_000_000)
  })
})
