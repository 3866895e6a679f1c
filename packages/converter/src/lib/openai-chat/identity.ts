import type { JsonObject } from '../chat/json.ts'
import type { ChatRequest } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { aliasOf } from '../tool-names.ts'

/** Longest `user`; `safety_identifier` takes 128 (openai 7.57.0), but 64 fits both and Azure. Characters. */
const maxUserLength = 64

/** Keys that mean the same in OpenAI's two dialects and that nothing else in the canon carries. */
const sharedKeys = ['prompt_cache_key', 'prompt_cache_retention', 'prompt_cache_options', 'moderation'] as const

/** Who asks: `safety_identifier`, or `user` where the client said that or the server knows no other. */
export function encodeUser(chat: ChatRequest, context: RequestContext): JsonObject {
  const { report, capabilities, from } = context
  const { user, paths } = chat
  if (user === undefined) return {}
  const path = paths.user ?? 'user'
  if (user.length > maxUserLength) {
    report.approximated(path, `an id of more than ${maxUserLength} characters is sent as its hash`)
  }
  const saysUser = isOpenai(from) && path === 'user'
  if (!capabilities.openaiExtensions || saysUser) return { user: userOf(user) }
  // OpenAI takes both, and a client of its other dialect may have given both.
  const other = isOpenai(from) ? context.take('user')?.value : undefined
  return { safety_identifier: userOf(user), ...(typeof other === 'string' && { user: userOf(other) }) }
}

/** An id that is too long becomes a hash of it: still one id for one user, which is all it is for. */
function userOf(user: string): string {
  return user.length <= maxUserLength ? user : aliasOf(user, maxUserLength)
}

/** Whether a dialect is one of OpenAI's. */
export function isOpenai(from: RequestContext['from']): boolean {
  return from === 'openai-chat' || from === 'openai-responses' || from === 'openai-completions'
}

/** What OpenAI's other dialect spells the same. */
export function encodeShared(context: RequestContext): JsonObject {
  const wire: JsonObject = {}
  if (!context.capabilities.openaiExtensions || !isOpenai(context.from)) return wire
  for (const key of sharedKeys) {
    const extra = context.take(key)
    if (extra) wire[key] = extra.value
  }
  return wire
}

/** The price of speed: a client of OpenAI's other dialect gets the very tier it named, others the nearest. */
export function fastTier(path: string, { report, from }: RequestContext): string {
  if (isOpenai(from)) return 'fast'
  report.approximated(path, 'sent as service_tier priority')
  return 'priority'
}
