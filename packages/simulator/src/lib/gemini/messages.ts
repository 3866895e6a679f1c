import { isObject, type JsonObject, objects, text } from '../json.ts'
import { countTokens, mediaTokens } from '../tokens.ts'
import type { Media, Segment, ToolResult } from '../turn.ts'

/** Tokens that every content costs besides its text. */
const CONTENT_TOKENS = 4

/** What a conversation says, in the simulator's own words. */
export interface Conversation {
  system: string
  userText: string
  media: Media[]
  toolResults: ToolResult[]
  segments: Segment[]
}

/** Reads checked contents and the system instruction. */
export function readMessages(request: JsonObject): Conversation {
  const contents = objects(request.contents)
  const system = isObject(request.systemInstruction) ? [request.systemInstruction] : []
  const answered = contents.findLastIndex((content) => content.role === 'model')
  const parts = contents.slice(answered + 1).flatMap((content) => objects(content.parts))
  const results = parts.map((part) => part.functionResponse).filter(isObject)
  return {
    system: system.map(contentText).join('\n'),
    userText: contents
      .slice(answered + 1)
      .map(contentText)
      .filter((each) => each !== '')
      .join('\n'),
    media: parts.flatMap(mediaOf),
    toolResults: results.map(resultOf),
    segments: [...system, ...contents].map(segmentOf),
  }
}

/** The text of a content; thoughts are not part of what was said. */
export function contentText(content: JsonObject): string {
  return objects(content.parts)
    .filter((part) => part.thought !== true)
    .map((part) => text(part.text) ?? '')
    .join('')
}

function resultOf(result: JsonObject): ToolResult {
  const response = isObject(result.response) ? result.response : {}
  const error = response.error
  const said = error ?? response.output ?? response.result ?? response
  return {
    id: text(result.id) ?? '',
    name: text(result.name) ?? 'unknown',
    text: typeof said === 'string' ? said : JSON.stringify(said),
    isError: error !== undefined,
    media: objects(result.parts).flatMap(mediaOf),
  }
}

function mediaOf(part: JsonObject): Media[] {
  const source = isObject(part.inlineData) ? part.inlineData : part.fileData
  if (!isObject(source)) return []
  const from = text(source.mimeType) ?? text(source.fileUri) ?? 'unknown'
  return [{ kind: kindOf(from), from: text(source.fileUri) ?? from, size: text(source.data)?.length ?? 0 }]
}

function kindOf(mimeType: string): Media['kind'] {
  if (mimeType.startsWith('image/') || mimeType.startsWith('video/')) return 'image'
  return mimeType.startsWith('audio/') ? 'audio' : 'document'
}

function segmentOf(content: JsonObject): Segment {
  const parts = objects(content.parts)
  const tokens = parts.reduce((sum, part) => sum + partTokens(part), CONTENT_TOKENS)
  return { text: JSON.stringify(content), tokens }
}

function partTokens(part: JsonObject): number {
  if (typeof part.text === 'string') return countTokens(part.text)
  const media = [part, ...(isObject(part.functionResponse) ? objects(part.functionResponse.parts) : [])].flatMap(
    mediaOf,
  )
  const worth = media.reduce((sum, item) => sum + mediaTokens(item.size), 0)
  if (isObject(part.functionResponse)) return worth + countTokens(JSON.stringify(part.functionResponse.response ?? {}))
  // Signatures are opaque, and not billed as text.
  const { inlineData: _data, thoughtSignature: _seal, ...rest } = part
  return worth > 0 ? worth : countTokens(JSON.stringify(rest))
}
