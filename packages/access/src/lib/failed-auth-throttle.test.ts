import { beforeEach, describe, expect, it } from 'vitest'
import { FailedAuthThrottle } from './failed-auth-throttle.ts'
import { hashKey } from './gateway-key.ts'
import { KeyRing } from './key-ring.ts'

let time: number
beforeEach(() => {
  time = 5_000_000
})

const now = (): number => time

describe('FailedAuthThrottle', () => {
  it('blocks a source after twenty failures in a minute, and no longer', () => {
    const throttle = new FailedAuthThrottle({ now })
    const answers = Array.from({ length: 25 }, () => {
      const blocked = throttle.blocked('192.0.2.1')
      throttle.record('192.0.2.1')
      time += 1000
      return blocked
    })
    expect(answers.indexOf(true)).toBe(20)
    expect(answers.lastIndexOf(false)).toBe(19)
    time = 5_000_000 + 59_999
    expect(throttle.blocked('192.0.2.1')).toBe(true)
    time = 5_000_000 + 60_000
    expect(throttle.blocked('192.0.2.1')).toBe(false)
  })

  it('starts a new count after a window, from one', () => {
    const throttle = new FailedAuthThrottle({ now, max: 2, windowMs: 100 })
    throttle.record('a')
    throttle.record('a')
    time += 100
    throttle.record('a')
    expect(throttle.blocked('a')).toBe(false)
    throttle.record('a')
    expect(throttle.blocked('a')).toBe(true)
  })

  it('keeps sources apart', () => {
    const throttle = new FailedAuthThrottle({ now, max: 1 })
    throttle.record('a')
    expect([throttle.blocked('a'), throttle.blocked('b')]).toEqual([true, false])
  })

  it('lets a valid key in from a blocked source', () => {
    const keyHash = hashKey('valid')
    const ring = new KeyRing([{ id: 'gw_1', name: 'one', keyHash, permissions: ['write'], status: 'active' }])
    const throttle = new FailedAuthThrottle({ now })
    const answer = (credential: string): number => {
      if (ring.authenticate(credential).ok) return 200
      if (throttle.blocked('192.0.2.1')) return 429
      throttle.record('192.0.2.1')
      return 401
    }
    const wrong = Array.from({ length: 1000 }, (_, index) => answer(`wrong-${index}`))
    expect(wrong.filter((status) => status === 401)).toHaveLength(20)
    expect(wrong.filter((status) => status === 429)).toHaveLength(980)
    expect(answer('valid')).toBe(200)
  })

  it('remembers so many sources and forgets the one that began first', () => {
    const throttle = new FailedAuthThrottle({ now, max: 1, maxSources: 3 })
    for (const source of ['a', 'b', 'c', 'a']) throttle.record(source)
    time += 60_000
    throttle.record('a')
    throttle.record('d')
    expect(throttle.size).toBe(3)
    expect(['a', 'c', 'd'].map((source) => throttle.blocked(source))).toEqual([true, false, true])
    for (let source = 0; source < 1000; source += 1) throttle.record(`flood-${source}`)
    expect(throttle.size).toBe(3)
  })

  it('counts a source that fails again after its window among the latest', () => {
    const throttle = new FailedAuthThrottle({ now, max: 1, maxSources: 3 })
    for (const source of ['a', 'b']) throttle.record(source)
    time += 60_000
    for (const source of ['a', 'c', 'd']) throttle.record(source)
    expect(['a', 'b', 'c', 'd'].map((source) => throttle.blocked(source))).toEqual([true, false, true, true])
  })

  it.each([{ max: 0 }, { windowMs: -1 }, { maxSources: Number.NaN }])('refuses %j', (options) => {
    expect(() => new FailedAuthThrottle(options)).toThrow(RangeError)
  })
})
