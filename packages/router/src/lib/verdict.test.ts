import { describe, expect, it } from 'vitest'
import { verdictOf } from './verdict.ts'

const success = { verdict: 'success', retry: false, credential: false }
const failure = { verdict: 'failure', retry: true, credential: false }
const throttled = { verdict: 'throttled', retry: true, credential: false }
const neutral = { verdict: 'neutral', retry: false, credential: false }
const credential = { verdict: 'failure', retry: true, credential: true }

describe('verdictOf', () => {
  it.each([
    [200, success],
    [201, success],
    [204, success],
    [301, failure],
    [400, neutral],
    [401, credential],
    [402, credential],
    [403, credential],
    [404, neutral],
    [408, failure],
    [409, neutral],
    [413, neutral],
    [415, neutral],
    [422, neutral],
    [429, throttled],
    [499, neutral],
    [500, failure],
    [502, failure],
    [503, failure],
    [504, failure],
    [529, failure],
  ])('judges status %i', (status, judgement) => {
    expect(verdictOf({ status })).toEqual(judgement)
  })

  it.each([
    ['connect', failure],
    ['timeout', failure],
    ['reset', failure],
    ['truncated', failure],
    ['bad-stream', failure],
    ['aborted-by-client', neutral],
  ] as const)('judges an attempt that ended by %s', (kind, judgement) => {
    expect(verdictOf({ failure: kind })).toEqual(judgement)
  })

  it('lets another account go on with a conversation that this one cannot, and holds it against nobody', () => {
    expect(verdictOf({ status: 400, unfit: true })).toEqual({ ...neutral, retry: true })
    expect(verdictOf({ status: 400, unfit: true, failure: 'aborted-by-client' })).toEqual(neutral)
  })

  it('counts a stream that began well and was cut as a failure', () => {
    expect(verdictOf({ status: 200, failure: 'truncated' })).toEqual(failure)
  })

  it('believes an error status more than the way its body ended', () => {
    expect(verdictOf({ status: 429, failure: 'reset' })).toEqual(throttled)
    expect(verdictOf({ status: 400, failure: 'truncated' })).toEqual(neutral)
  })

  it('retries nothing for a client that left, but remembers what the upstream said', () => {
    expect(verdictOf({ status: 200, failure: 'aborted-by-client' })).toEqual(neutral)
    expect(verdictOf({ status: 503, failure: 'aborted-by-client' })).toEqual({ ...failure, retry: false })
  })

  it('says nothing of an attempt of which nothing is known', () => {
    expect(verdictOf({})).toEqual(neutral)
  })
})
