import { expect, it } from 'vitest'
import { ConversionError, convertReply, convertRequest, type Dialect, type JsonObject } from '../src/index.ts'
import { type Case, fixed, wholeCases } from './corpus.ts'

/**
 * What is written for each dialect, as a module that the type checker holds against the official SDKs' own types: unknown keys,
 * words that are none of an enumeration and missing members are compile errors.
 */

const models: readonly (readonly [to: Dialect, model: string])[] = [
  ['anthropic', 'claude-sonnet-4-5'],
  ['anthropic', 'claude-opus-5-5'],
  ['openai-chat', 'gpt-4.1'],
  ['openai-chat', 'gpt-5.6-sol'],
  ['openai-chat', 'llama-3.3-70b'],
]

const requestType: { readonly [dialect in Dialect]?: string } = {
  anthropic: 'MessagesRequest',
  'openai-chat': 'OpenAI.ChatCompletionCreateParams',
}

const replyType: { readonly [dialect in Dialect]?: string } = {
  anthropic: 'Anthropic.Message',
  'openai-chat': 'ChatReply',
  'openai-completions': 'OpenAI.Completion',
}

const head = `// Written by typed.test.ts: what is sent to upstreams and clients, for the type checker.
import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'

/** API version 2023-06-01 has sampling parameters; the SDK's types are those of the next. */
type MessagesRequest = Anthropic.MessageCreateParams & { temperature?: number; top_p?: number; top_k?: number }
/** Reasoning has no official place in a chat reply; \`reasoning_content\` is where compatible vendors put it. */
type ChatReply = Omit<OpenAI.ChatCompletion, 'choices'> & {
  choices: (Omit<OpenAI.ChatCompletion.Choice, 'message'> & {
    message: OpenAI.ChatCompletionMessage & { reasoning_content?: string }
  })[]
}
`

function requestOf({ dialect, request }: Case & { request: JsonObject }, to: Dialect, model: string): JsonObject[] {
  try {
    return [convertRequest(request, { from: dialect, to, model }).body]
  } catch (cause) {
    if (ConversionError.is(cause)) return []
    throw cause
  }
}

function list(name: string, bodies: readonly JsonObject[], type: string | undefined): string {
  const items = bodies.map((body) => `  ${JSON.stringify(body)},\n`)
  return `\nexport const ${name} = [\n${items.join('')}] as const satisfies readonly ${type}[]\n`
}

function identifier(...words: readonly string[]): string {
  return words.join('-').replaceAll(/[^a-zA-Z0-9]+(.)/g, (_, next: string) => next.toUpperCase())
}

it('what is written is what the SDKs declare', async () => {
  const requests = models.map(([to, model]) => {
    const bodies = wholeCases.filter(({ dialect }) => dialect !== to).flatMap((each) => requestOf(each, to, model))
    return list(identifier('requests', to, model), bodies, requestType[to])
  })
  const replies = (['anthropic', 'openai-chat', 'openai-completions'] as const).map((to) => {
    const bodies = wholeCases
      .filter(({ dialect }) => dialect !== to)
      .map(({ dialect, reply }) => convertReply(reply, { from: dialect, to, ...fixed }).body)
    return list(identifier('replies', to), bodies, replyType[to])
  })
  await expect([head, ...requests, ...replies].join('')).toMatchFileSnapshot('fixtures/emitted.ts')
})
