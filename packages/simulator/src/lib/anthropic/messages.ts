import { isObject, type JsonObject, objects, text } from '../json.ts'
import { countTokens, mediaTokens } from '../tokens.ts'
import type { Media, Segment, ToolResult } from '../turn.ts'

/** Tokens that every message costs besides its text. */
const MESSAGE_TOKENS = 4

/** The blocks of a message; text alone is one text block. */
export function blocksOf(content: unknown): JsonObject[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : objects(content)
}

/** Text of blocks, joined without a separator, as citations split one sentence over several. */
export function blockText(blocks: readonly JsonObject[]): string {
  return blocks.map((block) => text(block.text) ?? '').join('')
}

/** What a conversation says, in the simulator's own words. */
export interface Conversation {
  system: string
  userText: string
  media: Media[]
  toolResults: ToolResult[]
  segments: Segment[]
}

/** Reads checked messages and the system prompt. */
export function readMessages(body: JsonObject): Conversation {
  const messages = objects(body.messages)
  const system = [
    body.system,
    ...messages.filter((message) => message.role === 'system').map((message) => message.content),
  ]
  const last = messages.at(-1)
  const answered = messages.findLastIndex((message, index) => message.role === 'assistant' && messages[index] !== last)
  const latest = messages.slice(answered + 1).filter((message) => message.role === 'user')
  const blocks = latest.flatMap((message) => blocksOf(message.content))
  const names = callNames(messages)
  return {
    system: system
      .map((content) => blockText(blocksOf(content)))
      .filter((part) => part !== '')
      .join('\n'),
    userText: latest
      .map((message) => blockText(blocksOf(message.content)))
      .filter((part) => part !== '')
      .join('\n'),
    media: blocks.flatMap(mediaOf),
    toolResults: blocks.filter((block) => block.type === 'tool_result').map((block) => resultOf(block, names)),
    segments: segmentsOf(body, messages),
  }
}

function callNames(messages: readonly JsonObject[]): Map<string, string> {
  const calls = messages.flatMap((message) => blocksOf(message.content)).filter((block) => block.type === 'tool_use')
  return new Map(calls.map((call) => [text(call.id) ?? '', text(call.name) ?? '']))
}

function resultOf(block: JsonObject, names: ReadonlyMap<string, string>): ToolResult {
  const id = text(block.tool_use_id) ?? ''
  const content = blocksOf(block.content)
  return {
    id,
    name: names.get(id) ?? 'unknown',
    text: content.map(readable).join(''),
    isError: block.is_error === true,
    media: content.flatMap(mediaOf),
  }
}

/** The text of a block inside a tool result. */
function readable(block: JsonObject): string {
  if (block.type === 'search_result') return `${text(block.title) ?? ''}: ${blockText(blocksOf(block.content))}`
  if (block.type === 'tool_reference') return `(tool ${text(block.tool_name) ?? ''})`
  return text(block.text) ?? ''
}

function mediaOf(block: JsonObject): Media[] {
  if ((block.type !== 'image' && block.type !== 'document') || !isObject(block.source)) return []
  const { source } = block
  const from = text(source.media_type) ?? text(source.url) ?? text(source.file_id) ?? 'content blocks'
  return [{ kind: block.type, from, size: text(source.data)?.length ?? 0 }]
}

function segmentsOf(body: JsonObject, messages: readonly JsonObject[]): Segment[] {
  const leading = [...objects(body.tools), ...(body.system === undefined ? [] : blocksOf(body.system))]
  const segments = leading.map((block) => segmentOf(block, 0))
  for (const message of messages) {
    const blocks = blocksOf(message.content)
    segments.push(...blocks.map((block, index) => segmentOf(block, index === 0 ? MESSAGE_TOKENS : 0)))
  }
  const last = segments.at(-1)
  // A marker on the request itself stands behind its last block.
  if (isObject(body.cache_control) && last && !last.cache) last.cache = lifetime(body.cache_control)
  return segments
}

function segmentOf(block: JsonObject, overhead: number): Segment {
  const { cache_control: marker, ...rest } = block
  const source = JSON.stringify(rest)
  const segment: Segment = { text: source, tokens: overhead + blockTokens(rest, source) }
  if (isObject(marker)) segment.cache = lifetime(marker)
  return segment
}

function blockTokens(block: JsonObject, source: string): number {
  if (block.type === 'text') return countTokens(text(block.text) ?? '')
  // Signatures are opaque: the provider bills the reasoning they stand for, which it knows.
  if (block.type === 'thinking') return countTokens(text(block.thinking) ?? '')
  const media = [block, ...blocksOf(block.content)].flatMap(mediaOf)
  if (media.length === 0) return countTokens(source)
  return media.reduce((sum, item) => sum + mediaTokens(item.size), countTokens(blockText(blocksOf(block.content))))
}

function lifetime(marker: JsonObject): '5m' | '1h' {
  return marker.ttl === '1h' ? '1h' : '5m'
}
