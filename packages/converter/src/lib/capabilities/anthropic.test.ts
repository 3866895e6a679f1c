import { describe, expect, it } from 'vitest'
import { anthropicCapabilities } from './anthropic.ts'

describe('anthropicCapabilities', () => {
  it.each([
    ['claude-2.1', 'full', 'none', true],
    ['claude-3-opus-20240229', 'full', 'none', true],
    ['claude-3-5-sonnet-latest', 'full', 'none', true],
    ['claude-3-7-sonnet-20250219', 'full', 'budget', true],
    ['claude-sonnet-4-20250514', 'full', 'budget', true],
    ['claude-opus-4@20250514', 'full', 'budget', true],
    ['anthropic.claude-opus-4-1-20250805-v1:0', 'either', 'budget', true],
    ['claude-haiku-4-5', 'either', 'budget', true],
    ['claude-opus-4.5', 'either', 'budget', true],
    ['claude-opus-4-6', 'either', 'adaptive', false],
    ['claude-opus-4-7', 'none', 'adaptive', false],
    ['claude-sonnet-5', 'none', 'adaptive', false],
    ['claude-opus-5-5', 'none', 'adaptive', false],
  ] as const)('%s: sampling %s, thinking %s, prefill %s', (model, sampling, thinking, prefill) => {
    expect(anthropicCapabilities(model)).toMatchObject({ sampling, thinking, prefill })
  })

  it('hazard 3: instructions between turns only since Opus 4.8', () => {
    expect(anthropicCapabilities('claude-opus-4-7').systemTurns).toBe(false)
    expect(anthropicCapabilities('claude-opus-4-8').systemTurns).toBe(true)
    expect(anthropicCapabilities('claude-opus-5').systemTurns).toBe(true)
  })

  it('hazard 66: has the effort words of each generation', () => {
    expect(anthropicCapabilities('claude-haiku-4-5').efforts).toEqual([])
    expect(anthropicCapabilities('claude-opus-4-5').efforts).toEqual(['low', 'medium', 'high'])
    expect(anthropicCapabilities('claude-sonnet-4-6').efforts).toEqual(['low', 'medium', 'high', 'max'])
    expect(anthropicCapabilities('claude-opus-4-7').efforts).toContain('xhigh')
  })

  it('knows whose thinking cannot be turned off and who cannot be forced to call', () => {
    expect(anthropicCapabilities('claude-fable-5-1')).toMatchObject({ thinkingOff: 'never', forcedTools: false })
    expect(anthropicCapabilities('claude-sonnet-5-5').thinkingOff).toBe('between_tools')
    expect(anthropicCapabilities('claude-opus-5').thinkingOff).toBeUndefined()
  })

  it('hazard 64: API version 2026-10-21 takes no sampling parameters of any model', () => {
    expect(anthropicCapabilities('claude-3-opus-20240229', '2023-06-01').sampling).toBe('full')
    expect(anthropicCapabilities('claude-3-opus-20240229', '2026-10-21').sampling).toBe('none')
    expect(anthropicCapabilities('kimi-k3', '2026-10-21').sampling).toBe('none')
  })

  it('takes an unknown claude for the newest and other names for the most permissive', () => {
    const { maxOutputTokens, contextTokens, ...newest } = anthropicCapabilities('claude-opus-5-5')
    expect([maxOutputTokens, contextTokens]).toEqual([128_000, 1_000_000])
    // How long its answers may be is not guessed: what is held back would be lost.
    expect(anthropicCapabilities('claude-novella-9')).toEqual(newest)
    expect(anthropicCapabilities('kimi-k3')).toMatchObject({ sampling: 'full', prefill: true, thinking: 'budget' })
  })
})
