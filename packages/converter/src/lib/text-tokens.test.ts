import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { textCorpus } from '../../bench/token-corpus.ts'
import { textTokens } from './text-tokens.ts'

describe('textTokens', () => {
  it.each(textCorpus)('counts $kind ($name) nearly as o200k does', ({ text, tolerance = 0.12 }) => {
    const exact = encode(text).length
    expect(Math.abs(textTokens(text) / exact - 1)).toBeLessThan(tolerance)
  })

  it('counts the whole corpus within 5 %', () => {
    const exact = textCorpus.reduce((sum, { text }) => sum + encode(text).length, 0)
    const estimate = textCorpus.reduce((sum, { text }) => sum + textTokens(text), 0)
    expect(Math.abs(estimate / exact - 1)).toBeLessThan(0.05)
  })

  it('takes time in proportion to the text', () => {
    expect(textTokens('a'.repeat(200_000))).toBeGreaterThan(20_000)
    expect(textTokens('\ud800\udfff\ud800')).toBeGreaterThan(0)
    expect(textTokens('')).toBe(0)
  })
})
