import { type JsonObject, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import {
  invalid,
  pathOf,
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
import type { ChatRequest, Effort, Extra, OutputFormat, Reasoning } from '../chat/request.ts'
import { unknownCache } from './content-decode.ts'
import { decodeMessages, decodeSystem } from './messages-decode.ts'
import { changedTools } from './tool-changes.ts'
import { decodeToolChoice, decodeTools } from './tools.ts'
import { readCache } from './wire.ts'

/** Reads a Messages request of either API version. */
export function decodeRequest(wire: JsonObject, report: Report): ChatRequest {
  const tools = changedTools(decodeTools(wire, report), wire, report)
  return {
    model: requireString(wire, 'model', ''),
    stream: readBoolean(wire, 'stream', '') ?? false,
    system: decodeSystem(wire, report),
    turns: decodeMessages(wire, report),
    tools,
    ...decodeToolChoice(wire, tools, report),
    ...readLimits(wire),
    ...readSampling(wire),
    ...readOutput(wire),
    ...readService(wire),
    extras: readExtras(wire),
    paths: readPaths(wire),
  }
}

function readLimits(wire: JsonObject): Pick<ChatRequest, 'maxTokens' | 'stop'> {
  const maxTokens = readCount(wire, 'max_tokens', '')
  const stop = readStrings(wire, 'stop_sequences', '')
  return { ...(maxTokens && { maxTokens }), ...(stop && stop.length > 0 && { stop }) }
}

function readSampling(wire: JsonObject): Pick<ChatRequest, 'temperature' | 'topP' | 'topK'> {
  const temperature = readNumber(wire, 'temperature', '')
  const topP = readNumber(wire, 'top_p', '')
  const topK = readCount(wire, 'top_k', '')
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
  }
}

function readOutput(wire: JsonObject): Pick<ChatRequest, 'output' | 'reasoning'> {
  const config = readObject(wire, 'output_config', '') ?? {}
  const format = readObject(config, 'format', 'output_config')
  const beta = format ? undefined : readObject(wire, 'output_format', '')
  const output = format ? readFormat(format, 'output_config.format') : beta && readFormat(beta, 'output_format')
  const reasoning = readReasoning(wire, readEffort(config))
  return { ...(output && { output }), ...(reasoning && { reasoning }) }
}

function readFormat(format: JsonObject, at: string): OutputFormat {
  if (member(format, 'type') !== 'json_schema') return invalid(pathOf(at, 'type'), 'must be "json_schema"')
  return { type: 'json-schema', schema: requireObject(format, 'schema', at) }
}

const effortWords: readonly string[] = ['low', 'medium', 'high', 'xhigh', 'max'] satisfies Effort[]

function readEffort(config: JsonObject): Effort | undefined {
  const effort = readString(config, 'effort', 'output_config')
  if (effort === undefined) return undefined
  if (effortWords.includes(effort)) return effort as Effort
  return invalid('output_config.effort', `must be one of ${effortWords.join(', ')}`)
}

function readReasoning(wire: JsonObject, effort: Effort | undefined): Reasoning | undefined {
  const thinking = readObject(wire, 'thinking', '')
  const display = thinking && readString(thinking, 'display', 'thinking')
  const reasoning: Reasoning = {
    ...(effort && { effort }),
    ...(thinking && readThinking(thinking)),
    ...((display === 'summarized' || display === 'omitted') && { display }),
  }
  return Object.keys(reasoning).length === 0 ? undefined : reasoning
}

function readThinking(thinking: JsonObject): Reasoning {
  switch (requireString(thinking, 'type', 'thinking')) {
    case 'enabled': {
      const budget = readCount(thinking, 'budget_tokens', 'thinking')
      return { mode: 'enabled', ...(budget !== undefined && { budget }) }
    }
    case 'adaptive':
      return { mode: 'adaptive' }
    case 'disabled':
      return { mode: 'disabled' }
    case 'between_tools':
      return {}
    default:
      return invalid('thinking.type', 'must be "enabled", "adaptive", "disabled" or "between_tools"')
  }
}

function readService(wire: JsonObject): Pick<ChatRequest, 'serviceTier' | 'fast' | 'user' | 'cache'> {
  const tier = readString(wire, 'service_tier', '')
  const metadata = readObject(wire, 'metadata', '')
  const user = metadata && readString(metadata, 'user_id', 'metadata')
  const cache = readCache(wire)
  return {
    ...(tier === 'auto' && { serviceTier: 'auto' }),
    ...(tier === 'standard_only' && { serviceTier: 'default' }),
    ...(member(wire, 'speed') === 'fast' && { fast: true }),
    ...(user !== undefined && { user }),
    ...(cache && { cache }),
  }
}

/** Keys of the body the canon models. */
const modelled: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'stream',
  'tools',
  'tool_choice',
  'max_tokens',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'service_tier',
  'speed',
  'cache_control',
])

