import type { JsonObject, JsonValue } from '../chat/json.ts'
import { dropLogprobs } from '../chat/places.ts'
import type { ChatRequest, Effort, OutputFormat, RequestField } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { aliasOf } from '../tool-names.ts'
import { encodeShared, encodeUser, fastTier } from './identity.ts'
import { isJsonMode, jsonModeInWords } from './json-mode.ts'
import { encodeMessages } from './messages-encode.ts'
import { isStrict } from './strict-schema.ts'
import { encodeTools } from './tools.ts'
import { effortWords } from './wire.ts'

/** Up to how many thinking tokens an effort word stands for; what is above the last is `xhigh`. */
const effortBudgets: readonly (readonly [effort: Effort, tokens: number])[] = [
  ['low', 2048],
  ['medium', 8192],
  ['high', 24576],
]

/** Writes a Chat Completions request. */
export function encodeRequest(given: ChatRequest, context: RequestContext): JsonObject {
  const chat = jsonModeInWords(given, context)
  return {
    model: chat.model,
    messages: encodeMessages(chat, context),
    ...encodeTools(chat.tools, chat.toolChoice, chat.parallelToolCalls, context, {
      toolChoice: chat.paths.toolChoice ?? 'tool_choice',
      parallelToolCalls: chat.paths.parallelToolCalls ?? 'parallel_tool_calls',
    }),
    ...encodeSettings(chat, context),
  }
}

/** Writes what a request says besides its messages and tools. */
export function encodeSettings(chat: ChatRequest, context: RequestContext): JsonObject {
  const path = (field: RequestField, otherwise: string): string => chat.paths[field] ?? otherwise
  return {
    ...encodeLimits(chat, context, path),
    ...encodeSampling(chat, context, path),
    ...encodeShape(chat, context, path),
    ...encodeIdentity(chat, context, path),
    ...encodeCache(chat, context),
    ...encodeStream(chat, context),
  }
}

type PathOf = (field: RequestField, otherwise: string) => string

function encodeLimits(chat: ChatRequest, { report, capabilities }: RequestContext, path: PathOf): JsonObject {
  if (chat.maxTokens === 0) {
    report.refuse(
      path('maxTokens', 'max_tokens'),
      'a request for no tokens at all (cache warming) is not possible here',
    )
  }
  const stop = chat.stop ?? []
  const kept = stop.slice(0, capabilities.maxStops)
  for (let i = kept.length; i < stop.length; i++) {
    report.dropped(`${path('stop', 'stop')}[${i}]`, `the model takes at most ${capabilities.maxStops} stop sequences`)
  }
  return {
    ...(chat.maxTokens !== undefined && { [capabilities.maxTokensField]: chat.maxTokens }),
    ...(kept.length > 0 && { stop: kept }),
  }
}

/** Sampling fields with the names they have on the wire, and the values they have without being given. */
const samplingFields = [
  ['temperature', 'temperature', 1],
  ['topP', 'top_p', 1],
  ['presencePenalty', 'presence_penalty', 0],
  ['frequencyPenalty', 'frequency_penalty', 0],
] as const

function encodeSampling(chat: ChatRequest, { report, capabilities }: RequestContext, path: PathOf): JsonObject {
  const wire: JsonObject = {}
  for (const [field, key, usual] of samplingFields) {
    const value = chat[field]
    if (value === undefined) continue
    if (capabilities.sampling === 'none') {
      if (value !== usual) report.dropped(path(field, key), 'the model takes no sampling parameters')
    } else wire[key] = field === 'temperature' ? Math.min(value, capabilities.maxTemperature) : value
    if (wire[key] !== undefined && wire[key] !== value) {
      report.approximated(path(field, key), `the highest temperature is ${capabilities.maxTemperature}`)
    }
  }
  if (chat.topK !== undefined) report.dropped(path('topK', 'top_k'), 'openai-chat has no top_k')
  if (chat.seed !== undefined) wire.seed = chat.seed
  if (chat.candidates !== undefined && chat.candidates !== 1) wire.n = chat.candidates
  if (chat.logprobs) {
    if (capabilities.sampling === 'none') dropLogprobs(chat, report, 'the model tells no log-probabilities')
    else
      Object.assign(wire, {
        logprobs: true,
        ...(chat.logprobs.top !== undefined && { top_logprobs: chat.logprobs.top }),
      })
  }
  return wire
}

function encodeShape(chat: ChatRequest, context: RequestContext, path: PathOf): JsonObject {
  const { report, capabilities } = context
  const effort = effortOf(chat, context, path('reasoning', 'reasoning_effort'))
  const verbosity = (capabilities.verbosity ?? capabilities.openaiExtensions) ? chat.verbosity : undefined
  if (chat.verbosity !== undefined && verbosity === undefined) {
    report.dropped(path('verbosity', 'verbosity'), 'the model has no verbosity control')
  }
  return {
    ...(chat.output && { response_format: encodeOutput(chat.output, context) }),
    ...(effort && { reasoning_effort: effort }),
    ...(verbosity !== undefined && { verbosity }),
  }
}

