import { describe, expect, it } from 'vitest'
import { isPattern, matchesAny, matchesName, specificity } from './match.ts'

describe('matchesName', () => {
  it.each([
    ['gpt-4o', 'gpt-4o', true],
    ['gpt-4o', 'gpt-4o-mini', false],
    ['gpt-4o', 'GPT-4o', false],
    ['gpt-*', 'gpt-4o', true],
    ['gpt-*', 'gpt-', true],
    ['gpt-*', 'gpt', false],
    ['*', 'anything', true],
    ['*', '', true],
    ['gpt-*-mini', 'gpt-4o-mini', false],
    ['gpt-*-mini', 'gpt-*-mini', true],
    ['*-mini', 'gpt-4o-mini', false],
  ])('%s covers %s: %s', (source, name, covered) => {
    expect(matchesName(source, name)).toBe(covered)
  })
})

describe('matchesAny', () => {
  it('is true when one source covers the name', () => {
    expect(matchesAny(['claude-*', 'gpt-4o'], 'gpt-4o')).toBe(true)
  })

  it('covers nothing with an empty list', () => {
    expect(matchesAny([], 'gpt-4o')).toBe(false)
  })
})

describe('specificity', () => {
  it('puts a name above every prefix, a longer prefix above a shorter, and the star last', () => {
    const sources = ['*', 'gpt-*', 'gpt-4o-*', 'g']
    expect(sources.sort((a, b) => specificity(b) - specificity(a))).toEqual(['g', 'gpt-4o-*', 'gpt-*', '*'])
  })
})

describe('isPattern', () => {
  it('sees a star only at the end', () => {
    expect(['*', 'a*', '*a', 'a*b', 'a'].map(isPattern)).toEqual([true, true, false, false, false])
  })
})
