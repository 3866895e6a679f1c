import type { JsonObject } from '../chat/json.ts'
import type { ChatRequest, OutputFormat, RequestField } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { textParts } from './content-encode.ts'
import { encodeContents } from './messages-encode.ts'
import { encodeThinking } from './thinking.ts'
import { encodeTools } from './tools.ts'

/**
 * Writes a generateContent request. The model and whether to stream are no members of it: in this dialect they stand in the URL,
 * which whoever sends it takes from the plan of the call.
 */
export function encodeRequest(chat: ChatRequest, context: RequestContext): JsonObject {
  const tools = encodeTools(chat, context)
  const contents = encodeContents(chat, context)
  const inWords = formatInWords(chat, tools.tools !== undefined, context)
  const system = [...chat.system.flatMap((part) => textParts(part, context)), ...inWords]
  const thinkingConfig = encodeThinking(chat, context)
  const config: JsonObject = {
    ...encodeLimits(chat, context),
    ...encodeSampling(chat, context),
    ...(inWords.length === 0 && encodeOutput(chat.output)),
    ...(thinkingConfig && { thinkingConfig }),
  }
  dropUnsupported(chat, context)
  return {
    contents,
    ...(system.length > 0 && { systemInstruction: { parts: system } }),
    ...tools,
    ...(Object.keys(config).length > 0 && { generationConfig: config }),
    ...encodeService(chat, context),
  }
}

function pathOf(chat: ChatRequest, field: RequestField): string {
  return chat.paths[field] ?? field
}

function encodeLimits(chat: ChatRequest, { report, capabilities }: RequestContext): JsonObject {
  if (chat.maxTokens === 0) {
    report.refuse(pathOf(chat, 'maxTokens'), 'a request for no tokens at all (cache warming) is not possible here')
  }
  const stop = (chat.stop ?? []).filter((sequence) => sequence !== '')
  const kept = stop.slice(0, capabilities.maxStops)
  if (kept.length < (chat.stop?.length ?? 0)) {
    report.dropped(pathOf(chat, 'stop'), `the model takes ${capabilities.maxStops} stop sequences at most, none empty`)
  }
  return {
    ...(chat.maxTokens !== undefined && { maxOutputTokens: chat.maxTokens }),
    ...(kept.length > 0 && { stopSequences: kept }),
  }
}

/** Sampling fields, which have the same names on the wire. */
const samplingFields = ['temperature', 'topP', 'topK', 'presencePenalty', 'frequencyPenalty'] as const

function encodeSampling(chat: ChatRequest, context: RequestContext): JsonObject {
  const { report, capabilities } = context
  const config: JsonObject = {}
  const given = { ...chat, topK: chat.topK ?? vendorTopK(context) }
  for (const field of samplingFields) {
    const value = given[field]
    if (value === undefined) continue
    const path = chat.paths[field] ?? (field === 'topK' ? 'top_k' : field)
    if (capabilities.sampling === 'none') report.dropped(path, 'the model takes no sampling parameters')
    else config[field] = field === 'temperature' ? Math.min(value, capabilities.maxTemperature) : value
    if (config[field] !== undefined && config[field] !== value) {
      report.approximated(path, `the highest temperature is ${capabilities.maxTemperature}`)
    }
  }
  if (chat.seed !== undefined) config.seed = chat.seed
  if (chat.candidates !== undefined && chat.candidates !== 1) config.candidateCount = chat.candidates
  if (chat.logprobs) {
    config.responseLogprobs = true
    if (chat.logprobs.top) config.logprobs = chat.logprobs.top
  }
  return config
}

/** OpenAI's own API has no `top_k`, but compatible vendors do, and their clients send it. */
function vendorTopK(context: RequestContext): number | undefined {
  const extra = context.take('top_k')
  if (extra === undefined) return undefined
  if (typeof extra.value === 'number' && Number.isInteger(extra.value) && extra.value >= 0) return extra.value
  context.report.dropped(extra.path, 'it is no whole number')
  return undefined
}

function encodeOutput(output: OutputFormat | undefined): JsonObject {
  if (output === undefined) return {}
  const schema = output.type === 'json-schema' ? { responseJsonSchema: output.schema } : {}
  return { responseMimeType: 'application/json', ...schema }
}

/** What asks for JSON in words where the model does not take a format beside tools. */
function formatInWords(chat: ChatRequest, tools: boolean, { report, capabilities }: RequestContext): JsonObject[] {
  const { output } = chat
  if (output === undefined || !tools || capabilities.toolsWithFormat !== false) return []
  report.approximated(pathOf(chat, 'output'), 'the model takes no format beside tools: it is asked for in words')
  const text =
    output.type === 'json'
      ? 'Give your final answer as one JSON object and nothing else.'
      : `Give your final answer as one JSON value that satisfies this JSON Schema and nothing else:\n${JSON.stringify(output.schema)}`
  return [{ text }]
}

/** Service tiers of OpenAI's that have a word here. */
const tiers: ReadonlyMap<string, string> = new Map([
  ['flex', 'flex'],
  ['priority', 'priority'],
  ['default', 'standard'],
])

function encodeService(chat: ChatRequest, { report }: RequestContext): JsonObject {
  const tier = chat.serviceTier === undefined ? undefined : tiers.get(chat.serviceTier)
  if (chat.serviceTier !== undefined && chat.serviceTier !== 'auto' && tier === undefined) {
    report.dropped(pathOf(chat, 'serviceTier'), `Gemini has no service tier ${chat.serviceTier}`)
  }
  return { ...(tier !== undefined && { serviceTier: tier }), ...(chat.store !== undefined && { store: chat.store }) }
}

/** Fields Gemini has no counterpart for. */
function dropUnsupported(chat: ChatRequest, { report }: RequestContext): void {
  const asked: readonly (readonly [RequestField, boolean])[] = [
    ['verbosity', chat.verbosity !== undefined],
    ['fast', chat.fast === true],
    ['user', chat.user !== undefined],
    ['metadata', chat.metadata !== undefined],
    ['cache', chat.cache !== undefined],
  ]
  for (const [field, told] of asked) if (told) report.dropped(pathOf(chat, field), 'Gemini has no counterpart')
}
