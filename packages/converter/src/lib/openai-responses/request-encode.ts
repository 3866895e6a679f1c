import type { JsonObject, JsonValue } from '../chat/json.ts'
import { dropLogprobs } from '../chat/places.ts'
import type { ChatRequest, OutputFormat, RequestField } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { encodeShared, encodeUser, fastTier } from '../openai-chat/identity.ts'
import { isJsonMode, jsonModeInWords } from '../openai-chat/json-mode.ts'
import { isStrict } from '../openai-chat/strict-schema.ts'
import { aliasOf } from '../tool-names.ts'
import { nearestEffort, wantedEffort } from './effort.ts'
import { encodeInput } from './input-encode.ts'
import { encodeTools } from './tools.ts'

/** The least `max_output_tokens` (OpenAI's API reference). */
const minOutputTokens = 16

type PathOf = (field: RequestField, otherwise: string) => string

/** Writes a Responses request. Keys stand in a fixed order, so that prompt caches match. */
export function encodeRequest(given: ChatRequest, context: RequestContext): JsonObject {
  const chat = jsonModeInWords(given, context)
  const path: PathOf = (field, otherwise) => chat.paths[field] ?? otherwise
  dropUnsupported(chat, context, path)
  return {
    model: chat.model,
    ...encodeInput(chat, context),
    ...encodeTools(chat.tools, chat.toolChoice, chat.parallelToolCalls, context, path('toolChoice', 'tool_choice')),
    ...encodeLimit(chat, context, path),
    ...encodeSampling(chat, context, path),
    ...encodeIncluded(chat, context),
    ...encodeText(chat, context, path),
    ...encodeReasoning(chat, context),
    ...encodeIdentity(chat, context, path),
    ...encodeCache(chat, context),
    // Said always, because this dialect's own default is to store the answer.
    store: chat.store ?? false,
    ...encodeStream(chat, context),
  }
}

function encodeStream(chat: ChatRequest, context: RequestContext): JsonObject {
  if (!chat.stream) return {}
  const padded = context.capabilities.openaiExtensions
    ? context.take('stream_options.include_obfuscation')?.value
    : undefined
  return { stream: true, ...(padded !== undefined && { stream_options: { include_obfuscation: padded } }) }
}

/** Fields the dialect has no counterpart for. */
function dropUnsupported(chat: ChatRequest, { report }: RequestContext, path: PathOf): void {
  if (chat.candidates !== undefined && chat.candidates > 1) {
    report.refuse(path('candidates', 'n'), 'openai-responses gives one answer a request')
  }
  for (const [i] of (chat.stop ?? []).entries()) {
    report.dropped(`${path('stop', 'stop')}[${i}]`, 'openai-responses has no stop sequences')
  }
  const asked: readonly (readonly [RequestField, key: string, told: boolean])[] = [
    ['topK', 'top_k', chat.topK !== undefined],
    ['seed', 'seed', chat.seed !== undefined],
    ['presencePenalty', 'presence_penalty', Boolean(chat.presencePenalty)],
    ['frequencyPenalty', 'frequency_penalty', Boolean(chat.frequencyPenalty)],
  ]
  for (const [field, key, told] of asked) if (told) report.dropped(path(field, key), `openai-responses has no ${key}`)
}

function encodeLimit(chat: ChatRequest, { report }: RequestContext, path: PathOf): JsonObject {
  const { maxTokens } = chat
  if (maxTokens === undefined) return {}
  const at = path('maxTokens', 'max_tokens')
  if (maxTokens === 0) {
    report.refuse(at, 'a request for no tokens at all (cache warming) is not possible here')
  }
  if (maxTokens < minOutputTokens) report.approximated(at, `raised to ${minOutputTokens}, the least there is`)
  return { max_output_tokens: Math.max(maxTokens, minOutputTokens) }
}

function encodeSampling(chat: ChatRequest, { report, capabilities }: RequestContext, path: PathOf): JsonObject {
  const { temperature, topP, logprobs } = chat
  if (capabilities.sampling === 'none') {
    const why = 'the model takes no sampling parameters'
    if (temperature !== undefined && temperature !== 1) report.dropped(path('temperature', 'temperature'), why)
    if (topP !== undefined && topP !== 1) report.dropped(path('topP', 'top_p'), why)
    dropLogprobs(chat, report, 'the model tells no log-probabilities')
    return {}
  }
  const clamped = temperature === undefined ? undefined : Math.min(temperature, capabilities.maxTemperature)
  if (clamped !== temperature) {
    report.approximated(path('temperature', 'temperature'), `the highest temperature is ${clamped}`)
  }
  return {
    ...(clamped !== undefined && { temperature: clamped }),
    ...(topP !== undefined && { top_p: topP }),
    ...(logprobs?.top !== undefined && { top_logprobs: logprobs.top }),
  }
}

