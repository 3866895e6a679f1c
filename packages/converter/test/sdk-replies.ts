import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Where the official SDKs declare what a provider answers. */
const declarations = {
  chat: '../../../node_modules/openai/resources/chat/completions/completions.d.ts',
  completions: '../../../node_modules/openai/resources/completions.d.ts',
  responses: '../../../node_modules/openai/resources/responses/responses.d.ts',
  messages: '../../../node_modules/@anthropic-ai/sdk/resources/messages/messages.d.ts',
  'beta-messages': '../../../node_modules/@anthropic-ai/sdk/resources/beta/messages/messages.d.ts',
  genai: '../../../node_modules/@google/genai/dist/genai.d.ts',
} as const

export type Declared = keyof typeof declarations

const texts = new Map<Declared, string>()

function textOf(file: Declared): string {
  const known = texts.get(file)
  if (known !== undefined) return known
  const read = readFileSync(require.resolve(declarations[file]), 'utf8')
    .replaceAll('\r\n', '\n')
    .replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
  texts.set(file, read)
  return read
}

interface Found {
  readonly body: string
  /** What the interface extends, where it does. */
  readonly parent: string | undefined
}

function find(file: Declared, name: string): Found {
  const text = textOf(file)
  const path = name.split('.')
  const own = path.pop() ?? name
  let from = 0
  for (const namespace of path) from = Math.max(from, text.indexOf(`namespace ${namespace} {`, from))
  const match = new RegExp(`(?:interface|class) ${own}(?: extends ([\\w., ]+))? \\{\\n`).exec(text.slice(from))
  if (match === null) throw new Error(`${declarations[file]} declares no interface ${name}`)
  const start = from + match.index + match[0].length
  const indent = indentOf(text.slice(start, start + 500))
  return { body: text.slice(start, text.indexOf(`\n${indent.slice(4)}}`, start)), parent: match[1] }
}

/** The white space before the first member. */
function indentOf(body: string): string {
  return /^\s*?( +)\S/.exec(body)?.[1] ?? '    '
}

/** The members an SDK declares for an interface; one within a namespace is `Namespace.Interface`. */
export function membersOf(file: Declared, name: string): string[] {
  const { body } = find(file, name)
  const fields = body.matchAll(new RegExp(`^${indentOf(body)}['"]?([a-zA-Z_0-9]+)['"]?\\??:`, 'gm'))
  return [...fields].map((match) => match[1] ?? '')
}

/** The words of the `type` of every interface in a union. */
export function typesOf(file: Declared, union: string): string[] {
  const match = new RegExp(`type ${union} = ([^;]*);`).exec(textOf(file))
  const names = match?.[1]?.split('|').map((name) => name.trim()) ?? []
  if (names.length === 0) throw new Error(`${declarations[file]} declares no union ${union}`)
  return names.map((name) => typeOf(file, name))
}

function typeOf(file: Declared, name: string): string {
  const { body, parent } = find(file, name)
  const type = /^\s*type: '([^']+)'/m.exec(body)?.[1]
  if (type !== undefined) return type
  if (parent === undefined) throw new Error(`${name} of ${declarations[file]} has no type`)
  return typeOf(file, parent.trim())
}

/** The words of a union of strings or of an enumeration. */
export function wordsOf(file: Declared, name: string): string[] {
  const text = textOf(file)
  const union = new RegExp(`type ${name} = ([^;]*);`).exec(text)?.[1]
  const list = union ?? new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(text)?.[1] ?? ''
  return [...list.matchAll(/['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '')
}
