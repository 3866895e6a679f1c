import { isObject, type JsonObject, objects, text } from '../json.ts'
import { countTokens, mediaTokens } from '../tokens.ts'
import type { Media, Segment, ToolResult } from '../turn.ts'

/** Tokens that every item costs besides its text. */
const ITEM_TOKENS = 4

/** What a conversation says, in the simulator's own words. */
export interface Conversation {
  system: string
  userText: string
  media: Media[]
  toolResults: ToolResult[]
  segments: Segment[]
}

/** The type of an input item: a message may leave it out. */
export function typeOf(item: JsonObject): string {
  if (typeof item.type === 'string') return item.type
  return item.role === undefined && item.id !== undefined ? 'item_reference' : 'message'
}

/** The input as items; text alone is one user message. */
export function itemsOf(input: unknown): JsonObject[] {
  return typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : objects(input)
}

/** Whether an item holds what the model said or did. */
function isAnswer(item: JsonObject): boolean {
  if (typeOf(item) === 'message') return item.role === 'assistant'
  return /_call$|^reasoning$/.test(typeOf(item))
}

/** Reads checked items, and the instructions before them. */
export function readMessages(items: readonly JsonObject[], instructions: string | undefined): Conversation {
  const latest = items.slice(items.findLastIndex(isAnswer) + 1)
  const users = latest.filter((item) => item.role === 'user')
  const systems = items.filter((item) => item.role === 'system' || item.role === 'developer').map(contentText)
  const names = callNames(items)
  return {
    system: [...(instructions ? [instructions] : []), ...systems].join('\n'),
    userText: users.map(contentText).join('\n'),
    media: users.flatMap((item) => objects(item.content).flatMap(mediaOf)),
    toolResults: latest.filter((item) => typeOf(item).endsWith('_output')).map((item) => resultOf(item, names)),
    segments: [...(instructions ? [segmentOf({ content: instructions })] : []), ...items.map(segmentOf)],
  }
}

/** Text of an item's content or output, its parts joined without a separator. */
export function contentText(item: JsonObject): string {
  const content = item.content ?? item.output
  if (typeof content === 'string') return content
  return objects(content)
    .map((part) => text(part.text) ?? text(part.refusal) ?? '')
    .join('')
}

function callNames(items: readonly JsonObject[]): Map<string, string> {
  const calls = items.filter((item) => item.call_id !== undefined && item.name !== undefined)
  return new Map(calls.map((call) => [text(call.call_id) ?? '', text(call.name) ?? '']))
}

function resultOf(item: JsonObject, names: ReadonlyMap<string, string>): ToolResult {
  const id = text(item.call_id) ?? ''
  return {
    id,
    name: names.get(id) ?? text(item.name) ?? typeOf(item).replace(/_call_output$|_output$/, ''),
    text: contentText(item),
    isError: false,
    media: objects(item.output).flatMap(mediaOf),
  }
}

function mediaOf(part: JsonObject): Media[] {
  const kind = part.type === 'input_image' ? 'image' : 'document'
  if (part.type !== 'input_image' && part.type !== 'input_file') return []
  const url = text(part.image_url) ?? text(part.file_data) ?? text(part.file_url) ?? text(part.file_id) ?? ''
  const data = /^data:([^;,]*)/i.exec(url)
  if (!data) return [{ kind, from: url, size: 0 }]
  return [{ kind, from: (data[1] ?? '').toLowerCase(), size: url.length - url.indexOf(',') - 1 }]
}

function segmentOf(item: JsonObject): Segment {
  const media = [...objects(item.content), ...objects(item.output)].flatMap(mediaOf)
  const called = text(item.arguments) ?? text(item.input)
  const spoken = contentText(item)
  const other = called === undefined ? '' : `${text(item.name) ?? ''}${called}`
  const tokens = countTokens(spoken) + countTokens(other) + media.reduce((sum, part) => sum + mediaTokens(part.size), 0)
  // Encrypted reasoning is billed as the reasoning it stands for, which the provider drops between turns.
  const { encrypted_content: _sealed, id: _id, ...rest } = item
  return { text: JSON.stringify(isObject(rest) ? rest : {}), tokens: tokens + ITEM_TOKENS }
}
