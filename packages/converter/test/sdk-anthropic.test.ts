import Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../src/index.ts'
import { everyWholeCase } from './corpus.ts'
import { broken, cutOf, messages, others, replyOf, streamOf } from './sdk-kit.ts'

describe("Anthropic's MessageStream", () => {
  it.each(others('anthropic'))('gathers $dialect/$name to what the whole reply is', async (each) => {
    const whole = replyOf(each, 'anthropic')
    const gathered = (await messages(streamOf(each, 'anthropic'))) as unknown as JsonObject
    const { usage, parsed_output: _, ...message } = gathered
    const { usage: usageOfWhole, ...messageOfWhole } = whole
    expect(message).toEqual(messageOfWhole)
    // The tier is told in the first event or not at all, and may come last.
    const { service_tier: tier, ...counts } = usage as JsonObject
    const { service_tier: tierOfWhole, ...countsOfWhole } = usageOfWhole as JsonObject
    expect(counts).toEqual(countsOfWhole)
    expect([null, tierOfWhole]).toContain(tier)
  })

  it.each(broken('anthropic'))('throws the error of $dialect/$name', async (each) => {
    await expect(messages(streamOf(each, 'anthropic'))).rejects.toBeInstanceOf(Anthropic.APIError)
  })

  it.each(others('anthropic'))('throws when $dialect/$name is cut short', async (each) => {
    await expect(messages(cutOf(each, 'anthropic'))).rejects.toBeInstanceOf(Anthropic.AnthropicError)
  })
})

describe('same dialect', () => {
  it.each(everyWholeCase.filter(({ dialect }) => dialect === 'anthropic'))(
    '$dialect/$name passes as it came',
    async (each) => {
      expect(await messages(streamOf(each, 'anthropic'))).toMatchObject({ id: each.reply.id })
    },
  )
})
