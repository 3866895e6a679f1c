import { describe, expect, it } from 'vitest'
import { OutcomeWindow } from './outcome-window.ts'

describe('OutcomeWindow', () => {
  it('counts what is recorded', () => {
    const window = new OutcomeWindow(30_000)
    window.record(0, true)
    window.record(1, false)
    expect([window.total, window.failures]).toEqual([2, 1])
  })

  it('forgets a bucket once it is out of the window', () => {
    const window = new OutcomeWindow(30_000)
    window.record(0, true)
    window.record(3_000, true)
    window.record(29_999, false)
    expect([window.total, window.failures]).toEqual([3, 2])
    window.record(30_000, false)
    expect([window.total, window.failures]).toEqual([3, 1])
    window.record(33_000, false)
    expect([window.total, window.failures]).toEqual([3, 0])
  })

  it('forgets everything after a pause as long as the window', () => {
    const window = new OutcomeWindow(30_000)
    for (let i = 0; i < 5; i += 1) window.record(i * 1_000, true)
    window.record(1_000_000_000, false)
    expect([window.total, window.failures]).toEqual([1, 0])
  })

  it('takes a clock that is set back', () => {
    const window = new OutcomeWindow(30_000)
    window.record(60_000, true)
    window.record(0, true)
    expect([window.total, window.failures]).toEqual([2, 2])
  })
})
