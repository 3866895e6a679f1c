import { isObject, type JsonValue, member } from './chat/json.ts'
import { textTokens } from './text-tokens.ts'

/** Tokens an image counts for when nothing better is known: Anthropic's figure for a picture of about 1.15 megapixels. */
const imageTokens = 1_600
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
 */
export function estimateInputTokens(body: JsonValue): number {
  const tokens = walk(body, '')
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

function walk(value: JsonValue | undefined, key: string): number {
  if (typeof value === 'string') return silent.has(key) ? 0 : key === 'data' ? mediaTokens(value) : stringTokens(value)
  if (typeof value === 'number' || typeof value === 'boolean') return key === '' ? 0 : 1
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + walk(item, key), 0)
  if (!isObject(value)) return 0
  if (isImage(value)) return imageTokens
  let sum = member(value, 'role') === undefined ? 0 : perMessage
  if (schemaKeys.some((schema) => isObject(member(value, schema)))) sum += perTool
  for (const [name, inner] of Object.entries(value)) {
    if (silent.has(name)) continue
    sum += walk(inner, name)
    if (key === 'properties') sum += textTokens(name) + perParameter
  }
  return sum
}

function isImage(value: { [key: string]: JsonValue | undefined }): boolean {
  return value.type === 'image' || value.type === 'image_url' || value.type === 'input_image'
}

function mediaTokens(data: string): number {
  return data.length * 0.75 * documentTokensPerByte
}

/** Tokens of a text, by script. */
function stringTokens(text: string): number {
  return text.startsWith('data:') ? mediaTokens(text) : textTokens(text)
}
