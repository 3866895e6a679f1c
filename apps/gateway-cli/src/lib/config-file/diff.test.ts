import { expect, test } from 'vitest'
import { lineDiff } from './diff.ts'

const lines = (count: number, name: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => name(index)).join('\n')

test('what is the same gives no lines', () => {
  expect(lineDiff('a\nb', 'a\nb')).toBe('')
})

test('a changed, an added and a removed line are shown with two around them', () => {
  const before = lines(12, String)
  const after = before.replace('\n3\n', '\nthree\n').replace('\n9\n', '\n')
  expect(lineDiff(before, after)).toBe(' 1\n 2\n-3\n+three\n 4\n 5\n…\n 7\n 8\n-9\n 10\n 11\n'.replace(/^ 1/, '…\n 1'))
  expect(lineDiff('a', 'a\nb')).toBe(' a\n+b\n')
})

test('a file of forty thousand lines is compared from end to end', () => {
  const before = lines(40_000, (index) => `${index}`)
  // Every tenth line is gone, and one in a hundred is another.
  const after = before
    .split('\n')
    .filter((line) => !line.endsWith('0'))
    .map((line) => (line.endsWith('55') ? `${line} changed` : line))
  const diff = lineDiff(before, after.join('\n')).split('\n')
  const marked = (mark: string): string[] => diff.filter((line) => line.startsWith(mark)).map((line) => line.slice(1))
  expect(marked('+')).toEqual(after.filter((line) => line.endsWith('changed')))
  expect(marked('-')).toEqual(before.split('\n').filter((line) => line.endsWith('0') || line.endsWith('55')))
})

test('texts with nothing in common are told as wholly other', () => {
  const diff = lineDiff(
    lines(2_500, (index) => `a${index}`),
    lines(1_200, (index) => `b${index}`),
  ).split('\n')
  expect([diff.filter((line) => line.startsWith('-')), diff.filter((line) => line.startsWith('+'))]).toMatchObject([
    { length: 2_500 },
    { length: 1_200 },
  ])
})
