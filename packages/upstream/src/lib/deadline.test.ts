import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Deadline } from './deadline.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function open(): { deadline: Deadline; expired: () => number } {
  let count = 0
  return { deadline: new Deadline({ expired: () => count++ }), expired: () => count }
}

it('passes at its limit, once', () => {
  const { deadline, expired } = open()
  deadline.start(100)
  vi.advanceTimersByTime(99)
  expect(expired()).toBe(0)
  vi.advanceTimersByTime(1)
  expect(expired()).toBe(1)
  vi.advanceTimersByTime(1000)
  expect(expired()).toBe(1)
})

it('begins anew at each sign of life', () => {
  const { deadline, expired } = open()
  deadline.start(100)
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(99)
    deadline.restart()
  }
  expect(expired()).toBe(0)
  vi.advanceTimersByTime(100)
  expect(expired()).toBe(1)
})

it('is one limit at a time', () => {
  const { deadline, expired } = open()
  deadline.start(100)
  deadline.start(500)
  vi.advanceTimersByTime(499)
  expect(expired()).toBe(0)
  vi.advanceTimersByTime(1)
  expect(expired()).toBe(1)
})

it('does not pass when it was stopped, and a stopped one does not begin anew', () => {
  const { deadline, expired } = open()
  deadline.start(100)
  deadline.stop()
  deadline.restart()
  deadline.stop()
  vi.advanceTimersByTime(1000)
  expect(expired()).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

it('takes 0 for no limit and does not pass at once when the limit is longer than a timer can be', () => {
  const { deadline, expired } = open()
  deadline.start(0)
  expect(vi.getTimerCount()).toBe(0)
  deadline.start(Number.POSITIVE_INFINITY)
  vi.advanceTimersByTime(1_000_000)
  expect(expired()).toBe(0)
})
