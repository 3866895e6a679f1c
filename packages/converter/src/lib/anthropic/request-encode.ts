import type { JsonObject } from '../chat/json.ts'
import { dropLogprobs } from '../chat/places.ts'
import type { ChatRequest, RequestField } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { limitBreakpoints } from './breakpoints.ts'
import { cacheControl, hasWords, textBlocks } from './content-encode.ts'
import { encodeMessages } from './messages-encode.ts'
import { enforced } from './output-schema.ts'
import { planThinking } from './thinking.ts'
import { encodeTools } from './tools.ts'

/** Writes a Messages request that the model's own rules accept. Keys stand in a fixed order, so that prompt caches match. */
export function encodeRequest(chat: ChatRequest, target: RequestContext): JsonObject {
  const marks: JsonObject[] = []
  const context = { ...target, marks }
  const { report, capabilities } = context
  const maxTokens = chat.maxTokens ?? capabilities.defaultMaxTokens
  if (chat.maxTokens === 0) {
    report.refuse(pathOf(chat, 'maxTokens'), 'an output limit of no tokens would only fill the cache of Anthropic')
  }
  if (chat.maxTokens === undefined) {
    report.invented('max_tokens', `Anthropic requires an output limit; ${maxTokens} tokens is the default`)
  }
  const { tools, choice } = encodeTools(chat, context)
  const forced = choice !== undefined && (choice.type === 'any' || choice.type === 'tool')
  const plan = planThinking(chat, maxTokens, forced, context)
  const system = [...chat.system.flatMap((part) => textBlocks(part, context)), ...outputNote(chat, context)]
  const config = { ...(plan.effort && { effort: plan.effort }), ...outputFormat(chat, context) }
  const cache = chat.cache && cacheControl(chat.cache, chat.paths.cache ?? 'cache_control', report)
  const body: JsonObject = {
    model: chat.model,
    max_tokens: maxTokens,
    ...(cache && { cache_control: cache }),
    ...(tools.length > 0 && { tools }),
    ...(choice && { tool_choice: choice }),
    ...(system.length > 0 && { system }),
    messages: encodeMessages(chat, context),
    ...(plan.thinking && { thinking: plan.thinking }),
    ...(Object.keys(config).length > 0 && { output_config: config }),
    ...encodeStops(chat, context),
    ...encodeSampling(chat, plan.on, context),
    ...encodeService(chat, context),
    ...(chat.stream && { stream: true }),
  }
  dropUnsupported(chat, context)
  if (marks.length > 0) limitBreakpoints(body, report)
  return body
}

function pathOf(chat: ChatRequest, field: RequestField): string {
  return chat.paths[field] ?? field
}

function outputFormat(chat: ChatRequest, context: RequestContext): JsonObject {
  const { output } = chat
  if (output?.type !== 'json-schema' || !context.capabilities.structuredOutput) return {}
  return { format: { type: 'json_schema', schema: enforced(output.schema, pathOf(chat, 'output'), context) } }
}

/** What asks for JSON in words where the model has no field for it. */
function outputNote(chat: ChatRequest, context: RequestContext): JsonObject[] {
  const { output } = chat
  if (output === undefined || (output.type === 'json-schema' && context.capabilities.structuredOutput)) return []
  context.report.approximated(pathOf(chat, 'output'), 'the format of the answer is asked for in words')
  const text =
    output.type === 'json'
      ? 'Answer with one JSON object and nothing else.'
      : `Answer with one JSON value that satisfies this JSON Schema and nothing else:\n${JSON.stringify(output.schema)}`
  return [{ type: 'text', text }]
}

function encodeStops(chat: ChatRequest, context: RequestContext): JsonObject {
  const { report, capabilities } = context
  const path = pathOf(chat, 'stop')
  const legal = (chat.stop ?? []).filter(hasWords)
  if (legal.length < (chat.stop?.length ?? 0)) report.dropped(path, 'Anthropic refuses stop sequences of white space')
  const stops = legal.slice(0, capabilities.maxStops)
  if (stops.length < legal.length)
    report.dropped(path, `the model takes ${capabilities.maxStops} stop sequences at most`)
  return stops.length > 0 ? { stop_sequences: stops } : {}
}

/** Sampling parameters, where the model has them. Values that change nothing (temperature and top_p of 1) go without a word. */
function encodeSampling(chat: ChatRequest, thinking: boolean, context: RequestContext): JsonObject {
  const { report, capabilities } = context
  const { temperature, topP } = chat
  const topK = chat.topK ?? vendorTopK(context)
  const drop = (field: RequestField, why: string): void => report.dropped(pathOf(chat, field), why)
  const why = thinking ? 'it does not go with thinking' : 'the model takes no sampling parameters'
  if (thinking || capabilities.sampling === 'none') {
    if (temperature !== undefined && temperature !== 1) drop('temperature', why)
    if (topP !== undefined && topP !== 1) drop('topP', why)
    if (topK !== undefined) report.dropped(chat.paths.topK ?? 'top_k', why)
    return {}
  }
  const clamped = temperature === undefined ? undefined : Math.min(temperature, capabilities.maxTemperature)
  if (clamped !== temperature) report.approximated(pathOf(chat, 'temperature'), `the highest temperature is ${clamped}`)
  const either = capabilities.sampling === 'either' && clamped !== undefined && topP !== undefined
  if (either && topP !== 1) drop('topP', 'the model takes temperature or top_p, not both')
  return {
    ...(clamped !== undefined && { temperature: clamped }),
    ...(topP !== undefined && !either && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
  }
}

/** OpenAI's own API has no `top_k`, but compatible vendors do, and their clients send it. */
function vendorTopK(context: RequestContext): number | undefined {
  const extra = context.take('top_k')
  if (extra === undefined) return undefined
  if (typeof extra.value === 'number' && Number.isInteger(extra.value) && extra.value >= 0) return extra.value
  context.report.dropped(extra.path, 'it is no whole number')
  return undefined
}

function encodeService(chat: ChatRequest, { report }: RequestContext): JsonObject {
  const { serviceTier, user, fast } = chat
  const tier = serviceTier === 'auto' ? 'auto' : serviceTier === 'default' ? 'standard_only' : undefined
  if (serviceTier !== undefined && tier === undefined) {
    report.dropped(pathOf(chat, 'serviceTier'), `Anthropic has no service tier ${serviceTier}`)
  }
  return {
    ...(user !== undefined && { metadata: { user_id: user } }),
    ...(tier && { service_tier: tier }),
    ...(fast && { speed: 'fast' }),
  }
}

/** Fields Anthropic has no counterpart for; those that ask for what happens anyway are passed over. */
function dropUnsupported(chat: ChatRequest, { report }: RequestContext): void {
  if (chat.candidates !== undefined && chat.candidates > 1) {
    report.refuse(pathOf(chat, 'candidates'), 'Anthropic gives one answer a request')
  }
  const asked: readonly (readonly [RequestField, boolean])[] = [
    ['presencePenalty', Boolean(chat.presencePenalty)],
    ['frequencyPenalty', Boolean(chat.frequencyPenalty)],
    ['seed', chat.seed !== undefined],
    ['verbosity', chat.verbosity !== undefined],
    ['metadata', chat.metadata !== undefined],
    ['store', chat.store === true],
  ]
  const why = 'Anthropic has no counterpart'
  for (const [field, told] of asked) if (told) report.dropped(pathOf(chat, field), why)
  dropLogprobs(chat, report, why)
}