/** What an answer tells only when it is asked for. */
function encodeIncluded({ logprobs, tools }: ChatRequest, { capabilities }: RequestContext): JsonObject {
  const include: string[] = []
  if (logprobs && capabilities.sampling !== 'none') include.push('message.output_text.logprobs')
  if (capabilities.webSearch && tools.some((tool) => tool.type === 'hosted' && tool.search)) {
    include.push('web_search_call.action.sources')
  }
  return include.length === 0 ? {} : { include }
}

function encodeText(chat: ChatRequest, context: RequestContext, path: PathOf): JsonObject {
  const { report, capabilities } = context
  const verbosity = (capabilities.verbosity ?? capabilities.openaiExtensions) ? chat.verbosity : undefined
  if (chat.verbosity !== undefined && verbosity === undefined) {
    report.dropped(path('verbosity', 'verbosity'), 'the model has no verbosity control')
  }
  const text = {
    ...(chat.output && { format: encodeOutput(chat.output, context) }),
    ...(verbosity !== undefined && { verbosity }),
  }
  return Object.keys(text).length === 0 ? {} : { text }
}

function encodeOutput(output: OutputFormat, context: RequestContext): JsonObject {
  if (output.type === 'json' || isJsonMode(output, context)) return { type: 'json_object' }
  const { name, schema, description, strict } = output
  return {
    type: 'json_schema',
    name: aliasOf(name ?? 'response', 64),
    ...(description !== undefined && { description }),
    schema,
    // A source without the flag means its schema to be kept to; `strict` may say so only of a schema OpenAI takes as strict.
    strict: strict ?? isStrict(schema),
  }
}

function encodeReasoning(chat: ChatRequest, context: RequestContext): JsonObject {
  if (chat.reasoning === undefined) return {}
  const effort = effortOf(chat, context)
  const shown = chat.reasoning.display === 'summarized' && context.capabilities.efforts.length > 0
  if (chat.reasoning.display === 'summarized' && !shown) {
    context.report.dropped(chat.paths.display ?? 'reasoning.display', 'the model has no reasoning to show')
  }
  const reasoning = { ...(effort && { effort }), ...(shown && { summary: 'auto' }) }
  return Object.keys(reasoning).length === 0 ? {} : { reasoning }
}

/** The effort that comes nearest to how much the client wants the model to reason. */
function effortOf(chat: ChatRequest, { report, capabilities }: RequestContext): string | undefined {
  const { reasoning = {}, paths } = chat
  const path = paths.reasoning ?? 'reasoning_effort'
  const thinking = paths.thinking ?? path
  const { mode, effort, budget } = reasoning
  if (effort !== undefined && budget !== undefined) {
    report.dropped(paths.budget ?? `${thinking}.budget_tokens`, 'the effort says how much the model is to reason')
  }
  const wanted = wantedEffort(reasoning)
  if (wanted === undefined) return undefined
  if (wanted === 'none' && effort !== undefined && effort !== 'none') {
    report.dropped(path, 'thinking is turned off, which openai-responses says by the effort')
  }
  const source = effort === undefined || mode === 'disabled' ? thinking : path
  const nearest = nearestEffort(wanted, capabilities.efforts)
  if (nearest === undefined) report.dropped(source, 'the model has no effort control')
  else if (nearest !== wanted || (effort === undefined && mode !== 'disabled')) {
    report.approximated(source, `sent as effort ${nearest}`)
  }
  return nearest
}

function encodeIdentity(chat: ChatRequest, context: RequestContext, path: PathOf): JsonObject {
  const { report, capabilities } = context
  const wire: JsonObject = encodeUser(chat, context)
  const send = (field: RequestField, key: string, value: JsonValue | undefined): void => {
    if (value === undefined) return
    if (capabilities.openaiExtensions) wire[key] = value
    else report.dropped(path(field, key), `servers that are only compatible have no ${key}`)
  }
  send('metadata', 'metadata', chat.metadata && { ...chat.metadata })
  send('serviceTier', 'service_tier', chat.serviceTier)
  if (chat.fast && capabilities.openaiExtensions) wire.service_tier = fastTier(path('fast', 'speed'), context)
  else if (chat.fast) report.dropped(path('fast', 'speed'), 'servers that are only compatible have no service_tier')
  return wire
}

/** Automatic caching of the prefix is what OpenAI does unasked, and can only be told to by newer models. */
function encodeCache(chat: ChatRequest, context: RequestContext): JsonObject {
  const { report, capabilities } = context
  const wire = encodeShared(context)
  const { cache, paths } = chat
  if (cache === undefined) return wire
  const path = paths.cache ?? 'cache_control'
  if (!capabilities.cacheBreakpoints) {
    report.dropped(path, 'the server caches, or does not, without being asked')
    return wire
  }
  const ttl = cache.ttl === '30m' || cache.ttl === '5m' || cache.ttl === undefined ? '30m' : '12h'
  if (cache.ttl !== undefined && cache.ttl !== ttl) {
    report.approximated(path, `a cache lifetime of ${cache.ttl} is sent as ${ttl}`)
  }
  return { ...wire, prompt_cache_options: { mode: 'implicit', ...(cache.ttl !== undefined && { ttl }) } }
}
