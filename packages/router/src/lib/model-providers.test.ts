import { describe, expect, it } from 'vitest'
import { modelFamilies, providerOfModel } from './model-providers.ts'

describe('providerOfModel', () => {
  it.each([
    ['claude-sonnet-4-5-20250929', 'anthropic'],
    ['Claude-3-Haiku', 'anthropic'],
    ['gpt-4o', 'openai'],
    ['gpt-3.5-turbo', 'openai'],
    ['chatgpt-4o-latest', 'openai'],
    ['o1', 'openai'],
    ['o3-mini', 'openai'],
    ['o4-mini', 'openai'],
    ['codex-mini-latest', 'openai'],
    ['ft:gpt-4o:acme::x', 'openai'],
    ['gemini-2.5-pro', 'google'],
    ['gpt-oss-120b', 'open-weights'],
    ['llama3.1:8b', 'meta'],
    ['qwen2.5-coder', 'alibaba'],
    ['deepseek-chat', 'deepseek'],
  ])('%s is of %s', (model, provider) => {
    expect(providerOfModel(model)).toBe(provider)
  })

  it.each(['', 'my-model', 'claudette', 'commander', 'o1pro', 'anthropic/claude-3-haiku'])(
    'says nothing of "%s"',
    (model) => {
      expect(providerOfModel(model)).toBeUndefined()
    },
  )

  it('holds no family that an earlier one hides', () => {
    const hidden = modelFamilies.filter(({ prefix, provider }) => providerOfModel(prefix) !== provider)
    expect(hidden).toEqual([])
  })

  it('is written in lower case, as names are compared', () => {
    expect(modelFamilies.map((family) => family.prefix)).toEqual(
      modelFamilies.map((family) => family.prefix.toLowerCase()),
    )
  })
})
