import { FrameSplitter, isObject, type JsonObject } from '@llm-gateway/converter'
import { parsed } from '../attempts/receive-error.ts'

/**
 * The object that an event of one of these types holds under a name; undefined where a piece of a stream, whole events, has no such
 * event.
 */
export function toldInEvent(
  piece: Uint8Array | string,
  types: readonly string[],
  name: string,
): JsonObject | undefined {
  const bytes =
    typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece.buffer, piece.byteOffset, piece.length)
  // Inside of texts the quotes are escaped, so that these are found in the event's own type alone.
  if (!types.some((type) => bytes.includes(`"${type}"`))) return undefined
  let found: JsonObject | undefined
  const splitter = new FrameSplitter((_event, data) => {
    const wire: unknown = types.some((type) => data.includes(`"${type}"`)) ? parsed(Buffer.from(data)) : undefined
    const told = isObject(wire) ? wire[name] : undefined
    if (isObject(told)) found = told
  })
  splitter.push(bytes)
  splitter.end()
  return found
}
