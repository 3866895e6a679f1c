import type { JsonObject } from '../src/index.ts'
import type { Chatty } from './hazard-kit.ts'
import { chat, contents, messages, response } from './sdk-kit.ts'

/** Answers as each dialect's documentation spells them, and what a client reads in one. Written without the codecs. */

/** The reply a client of the dialect gathers from a stream by the official SDK; a test that calls it for Gemini unstubs `fetch`. */
export const gathered: Readonly<Record<Chatty, (text: string) => Promise<object>>> = {
  anthropic: messages,
  'openai-chat': chat,
  'openai-responses': response,
  gemini: async (text) => {
    const chunks = await contents(text)
    const parts = chunks.flatMap((chunk) => candidateOf(chunk).content?.parts ?? [])
    const last = chunks.at(-1) ?? {}
    return { ...last, candidates: [{ ...candidateOf(last), content: { parts } }] }
  },
}

interface Candidate {
  readonly content?: { readonly parts?: JsonObject[] }
  readonly finishReason?: string
}

function candidateOf(body: JsonObject): Candidate {
  return ((body.candidates ?? []) as Candidate[])[0] ?? {}
}

export interface Heading {
  readonly text: string
  readonly calls: readonly string[]
  readonly stop: unknown
  readonly usage: unknown
}

const joined = (list: readonly JsonObject[], key: string): string =>
  list.map((each) => (each[key] ?? '') as string).join('')
const callsIn = (list: readonly JsonObject[]): string[] =>
  list.map(
    ({ name, input, args, arguments: text }) =>
      `${name as string} ${(text as string) ?? JSON.stringify(input ?? args)}`,
  )

/** What a client reads in an answer of its dialect, by the words of the dialect's documentation. */
export const reads: Readonly<Record<Chatty, (body: JsonObject) => Heading>> = {
  anthropic: ({ content, stop_reason: stop, usage }) => {
    const blocks = content as JsonObject[]
    const ofType = (type: string): JsonObject[] => blocks.filter((block) => block.type === type)
    return { text: joined(ofType('text'), 'text'), calls: callsIn(ofType('tool_use')), stop, usage }
  },
  'openai-chat': ({ choices, usage }) => {
    const [choice] = choices as { message: JsonObject; finish_reason: string }[]
    const { content, refusal, tool_calls: calls = [] } = choice?.message ?? {}
    const functions = (calls as { function: JsonObject }[]).map((call) => call.function)
    const text = `${(content as string | null) ?? ''}${(refusal as string | null) ?? ''}`
    return { text, calls: callsIn(functions), stop: choice?.finish_reason, usage }
  },
  'openai-responses': ({ output, status, incomplete_details: details, usage }) => {
    const items = output as JsonObject[]
    const parts = items.flatMap((item) => (item.type === 'message' ? (item.content as JsonObject[]) : []))
    const why = (details as { reason?: string } | null)?.reason
    return {
      text: parts.map((part) => (part.text ?? part.refusal) as string).join(''),
      calls: callsIn(items.filter(({ type }) => type === 'function_call')),
      stop: why ?? status,
      usage,
    }
  },
  gemini: (body) => {
    const { content, finishReason } = candidateOf(body)
    const parts = content?.parts ?? []
    const calls = parts.flatMap(({ functionCall }) => (functionCall ? [functionCall as JsonObject] : []))
    const text = joined(
      parts.filter(({ thought }) => thought !== true),
      'text',
    )
    return { text, calls: callsIn(calls), stop: finishReason, usage: body.usageMetadata }
  },
}

/** What an answer says; each dialect spells it as its documentation has it. */
export interface Answer {
  readonly thought?: string
  readonly texts?: readonly string[]
  readonly calls?: readonly string[]
  readonly usage?: JsonObject
}

const input = { city: 'Oslo' }
export const seal = 'SEALED-BY-ITS-PROVIDER'

