import { STATUS_CODES } from 'node:http'
import { redact } from './redact.ts'

/** A message longer than this is cut. Characters. */
const maxMessage = 400
/** Error bodies are small; of a longer one only the beginning is looked at, and not as JSON, whose parser would block. Bytes. */
const maxBody = 64 * 1024

/**
 * What an upstream's error body says, as one short line for people: the message of any vendor's JSON envelope, also within an
 * event stream, the title of an HTML page, else the text itself. Whatever looks like a credential is taken out.
 *
 * @param contentType the header's value, if there was one; the body is believed where they disagree.
 */
export function readErrorMessage(body: Uint8Array | string, contentType: string | undefined, status: number): string {
  const text = beginning(body).trim()
  const reason = STATUS_CODES[status]
  const name = reason === undefined ? `HTTP ${status}` : `HTTP ${status} ${reason}`
  if (text === '') return `${name} with an empty body`
  const message = jsonMessage(text) ?? eventMessage(text) ?? markupMessage(text, contentType) ?? text
  const line = oneLine(redact(message.slice(0, maxMessage * 10)))
  return line === '' ? name : line
}

function beginning(body: Uint8Array | string): string {
  if (typeof body === 'string') return body.slice(0, maxBody)
  return Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, maxBody)).toString('utf8')
}

function jsonMessage(text: string): string | undefined {
  if (text[0] !== '{' && text[0] !== '[' && text[0] !== '"') return undefined
  const value = parsed(text)
  if (value !== undefined) return messageIn(value, 0)
  // Cut off: the first thing that calls itself a message is still the best there is.
  const [, literal] = /"(?:message|detail|error)"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(text) ?? []
  return literal === undefined ? undefined : messageIn(parsed(literal), 0)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Where vendors put what they have to say, the most telling first: an `error` that is a text is often only a code. */
const fields = ['error_description', 'message', 'msg', 'detail', 'details', 'errors', 'error', 'title'] as const
/** Envelopes within envelopes: a gateway's around a vendor's around its own vendor's. */
const maxDepth = 6

function messageIn(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value
  if (typeof value !== 'object' || value === null || depth > maxDepth) return undefined
  if (Array.isArray(value)) return messageIn(value[0], depth + 1)
  const members: ReadonlyMap<string, unknown> = new Map(Object.entries(value))
  const envelope = members.get('error')
  const inner = typeof envelope === 'object' ? messageIn(envelope, depth + 1) : undefined
  if (inner !== undefined) return inner
  for (const field of fields) {
    const message = messageIn(members.get(field), depth + 1)
    if (message !== undefined) return message
  }
  return undefined
}

function eventMessage(text: string): string | undefined {
  const [, data] = /^(?:event:[^\n]*\n)?data:[ \t]*([^\r\n]+)/.exec(text) ?? []
  return data === undefined ? undefined : (jsonMessage(data) ?? data)
}

function markupMessage(text: string, contentType: string | undefined): string | undefined {
  const markup = /^<(!doctype|html|\?xml|head|body)/i.test(text) || (contentType?.includes('html') ?? false)
  if (!markup) return undefined
  const [, title] = /<title[^<>]*>([^<]+)/i.exec(text) ?? /<h1[^<>]*>([^<]+)/i.exec(text) ?? []
  const shown = title ?? text.replace(/<(script|style)[\s\S]*?(<\/\1>|$)/gi, ' ').replace(/<[^<>]*>/g, ' ')
  return unescapeMarkup(shown)
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  nbsp: ' ',
}

function unescapeMarkup(text: string): string {
  return text.replace(/&(#39|[a-z]+);/g, (whole, name: string) => entities[name] ?? whole)
}

function oneLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
  return line.length <= maxMessage
    ? line
    : `${line
        .slice(0, maxMessage - 1)
        .trimEnd()
        .toWellFormed()}…`
}
