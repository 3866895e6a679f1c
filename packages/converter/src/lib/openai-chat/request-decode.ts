import type { JsonObject } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import {
  dropOthers,
  invalid,
  present,
  readBoolean,
  readCount,
  readNumber,
  readObject,
  readString,
  readStrings,
  requireObject,
  requireString,
} from '../chat/read.ts'
import type { ChatRequest, Effort, Extra, OutputFormat, RequestField } from '../chat/request.ts'
import { decodeIdentity, extra, readUnknown, type Verdict } from './gathering.ts'
import { decodeMessages } from './messages-decode.ts'
import { decodeToolChoice, decodeTools } from './tools.ts'
import { effortWords } from './wire.ts'

type Scalars = Omit<ChatRequest, 'model' | 'stream' | 'system' | 'turns' | 'tools' | 'extras' | 'paths'>

type Paths = { [field in RequestField]?: string }

/** Top-level keys the canon does not model, and what becomes of each in a dialect that has no counterpart. */
const extraVerdicts: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ['audio', { verdict: 'refuse', detail: 'spoken answers are not converted' }],
  ['data_sources', { verdict: 'refuse', detail: 'answers from Azure data sources are not converted' }],
])

/** Top-level keys this decoder reads; every other key is told as an extra. */
const knownKeys: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'parallel_tool_calls',
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'temperature',
  'top_p',
  'presence_penalty',
  'frequency_penalty',
  'seed',
  'n',
  'logprobs',
  'top_logprobs',
  'response_format',
  'reasoning_effort',
  'verbosity',
  'service_tier',
  'user',
  'safety_identifier',
  'metadata',
  'store',
  'prompt_cache_options',
  'modalities',
  'web_search_options',
])

/** Reads a Chat Completions request. */
export function decodeRequest(wire: JsonObject, report: Report): ChatRequest {
  const extras: Extra[] = []
  const paths: Paths = {}
  const { system, turns } = decodeMessages(wire, extras, report)
  const scalars = {
    ...sampling(wire, paths),
    ...shape(wire, paths, extras, report),
    ...decodeIdentity(wire, { paths, extras, report }),
    ...readTier(wire, paths),
  }
  const toolChoice = decodeToolChoice(wire, report)
  if (toolChoice) paths.toolChoice = present(wire, 'tool_choice') === undefined ? 'function_call' : 'tool_choice'
  const streamOptions = readStreamOptions(wire, extras, report)
  readUnknown(wire, extras, knownKeys, extraVerdicts)
  return {
    model: requireString(wire, 'model', ''),
    stream: readBoolean(wire, 'stream', '') ?? false,
    ...(readBoolean(streamOptions, 'include_usage', 'stream_options') && { wantsUsage: true }),
    system,
    turns,
    tools: decodeTools(wire, report),
    ...(toolChoice && { toolChoice }),
    ...scalars,
    extras,
    paths,
  }
}

/** The padding of chunks is between this wire's two ends; only OpenAI's other dialect can be asked for it too. */
function readStreamOptions(wire: JsonObject, extras: Extra[], report: Report): JsonObject {
  const options = readObject(wire, 'stream_options', '') ?? {}
  dropOthers(options, 'stream_options', new Set(['include_usage', 'include_obfuscation']), report)
  const obfuscation = readBoolean(options, 'include_obfuscation', 'stream_options')
  if (obfuscation !== undefined) {
    const path = 'stream_options.include_obfuscation'
    extras.push({ key: path, path, value: obfuscation, verdict: 'silent' })
  }
  return options
}

/** How the answer is drawn, and how long it may get. */
export function sampling(wire: JsonObject, paths: Paths): Scalars {
  const number = <Field extends RequestField>(field: Field, key: string): { [field in Field]?: number } => {
    const value = readNumber(wire, key, '')
    if (value === undefined) return {}
    paths[field] = key
    return { [field]: value } as { [field in Field]?: number }
  }
  const stop = readStop(wire)
  if (stop) paths.stop = 'stop'
  const newer = present(wire, 'max_completion_tokens') !== undefined
  const limit = newer ? 'max_completion_tokens' : 'max_tokens'
  // Both are read, so that a wrong type is refused; the newer name wins, as it does at OpenAI.
  readCount(wire, 'max_tokens', '')
  const maxTokens = readCount(wire, limit, '')
  if (maxTokens !== undefined) paths.maxTokens = limit
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(stop && { stop }),
    ...number('temperature', 'temperature'),
    ...number('topP', 'top_p'),
    ...number('presencePenalty', 'presence_penalty'),
    ...number('frequencyPenalty', 'frequency_penalty'),
    ...number('seed', 'seed'),
    ...number('candidates', 'n'),
  }
}

