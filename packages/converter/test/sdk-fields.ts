import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Where the official SDKs declare their wire types. */
const declarations = {
  chat: '../../../node_modules/openai/resources/chat/completions/completions.d.ts',
  completions: '../../../node_modules/openai/resources/completions.d.ts',
  responses: '../../../node_modules/openai/resources/responses/responses.d.ts',
  'openai-shared': '../../../node_modules/openai/resources/shared.d.ts',
  messages: '../../../node_modules/@anthropic-ai/sdk/resources/messages/messages.d.ts',
  'beta-messages': '../../../node_modules/@anthropic-ai/sdk/resources/beta/messages/messages.d.ts',
  gemini: '../../../node_modules/@google/genai/dist/genai.d.ts',
} as const

export type Declaration = keyof typeof declarations

const texts = new Map<Declaration, string>()

function textOf(file: Declaration): string {
  const known = texts.get(file)
  if (known !== undefined) return known
  const text = readFileSync(require.resolve(declarations[file]), 'utf8').replaceAll('\r\n', '\n')
  texts.set(file, text)
  return text
}

/** The body of an interface or class, and how far its members stand in. A name may be qualified: `Tool.Mcp`. */
function bodyOf(file: Declaration, name: string): { readonly text: string; readonly indent: string } {
  const text = textOf(file)
  const [last = '', namespace] = name.split('.').reverse()
  const from = namespace === undefined ? 0 : text.indexOf(`namespace ${namespace} {\n`)
  const start = new RegExp(
    `^( *)(?:export )?(?:declare )?(?:interface|class) ${last}(?: extends [^{]+)? \\{\n`,
    'm',
  ).exec(text.slice(from))
  if (from === -1 || start === null) throw new Error(`${declarations[file]} declares no ${name}`)
  const [head, indent = ''] = start
  const begin = from + start.index + head.length
  return { text: text.slice(begin, text.indexOf(`\n${indent}}`, begin)), indent: `${indent}    ` }
}

/** The members an SDK declares for an interface, so that a new release of it tells which are new. */
export function fieldsOf(file: Declaration, name: string): string[] {
  const { text, indent } = bodyOf(file, name)
  const fields = text.matchAll(new RegExp(`^${indent}['"]?(\\w+)['"]?\\??:`, 'gm'))
  return [...fields].map((match) => match[1] ?? '')
}

/**
 * The words that tell the members of a union apart: `type` of `ContentBlockParam` is `text`, `image`, … A union without a name is
 * told by the member it is the type of: `ResponseCreateParamsBase#tool_choice`.
 */
export function kindsOf(file: Declaration, union: string, by = 'type'): string[] {
  const [holder = '', member] = union.split('#')
  const type = member === undefined ? aliasOf(file, union) : typeOf(file, holder, member)
  if (type === undefined) throw new Error(`${declarations[file]} declares no union ${union}`)
  const names = type.split('|').map((name) => name.trim())
  // Words that stand alone are no objects.
  const objects = names.filter((name) => !name.startsWith("'") && !aliasOf(file, name)?.startsWith("'"))
  return [...new Set(objects.flatMap((name) => wordsIn(typeOf(file, name, by) ?? '')))]
}

function aliasOf(file: Declaration, name: string): string | undefined {
  return new RegExp(`^ *export type ${name} = ([^;]+);`, 'm').exec(textOf(file))?.[1]
}

function typeOf(file: Declaration, name: string, member: string): string | undefined {
  const { text, indent } = bodyOf(file, name)
  return new RegExp(`^${indent}${member}\\??: ([^;]+);`, 'm').exec(text)?.[1]
}

function wordsIn(type: string): string[] {
  return [...type.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '')
}
