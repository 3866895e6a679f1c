import { expect, test } from 'vitest'
import { latency, parseMoment, relativeTime, span, when } from './time.ts'

const now = Date.UTC(2026, 10, 23, 20)

test.each([
  [0, 'just now'],
  [-12_000, '12s ago'],
  [-90_000, '1m ago'],
  [-7_200_000, '2h ago'],
  [-172_800_000, '2d ago'],
  [300_000, 'in 5m'],
])('%i ms from now is %s', (distance, text) => {
  expect(relativeTime(now + distance, now)).toBe(text)
})

test('a moment is told both ways', () => {
  expect(when(now - 3_600_000, now)).toBe('1h ago (2026-11-23 19:00 UTC)')
})

test.each([
  [0, '0s'],
  [61_000, '1m 1s'],
  [93_784_000, '1d 2h'],
])('a span of %i ms is %s', (ms, text) => {
  expect(span(ms)).toBe(text)
})

test.each([
  [85.4, '85 ms'],
  [1234, '1.2 s'],
])('a latency of %d ms is %s', (ms, text) => {
  expect(latency(ms)).toBe(text)
})

test.each([
  ['30d', now + 30 * 86_400_000],
  ['12h', now + 12 * 3_600_000],
  ['2w', now + 14 * 86_400_000],
  ['2027-01-31', Date.UTC(2027, 0, 31)],
  ['2027-01-31 18:00', Date.UTC(2027, 0, 31, 18)],
  ['2027-01-31T18:00Z', Date.UTC(2027, 0, 31, 18)],
  ['2027-01-31T18:00+02:00', Date.UTC(2027, 0, 31, 16)],
  ['2027-13-01', undefined],
  ['2027-02-30', undefined],
  ['2028-02-29', Date.UTC(2028, 1, 29)],
  ['soon', undefined],
  ['', undefined],
])('%j is the moment %s', (text, moment) => {
  expect(parseMoment(text, now)).toBe(moment)
})