/** What would be another kind of answer without it. */
const refused: Readonly<Record<string, string>> = {
  mcp_servers: 'the tools of these servers would silently not be there',
  thread: 'the conversation would be kept by a provider of this dialect; send the whole of it without a thread',
}

/** Where Bedrock and Vertex put what the API has in headers; it says nothing about the answer. */
const silent: ReadonlySet<string> = new Set(['anthropic_version', 'anthropic_beta', 'betas'])

function readExtras(wire: JsonObject): Extra[] {
  const extras: Extra[] = []
  for (const key of Object.keys(wire)) {
    const value = present(wire, key)
    if (modelled.has(key) || value === undefined) continue
    const refusal = Object.hasOwn(refused, key) ? refused[key] : undefined
    const verdict = refusal === undefined ? (silent.has(key) ? 'silent' : 'drop') : 'refuse'
    extras.push({ key, path: key, value, verdict, ...(refusal !== undefined && { detail: refusal }) })
  }
  return [...extras, ...readNestedExtras(wire)]
}

function readNestedExtras(wire: JsonObject): Extra[] {
  const thinking = readObject(wire, 'thinking', '')
  const enabled = thinking !== undefined && member(thinking, 'type') === 'enabled'
  const extras = [
    ...unknownMembers(wire, 'output_config', ['effort', 'format']),
    ...unknownFormatMembers(wire),
    ...unknownMembers(wire, 'metadata', ['user_id']),
    ...unknownMembers(wire, 'thinking', ['type', 'display', ...(enabled ? ['budget_tokens'] : [])]),
    ...unknownMembers(wire, 'tool_choice', ['type', 'name', 'disable_parallel_tool_use']),
  ]
  if (thinking && member(thinking, 'type') === 'between_tools') {
    extras.push({ key: 'thinking.type', path: 'thinking.type', value: 'between_tools', verdict: 'drop' })
  }
  const display = thinking && present(thinking, 'display')
  if (display !== undefined && display !== 'summarized' && display !== 'omitted') {
    extras.push({ key: 'thinking.display', path: 'thinking.display', value: display, verdict: 'drop' })
  }
  const cache = present(wire, 'cache_control')
  if (cache !== undefined && readCache(wire) === undefined) {
    extras.push({ key: 'cache_control', path: 'cache_control', value: cache, verdict: 'drop', detail: unknownCache })
  }
  const tier = present(wire, 'service_tier')
  if (tier !== undefined && tier !== 'auto' && tier !== 'standard_only') {
    extras.push({ key: 'service_tier', path: 'service_tier', value: tier, verdict: 'drop' })
  }
  if (member(wire, 'max_tokens') === 0) {
    const detail = '0 only fills the prompt cache, which no other dialect does'
    extras.push({ key: 'max_tokens', path: 'max_tokens', value: 0, verdict: 'refuse', detail })
  }
  return extras
}

function unknownFormatMembers(wire: JsonObject): Extra[] {
  const config = readObject(wire, 'output_config', '') ?? {}
  const inner = unknownMembers(config, 'format', ['type', 'schema'], 'output_config')
  return [...inner, ...unknownMembers(wire, 'output_format', ['type', 'schema'])]
}

function unknownMembers(wire: JsonObject, name: string, known: readonly string[], at = ''): Extra[] {
  const object = readObject(wire, name, at) ?? {}
  const key = pathOf(at, name)
  return Object.keys(object).flatMap((inner) => {
    const value = present(object, inner)
    if (known.includes(inner) || value === undefined) return []
    return [{ key: `${key}.${inner}`, path: `${key}.${inner}`, value, verdict: 'drop' as const }]
  })
}

function readPaths(wire: JsonObject): ChatRequest['paths'] {
  const config = readObject(wire, 'output_config', '') ?? {}
  const format = readObject(config, 'format', 'output_config')
  return {
    maxTokens: 'max_tokens',
    stop: 'stop_sequences',
    temperature: 'temperature',
    topP: 'top_p',
    topK: 'top_k',
    output: format ? 'output_config.format' : 'output_format',
    reasoning: present(config, 'effort') === undefined ? 'thinking' : 'output_config.effort',
    thinking: 'thinking',
    budget: 'thinking.budget_tokens',
    display: 'thinking.display',
    serviceTier: 'service_tier',
    fast: 'speed',
    user: 'metadata.user_id',
    toolChoice: 'tool_choice',
    parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
    cache: 'cache_control',
  }
}
