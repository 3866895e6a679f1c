import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../src/index.ts'
import type { JsonValue } from '../src/lib/chat/json.ts'
import { broken, chat, completion, cutOf, others, replyOf, streamOf } from './sdk-kit.ts'

/** What the accumulator adds for its own use, and what it overwrites rather than gathers. */
function comparable(message: JsonObject): JsonObject {
  const { parsed: _, reasoning_content: __, tool_calls: calls, ...rest } = message
  if (!Array.isArray(calls)) return rest
  return { ...rest, content: rest.content ?? null, tool_calls: calls.map((call) => bareCall(call)) }
}

function bareCall(call: JsonValue): JsonObject {
  const { index: _, function: called, ...rest } = call as JsonObject
  const { parsed_arguments: __, parsed: ___, ...body } = (called ?? {}) as JsonObject
  return called === undefined ? rest : { ...rest, function: body }
}

describe("OpenAI's ChatCompletionStream", () => {
  it.each(others('openai-chat'))('gathers $dialect/$name to what the whole reply is', async (each) => {
    const { choices: wholeChoices, object: __, ...whole } = replyOf(each, 'openai-chat')
    const { choices, object: ___, ...gathered } = (await chat(streamOf(each, 'openai-chat'))) as unknown as JsonObject
    expect(gathered).toMatchObject(whole)
    const [choice] = choices as { message: JsonObject; finish_reason: string; logprobs: JsonValue }[]
    const [wholeChoice] = wholeChoices as { message: JsonObject; finish_reason: string; logprobs: JsonValue }[]
    expect(choice?.finish_reason).toBe(wholeChoice?.finish_reason)
    expect(choice?.logprobs).toEqual(wholeChoice?.logprobs)
    const expected = comparable(wholeChoice?.message ?? {})
    const message = comparable(choice?.message ?? {})
    // An answer of no text is "" in a reply and null to the accumulator.
    expect({ ...message, content: message.content ?? '' }).toEqual({ ...expected, content: expected.content ?? '' })
  })

  it.each(broken('openai-chat'))('throws the error of $dialect/$name', async (each) => {
    await expect(chat(streamOf(each, 'openai-chat'))).rejects.toBeInstanceOf(OpenAI.APIError)
  })

  it.each(others('openai-chat'))('throws when $dialect/$name is cut short', async (each) => {
    await expect(chat(cutOf(each, 'openai-chat'))).rejects.toBeInstanceOf(OpenAI.OpenAIError)
  })
})

describe("OpenAI's reader of completions", () => {
  it.each(others('openai-completions'))('gathers $dialect/$name to what the whole reply is', async (each) => {
    const whole = replyOf(each, 'openai-completions') as unknown as OpenAI.Completion
    const chunks = await completion(streamOf(each, 'openai-completions'))
    expect(chunks.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe(whole.choices[0]?.text)
    expect(chunks.findLast(({ choices }) => choices.length > 0)?.choices[0]?.finish_reason).toBe(
      whole.choices[0]?.finish_reason,
    )
    expect(chunks.at(-1)?.usage ?? undefined).toEqual(whole.usage)
    for (const { id, object, model } of chunks) {
      expect({ id, object, model }).toEqual({ id: whole.id, object: whole.object, model: whole.model })
    }
  })

  it.each(broken('openai-completions'))('throws the error of $dialect/$name', async (each) => {
    await expect(completion(streamOf(each, 'openai-completions'))).rejects.toBeInstanceOf(OpenAI.APIError)
  })
})
