import { expect, it } from 'vitest'
import { ConversionError, convertReply, convertRequest, type Dialect, type JsonObject } from '../src/index.ts'
import { dialects } from '../src/lib/chat/dialect.ts'
import { clients } from './clients.ts'
import { type Case, everyWholeCase, fixed } from './corpus.ts'

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
  ['openai-responses', 'gpt-4.1'],
  ['openai-responses', 'gpt-5.6-sol'],
  ['gemini', 'gemini-2.5-pro'],
  ['gemini', 'gemini-3-pro'],
  ['openai-completions', 'gpt-3.5-turbo-instruct'],
]

const requestType: { readonly [dialect in Dialect]?: string } = {
  anthropic: 'MessagesRequest',
  'openai-chat': 'OpenAI.ChatCompletionCreateParams',
  'openai-completions': 'OpenAI.CompletionCreateParams',
  'openai-responses': 'ResponsesRequest',
  gemini: 'GeminiRequest',
}

const replyType: { readonly [dialect in Dialect]?: string } = {
  anthropic: 'Anthropic.Message',
  'openai-chat': 'ChatReply',
  'openai-completions': 'OpenAI.Completion',
  'openai-responses': 'ResponsesReply',
  gemini: 'GeminiReply',
}

const head = `// Written by typed.test.ts: what is sent to upstreams and clients, for the type checker.
import type Anthropic from '@anthropic-ai/sdk'
import type * as Google from '@google/genai'
import type OpenAI from 'openai'

/** API version 2023-06-01 has sampling parameters; the SDK's types are those of the next. */
type MessagesRequest = Anthropic.MessageCreateParams & { temperature?: number; top_p?: number; top_k?: number }
/** Where Google's compatible endpoint carries a thought signature. */
type ChatCall = OpenAI.ChatCompletionMessageToolCall & {
  extra_content?: { google: { thought_signature: string } }
}
/** Reasoning has no official place in a chat reply; \`reasoning_content\` is where compatible vendors put it. */
type ChatReply = Omit<OpenAI.ChatCompletion, 'choices'> & {
  choices: (Omit<OpenAI.ChatCompletion.Choice, 'message'> & {
    message: Omit<OpenAI.ChatCompletionMessage, 'tool_calls'> & { reasoning_content?: string; tool_calls?: ChatCall[] }
  })[]
}
/** Of a message the model said the API does not insist on id and status: Codex sends none. */
type Spoken = Omit<OpenAI.Responses.ResponseOutputMessage, 'id' | 'status'>
type ResponsesRequest = Omit<OpenAI.Responses.ResponseCreateParams, 'input'> & {
  input: string | (OpenAI.Responses.ResponseInputItem | Spoken)[]
}
/** The SDK adds \`output_text\` itself; \`store\` and the status of a free text call are told by the API and not declared. */
type ResponsesReply = Omit<OpenAI.Responses.Response, 'output_text' | 'output'> & {
  store?: boolean
  output: (OpenAI.Responses.ResponseOutputItem | (OpenAI.Responses.ResponseCustomToolCall & { status?: string }))[]
}
/** Enumerations travel as their words. */
type Wire<Value> = Value extends string
  ? \`\${Value}\`
  : Value extends object
    ? { [Key in keyof Value]: Wire<Value[Key]> }
    : Value
/** The SDK spreads what it calls \`config\` over these members (its \`generateContentParametersToMldev\`). */
type GeminiRequest = Wire<{
  contents: Google.Content[]
  systemInstruction?: Google.Content
  tools?: Google.Tool[]
  toolConfig?: Google.ToolConfig
  generationConfig?: Google.GenerationConfig
  serviceTier?: Google.GenerateContentConfig['serviceTier']
  store?: boolean
}>
type GeminiReply = Wire<
  Pick<Google.GenerateContentResponse, 'candidates' | 'usageMetadata' | 'promptFeedback' | 'modelVersion' | 'responseId'>
>
`

/** What is to be converted: the corpus, and what agents were seen to send. */
const requests: readonly Pick<Case & { request: JsonObject }, 'dialect' | 'request'>[] = [
  ...everyWholeCase,
  ...clients.map(({ from, request }) => ({ dialect: from, request })),
]

function requestOf({ dialect, request }: (typeof requests)[number], to: Dialect, model: string): JsonObject[] {
  try {
    return [convertRequest(request, { from: dialect, to, model }).body]
  } catch (cause) {
    if (ConversionError.is(cause)) return []
    throw cause
  }
}

function list(name: string, bodies: readonly JsonObject[], type: string | undefined): string {
  const items = new Set(bodies.map((body) => `  ${JSON.stringify(body)},\n`))
  return `\nexport const ${name} = [\n${[...items].join('')}] as const satisfies readonly ${type}[]\n`
}

function identifier(...words: readonly string[]): string {
  return words.join('-').replaceAll(/[^a-zA-Z0-9]+(.)/g, (_, next: string) => next.toUpperCase())
}

it('what is written is what the SDKs declare', async () => {
  const sent = models.map(([to, model]) => {
    const bodies = requests.filter(({ dialect }) => dialect !== to).flatMap((each) => requestOf(each, to, model))
    return list(identifier('requests', to, model), bodies, requestType[to])
  })
  const replies = dialects.map((to) => {
    const bodies = everyWholeCase
      .filter(({ dialect }) => dialect !== to)
      .map(({ dialect, reply }) => convertReply(reply, { from: dialect, to, ...fixed }).body)
    return list(identifier('replies', to), bodies, replyType[to])
  })
  await expect([head, ...sent, ...replies].join('')).toMatchFileSnapshot('fixtures/emitted.ts')
})
