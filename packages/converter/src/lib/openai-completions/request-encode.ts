import type { JsonObject } from '../chat/json.ts'
import { cachePlace } from '../chat/places.ts'
import type { ChatRequest, RequestField } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { encodeSettings } from '../openai-chat/request-encode.ts'

/** What this dialect's request shares with Chat Completions', by the names both use. */
const shared = [
  'stop',
  'temperature',
  'top_p',
  'presence_penalty',
  'frequency_penalty',
  'seed',
  'n',
  'stream',
  'stream_options',
] as const

/** What the dialect has no counterpart of; none of it changes what kind of answer is given. */
const without = [
  'reasoning',
  'verbosity',
  'serviceTier',
  'fast',
  'metadata',
  'store',
  'cache',
  'topK',
] as const satisfies readonly RequestField[]

/**
 * Writes a Completions request. The dialect has no turns, tools or instructions: a chat that is more than one user text is refused.
 */
export function encodeRequest(chat: ChatRequest, context: RequestContext): JsonObject {
  const text = onlyText(chat, context)
  const { logprobs, user, ...rest } = chat
  const wire = encodeSettings(withoutOthers(rest, context), context)
  return {
    prompt: text,
    model: chat.model,
    ...Object.fromEntries(shared.filter((key) => wire[key] !== undefined).map((key) => [key, wire[key]])),
    ...(chat.maxTokens !== undefined && { max_tokens: chat.maxTokens }),
    ...(logprobs && { logprobs: logprobs.top ?? 0 }),
    ...(user !== undefined && { user }),
  }
}

/** The one user text a request may be. */
function onlyText(chat: ChatRequest, { report, from }: RequestContext): string {
  const [turn, second] = chat.turns
  const [part, more] = turn?.role === 'user' ? turn.parts : []
  if (turn === undefined || second !== undefined || part?.type !== 'text' || more !== undefined) {
    return report.refuse(
      second?.at ?? turn?.at ?? 'messages',
      'openai-completions takes one user text and nothing else',
    )
  }
  const [instruction] = chat.system
  if (instruction !== undefined) report.refuse(instruction.at, 'openai-completions takes no instructions')
  const [tool] = chat.tools
  if (tool !== undefined) report.refuse(tool.at, 'openai-completions takes no tools')
  if (chat.output !== undefined)
    report.refuse(chat.paths.output ?? 'output', 'openai-completions takes no output format')
  if (part.cache) report.dropped(cachePlace(part, from), 'openai-completions has no counterpart')
  return part.text
}

function withoutOthers(chat: ChatRequest, { report }: RequestContext): ChatRequest {
  for (const field of without) {
    const value = chat[field]
    const told = value !== undefined && (field !== 'store' || value === true)
    if (told) report.dropped(chat.paths[field] ?? field, 'openai-completions has no counterpart')
  }
  const { reasoning, verbosity, serviceTier, fast, metadata, store, cache, topK, toolChoice, ...rest } = chat
  const forces = toolChoice !== undefined && toolChoice.type !== 'auto' && toolChoice.type !== 'none'
  if (forces) report.dropped(chat.paths.toolChoice ?? 'tool_choice', 'no tool is left to choose from')
  return rest
}
