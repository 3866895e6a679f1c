import { describe, expect, it } from 'vitest'
import { openaiCapabilities } from './openai.ts'

describe('openaiCapabilities', () => {
  it.each([
    'gpt-4o',
    'gpt-4o-mini-2024-07-18',
    'gpt-4.1-nano',
    'chatgpt-4o-latest',
    'gpt-5-chat-latest',
    'ft:gpt-4o:org::id',
  ])('%s takes sampling and speaks of itself as OpenAI', (model) => {
    expect(openaiCapabilities(model)).toMatchObject({
      sampling: 'full',
      developerRole: false,
      structuredOutput: true,
      efforts: [],
      openaiExtensions: true,
      maxTokensField: 'max_completion_tokens',
    })
  })

  it.each(['gpt-4', 'gpt-4-turbo-2024-04-09', 'gpt-3.5-turbo-16k', 'gpt-4o-2024-05-13'])(
    '%s has JSON mode only',
    (model) => {
      expect(openaiCapabilities(model)).toMatchObject({ structuredOutput: false, openaiExtensions: true })
    },
  )

  it.each([
    ['o1', ['low', 'medium', 'high']],
    ['o3-mini-2025-01-31', ['low', 'medium', 'high']],
    ['o4-mini', ['low', 'medium', 'high']],
    ['gpt-5', ['minimal', 'low', 'medium', 'high']],
    ['gpt-5-mini', ['minimal', 'low', 'medium', 'high']],
    ['gpt-5.1', ['none', 'low', 'medium', 'high']],
    ['gpt-5.1-codex', ['low', 'medium', 'high']],
    ['gpt-5.2-2025-12-11', ['none', 'low', 'medium', 'high', 'xhigh']],
    ['gpt-5.5', ['none', 'low', 'medium', 'high', 'xhigh']],
    ['gpt-5.6-sol', ['none', 'low', 'medium', 'high', 'xhigh', 'max']],
    ['gpt-6-astra', ['none', 'low', 'medium', 'high', 'xhigh', 'max']],
    ['gpt-6.1-sol', ['none', 'low', 'medium', 'high', 'xhigh', 'max']],
  ])('%s reasons, with the efforts %j', (model, efforts) => {
    expect(openaiCapabilities(model)).toMatchObject({ sampling: 'none', developerRole: true, maxStops: 0, efforts })
  })

  it.each([
    'deepseek-chat',
    'llama-3.3-70b',
    'gpt-oss-120b',
    'o3something',
    'my-deployment',
    'openai/gpt-4o',
    '',
    'gpt-4omni',
  ])('%s is merely compatible', (model) => {
    expect(openaiCapabilities(model)).toMatchObject({
      maxTokensField: 'max_tokens',
      openaiExtensions: false,
      developerRole: false,
      streamUsage: true,
      sampling: 'full',
    })
  })

  it('cache breakpoints come with gpt-5.6', () => {
    expect(['gpt-5.5', 'gpt-5.6-luna', 'gpt-6-sol'].map((model) => openaiCapabilities(model).cacheBreakpoints)).toEqual(
      [undefined, true, true],
    )
  })

  it.each([
    ['2024-06-01', false],
    ['2024-08-01-preview', false],
    ['2024-09-01-preview', true],
    ['2024-10-21', true],
    ['preview', true],
    [undefined, true],
  ])('Azure %s tells usage in a stream: %s', (apiVersion, streamUsage) => {
    const known = openaiCapabilities('gpt-4o', apiVersion)
    expect(known.streamUsage).toBe(streamUsage)
    expect(known.maxTokensField).toBe(streamUsage ? 'max_completion_tokens' : 'max_tokens')
  })
})

describe('limits', () => {
  it.each([
    ['gpt-4o-2024-11-20', 16_384, 128_000],
    ['ft:gpt-4.1-mini:org::id', 32_768, 1_047_576],
    ['gpt-4-1106-preview', 4096, 128_000],
    ['gpt-5.4-mini', 128_000, 400_000],
    ['gpt-5.5', 128_000, 1_050_000],
    ['deepseek/deepseek-v4-pro', 384_000, 1_000_000],
    ['deepseek-chat', 8192, 128_000],
    // The window is the only limit these have.
    ['codestral-latest', undefined, 256_000],
    // An Azure deployment's name says nothing.
    ['our-gpt-4o', undefined, undefined],
  ])('%s answers with at most %s tokens of %s', (model, answer, window) => {
    const { maxOutputTokens, contextTokens } = openaiCapabilities(model)
    expect([maxOutputTokens, contextTokens]).toEqual([answer, window])
  })
})
