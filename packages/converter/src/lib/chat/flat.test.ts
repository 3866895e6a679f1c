import { expect, test } from 'vitest'
import { flatten } from './flat.ts'

test('gives what flatMap gives', () => {
  const pieces = (n: number, index: number): string[] => Array.from({ length: n }, (_, i) => `${index}.${i}`)
  for (const list of [[], [0], [1, 0, 3], [2, 2], [1, 1], [1, 1, 1], [0, 2]])
    expect(flatten(list, pieces)).toEqual(list.flatMap(pieces))
})
