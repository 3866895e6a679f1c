import type { Dialect, JsonObject } from '../../src/index.ts'
import type { JsonValue } from '../../src/lib/chat/json.ts'
import { parseExact } from '../../src/lib/lossless.ts'
import type { Answer, Piece, Token } from './answers.ts'

/** How each dialect spells an answer, in the words its own documentation uses. Written without the encoders. */

export type SpellReply = (answer: Answer, model: string) => JsonObject

type Call = Extract<Piece, { is: 'call' }>

function ofKind<Kind extends Piece['is']>(answer: Answer, kind: Kind): Extract<Piece, { is: Kind }>[] {
  return answer.pieces.filter((piece): piece is Extract<Piece, { is: Kind }> => piece.is === kind)
}

const joined = (pieces: readonly { readonly text: string }[]): string => pieces.map((piece) => piece.text).join('')

function inputTokens({ usage }: Answer): number {
  return usage.fresh + usage.cached + (usage.written ?? 0)
}

/* ---- Anthropic ---- */

const anthropic: SpellReply = (answer, model) => {
  const calls = ofKind(answer, 'call').length > 0
  const stops = { end: calls ? 'tool_use' : 'end_turn', length: 'max_tokens', filter: 'refusal' }
  const details = { type: 'refusal', category: null, explanation: null }
  const { usage, tier } = answer
  return {
    id: answer.id,
    type: 'message',
    role: 'assistant',
    model,
    content: answer.pieces.map((piece): JsonObject => {
      if (piece.is !== 'call') return { type: 'text', text: piece.text, citations: null }
      const { id, name, input } = piece
      return { type: 'tool_use', id, name, input: parseExact(input), caller: { type: 'direct' } }
    }),
    stop_reason: stops[answer.ending],
    stop_sequence: null,
    stop_details: answer.ending === 'filter' ? details : null,
    container: null,
    diagnostics: null,
    usage: {
      input_tokens: usage.fresh,
      output_tokens: usage.output,
      cache_creation_input_tokens: usage.written ?? null,
      cache_read_input_tokens: usage.cached,
      output_tokens_details: { thinking_tokens: usage.thought },
      server_tool_use: null,
      cache_creation: null,
      inference_geo: null,
      service_tier: tier === undefined ? null : tier === 'default' ? 'standard' : tier,
      speed: null,
    },
  }
}

/* ---- Chat Completions ---- */

function openaiUsage(answer: Answer): JsonObject {
  const { usage } = answer
  return {
    prompt_tokens: inputTokens(answer),
    completion_tokens: usage.output,
    total_tokens: inputTokens(answer) + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cached,
      ...(usage.written !== undefined && { cache_write_tokens: usage.written }),
    },
    completion_tokens_details: { reasoning_tokens: usage.thought },
  }
}

function openaiTokens(tokens: readonly Token[]): JsonObject[] {
  return tokens.map(({ token, logprob, others }) => ({
    token,
    logprob,
    bytes: null,
    top_logprobs: others.map((other) => ({ ...other, bytes: null })),
  }))
}

function chatCall({ id, name, input, free }: Call): JsonObject {
  return free
    ? { id, type: 'custom', custom: { name, input } }
    : { id, type: 'function', function: { name, arguments: input } }
}

function chatMessage(answer: Answer): JsonObject {
  const texts = ofKind(answer, 'text')
  const refusals = ofKind(answer, 'refusal')
  const thoughts = ofKind(answer, 'reasoning')
  const calls = ofKind(answer, 'call')
  const sources = texts.flatMap((piece) => piece.sources ?? [])
  const silent = calls.length > 0 || refusals.length > 0 ? null : ''
  return {
    role: 'assistant',
    content: texts.length > 0 ? joined(texts) : silent,
    refusal: refusals.length > 0 ? joined(refusals) : null,
    ...(thoughts.length > 0 && { reasoning_content: joined(thoughts) }),
    ...(sources.length > 0 && {
      annotations: sources.map(({ url, title, from, to }) => ({
        type: 'url_citation',
        url_citation: { url, title, start_index: from, end_index: to },
      })),
    }),
    ...(calls.length > 0 && { tool_calls: calls.map(chatCall) }),
  }
}

