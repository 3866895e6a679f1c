import { type Dialect, dialects } from '../chat/dialect.ts'
import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { Seal } from '../chat/part.ts'
import { numberAt, stringAt } from '../chat/read.ts'
import { hmacSha256 } from './sha256.ts'

/**
 * A seal travels through a client of another dialect inside an envelope: `llmgw1`, 16 bytes of HMAC-SHA-256 and JSON, as base64,
 * because some clients decode what stands in a dialect's field for seals. The envelope tells who issued the seal, so that it goes
 * back to nobody else; the HMAC tells that it comes back as it was made. It keeps nothing secret: clients see their own seals in
 * their own dialect too.
 */

/** A seal on its way, with what else of its part the client may not send back. */
export interface Enclosed {
  readonly seal: Seal
  /** The reasoning the seal is for, where the envelope does not stand beside it. */
  readonly text?: string
  readonly redacted?: true
  /** The call the seal is on, by the id the client knows it under; absent: it is on reasoning. */
  readonly call?: string
  /** Where in the seal's value the JSON of the text was cut out, which travels beside it. Characters. */
  readonly cut?: number
}

/** Without the text in its seal, where it stands there as it is told. */
export function withoutText(enclosed: Enclosed, text: string): Enclosed {
  const { seal } = enclosed
  const literal = JSON.stringify(text)
  const cut = text === '' ? -1 : seal.value.indexOf(literal)
  if (cut === -1) return enclosed
  return {
    ...enclosed,
    cut,
    seal: { ...seal, value: seal.value.slice(0, cut) + seal.value.slice(cut + literal.length) },
  }
}

/** The seal as it was, given the text that came back with it. */
export function wholeSeal({ seal, cut }: Enclosed, text: string): Seal {
  if (cut === undefined) return seal
  return { ...seal, value: seal.value.slice(0, cut) + JSON.stringify(text) + seal.value.slice(cut) }
}

const prefix = 'llmgw1'
/** What every envelope begins with: the prefix as base64, which needs no padding. */
export const envelopeMark: string = btoa(prefix)
const MAC = 16
/** Larger seals are withheld: a client would pay for them in every turn. Characters of the envelope. */
export const maxEnvelope = 1_000_000

/** Whether the value of a seal is an envelope, whole or damaged. */
export function isEnvelope(value: string): boolean {
  return value.startsWith(envelopeMark)
}

/** Encloses seals; undefined when they are too large. */
export function enclose(seals: readonly Enclosed[], key: string): string | undefined {
  const wire = seals.map(({ seal, text, redacted, call, cut }) => ({
    i: seal.issuer,
    v: seal.value,
    ...(seal.id !== undefined && { id: seal.id }),
    ...(seal.vendor !== undefined && { w: seal.vendor }),
    ...(text !== undefined && { t: text }),
    ...(redacted && { r: 1 }),
    ...(call !== undefined && { c: call }),
    ...(cut !== undefined && { x: cut }),
  }))
  const payload = new TextEncoder().encode(JSON.stringify(wire))
  if (payload.length > maxEnvelope * 0.7) return undefined
  return btoa(`${prefix}${binary(macOf(payload, key))}${binary(payload)}`)
}

/** What an envelope holds; undefined when it was changed, cut, or made with another key. */
export function disclose(value: string, key: string): Enclosed[] | undefined {
  if (!isEnvelope(value) || value.length > maxEnvelope) return undefined
  const bytes = bytesOf(value)?.subarray(prefix.length)
  if (bytes === undefined || bytes.length <= MAC) return undefined
  const payload = bytes.subarray(MAC)
  if (!isSame(bytes.subarray(0, MAC), macOf(payload, key))) return undefined
  const parsed = parse(new TextDecoder().decode(payload))
  const seals = Array.isArray(parsed) ? parsed.filter(isObject).map(readEnclosed) : []
  return seals.every((seal) => seal !== undefined) ? seals : undefined
}

function readEnclosed(wire: JsonObject): Enclosed | undefined {
  const issuer = dialects.find((dialect): dialect is Dialect => dialect === stringAt(wire, 'i'))
  const value = stringAt(wire, 'v')
  if (issuer === undefined || value === undefined) return undefined
  const id = stringAt(wire, 'id')
  const vendor = stringAt(wire, 'w')
  const text = stringAt(wire, 't')
  const call = stringAt(wire, 'c')
  const cut = numberAt(wire, 'x')
  return {
    seal: { issuer, value, ...(id !== undefined && { id }), ...(vendor !== undefined && { vendor }) },
    ...(text !== undefined && { text }),
    ...(numberAt(wire, 'r') === 1 && { redacted: true }),
    ...(call !== undefined && { call }),
    ...(cut !== undefined && { cut }),
  }
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
}

function macOf(payload: Uint8Array, key: string): Uint8Array {
  return hmacSha256(new TextEncoder().encode(`llm-gateway seal ${key}`), payload).subarray(0, MAC)
}

/** In the same time whatever differs. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (const [i, byte] of a.entries()) difference |= byte ^ (b[i] ?? 0)
  return difference === 0
}

/** Bytes as the string of as many characters that `btoa` takes. */
function binary(bytes: Uint8Array): string {
  let text = ''
  const step = 8192
  for (let at = 0; at < bytes.length; at += step) text += String.fromCharCode(...bytes.subarray(at, at + step))
  return text
}

/** Base64 of either alphabet, with or without padding: clients that decode the field write it back in their own way. */
function bytesOf(base64: string): Uint8Array | undefined {
  try {
    const text = atob(base64.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(text, (character) => character.charCodeAt(0))
  } catch (cause) {
    // What `atob` throws for a character that is none of base64.
    if (cause instanceof DOMException) return undefined
    throw cause
  }
}
