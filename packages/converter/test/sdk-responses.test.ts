import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../src/index.ts'
import { broken, cutOf, others, replyOf, response, streamOf } from './sdk-kit.ts'

describe("OpenAI's ResponseStream", () => {
  it.each(others('openai-responses'))('hazard 111: gathers $dialect/$name to what the whole reply is', async (each) => {
    const whole = replyOf(each, 'openai-responses')
    const gathered = JSON.parse(JSON.stringify(await response(streamOf(each, 'openai-responses')))) as JsonObject
    expect(gathered).toMatchObject(whole)
  })

  it.each(broken('openai-responses'))('tells the error of $dialect/$name', async (each) => {
    const told = await response(streamOf(each, 'openai-responses')).then(
      ({ status, error }) => status === 'failed' && error !== null,
      (cause: unknown) => cause instanceof OpenAI.OpenAIError,
    )
    expect(told).toBe(true)
  })

  it.each(others('openai-responses'))('tells no success when $dialect/$name is cut short', async (each) => {
    const status = await response(cutOf(each, 'openai-responses')).then(
      (final) => final.status,
      (cause: unknown) => (cause instanceof OpenAI.OpenAIError ? 'failed' : cause),
    )
    expect(status).toBe('failed')
  })
})
