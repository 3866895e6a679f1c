import { type JsonObject, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import {
  dropOthers,
  invalid,
  pathOf,
  present,
  readBoolean,
  readCount,
  readNumber,
  readObject,
  readString,
  readStrings,
  requireString,
} from '../chat/read.ts'
import type { ChatRequest, OutputFormat, Reasoning } from '../chat/request.ts'
import { decodeIdentity, extra, type Gathering, readUnknown, type Verdict } from '../openai-chat/gathering.ts'
import { effortWords } from '../openai-chat/wire.ts'
import { decodeInput } from './input-decode.ts'
import { ToolNames } from './tool-names.ts'
import { decodeToolChoice, decodeTools } from './tools.ts'

type Scalars = Partial<Omit<ChatRequest, 'model' | 'stream' | 'system' | 'turns' | 'tools' | 'extras' | 'paths'>>

const stored = 'what OpenAI has stored cannot be sent elsewhere: send the items themselves in input'

/** Top-level keys the canon does not model, and what becomes of each in a dialect that has no counterpart. */
const extraVerdicts: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ['previous_response_id', { verdict: 'refuse', detail: stored }],
  ['conversation', { verdict: 'refuse', detail: stored }],
  ['prompt', { verdict: 'refuse', detail: 'a prompt template stored at OpenAI cannot be sent elsewhere' }],
  // Codex tells here who it is; it is no part of what the model is asked.
  ['client_metadata', { verdict: 'silent' }],
])

/** Top-level keys this decoder reads, or that say nothing to another dialect; every other key is told as an extra. */
const knownKeys: ReadonlySet<string> = new Set([
  'model',
  'input',
  'instructions',
  'stream',
  'stream_options',
  'include',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'temperature',
  'top_p',
  'top_logprobs',
  'text',
  'reasoning',
  'service_tier',
  'user',
  'safety_identifier',
  'metadata',
  'store',
  'prompt_cache_options',
  'background',
  'truncation',
])

/** Reads a Responses request. */
export function decodeRequest(wire: JsonObject, report: Report): ChatRequest {
  const gathering: Gathering = { extras: [], paths: {}, report }
  const { extras, paths } = gathering
  const names = new ToolNames(wire)
  const { system, turns } = decodeInput(wire, { names, extras, report })
  const instructions = readString(wire, 'instructions', '')
  const toolChoice = decodeToolChoice(wire, names, extras, report)
  if (toolChoice) paths.toolChoice = 'tool_choice'
  readStreamOptions(wire, gathering)
  const scalars = {
    ...sampling(wire, gathering),
    ...shape(wire, gathering),
    ...decodeIdentity(wire, gathering),
    ...readTier(wire, gathering),
  }
  readUnknown(wire, extras, knownKeys, extraVerdicts)
  return {
    model: requireString(wire, 'model', ''),
    stream: readBoolean(wire, 'stream', '') ?? false,
    system: instructions ? [{ type: 'text', text: instructions, at: 'instructions' }, ...system] : system,
    turns,
    tools: decodeTools(wire, names, report),
    ...(toolChoice && { toolChoice }),
    ...scalars,
    extras,
    paths,
  }
}

/** The padding of chunks is between this wire's two ends; only OpenAI's other dialect can be asked for it too. */
function readStreamOptions(wire: JsonObject, { extras, report }: Gathering): void {
  const options = readObject(wire, 'stream_options', '') ?? {}
  dropOthers(options, 'stream_options', new Set(['include_obfuscation']), report)
  const path = 'stream_options.include_obfuscation'
  const value = readBoolean(options, 'include_obfuscation', 'stream_options')
  if (value !== undefined) extras.push({ key: path, path, value, verdict: 'silent' })
}

function sampling(wire: JsonObject, { paths }: Gathering): Scalars {
  const temperature = readNumber(wire, 'temperature', '')
  const topP = readNumber(wire, 'top_p', '')
  const maxTokens = readCount(wire, 'max_output_tokens', '')
  const logprobs = readLogprobs(wire)
  if (temperature !== undefined) paths.temperature = 'temperature'
  if (topP !== undefined) paths.topP = 'top_p'
  if (maxTokens !== undefined) paths.maxTokens = 'max_output_tokens'
  if (logprobs) paths.logprobs = logprobs.top === undefined ? 'include' : 'top_logprobs'
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(logprobs && { logprobs }),
  }
}

/** Log-probabilities are asked for by `include`; alternatives to a token by `top_logprobs`, which asks for none when it is 0. */
function readLogprobs(wire: JsonObject): { readonly top?: number } | undefined {
  const included = (readStrings(wire, 'include', '') ?? []).includes('message.output_text.logprobs')
  const top = readCount(wire, 'top_logprobs', '')
  if (top !== undefined && (included || top > 0)) return { top }
  return included ? {} : undefined
}

