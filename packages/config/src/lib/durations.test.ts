import { expect, it } from 'vitest'
import { MAX_DURATION_MS, parseDuration, parseSize } from './durations.ts'

it.each([
  [30, 30_000],
  [0.25, 250],
  [0, 0],
  ['30', 30_000],
  ['1.5', 1500],
  ['250ms', 250],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['1h30m', 5_400_000],
  [' 2s ', 2000],
  [MAX_DURATION_MS / 1000, MAX_DURATION_MS],
])('the duration %j is %j ms', (value, ms) => {
  expect(parseDuration(value)).toBe(ms)
})

it.each(['', 's', '5 m', '-1s', '1d', '1s?', '1e3', 'NaN', -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '600h'])(
  '%j is no duration',
  (value) => {
    expect(parseDuration(value)).toBeUndefined()
  },
)

it.each([
  [10, 10],
  ['10', 10],
  ['10B', 10],
  ['1kb', 1000],
  ['32MB', 32_000_000],
  ['32 MiB', 33_554_432],
  ['1.5GiB', 1_610_612_736],
])('the size %j is %j bytes', (value, bytes) => {
  expect(parseSize(value)).toBe(bytes)
})

it.each(['', 'MB', '1TB', '-1', '1e6', 1.5, -1, Number.MAX_VALUE, '99999999999GB'])('%j is no size', (value) => {
  expect(parseSize(value)).toBeUndefined()
})
