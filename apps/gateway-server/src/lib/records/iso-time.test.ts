import { expect, test } from 'vitest'
import { IsoTime } from './iso-time.ts'

test('every moment is written as Date writes it, whatever came before', () => {
  const time = new IsoTime()
  const start = Date.UTC(2026, 11, 31, 23, 59, 58)
  for (const ms of [0, 1, 9, 10, 99, 100, 999, 1_000, 1_999, 2_000, 2_007, 86_400_000, 3, -1, -start, -start - 1]) {
    expect(Buffer.from(time.of(start + ms)).toString()).toBe(new Date(start + ms).toISOString())
  }
})
