import type { Report } from '../chat/loss.ts'
import type { ToolResult, UserPart } from '../chat/part.ts'
import type { ChatRequest } from '../chat/request.ts'
import type { Capabilities, MediaKind } from './capabilities.ts'

/**
 * Holds a request to what the model can do at all, in whatever dialect it is written: how long its answers may be, whether it calls
 * tools, what media it takes. What a dialect words differently for some models is its encoder's to know.
 *
 * @throws ConversionError `UNSUPPORTED` for tools or media the model does not take: leaving them out would give another answer.
 */
export function fitToModel(chat: ChatRequest, capabilities: Capabilities, report: Report): ChatRequest {
  const { tools = true, media, maxOutputTokens = Number.POSITIVE_INFINITY } = capabilities
  const called = tools ? undefined : chat.tools.find((tool) => tool.type !== 'hosted' || tool.search === undefined)
  if (called) report.refuse(called.at, `${chat.model} calls no tools`)
  if (media !== undefined) refuseMedia(chat, new Set(media), report)
  if (chat.maxTokens === undefined || chat.maxTokens <= maxOutputTokens) return chat
  const path = chat.paths.maxTokens ?? 'maxTokens'
  report.approximated(path, `${chat.model} answers with ${maxOutputTokens} tokens at most, not ${chat.maxTokens}`)
  return { ...chat, maxTokens: maxOutputTokens }
}

function refuseMedia(chat: ChatRequest, taken: ReadonlySet<MediaKind>, report: Report): void {
  for (const turn of chat.turns) {
    if (turn.role === 'user') refuseParts(turn.parts, taken, chat.model, report)
    if (turn.role === 'tool') for (const { parts } of turn.results) refuseParts(parts, taken, chat.model, report)
  }
}

const kinds: { readonly [type in UserPart['type']]?: readonly [kind: MediaKind, words: string] } = {
  image: ['image', 'images'],
  file: ['document', 'documents'],
  audio: ['audio', 'sound'],
}

function refuseParts(
  parts: readonly (UserPart | ToolResult['parts'][number])[],
  taken: ReadonlySet<MediaKind>,
  model: string,
  report: Report,
): void {
  for (const part of parts) {
    // A document of plain text is sent as text.
    if (part.type === 'file' && part.source.kind === 'text') continue
    const [kind, words] = kinds[part.type] ?? []
    if (kind !== undefined && !taken.has(kind)) report.refuse(part.at, `${model} takes no ${words}`)
  }
}
