import { isObject, type JsonObject, objects, text } from '../json.ts'
import { countTokens, mediaTokens } from '../tokens.ts'
import type { Media, Segment, ToolResult } from '../turn.ts'

/** Tokens that every message costs besides its text. */
const MESSAGE_TOKENS = 4

/** What a conversation says, in the simulator's own words. */
export interface Conversation {
  system: string
  userText: string
  media: Media[]
  toolResults: ToolResult[]
  segments: Segment[]
}

/** Reads checked messages. */
export function readMessages(messages: readonly JsonObject[]): Conversation {
  const names = callNames(messages)
  const lastAnswer = messages.findLastIndex((message) => message.role === 'assistant')
  const latest = messages.slice(lastAnswer + 1)
  const users = latest.filter((message) => message.role === 'user')
  return {
    system: messages
      .filter((message) => message.role === 'system' || message.role === 'developer')
      .map(contentText)
      .join('\n'),
    userText: users.map(contentText).join('\n'),
    media: users.flatMap((message) => objects(message.content).flatMap(mediaOf)),
    toolResults: latest
      .filter((message) => message.role === 'tool' || message.role === 'function')
      .map((message) => {
        const id = text(message.tool_call_id) ?? ''
        const name = text(message.name) ?? names.get(id) ?? 'unknown'
        return { id, name, text: contentText(message), isError: false, media: [] }
      }),
    segments: messages.map(segmentOf),
  }
}

/** Text of a message, its parts joined without a separator. */
export function contentText(message: JsonObject): string {
  if (typeof message.content === 'string') return message.content
  return objects(message.content)
    .map((part) => text(part.text) ?? text(part.refusal) ?? '')
    .join('')
}

function callNames(messages: readonly JsonObject[]): Map<string, string> {
  const calls = messages.flatMap((message) => objects(message.tool_calls))
  return new Map(
    calls.map((call) => {
      const named = isObject(call.function) ? call.function : call.custom
      return [text(call.id) ?? '', (isObject(named) && text(named.name)) || 'unknown']
    }),
  )
}

function mediaOf(part: JsonObject): Media[] {
  if (isObject(part.image_url)) return [located('image', text(part.image_url.url) ?? '')]
  if (isObject(part.input_audio)) {
    return [
      {
        kind: 'audio',
        from: `audio/${text(part.input_audio.format) ?? ''}`,
        size: text(part.input_audio.data)?.length ?? 0,
      },
    ]
  }
  if (!isObject(part.file)) return []
  const data = text(part.file.file_data)
  if (data === undefined) return [{ kind: 'document', from: text(part.file.file_id) ?? '', size: 0 }]
  return [located('document', data)]
}

function located(kind: Media['kind'], url: string): Media {
  const data = /^data:([^;,]*)/i.exec(url)
  if (!data) return { kind, from: url, size: 0 }
  return { kind, from: (data[1] ?? '').toLowerCase(), size: url.length - url.indexOf(',') - 1 }
}

function segmentOf(message: JsonObject): Segment {
  const media = objects(message.content).flatMap(mediaOf)
  const calls = message.tool_calls === undefined ? '' : JSON.stringify(message.tool_calls)
  const tokens =
    countTokens(contentText(message)) +
    countTokens(calls) +
    media.reduce((sum, item) => sum + mediaTokens(item.size), 0)
  return { text: JSON.stringify(message), tokens: tokens + MESSAGE_TOKENS }
}
