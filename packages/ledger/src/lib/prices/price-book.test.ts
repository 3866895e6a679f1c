import { calcPrice, findProvider } from '@pydantic/genai-prices'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Catalogue } from './catalogue.ts'
import { costOf } from './price.ts'
import { PriceBook } from './price-book.ts'

const at = Date.UTC(2026, 10, 28, 12)
const call = { account: 'upstream_a', provider: 'openai', model: 'gpt-5', at }
const million = 1_000_000

describe('costOf', () => {
  const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWrite1h: 6, reasoning: 20 }

  it('prices each kind of token by its own price, and none twice', () => {
    const usage = { input: 1_000, cacheRead: 300, cacheWrite: 200, cacheWrite1h: 50, output: 100, reasoning: 40 }
    const dollars = 500 * 3 + 300 * 0.3 + 150 * 3.75 + 50 * 6 + 60 * 15 + 40 * 20
    expect(costOf(price, usage)).toBe(Math.round(dollars * 1_000))
  })

  it('prices kinds without a price of their own as what they are part of', () => {
    const usage = { input: 1_000, cacheRead: 300, cacheWrite: 200, cacheWrite1h: 50, output: 100, reasoning: 40 }
    expect(costOf({ input: 2, output: 8 }, usage)).toBe((1_000 * 2 + 100 * 8) * 1_000)
    expect(costOf({ input: 2, cacheWrite: 3 }, { input: 100, cacheWrite: 100, cacheWrite1h: 100 })).toBe(300_000)
  })

  it('prices by the size of the prompt where the price depends on it', () => {
    const tiered = { input: [1.25, 200_000, 2.5], output: [10, 200_000, 15] }
    expect(costOf(tiered, { input: 200_000, output: 10 })).toBe(200_000 * 1_250 + 10 * 10_000)
    expect(costOf(tiered, { input: 200_001, output: 10 })).toBe(200_001 * 2_500 + 10 * 15_000)
  })

  it('charges for no more than there was, whatever a provider says', () => {
    expect(costOf(price, { input: 10, cacheRead: 50, output: 5, reasoning: 50 })).toBe(10 * 300 + 5 * 20_000)
  })

  it('rounds once, to a billionth of a dollar', () => {
    expect(costOf({ input: 0.0375 }, { input: 1 })).toBe(38)
    expect(costOf({ input: 0.0375 }, { input: 1_000 })).toBe(37_500)
  })
})

describe('PriceBook', () => {
  it('knows the models of the snapshot by the provider of their account', () => {
    const book = new PriceBook()
    expect(book.cost({ ...call, usage: { input: million, output: million } })).toEqual({
      nanoUsd: 11_250_000_000,
      version: 'genai-prices 0.1.8',
    })
    const azure = { ...call, account: 'upstream_b', provider: 'azure', usage: { input: million } }
    expect(book.cost(azure)?.nanoUsd).toBe(1_250_000_000)
    const dated = { ...call, model: 'gpt-5-20250807', usage: { input: million } }
    expect(book.cost(dated)?.nanoUsd).toBe(1_250_000_000)
  })

  it('knows compatible endpoints by their address', () => {
    const book = new PriceBook()
    const usage = { input: million }
    const deepseek = { ...call, provider: 'openai-compatible', model: 'deepseek-chat', usage }
    expect(book.cost({ ...deepseek, baseUrl: 'https://api.deepseek.com/v1' })?.nanoUsd).toBeGreaterThan(0)
    expect(book.cost({ ...deepseek, account: 'upstream_own', baseUrl: 'http://127.0.0.1:8000/v1' })).toBeUndefined()
  })

  it('prices what the simulator answers as its models are priced', () => {
    const simulated = { ...call, provider: 'simulator', model: 'claude-opus-4-1', usage: { input: million } }
    expect(new PriceBook().cost(simulated)?.nanoUsd).toBe(15_000_000_000)
  })

  it('takes the operator’s price first, by model, account and provider', () => {
    const book = new PriceBook([
      { model: 'gpt-5', account: 'upstream_b', input: 9 },
      { model: 'own-*', provider: 'openai', input: 1, output: 2 },
      { model: 'own-*', input: 3 },
    ])
    const priced = (more: object) => book.cost({ ...call, usage: { input: million, output: million }, ...more })
    expect(priced({ account: 'upstream_b' })).toEqual({ nanoUsd: 9_000_000_000, version: 'config' })
    expect(priced({})?.version).toBe('genai-prices 0.1.8')
    expect(priced({ model: 'own-model' })?.nanoUsd).toBe(3_000_000_000)
    expect(priced({ model: 'own-model', account: 'upstream_c', provider: 'google' })?.nanoUsd).toBe(3_000_000_000)
  })

  it('has no cost for what nobody priced or counted', () => {
    const book = new PriceBook()
    expect(book.cost({ ...call, model: 'nobody-knows-it', usage: { input: 1 } })).toBeUndefined()
    expect(book.cost({ ...call, usage: {} })).toBeUndefined()
    expect(book.cost({ ...call, usage: { output: 0 } })).toEqual({ nanoUsd: 0, version: 'genai-prices 0.1.8' })
  })
})

