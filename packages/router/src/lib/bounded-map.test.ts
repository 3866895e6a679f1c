import { describe, expect, it } from 'vitest'
import { BoundedMap } from './bounded-map.ts'

describe('BoundedMap', () => {
  it('forgets the entry that was set the longest ago', () => {
    const map = new BoundedMap<number>(2)
    map.set('a', 1)
    map.set('b', 2)
    map.set('a', 3)
    map.set('c', 4)
    expect([...map.entries()]).toEqual([
      ['a', 3],
      ['c', 4],
    ])
  })

  it('forgets what was not set since it was half full before what was', () => {
    const map = new BoundedMap<number>(4)
    for (const key of ['a', 'b', 'c', 'a', 'd', 'e', 'f']) map.set(key, 0)
    expect([...map.entries()].map(([key]) => key)).toEqual(['a', 'd', 'e', 'f'])
  })

  it('never grows beyond its limit', () => {
    const map = new BoundedMap<number>(10)
    for (let i = 0; i < 1_000; i += 1) map.set(`k${i}`, i)
    expect(map.size).toBe(10)
    expect(map.get('k999')).toBe(999)
    expect(map.get('k989')).toBeUndefined()
  })
})