function readStop(wire: JsonObject): string[] | undefined {
  const stop = present(wire, 'stop')
  if (typeof stop === 'string') return [stop]
  if (stop !== undefined && !Array.isArray(stop)) invalid('stop', 'must be a string or an array of strings')
  const list = readStrings(wire, 'stop', '')
  return list === undefined || list.length === 0 ? undefined : list
}

/** What the answer is to look like. */
function shape(wire: JsonObject, paths: Paths, extras: Extra[], report: Report): Scalars {
  const output = readOutput(wire, extras, report)
  if (output) paths.output = 'response_format'
  const effort = readEffort(wire, extras)
  if (effort) paths.reasoning = 'reasoning_effort'
  const verbosity = readString(wire, 'verbosity', '')
  if (verbosity !== undefined) paths.verbosity = 'verbosity'
  const logprobs = readLogprobs(wire, extras)
  if (logprobs) paths.logprobs = 'logprobs'
  if (logprobs?.top !== undefined) paths.topLogprobs = 'top_logprobs'
  const parallelToolCalls = readParallel(wire, paths)
  const modalities = readStrings(wire, 'modalities', '') ?? []
  if (modalities.some((modality) => modality !== 'text')) {
    const detail = 'only text answers are converted'
    extras.push(extra('modalities', modalities, 'refuse', detail))
  }
  return {
    ...(output && { output }),
    ...(effort && { reasoning: { effort } }),
    ...(verbosity !== undefined && { verbosity }),
    ...(logprobs && { logprobs }),
    ...(parallelToolCalls !== undefined && { parallelToolCalls }),
  }
}

/** The legacy `functions` are called one at a time: their `function_call` holds no second call. */
function readParallel(wire: JsonObject, paths: Paths): boolean | undefined {
  const said = readBoolean(wire, 'parallel_tool_calls', '')
  const legacy = present(wire, 'functions') !== undefined && present(wire, 'tools') === undefined
  if (said === undefined && !legacy) return undefined
  paths.parallelToolCalls = said === undefined ? 'functions' : 'parallel_tool_calls'
  return said ?? false
}

function readOutput(wire: JsonObject, extras: Extra[], report: Report): OutputFormat | undefined {
  const format = readObject(wire, 'response_format', '')
  if (format === undefined) return undefined
  const type = requireString(format, 'type', 'response_format')
  if (type === 'text') return undefined
  if (type === 'json_object') return { type: 'json' }
  if (type !== 'json_schema') {
    const detail = `an answer in the format ${type} is not converted`
    extras.push(extra('response_format', format, 'refuse', detail))
    return undefined
  }
  const path = 'response_format.json_schema'
  dropOthers(format, 'response_format', new Set(['type', 'json_schema']), report)
  const wanted = requireObject(format, 'json_schema', 'response_format')
  dropOthers(wanted, path, new Set(['name', 'description', 'schema', 'strict']), report)
  const name = readString(wanted, 'name', path)
  const description = readString(wanted, 'description', path)
  const strict = readBoolean(wanted, 'strict', path)
  return {
    type: 'json-schema',
    schema: readObject(wanted, 'schema', path) ?? {},
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    // What does not say is not strict in this dialect.
    strict: strict ?? false,
  }
}

function readEffort(wire: JsonObject, extras: Extra[]): Effort | undefined {
  const word = readString(wire, 'reasoning_effort', '')
  const effort = effortWords.find((known) => known === word)
  if (word !== undefined && effort === undefined) {
    const detail = 'not an effort this version knows'
    extras.push(extra('reasoning_effort', word, 'drop', detail))
  }
  return effort
}

function readLogprobs(wire: JsonObject, extras: Extra[]): { readonly top?: number } | undefined {
  const wanted = readBoolean(wire, 'logprobs', '')
  const top = readCount(wire, 'top_logprobs', '')
  if (wanted) return top === undefined ? {} : { top }
  if (top !== undefined) {
    const detail = 'has no effect without logprobs'
    extras.push(extra('top_logprobs', top, 'drop', detail))
  }
  return undefined
}

function readTier(wire: JsonObject, paths: Paths): Scalars {
  const tier = readString(wire, 'service_tier', '')
  if (tier === undefined) return {}
  paths[tier === 'fast' ? 'fast' : 'serviceTier'] = 'service_tier'
  return tier === 'fast' ? { fast: true } : { serviceTier: tier }
}
