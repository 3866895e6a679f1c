import { describe, expect, it } from 'vitest'
import { geminiCapabilities } from './gemini.ts'

describe('geminiCapabilities', () => {
  it.each([
    ['gemini-1.5-pro', 'none', [], false],
    ['gemini-2.0-flash', 'none', [], false],
    ['gemini-2.5-pro', 'budget', [], false],
    ['models/gemini-2.5-flash', 'budget', [], false],
    ['gemini-2.5-flash-image', 'none', [], false],
    ['gemini-3-pro-preview', 'adaptive', ['low', 'high'], true],
    ['gemini-3.1-pro-preview', 'adaptive', ['low', 'medium', 'high'], true],
    ['gemini-3-flash-preview', 'adaptive', ['minimal', 'low', 'medium', 'high'], true],
    ['publishers/google/models/gemini-3.5-flash', 'adaptive', ['minimal', 'low', 'medium', 'high'], true],
    ['gemini-3.8-flash', 'adaptive', ['low', 'medium', 'high'], true],
    ['gemini-4-pro', 'adaptive', ['low', 'medium', 'high'], true],
  ] as const)('%s: thinking %s by %j, sealed calls %s', (model, thinking, efforts, sealedCalls) => {
    const known = geminiCapabilities(model)
    expect(known).toMatchObject({ thinking, efforts })
    expect(known.sealedCalls ?? false).toBe(sealedCalls)
  })

  it.each([
    ['gemini-2.5-pro', [128, 32_768], 'never'],
    ['gemini-2.5-flash', [1, 24_576], undefined],
    ['gemini-2.5-flash-lite', [512, 24_576], undefined],
  ] as const)('%s: budgets from %j tokens, off %s', (model, budgets, off) => {
    expect(geminiCapabilities(model).thinkingBudgets).toEqual(budgets)
    expect(geminiCapabilities(model).thinkingOff).toBe(off)
  })

  it.each([
    ['gemini-3.5-flash', 'full', true],
    ['gemini-3.5-flash-lite', 'none', false],
    ['gemini-3.6-flash', 'none', false],
    ['gemini-flash-latest', 'none', false],
  ] as const)('%s: sampling %s, prefill %s', (model, sampling, prefill) => {
    expect(geminiCapabilities(model)).toMatchObject({ sampling, prefill })
  })

  it('a model of another name gets what all of them keep', () => {
    expect(geminiCapabilities('gemma-3-27b-it')).toMatchObject({ thinking: 'none', sampling: 'full', prefill: true })
  })
})