export const spelled: Readonly<Record<Chatty, (answer: Answer, stop: string) => JsonObject>> = {
  anthropic: ({ thought, texts = [], calls = [], usage }, stop_reason) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [
      ...(thought === undefined ? [] : [{ type: 'thinking', thinking: thought, signature: seal }]),
      ...(thought === undefined ? [] : [{ type: 'redacted_thinking', data: `REDACTED-${seal}` }]),
      ...texts.map((text) => ({ type: 'text', text })),
      ...calls.map((name, i) => ({ type: 'tool_use', id: `toolu_${i}`, name, input })),
    ],
    stop_reason,
    ...(usage && { usage }),
  }),
  'openai-chat': ({ thought, texts = [], calls = [], usage }, finish_reason) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 7,
    model: 'm',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: texts.join(''),
          ...(thought !== undefined && { reasoning_content: thought }),
          ...(calls.length > 0 && { tool_calls: calls.map(chatCall) }),
        },
        finish_reason,
      },
    ],
    ...(usage && { usage }),
  }),
  'openai-responses': ({ thought, texts = [], calls = [], usage }, stop) => ({
    id: 'resp_1',
    object: 'response',
    created_at: 7,
    model: 'm',
    status: stop === 'completed' ? stop : 'incomplete',
    incomplete_details: stop === 'completed' ? null : { reason: stop },
    output: [
      ...(thought === undefined
        ? []
        : [
            {
              type: 'reasoning',
              id: 'rs_1',
              summary: [{ type: 'summary_text', text: thought }],
              encrypted_content: seal,
            },
          ]),
      ...texts.map((text, i) => ({ type: 'message', id: `msg_${i}`, role: 'assistant', content: [said(text)] })),
      ...calls.map((name, i) => ({
        type: 'function_call',
        id: `fc_${i}`,
        call_id: `call_${i}`,
        name,
        arguments: JSON.stringify(input),
      })),
    ],
    usage: usage ?? null,
  }),
  gemini: ({ thought, texts = [], calls = [], usage }, finishReason) => ({
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            ...(thought === undefined ? [] : [{ text: thought, thought: true, thoughtSignature: seal }]),
            ...texts.map((text) => ({ text })),
            ...calls.map((name) => ({ functionCall: { name, args: input } })),
          ],
        },
        finishReason,
      },
    ],
    ...(usage && { usageMetadata: usage }),
    modelVersion: 'm',
    responseId: 'r1',
  }),
}

const said = (text: string): JsonObject => ({ type: 'output_text', text, annotations: [] })
const chatCall = (name: string, i: number): JsonObject => ({
  id: `call_${i}`,
  type: 'function',
  function: { name, arguments: JSON.stringify(input) },
})

/** The word for an answer that came to its end. */
export const ended: Readonly<Record<Chatty, string>> = {
  anthropic: 'end_turn',
  'openai-chat': 'stop',
  'openai-responses': 'completed',
  gemini: 'STOP',
}

/** 100 tokens read anew, 60 from the cache, 20 written to it; 50 put out, of which 30 are thoughts. Gemini counts no writes. */
export const counted: Readonly<Record<Chatty, JsonObject>> = {
  anthropic: {
    input_tokens: 100,
    cache_read_input_tokens: 60,
    cache_creation_input_tokens: 20,
    output_tokens: 50,
    output_tokens_details: { thinking_tokens: 30 },
  },
  'openai-chat': {
    prompt_tokens: 180,
    prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 20 },
    completion_tokens: 50,
    completion_tokens_details: { reasoning_tokens: 30 },
    total_tokens: 230,
  },
  'openai-responses': {
    input_tokens: 180,
    input_tokens_details: { cached_tokens: 60, cache_write_tokens: 20 },
    output_tokens: 50,
    output_tokens_details: { reasoning_tokens: 30 },
    total_tokens: 230,
  },
  gemini: {
    promptTokenCount: 180,
    cachedContentTokenCount: 60,
    candidatesTokenCount: 20,
    thoughtsTokenCount: 30,
    totalTokenCount: 230,
  },
}
