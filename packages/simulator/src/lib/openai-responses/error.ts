import { isObject, type JsonObject, text } from '../json.ts'
import { wording as chatWording, errorBody, invalid, pathText } from '../openai-chat/error.ts'
import type { ErrorReply } from '../refused.ts'
import { Refused } from '../refused.ts'
import type { Wording } from '../shape.ts'

export { errorBody, invalid } from '../openai-chat/error.ts'

/** Where parameters of chat completions went in Responses; OpenAI says so to whoever sends one. */
const MOVED: Readonly<Record<string, string>> = {
  messages: 'input',
  functions: 'tools',
  function_call: 'tool_choice',
  max_tokens: 'max_output_tokens',
  max_completion_tokens: 'max_output_tokens',
  reasoning_effort: 'reasoning.effort',
  response_format: 'text.format',
  verbosity: 'text.verbosity',
}

/** How the Responses endpoint words mistakes in a body: as chat completions, but for unknown parameters. */
export const wording: Wording = {
  ...chatWording,
  unknown: (path) => {
    const where = pathText(path)
    const moved = path.length === 1 ? MOVED[where] : undefined
    if (moved === undefined) return invalid(`Unknown parameter: '${where}'.`, where, 'unknown_parameter')
    const message = `Unsupported parameter: '${where}'. In the Responses API, this parameter has moved to '${moved}'. Try again with the new parameter. See the API documentation for more information: https://platform.openai.com/docs/api-reference/responses/create.`
    return invalid(message, where, 'unsupported_parameter')
  },
}

/** 404 for a response there is not. */
export function responseNotFound(id: string): ErrorReply {
  return { status: 404, body: errorBody(`Response with id '${id}' not found.`, 'invalid_request_error', null, null) }
}

/** 400 for a `previous_response_id` there is not. */
export function previousNotFound(id: string): Refused {
  const message = `Previous response with id '${id}' not found.`
  return invalid(message, 'previous_response_id', 'previous_response_not_found')
}

/** 404 for an item that was never stored, or is not any more. */
export function itemNotFound(id: string): Refused {
  const message = `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`
  return new Refused(message, { status: 404, body: errorBody(message, 'invalid_request_error', 'input', null) })
}

/** 404 for a conversation there is not. */
export function conversationNotFound(id: string): Refused {
  const message = `Conversation with id '${id}' not found.`
  return new Refused(message, { status: 404, body: errorBody(message, 'invalid_request_error', null, null) })
}

/** An error as the event `error` carries it: without the envelope, and numbered. */
export function errorEvent(body: JsonObject, sequenceNumber: number): JsonObject {
  const error = isObject(body.error) ? body.error : {}
  return {
    type: 'error',
    code: text(error.code) ?? text(error.type) ?? null,
    message: error.message ?? '',
    param: error.param ?? null,
    sequence_number: sequenceNumber,
  }
}
