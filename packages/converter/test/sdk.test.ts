import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { convertReply, type Dialect, type JsonObject } from '../src/index.ts'
import type { JsonValue } from '../src/lib/chat/json.ts'
import { type Case, corpus, fixed, wholeCases } from './corpus.ts'
import { converted, optionsOf, wantsUsage } from './streams.ts'

/** The official SDKs read what is written for their dialects: their accumulators are the judges of our streams. */

function answering(text: string): { fetch: () => Promise<Response>; apiKey: string; maxRetries: number } {
  const headers = { 'content-type': 'text/event-stream' }
  return { fetch: () => Promise.resolve(new Response(text, { headers })), apiKey: 'none', maxRetries: 0 }
}

function streamOf({ stream, dialect }: Case, to: Dialect): string {
  return converted([stream], optionsOf(dialect, to)).text
}

function replyOf({ dialect, reply }: Case & { reply: JsonObject }, to: Dialect): JsonObject {
  const { body } = convertReply(reply, { from: dialect, to, request: wantsUsage, ...fixed })
  return JSON.parse(JSON.stringify(body)) as JsonObject
}

function messages(text: string): Promise<Anthropic.Message> {
  const body = { model: 'm', max_tokens: 1, messages: [{ role: 'user' as const, content: 'x' }] }
  return new Anthropic(answering(text)).messages.stream(body).finalMessage()
}

function chat(text: string): Promise<OpenAI.ChatCompletion> {
  const body = { model: 'm', messages: [{ role: 'user' as const, content: 'x' }] }
  return new OpenAI(answering(text)).chat.completions.stream(body).finalChatCompletion()
}

async function completion(text: string): Promise<OpenAI.Completion[]> {
  const body = { model: 'm', prompt: 'x', stream: true } as const
  const chunks: OpenAI.Completion[] = []
  for await (const chunk of await new OpenAI(answering(text)).completions.create(body)) chunks.push(chunk)
  return chunks
}

const others = (dialect: Dialect) => wholeCases.filter((each) => each.dialect !== dialect)
const broken = (dialect: Dialect) => corpus.filter((each) => each.dialect !== dialect && each.reply === undefined)

describe("Anthropic's MessageStream", () => {
  it.each(others('anthropic'))('gathers $dialect/$name to what the whole reply is', async (each) => {
    const whole = replyOf(each, 'anthropic')
    const gathered = (await messages(streamOf(each, 'anthropic'))) as unknown as JsonObject
    const { usage, parsed_output: _, ...message } = gathered
    const { usage: usageOfWhole, ...messageOfWhole } = whole
    expect(message).toEqual(messageOfWhole)
    // The tier is told in the first event or not at all, and comes last from OpenAI.
    expect(usage).toEqual({ ...(usageOfWhole as JsonObject), service_tier: null })
  })

  it.each(broken('anthropic'))('throws the error of $dialect/$name', async (each) => {
    await expect(messages(streamOf(each, 'anthropic'))).rejects.toBeInstanceOf(Anthropic.APIError)
  })

  it.each(others('anthropic'))('throws when $dialect/$name is cut short', async (each) => {
    const { stream, dialect } = each
    const { text } = converted([stream.subarray(0, stream.length / 3)], optionsOf(dialect, 'anthropic'))
    await expect(messages(text)).rejects.toBeInstanceOf(Anthropic.AnthropicError)
  })
})

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
    const { choices: wholeChoices, service_tier: _, object: __, ...whole } = replyOf(each, 'openai-chat')
    const { choices, object: ___, ...gathered } = (await chat(streamOf(each, 'openai-chat'))) as unknown as JsonObject
    expect(gathered).toMatchObject(whole)
    const [choice] = choices as { message: JsonObject; finish_reason: string }[]
    const [wholeChoice] = wholeChoices as { message: JsonObject; finish_reason: string }[]
    expect(choice?.finish_reason).toBe(wholeChoice?.finish_reason)
    const expected = comparable(wholeChoice?.message ?? {})
    const message = comparable(choice?.message ?? {})
    // An answer of no text is "" in a reply and null to the accumulator.
    expect({ ...message, content: message.content ?? '' }).toEqual({ ...expected, content: expected.content ?? '' })
  })

  it.each(broken('openai-chat'))('throws the error of $dialect/$name', async (each) => {
    await expect(chat(streamOf(each, 'openai-chat'))).rejects.toBeInstanceOf(OpenAI.APIError)
  })

  it.each(others('openai-chat'))('throws when $dialect/$name is cut short', async (each) => {
    const { stream, dialect } = each
    const { text } = converted([stream.subarray(0, stream.length / 3)], optionsOf(dialect, 'openai-chat'))
    await expect(chat(text)).rejects.toBeInstanceOf(OpenAI.OpenAIError)
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
    expect(chunks.at(-1)?.usage).toEqual(whole.usage)
    for (const { id, object, model } of chunks) {
      expect({ id, object, model }).toEqual({ id: whole.id, object: whole.object, model: whole.model })
    }
  })

  it.each(broken('openai-completions'))('throws the error of $dialect/$name', async (each) => {
    await expect(completion(streamOf(each, 'openai-completions'))).rejects.toBeInstanceOf(OpenAI.APIError)
  })
})

describe('same dialect', () => {
  it.each(wholeCases.filter(({ dialect }) => dialect === 'anthropic'))(
    '$dialect/$name passes as it came',
    async (each) => {
      expect(await messages(streamOf(each, 'anthropic'))).toMatchObject({ id: each.reply.id })
    },
  )
})