describe('the snapshot', () => {
  const ids = ['anthropic', 'openai', 'azure', 'google', 'openrouter', 'deepseek', 'groq', 'mistral', 'x-ai', 'aws']
  const models = ids.flatMap((id) =>
    (findProvider({ providerId: id })?.models ?? []).map((model) => ({ id, model: model.id })),
  )

  it('costs what the package it was made from says, for any usage of any of its models', () => {
    const catalogue = new Catalogue()
    const count = fc.integer({ min: 0, max: 400_000 })
    const usages = fc.record({
      rest: count,
      read: count,
      write5m: count,
      write1h: count,
      spoken: count,
      thought: count,
    })
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        usages,
        fc.integer({ min: 0, max: 86_400_000 - 1 }),
        (each, tokens, ms) => {
          const input = tokens.rest + tokens.read + tokens.write5m + tokens.write1h
          const output = tokens.spoken + tokens.thought
          const timestamp = new Date(Date.UTC(2026, 10, 1) + ms)
          const theirs = calcPrice(
            {
              input_tokens: input,
              cache_read_tokens: tokens.read,
              cache_write_tokens: tokens.write5m + tokens.write1h,
              cache_write_1h_tokens: tokens.write1h,
              output_tokens: output,
              output_reasoning_tokens: tokens.thought,
            },
            each.model,
            { providerId: each.id, timestamp },
          )
          const price = catalogue.find(each.id, undefined, each.model)?.at(timestamp.getTime())
          if (theirs === null || price === undefined) return
          const ours = costOf(price, {
            input,
            cacheRead: tokens.read,
            cacheWrite: tokens.write5m + tokens.write1h,
            cacheWrite1h: tokens.write1h,
            output,
            reasoning: tokens.thought,
          })
          const perRequest =
            theirs.total_price -
            (theirs.model_price.requests_kcount === undefined ? 0 : Number(theirs.model_price.requests_kcount) / 1_000)
          expect(Math.abs(ours - perRequest * 1e9), `${each.id} ${each.model}`).toBeLessThanOrEqual(1 + perRequest)
        },
      ),
      { numRuns: 600 },
    )
  })

  it('has every model of the providers the gateway names', () => {
    const catalogue = new Catalogue()
    const missing = ['anthropic', 'openai', 'azure', 'google'].flatMap((id) =>
      (findProvider({ providerId: id })?.models ?? [])
        // The names of tuned models go on behind their base's, which alone is no model.
        .filter(({ id: model }) => !model.startsWith('ft:'))
        .filter(({ prices }) =>
          (Array.isArray(prices) ? prices : [{ prices }]).some((each) => 'input_mtok' in each.prices),
        )
        .filter(({ id: model }) => catalogue.find(id, undefined, model) === undefined)
        .map(({ id: model }) => `${id} ${model}`),
    )
    expect(missing).toEqual([])
  })
})
