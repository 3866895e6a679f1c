import { type JsonObject, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { invalid, present, readBoolean, readCount, readObject, readString, requireString } from '../chat/read.ts'
import type { ChatRequest, Extra } from '../chat/request.ts'
import { sampling } from '../openai-chat/request-decode.ts'
import { defaultMaxTokens } from './wire.ts'

const knownKeys: ReadonlySet<string> = new Set([
  'model',
  'prompt',
  'stream',
  'stream_options',
  'max_tokens',
  'stop',
  'temperature',
  'top_p',
  'presence_penalty',
  'frequency_penalty',
  'seed',
  'n',
  'logprobs',
  'user',
])

/** What no chat can do: the answer would be another. */
const refusals: ReadonlyMap<string, string> = new Map([
  ['suffix', 'a chat cannot fill in the middle of a text'],
  ['best_of', 'a chat cannot draw several answers and keep the best'],
  ['echo', 'a chat cannot repeat the prompt in its answer'],
  ['logit_bias', 'token ids mean nothing to another model'],
])

/** Reads a Completions request as a chat of one user message. */
export function decodeRequest(wire: JsonObject, report: Report): ChatRequest {
  const text = readPrompt(wire, report)
  const paths: { [field in 'logprobs' | 'user']?: string } = {}
  const top = readCount(wire, 'logprobs', '')
  if (top !== undefined) paths.logprobs = 'logprobs'
  const user = readString(wire, 'user', '')
  if (user !== undefined) paths.user = 'user'
  const streamOptions = readObject(wire, 'stream_options', '') ?? {}
  return {
    model: requireString(wire, 'model', ''),
    stream: readBoolean(wire, 'stream', '') ?? false,
    ...(readBoolean(streamOptions, 'include_usage', 'stream_options') && { wantsUsage: true }),
    system: [],
    turns: [{ role: 'user', parts: [{ type: 'text', text, at: 'prompt' }], at: 'prompt' }],
    tools: [],
    maxTokens: defaultMaxTokens,
    ...sampling(wire, paths),
    ...(top !== undefined && { logprobs: { top } }),
    ...(user !== undefined && { user }),
    extras: readExtras(wire),
    paths,
  }
}

/** One text, alone or as the only one of a list. */
function readPrompt(wire: JsonObject, report: Report): string {
  const prompt = present(wire, 'prompt')
  const only = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt
  if (typeof only === 'string' && only !== '') return only
  if (only === undefined || only === '') report.refuse('prompt', 'a chat needs a prompt that is not empty')
  if (!Array.isArray(prompt)) return invalid('prompt', 'must be a string or an array')
  return report.refuse('prompt', 'a chat takes one prompt of text: not several, and no token ids')
}

function readExtras(wire: JsonObject): Extra[] {
  const extras: Extra[] = []
  for (const key of Object.keys(wire)) {
    const value = member(wire, key)
    if (knownKeys.has(key) || value === undefined || value === null) continue
    const harmless = value === false || value === '' || (key === 'best_of' && value === 1)
    const detail = harmless ? undefined : refusals.get(key)
    if (detail !== undefined) extras.push({ key, path: key, value, verdict: 'refuse', detail })
    else if (!refusals.has(key)) extras.push({ key, path: key, value, verdict: 'drop' })
  }
  return extras
}