function encodeOutput(output: OutputFormat, context: RequestContext): JsonObject {
  if (output.type === 'json' || isJsonMode(output, context)) return { type: 'json_object' }
  const { schema, description, strict } = output
  const name = aliasOf(output.name ?? 'response', 64)
  return {
    type: 'json_schema',
    json_schema: {
      name,
      ...(description !== undefined && { description }),
      schema,
      // A source without the flag means its schema to be kept to; `strict` may say so only of a schema OpenAI takes as strict.
      ...((strict ?? isStrict(schema)) && { strict: true }),
      ...(strict === false && { strict }),
    },
  }
}

/** The effort that comes nearest to how much the client wants the model to reason. */
function effortOf(chat: ChatRequest, { report, capabilities }: RequestContext, path: string): Effort | undefined {
  const { reasoning } = chat
  if (reasoning === undefined) return undefined
  const thinking = chat.paths.thinking ?? path
  if (reasoning.display === 'summarized') {
    report.dropped(chat.paths.display ?? `${thinking}.display`, 'openai-chat does not show reasoning on request')
  }
  if (reasoning.effort !== undefined && reasoning.budget !== undefined) {
    report.dropped(chat.paths.budget ?? `${thinking}.budget_tokens`, 'the effort says how much the model is to reason')
  }
  const wanted = wantedEffort(chat)
  if (wanted === 'none' && reasoning.effort !== undefined && reasoning.effort !== 'none') {
    report.dropped(path, 'thinking is turned off, which openai-chat says by the effort')
  }
  if (wanted === undefined) return undefined
  const nearest = nearestEffort(wanted, capabilities.efforts)
  const source = reasoning.mode === 'disabled' ? thinking : path
  if (nearest === undefined) {
    report.dropped(source, 'the model has no effort control')
    return undefined
  }
  const exact = nearest === wanted && (reasoning.effort !== undefined || reasoning.mode === 'disabled')
  if (!exact) report.approximated(source, `sent as reasoning_effort ${nearest}`)
  return nearest
}

function wantedEffort({ reasoning = {} }: ChatRequest): Effort | undefined {
  if (reasoning.mode === 'disabled') return 'none'
  if (reasoning.effort !== undefined) return reasoning.effort
  const { budget } = reasoning
  if (budget === undefined) return undefined
  if (budget === 0) return 'none'
  return effortBudgets.find(([, tokens]) => budget <= tokens)?.[0] ?? 'xhigh'
}

function nearestEffort(wanted: Effort, efforts: readonly Effort[]): Effort | undefined {
  const rank = (effort: Effort): number => effortWords.indexOf(effort)
  let nearest: Effort | undefined
  for (const effort of efforts) {
    const better =
      nearest === undefined || Math.abs(rank(effort) - rank(wanted)) < Math.abs(rank(nearest) - rank(wanted))
    // `none` turns reasoning off, which is never merely near to wanting some.
    if (better && (effort !== 'none' || wanted === 'none')) nearest = effort
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
  send('serviceTier', 'service_tier', chat.serviceTier)
  send('metadata', 'metadata', chat.metadata && { ...chat.metadata })
  send('store', 'store', chat.store || capabilities.openaiExtensions ? chat.store : undefined)
  if (chat.fast && capabilities.openaiExtensions) wire.service_tier = fastTier(path('fast', 'speed'), context)
  else if (chat.fast) report.dropped(path('fast', 'speed'), 'servers that are only compatible have no service_tier')
  return { ...wire, ...encodeShared(context) }
}

/** Automatic caching of the prefix: what OpenAI does unasked, and can only be told to by newer models. */
function encodeCache({ cache, paths }: ChatRequest, { report, capabilities }: RequestContext): JsonObject {
  if (cache === undefined) return {}
  const path = paths.cache ?? 'cache_control'
  if (!capabilities.cacheBreakpoints) {
    report.dropped(path, 'the server caches, or does not, without being asked')
    return {}
  }
  if (cache.ttl !== undefined && cache.ttl !== automaticTtl) {
    report.approximated(path, `a cache lifetime of ${cache.ttl} is sent as ${automaticTtl}, the only one there is`)
  }
  return { prompt_cache_options: { mode: 'implicit', ...(cache.ttl !== undefined && { ttl: automaticTtl }) } }
}

/** The lifetime `prompt_cache_options` takes (openai 7.57.0). */
const automaticTtl = '30m'

/** Usage is always asked for, because the answer's cost must be known whoever asked. */
function encodeStream(chat: ChatRequest, context: RequestContext): JsonObject {
  if (!chat.stream) return {}
  const { capabilities } = context
  const padded = capabilities.openaiExtensions ? context.take('stream_options.include_obfuscation')?.value : undefined
  const options = {
    ...(capabilities.streamUsage && { include_usage: true }),
    ...(padded !== undefined && { include_obfuscation: padded }),
  }
  return { stream: true, ...(Object.keys(options).length > 0 && { stream_options: options }) }
}
