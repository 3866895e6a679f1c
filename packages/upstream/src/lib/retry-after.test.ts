import { describe, expect, it } from 'vitest'
import { readReset, readRetryAfter } from './retry-after.ts'

const now = Date.parse('2026-11-23T12:00:00Z')

describe('readRetryAfter', () => {
  it.each([
    [{ 'retry-after': '5' }, 5000],
    [{ 'retry-after': ' 0.5 ' }, 500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Mon, 23 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Mon, 23 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'Monday, 23-Nov-26 12:00:30 GMT' }, 30_000],
    [{ 'retry-after-ms': '1234.5' }, 1234.5],
    [{ 'retry-after-ms': '1500', 'retry-after': '60' }, 1500],
    [{ 'retry-after-ms': 'soon', 'retry-after': '60' }, 60_000],
    [{ 'retry-after': ['7', '8'] }, 7000],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': '1e9' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': 'Mon, 99 Foo 2026' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': '2026' }, 2_026_000],
    [{}, undefined],
  ])('%j', (headers, expected) => {
    expect(readRetryAfter(headers, now)).toBe(expected)
  })
})

describe('readReset', () => {
  it.each([
    ['6m0s', 360_000],
    ['1s', 1000],
    ['20ms', 20],
    ['1h2m3.5s', 3_723_500],
    ['2m59.56s', 179_560],
    ['1d', 86_400_000],
    ['30', 30_000],
    ['0.25', 250],
    ['2026-11-23T12:01:00Z', 60_000],
    ['2026-11-23T12:01:00.250+00:00', 60_250],
    ['2026-11-23T11:00:00Z', 0],
    [String(now / 1000 + 90), 90_000],
    [String(now + 90), 90],
    ['', undefined],
    ['soon', undefined],
    ['6m 0s', undefined],
    ['m', undefined],
    ['2026-11-23', undefined],
  ])('%j', (text, expected) => {
    expect(readReset(text, now)).toBe(expected)
  })
})