const chat: SpellReply = (answer, model) => {
  const ended = ofKind(answer, 'call').length > 0 ? 'tool_calls' : 'stop'
  const finish = { end: ended, length: 'length', filter: 'content_filter' }
  return {
    id: answer.id,
    object: 'chat.completion',
    created: answer.created,
    model,
    choices: [
      {
        index: 0,
        message: chatMessage(answer),
        logprobs: answer.tokens === undefined ? null : { content: openaiTokens(answer.tokens), refusal: null },
        finish_reason: finish[answer.ending],
      },
      ...answer.alternatives.map((content, i) => ({
        index: i + 1,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      })),
    ],
    usage: openaiUsage(answer),
    ...(answer.tier !== undefined && { service_tier: answer.tier }),
  }
}

/* ---- Completions ---- */

function listedTokens(tokens: readonly Token[]): JsonObject {
  const lengthBefore = (i: number): number => tokens.slice(0, i).reduce((sum, { token }) => sum + token.length, 0)
  return {
    tokens: tokens.map(({ token }) => token),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ others }) => Object.fromEntries(others.map((other) => [other.token, other.logprob]))),
    text_offset: tokens.map((_, i) => lengthBefore(i)),
  }
}

const completions: SpellReply = (answer, model) => ({
  id: answer.id,
  object: 'text_completion',
  created: answer.created,
  model,
  choices: [
    {
      index: 0,
      text: joined(ofKind(answer, 'text')),
      logprobs: answer.tokens === undefined ? null : listedTokens(answer.tokens),
      finish_reason: { end: 'stop', length: 'length', filter: 'content_filter' }[answer.ending],
    },
    ...answer.alternatives.map((text, i) => ({ index: i + 1, text, logprobs: null, finish_reason: 'stop' })),
  ],
  usage: openaiUsage(answer),
})

/* ---- Responses ---- */

/** What a response repeats of a request that says nothing of it. */
const unsaid: JsonObject = {
  background: false,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: null,
  safety_identifier: null,
  service_tier: null,
  store: false,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: null,
  top_p: null,
  truncation: 'disabled',
  access_programs: null,
}

function spokenPart(piece: Extract<Piece, { is: 'text' | 'refusal' }>, tokens: readonly Token[]): JsonObject {
  if (piece.is === 'refusal') return { type: 'refusal', refusal: piece.text }
  const annotations = (piece.sources ?? []).map(({ url, title, from, to }) => ({
    type: 'url_citation',
    url,
    title,
    start_index: from,
    end_index: to,
  }))
  return { type: 'output_text', text: piece.text, annotations, logprobs: openaiTokens(tokens) }
}

/** Texts in a row are one message; everything else is an item of its own. Ids are what the converter mints. */
function responsesItems(answer: Answer): JsonObject[] {
  const items: JsonObject[] = []
  let content: JsonObject[] | undefined
  const open = (prefix: string): string => `${prefix}_fresh_${items.length}`
  const status = 'completed'
  for (const piece of answer.pieces) {
    if (piece.is === 'text' || piece.is === 'refusal') {
      if (content === undefined) {
        content = []
        items.push({ id: open('msg'), type: 'message', status, role: 'assistant', content })
      }
      content.push(spokenPart(piece, answer.tokens ?? []))
      continue
    }
    content = undefined
    if (piece.is === 'reasoning') {
      const summary = [{ type: 'summary_text', text: piece.text }]
      items.push({ id: open('rs'), type: 'reasoning', status, summary })
      continue
    }
    const { id: call_id, name, input, free } = piece
    items.push(
      free
        ? { id: open('ctc'), type: 'custom_tool_call', status, call_id, name, input }
        : { id: open('fc'), type: 'function_call', status, call_id, name, arguments: input },
    )
  }
  return items
}

