import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { OpenCalls, type Seated } from './open-calls.ts'

interface Named extends Seated {
  readonly name: string
}

interface Weighty extends Seated {
  readonly weight: readonly number[]
}

const call = (name: string): Named => ({ name, seat: -1 })
const weighty = (): Weighty => ({ seat: -1, weight: new Array<number>(1_000).fill(0.5) })
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
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void
    const calls = new OpenCalls<Weighty>()
    const open = Array.from({ length: 50 }, weighty)
    for (const each of open) calls.add(each)
    collect()
    const before = process.memoryUsage().heapUsed
    for (let round = 0; round < 20; round++) {
      for (let each = 0; each < 100; each++) {
        const next = weighty()
        calls.add(next)
        open.push(next)
        const first = open.shift()
        if (first) calls.delete(first)
      }
      collect({ type: 'minor' })
    }
    // 16 MB have come and gone; a Set still holds more than half of it.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(4_000_000)
  })
})
