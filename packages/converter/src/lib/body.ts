import { ConversionError } from './chat/error.ts'
import { isObject, type JsonObject } from './chat/json.ts'
import type { ClientHalf } from './codec.ts'
import { parseBody } from './lossless.ts'

/**
 * A JSON body: parsed, as an object of any type (the SDKs' own too), or as text or UTF-8 bytes. Only from text and bytes do numbers
 * in tool arguments keep every digit.
 */
export type Body = object | string | Uint8Array

/** Parses what is not parsed yet. Throws `ConversionError` of the given code when it is no JSON object. */
export function readBodyOf(
  codec: Pick<ClientHalf, 'graft'>,
  body: Body,
  code: 'INVALID_REQUEST' | 'INVALID_REPLY',
): JsonObject {
  const what = code === 'INVALID_REQUEST' ? 'the request body' : 'the reply'
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    if (isObject(body)) return body
    throw new ConversionError(code, `${what} must be a JSON object`)
  }
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  let parsed: ReturnType<typeof parseBody>
  try {
    parsed = parseBody(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unreadable'
    throw new ConversionError(code, `${what} is not valid JSON: ${reason}`)
  }
  if (!isObject(parsed.value)) throw new ConversionError(code, `${what} must be a JSON object`)
  if (parsed.lossless) codec.graft(parsed.value, parsed.lossless)
  return parsed.value
}
