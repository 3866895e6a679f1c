import { graftAt } from '../chat/graft.ts'
import type { JsonObject } from '../chat/json.ts'
import { snakeOf } from './wire.ts'

/** The arguments and results of calls in a request's history or in a reply, and schemas; each key may be spelled in two ways. */
const paths = [
  ...['contents', 'candidates.content'].flatMap((content) => [
    `${content}.parts.functionCall.args`,
    `${content}.parts.functionResponse.response`,
  ]),
  'tools.functionDeclarations.parameters',
  'tools.functionDeclarations.parametersJsonSchema',
  'generationConfig.responseSchema',
  'generationConfig.responseJsonSchema',
].flatMap(spellings)

/** A path in every mixture of spellings: clients mix them within a request. */
function spellings(path: string): string[] {
  return path
    .split('.')
    .reduce<string[]>(
      (starts, key) =>
        starts.flatMap((start) => [...new Set([key, snakeOf(key)])].map((end) => `${start}${start && '.'}${end}`)),
      [''],
    )
}

/** Takes what is written on unread from a parse that kept number literals. */
export function graft(wire: JsonObject, lossless: JsonObject): void {
  graftAt(wire, lossless, paths)
}
