import type { JsonObject } from '../chat/json.ts'
import type { ChatRequest } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { encodeRequest as encodeChat } from '../openai-chat/request-encode.ts'

/** What this dialect's request shares with Chat Completions', by the names both use. */
const shared = [
  'model',
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

/**
 * Writes a Completions request. The dialect has no turns, tools or instructions: a chat that is more than one user text is refused.
 */
export function encodeRequest(chat: ChatRequest, context: RequestContext): JsonObject {
  const { report } = context
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
  const { logprobs, user, ...rest } = chat
  const wire = encodeChat(rest, context)
  for (const key of Object.keys(wire)) {
    if (!carried.has(key)) report.dropped(key, 'openai-completions has no counterpart')
  }
  return {
    prompt: part.text,
    ...Object.fromEntries(shared.filter((key) => wire[key] !== undefined).map((key) => [key, wire[key]])),
    ...(chat.maxTokens !== undefined && { max_tokens: chat.maxTokens }),
    ...(logprobs && { logprobs: logprobs.top ?? 0 }),
    ...(user !== undefined && { user }),
  }
}

/** What a chat request is made of that is written here, as it is or in this dialect's own spelling. */
const carried: ReadonlySet<string> = new Set([...shared, 'messages', 'max_tokens', 'max_completion_tokens'])
