import { graftAt } from '../chat/graft.ts'
import type { JsonObject } from '../chat/json.ts'

/** The schemas of a request, and the arguments of calls where a server or client sends them as an object. */
const paths = [
  'tools.parameters',
  'tools.tools.parameters',
  'text.format.schema',
  'input.arguments',
  'output.arguments',
]

/** Takes what is written on unread from a parse that kept number literals. */
export function graft(wire: JsonObject, lossless: JsonObject): void {
  graftAt(wire, lossless, paths)
}
