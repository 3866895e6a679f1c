import { type Choice, type Generation, isHosted, type Part } from '../generation.ts'
import type { Json, JsonObject } from '../json.ts'
import { isObject, objects } from '../json.ts'
import { logprobsOf } from '../openai-chat/reply.ts'
import type { Seals } from '../seal.ts'
import type { Usage } from '../usage.ts'
import { hostedItem } from './hosted.ts'
import { encrypt } from './reasoning.ts'

/** What of the request shows in the answer. */
export interface ReplyOptions {
  seals: Seals
  /** The request's body: most of its fields are repeated in the response. */
  request: JsonObject
  /** Reasoning is shown, as a summary. */
  summary: boolean
  logprobs: boolean
  /** The pages of a search are told, which they are only when they are asked for. */
  sourced: boolean
}

/** An output item before it is written down. */
export interface Draft {
  id: string
  /** More than one only in a message. */
  parts: readonly [Part, ...Part[]]
  /** The token limit fell into it. */
  cut: boolean
}

const PREFIX: Readonly<Record<Part['kind'], string>> = {
  reasoning: 'rs_',
  redacted: 'rs_',
  text: 'msg_',
  refusal: 'msg_',
  tool: 'fc_',
}

function prefixOf(part: Part): string {
  if (part.call?.kind === 'custom') return 'ctc_'
  if (!isHosted(part)) return PREFIX[part.kind]
  return `${part.call?.name.replace(/[^a-z].*$/, '').slice(0, 2) || 'it'}_`
}

/** The items of an answer: text and refusal share a message, everything else stands alone. */
export function draftsOf(generation: Generation): Draft[] {
  const [choice] = generation.choices
  const drafts: Draft[] = []
  const suffix = generation.id.replace(/^resp_/, '')
  const spoken = (part: Part | undefined): boolean => part?.kind === 'text' || part?.kind === 'refusal'
  for (const part of choice.parts) {
    const last = drafts.at(-1)
    if (last && spoken(part) && spoken(last.parts[0])) {
      drafts[drafts.length - 1] = { ...last, parts: [...last.parts, part] }
    } else {
      const id = `${prefixOf(part)}${suffix}${drafts.length.toString(16).padStart(2, '0')}`
      drafts.push({ id, parts: [part], cut: false })
    }
  }
  const last = drafts.at(-1)
  if (last && choice.stop === 'length') drafts[drafts.length - 1] = { ...last, cut: true }
  return drafts
}

/** A part of a message. */
export function contentOf(part: Part, options: ReplyOptions, empty: boolean): JsonObject {
  const text = empty ? '' : part.text
  if (part.kind === 'refusal') return { type: 'refusal', refusal: text }
  const logprobs = options.logprobs && !empty ? logprobsOf(text).content : []
  return { type: 'output_text', annotations: [], logprobs: logprobs ?? [], text }
}

/** An output item; `empty` gives it as a stream opens it. */
export function itemOf({ id, parts, cut }: Draft, options: ReplyOptions, empty: boolean): JsonObject {
  const [part] = parts
  const status = empty ? 'in_progress' : cut ? 'incomplete' : 'completed'
  if (part.call)
    return isHosted(part) ? hostedItem(id, part, status, options.sourced) : callItem(id, part, status, empty)
  if (part.kind === 'reasoning' || part.kind === 'redacted') {
    const shown = options.summary && part.kind === 'reasoning' && !empty
    return {
      id,
      type: 'reasoning',
      summary: shown ? [{ type: 'summary_text', text: part.text }] : [],
      encrypted_content: empty ? '' : encrypt(options.seals, id, part.text),
    }
  }
  const content = empty ? [] : parts.map((each) => contentOf(each, options, false))
  return { id, type: 'message', status, role: 'assistant', phase: 'final_answer', content }
}

