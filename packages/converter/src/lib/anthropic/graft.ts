import { graftAt } from '../chat/graft.ts'
import type { JsonObject } from '../chat/json.ts'

/** Tool inputs in a reply or in a request's history, tool schemas, the schema of the answer. */
const paths = [
  'content.input',
  'messages.content.input',
  'tools.input_schema',
  'output_config.format.schema',
  'output_format.schema',
]

/** Takes what is written on unread from a parse that kept number literals. */
export function graft(wire: JsonObject, lossless: JsonObject): void {
  graftAt(wire, lossless, paths)
}