const responses: SpellReply = (answer, model) => {
  const reasons = { end: null, length: { reason: 'max_output_tokens' }, filter: { reason: 'content_filter' } }
  const reason = reasons[answer.ending]
  const status = reason === null ? 'completed' : 'incomplete'
  const output = responsesItems(answer)
  const { usage } = answer
  return {
    ...unsaid,
    id: answer.id,
    object: 'response',
    created_at: answer.created,
    status,
    error: null,
    incomplete_details: reason,
    model,
    // An answer that was cut was cut in its last item.
    output: output.map((item, i) => (i === output.length - 1 ? { ...item, status } : item)),
    ...(answer.tier !== undefined && { service_tier: answer.tier }),
    usage: {
      input_tokens: inputTokens(answer),
      input_tokens_details: { cached_tokens: usage.cached, cache_write_tokens: usage.written ?? 0 },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: usage.thought },
      total_tokens: inputTokens(answer) + usage.output,
    },
  }
}

/* ---- Gemini ---- */

function geminiPart(piece: Piece): JsonObject {
  if (piece.is === 'call') {
    return { functionCall: { id: piece.id, name: piece.name, args: parseExact(piece.input) } }
  }
  return { text: piece.text, ...(piece.is === 'reasoning' && { thought: true }) }
}

/** Bounds count in the UTF-8 bytes of their part. */
function geminiSources(answer: Answer): JsonValue | undefined {
  const at = answer.pieces.findIndex((piece) => piece.is === 'text' && piece.sources !== undefined)
  const piece = answer.pieces[at]
  if (piece?.is !== 'text' || piece.sources === undefined) return undefined
  const bytes = (text: string): number => new TextEncoder().encode(text).length
  return {
    groundingChunks: piece.sources.map(({ url, title }) => ({ web: { uri: url, title } })),
    groundingSupports: piece.sources.map(({ from, to }, i) => ({
      segment: {
        ...(at > 0 && { partIndex: at }),
        ...(from > 0 && { startIndex: bytes(piece.text.slice(0, from)) }),
        endIndex: bytes(piece.text.slice(0, to)),
        text: piece.text.slice(from, to),
      },
      groundingChunkIndices: [i],
    })),
  }
}

function geminiTokens(tokens: readonly Token[]): JsonObject {
  const candidate = ({ token, logprob }: { readonly token: string; readonly logprob: number }): JsonObject => ({
    token,
    logProbability: logprob,
  })
  return {
    chosenCandidates: tokens.map(candidate),
    topCandidates: tokens.map(({ others }) => ({ candidates: others.map(candidate) })),
  }
}

const gemini: SpellReply = (answer, model) => {
  const { usage, tokens } = answer
  const parts = answer.pieces.map(geminiPart)
  const sources = geminiSources(answer)
  return {
    candidates: [
      {
        content: { parts: parts.length > 0 ? parts : [{ text: '' }], role: 'model' },
        finishReason: { end: 'STOP', length: 'MAX_TOKENS', filter: 'SAFETY' }[answer.ending],
        index: 0,
        ...(sources !== undefined && { groundingMetadata: sources }),
        ...(tokens && { logprobsResult: geminiTokens(tokens) }),
      },
      ...answer.alternatives.map((text, i) => ({
        content: { parts: [{ text }], role: 'model' },
        finishReason: 'STOP',
        index: i + 1,
      })),
    ],
    usageMetadata: {
      promptTokenCount: inputTokens(answer),
      candidatesTokenCount: usage.output - usage.thought,
      totalTokenCount: inputTokens(answer) + usage.output,
      cachedContentTokenCount: usage.cached,
      thoughtsTokenCount: usage.thought,
    },
    modelVersion: model,
    responseId: answer.id,
  }
}

export const spellReply: Readonly<Record<Dialect, SpellReply>> = {
  anthropic,
  'openai-chat': chat,
  'openai-completions': completions,
  'openai-responses': responses,
  gemini,
}
