import { expect, it } from 'vitest'
import { Window } from './window.ts'

it('counts from the first thing on, and starts anew after its length', () => {
  const window = new Window(1000)
  expect([window.count(5), window.remainingMs(5), window.isOver(5)]).toEqual([0, 1000, true])
  window.add(1, 100)
  window.add(2, 1099)
  expect([window.count(1099), window.remainingMs(1099), window.isOver(1099)]).toEqual([3, 1, false])
  expect([window.count(1100), window.remainingMs(1100), window.isOver(1100)]).toEqual([0, 1000, true])
  window.add(4, 5000)
  expect([window.count(5999), window.remainingMs(5999)]).toEqual([4, 1])
})

it('does not last longer when the clock is set back', () => {
  const window = new Window(1000)
  window.add(7, 1_000_000)
  expect([window.count(10), window.remainingMs(10)]).toEqual([0, 1000])
})
