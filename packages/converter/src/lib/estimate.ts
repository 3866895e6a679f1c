import { isObject, type JsonObject, type JsonValue, member } from './chat/json.ts'
import { stringAt } from './chat/read.ts'
import { type CountedImage, imageTokens } from './image-tokens.ts'
import { textTokens } from './text-tokens.ts'

/** A page of a PDF is about 3,000 characters of text plus its picture; base64 of a page is seldom below 40 kB. */
const documentTokensPerByte = 1 / 20
const perMessage = 4
/** What a tool and each of its parameters take beside their words: the figures of OpenAI's cookbook for gpt-4o come to these. */
const perTool = 18
const perParameter = 5

/** Where the schema of a tool's parameters stands. */
const schemaKeys = ['input_schema', 'parameters', 'parametersJsonSchema'] as const

/**
 * Estimates the input tokens of a chat request in any JSON dialect, for providers that cannot count. Text is counted as OpenAI's
 * o200k vocabulary does, within about 10 % (the README has the error of each kind); other vendors' vocabularies are not public.
 * An estimate, not a bill.
 *
 * @param model whose image tokens are counted; default: the body's own `model`.
 */
export function estimateInputTokens(body: JsonValue, model?: string): number {
  const own = isObject(body) ? stringAt(body, 'model') : undefined
  const tokens = walk(body, '', model ?? own ?? '')
  return Math.max(1, Math.ceil(tokens))
}

/** Keys whose text is never shown to the model. */
const silent = new Set([
  'type',
  'role',
  'model',
  'id',
  'tool_use_id',
  'tool_call_id',
  'media_type',
  'cache_control',
  'signature',
])

function walk(value: JsonValue | undefined, key: string, model: string): number {
  if (typeof value === 'string') return silent.has(key) ? 0 : key === 'data' ? mediaTokens(value) : stringTokens(value)
  if (typeof value === 'number' || typeof value === 'boolean') return key === '' ? 0 : 1
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + walk(item, key, model), 0)
  if (!isObject(value)) return 0
  const image = imageIn(value)
  if (image !== undefined) return imageTokens(image, model)
  let sum = member(value, 'role') === undefined ? 0 : perMessage
  if (schemaKeys.some((schema) => isObject(member(value, schema)))) sum += perTool
  for (const [name, inner] of Object.entries(value)) {
    if (silent.has(name)) continue
    sum += walk(inner, name, model)
    if (key === 'properties') sum += textTokens(name) + perParameter
  }
  return sum
}

/** The image a part is, in any dialect; undefined for other parts. */
function imageIn(part: JsonObject): CountedImage | undefined {
  switch (part.type) {
    case 'image':
      return bytesOf(part.source)
    case 'image_url':
      return isObject(part.image_url)
        ? byUrl(part.image_url.url, part.image_url.detail)
        : byUrl(part.image_url, undefined)
    case 'input_image':
      return byUrl(part.image_url, part.detail)
    default:
      return geminiImage(part)
  }
}

function bytesOf(source: JsonValue | undefined): CountedImage {
  const data = isObject(source) ? source.data : undefined
  return typeof data === 'string' ? { data } : {}
}

function byUrl(url: JsonValue | undefined, detail: JsonValue | undefined): CountedImage {
  const data = typeof url === 'string' && url.startsWith('data:') ? url.slice(url.indexOf(',') + 1) : undefined
  return { ...(data !== undefined && { data }), ...(typeof detail === 'string' && { detail }) }
}

/** `inlineData` or `fileData` of an image, in either spelling, with the resolution asked for. */
function geminiImage(part: JsonObject): CountedImage | undefined {
  const media = part.inlineData ?? part.inline_data ?? part.fileData ?? part.file_data
  if (!isObject(media)) return undefined
  const type = media.mimeType ?? media.mime_type
  if (typeof type !== 'string' || !type.toLowerCase().startsWith('image/')) return undefined
  const resolution = part.mediaResolution ?? part.media_resolution
  const level = isObject(resolution) ? resolution.level : resolution
  const detail = typeof level === 'string' ? level.replace('MEDIA_RESOLUTION_', '').toLowerCase() : undefined
  return { ...bytesOf(media), ...(detail !== undefined && { detail }) }
}

function mediaTokens(data: string): number {
  return data.length * 0.75 * documentTokensPerByte
}

/** Tokens of a text, by script. */
function stringTokens(text: string): number {
  return text.startsWith('data:') ? mediaTokens(text) : textTokens(text)
}