/** What the answer is to look like, and how it is come to. */
function shape(wire: JsonObject, gathering: Gathering): Scalars {
  const { paths } = gathering
  const text = readObject(wire, 'text', '') ?? {}
  const output = readOutput(text, gathering)
  if (output) paths.output = 'text.format'
  const verbosity = readString(text, 'verbosity', 'text')
  if (verbosity !== undefined) paths.verbosity = 'text.verbosity'
  dropOthers(text, 'text', new Set(['format', 'verbosity']), gathering.report)
  const reasoning = readReasoning(wire, gathering)
  const parallelToolCalls = readBoolean(wire, 'parallel_tool_calls', '')
  if (parallelToolCalls !== undefined) paths.parallelToolCalls = 'parallel_tool_calls'
  readMode(wire, gathering)
  return {
    ...(output && { output }),
    ...(verbosity !== undefined && { verbosity }),
    ...(reasoning && { reasoning }),
    ...(parallelToolCalls !== undefined && { parallelToolCalls }),
  }
}

function readOutput(text: JsonObject, { extras, report }: Gathering): OutputFormat | undefined {
  const path = 'text.format'
  const format = readObject(text, 'format', 'text')
  if (format === undefined) return undefined
  const type = requireString(format, 'type', path)
  if (type === 'text') return undefined
  if (type === 'json_object') return { type: 'json' }
  if (type !== 'json_schema') {
    const detail = `an answer in the format ${type} is not converted`
    extras.push(extra(path, format, 'refuse', detail))
    return undefined
  }
  dropOthers(format, path, new Set(['type', 'name', 'description', 'schema', 'strict']), report)
  const name = readString(format, 'name', path)
  const description = readString(format, 'description', path)
  const strict = readBoolean(format, 'strict', path)
  return {
    type: 'json-schema',
    schema: readObject(format, 'schema', path) ?? invalid(pathOf(path, 'schema'), 'is required and must be an object'),
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    // Unlike a tool's, a format that does not say is not strict in this dialect.
    strict: strict ?? false,
  }
}

function readReasoning(wire: JsonObject, { paths, extras, report }: Gathering): Reasoning | undefined {
  const reasoning = readObject(wire, 'reasoning', '')
  if (reasoning === undefined) return undefined
  const word = readString(reasoning, 'effort', 'reasoning')
  const effort = effortWords.find((known) => known === word)
  if (word !== undefined && effort === undefined) {
    const detail = 'not an effort this version knows'
    extras.push(extra('reasoning.effort', word, 'drop', detail))
  }
  const summary =
    readString(reasoning, 'summary', 'reasoning') ?? readString(reasoning, 'generate_summary', 'reasoning')
  dropOthers(reasoning, 'reasoning', new Set(['effort', 'summary', 'generate_summary', ...defaults(reasoning)]), report)
  if (effort === undefined && summary === undefined) return undefined
  paths.reasoning = 'reasoning.effort'
  paths.thinking = 'reasoning'
  paths.display = present(reasoning, 'summary') === undefined ? 'reasoning.generate_summary' : 'reasoning.summary'
  return { ...(effort && { effort }), ...(summary !== undefined && { display: 'summarized' as const }) }
}

/** Members that say what happens anyway. */
function defaults(reasoning: JsonObject): string[] {
  const usual = Object.entries({ context: 'auto', mode: 'standard' })
  return usual.flatMap(([key, value]) => (member(reasoning, key) === value ? [key] : []))
}

/** How the request is to be run. */
function readMode(wire: JsonObject, { extras }: Gathering): void {
  if (readBoolean(wire, 'background', '')) {
    const detail = 'an answer to be fetched later is not converted: send the request without background'
    extras.push(extra('background', true, 'refuse', detail))
  }
  const truncation = readString(wire, 'truncation', '')
  if (truncation !== undefined && truncation !== 'disabled') {
    const detail = 'a conversation that is too long is not cut'
    extras.push(extra('truncation', truncation, 'drop', detail))
  }
}

function readTier(wire: JsonObject, { paths, extras }: Gathering): Scalars {
  const tier = readString(wire, 'service_tier', '')
  if (tier === undefined) return {}
  if (tier === 'ultrafast') {
    const detail = 'only openai-responses has this tier'
    extras.push(extra('service_tier', tier, 'drop', detail))
    return {}
  }
  paths[tier === 'fast' ? 'fast' : 'serviceTier'] = 'service_tier'
  return tier === 'fast' ? { fast: true } : { serviceTier: tier }
}
