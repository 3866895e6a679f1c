import type { JsonObject } from './json.ts'
import type { Report } from './loss.ts'
import type { CustomTool } from './request.ts'

/** A tool of free text as a function of one string; the reply's encoder takes the wrapping off by the tool's name. */
export function functionOfText(
  { at, description, format }: CustomTool,
  report: Report,
): { readonly described: JsonObject; readonly schema: JsonObject } {
  report.approximated(at, 'a tool of free text is declared as a function of one string, its grammar as a description')
  const grammar = format && `The input must be of this format: ${JSON.stringify(format)}`
  const told = [description, grammar].filter((text) => text).join('\n\n')
  return {
    described: told === '' ? {} : { description: told },
    schema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
  }
}