function callItem(id: string, part: Part, status: string, empty: boolean): JsonObject {
  const { id: callId = '', name = '', kind, namespace } = part.call ?? {}
  const said = empty ? '' : part.text
  const custom = kind === 'custom'
  return {
    id,
    type: custom ? 'custom_tool_call' : 'function_call',
    status,
    ...(custom ? { input: said } : { arguments: said }),
    call_id: callId,
    name,
    ...(namespace !== undefined && { namespace }),
  }
}

/** Usage as Responses count it: every count is there. */
export function usageOf(usage: Usage): JsonObject {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached, cache_write_tokens: usage.written5m + usage.written1h },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  }
}

/** How a response ended: its status, and what explains it. */
function endingOf(choice: Choice, ending: Generation['ending']): JsonObject {
  const { failure, finish } = ending
  if (failure) {
    const error = { code: failure.code ?? 'server_error', message: failure.message }
    return { status: 'failed', error, incomplete_details: null }
  }
  const refused = choice.parts.some((part) => part.kind === 'refusal')
  const filtered = choice.stop === 'filter' && !refused ? 'content_filter' : undefined
  const cut = choice.stop === 'length' || choice.stop === 'context' ? 'max_output_tokens' : undefined
  const reason = finish ?? cut ?? filtered
  if (reason === undefined) return { status: 'completed', error: null, incomplete_details: null }
  return { status: 'incomplete', error: null, incomplete_details: { reason } }
}

const UNENDED: JsonObject = { status: 'in_progress', error: null, incomplete_details: null }

/** A response: `unended` gives it as a stream opens it. */
export function reply(generation: Generation, options: ReplyOptions, unended = false): JsonObject {
  const [choice] = generation.choices
  const created = Math.floor(generation.created / 1000)
  const ending = unended ? UNENDED : endingOf(choice, generation.ending)
  return {
    id: generation.id,
    object: 'response',
    created_at: created,
    background: options.request.background === true,
    completed_at: ending.status === 'completed' ? created : null,
    ...ending,
    ...echoOf(options.request),
    model: generation.model,
    output: unended ? [] : draftsOf(generation).map((draft) => itemOf(draft, options, false)),
    usage: unended ? null : usageOf(generation.usage),
  }
}

/** The request's fields as a response repeats them, defaults filled in. */
function echoOf(request: JsonObject): JsonObject {
  const or = (key: string, otherwise: Json): Json => request[key] ?? otherwise
  const reasoning = isObject(request.reasoning) ? request.reasoning : {}
  const text = isObject(request.text) ? request.text : {}
  const conversation = typeof request.conversation === 'string' ? { id: request.conversation } : request.conversation
  return {
    access_programs: or('access_programs', null),
    conversation: conversation ?? null,
    instructions: or('instructions', null),
    max_output_tokens: or('max_output_tokens', null),
    max_tool_calls: or('max_tool_calls', null),
    metadata: or('metadata', {}),
    parallel_tool_calls: or('parallel_tool_calls', true),
    previous_response_id: or('previous_response_id', null),
    prompt_cache_key: or('prompt_cache_key', null),
    prompt_cache_retention: or('prompt_cache_retention', null),
    reasoning: { effort: reasoning.effort ?? null, summary: reasoning.summary ?? reasoning.generate_summary ?? null },
    safety_identifier: or('safety_identifier', null),
    service_tier: request.service_tier === 'auto' ? 'default' : or('service_tier', 'default'),
    store: or('store', true),
    temperature: or('temperature', 1),
    text: { format: text.format ?? { type: 'text' }, verbosity: text.verbosity ?? 'medium' },
    tool_choice: or('tool_choice', 'auto'),
    tools: objects(request.tools).map(echoedTool),
    top_logprobs: or('top_logprobs', 0),
    top_p: or('top_p', 1),
    truncation: or('truncation', 'disabled'),
    user: or('user', null),
  }
}

function echoedTool(tool: JsonObject): JsonObject {
  if (tool.type !== 'function') return tool
  return { description: null, parameters: null, ...tool, strict: tool.strict ?? true }
}
