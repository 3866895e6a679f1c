import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Where the official SDKs declare their wire types. */
const declarations = {
  chat: '../../../node_modules/openai/resources/chat/completions/completions.d.ts',
  completions: '../../../node_modules/openai/resources/completions.d.ts',
  'openai-shared': '../../../node_modules/openai/resources/shared.d.ts',
  messages: '../../../node_modules/@anthropic-ai/sdk/resources/messages/messages.d.ts',
  'beta-messages': '../../../node_modules/@anthropic-ai/sdk/resources/beta/messages/messages.d.ts',
} as const

export type Declaration = keyof typeof declarations

/** The members an SDK declares for an interface, so that a new release of it tells which are new. */
export function fieldsOf(file: Declaration, name: string): string[] {
  const text = readFileSync(require.resolve(declarations[file]), 'utf8')
  const start = new RegExp(`interface ${name}(?: extends [\\w., ]+)? \\{\n`).exec(text)
  if (start === null) throw new Error(`${declarations[file]} declares no interface ${name}`)
  const from = start.index + start[0].length
  const indent = ' '.repeat(text.slice(from).search(/\S/))
  const body = text.slice(from, text.indexOf(`\n${indent.slice(4)}}`, from))
  const fields = body.matchAll(new RegExp(`^${indent}['"]?([a-z_0-9]+)['"]?\\??:`, 'gm'))
  return [...fields].map((match) => match[1] ?? '')
}
