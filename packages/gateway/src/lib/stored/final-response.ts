import { FrameSplitter, isObject, type JsonObject } from '@llm-gateway/converter'
import { parsed } from '../attempts/receive-error.ts'

/** The whole response that the last event of a stream holds; undefined where a piece of the stream, whole events, has no such event. */
export function finalResponse(piece: Uint8Array | string): JsonObject | undefined {
  const bytes =
    typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece.buffer, piece.byteOffset, piece.length)
  // Inside of texts the quotes are escaped, so that these are found in the event's own type alone.
  if (!lastEvents.some((type) => bytes.includes(`"${type}"`))) return undefined
  let found: JsonObject | undefined
  const splitter = new FrameSplitter((_event, data) => {
    const wire: unknown = lastEvents.some((type) => data.includes(`"${type}"`)) ? parsed(Buffer.from(data)) : undefined
    if (isObject(wire) && isObject(wire.response)) found = wire.response
  })
  splitter.push(bytes)
  splitter.end()
  return found
}

const lastEvents: readonly string[] = ['response.completed', 'response.incomplete']
