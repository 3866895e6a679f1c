import { isObject, type JsonObject, parseRequest } from '@llm-gateway/converter'
import type { Call } from './call.ts'

/** The parsed body. Gemini's has the model and the wish for a stream in its path, the converter reads them as members. */
export function wireOf(call: Call): JsonObject {
  call.wire ??= parsedWire(call)
  return call.wire
}

function parsedWire({ body, dialect, task, model, stream }: Call): JsonObject {
  const wire = parseRequest(body, dialect)
  if (dialect !== 'gemini') return wire
  // What is to be counted may be a whole request within the request.
  const inner = task === 'count-tokens' ? wire.generateContentRequest : undefined
  return { ...(isObject(inner) ? inner : wire), model, stream }
}
