import { graftAt } from '../chat/graft.ts'
import type { JsonObject } from '../chat/json.ts'

/** The schemas of a request, and the arguments of calls where a server or client sends them as an object. */
const paths = [
  'tools.function.parameters',
  'functions.parameters',
  'response_format.json_schema.schema',
  ...['messages', 'choices.message'].flatMap((message) => [
    `${message}.function_call.arguments`,
    `${message}.tool_calls.function.arguments`,
  ]),
]

/** Takes what is written on unread from a parse that kept number literals. */
export function graft(wire: JsonObject, lossless: JsonObject): void {
  graftAt(wire, lossless, paths)
}
