/** What of JSON Schema the configuration's own schema uses. */
export interface Schema {
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly deprecated?: boolean
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: string | number | boolean
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly additionalProperties?: boolean | Schema
}

/** One key of the file: where it stands, and what the schema says of it. */
export interface Setting {
  /** From the top, with `[]` for the entries of a list and `NAME` for names that are the operator's: `gateway_keys[].id`. */
  readonly path: string
  readonly schema: Schema
  readonly required: boolean
}

/** Every key of the file in its order, those of the older program left out. */
export function settingsOf(schema: Schema, at = ''): Setting[] {
  return branches(schema).flatMap(({ branch, place }) => {
    const inside = `${at}${place}`
    return Object.entries(branch.properties ?? {}).flatMap(([key, inner]) => {
      if (inner.deprecated === true) return []
      const path = inside === '' ? key : `${inside}.${key}`
      return [{ path, schema: inner, required: branch.required?.includes(key) ?? false }, ...settingsOf(inner, path)]
    })
  })
}

/** The sections a value may hold: itself, the entries of a list, the values under free names, or any of several forms. */
function branches(schema: Schema, place = ''): { branch: Schema; place: string }[] {
  const free = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
  return [
    ...(schema.properties ? [{ branch: schema, place }] : []),
    ...(schema.items ? branches(schema.items, `${place}[]`) : []),
    ...(free ? branches(free, `${place}.NAME`) : []),
    ...(schema.anyOf ?? []).flatMap((each) => branches(each, place)),
  ]
}

/** Every key of the configuration as a page of Markdown: `docs/reference/configuration.md`, which a test keeps true. */
export function configReference(schema: Schema): string {
  const sections = Object.entries(schema.properties ?? {}).map(([name, section]) => sectionText(name, section))
  return [
    '# Configuration',
    'Made from the schema itself by `npm test -- packages/config/test/reference.test.ts -u`: change it there.',
    'The file is `~/.llm-gateway/config.yaml`; `--config`, `LLM_GATEWAY_CONFIG`, `--home` and `LLM_GATEWAY_HOME` name another. A first file is made in the home directory; one that was named is made only in a folder that is there and holds no other configuration, so that a slip of the name is told. A change is in force at once while the server runs, except where said otherwise; a file with a fault changes nothing. `llm-gateway config schema` prints the JSON Schema for editors, `llm-gateway config validate` shows every fault at its place.',
    '| value | written as |\n|---|---|\n| duration | seconds, or `"250ms"`, `"30s"`, `"5m"`, `"1h"` |\n| size | bytes, or `"512KiB"`, `"32MB"`, `"1GiB"` |\n| date | `2027-01-31`, or `2027-01-31T18:00:00Z`; without a zone it is UTC |\n| any | may be read from the environment of the server: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`; a dollar sign before a brace is `$$` |\n| a secret | may also be `file:PATH`, relative to this file, or `enc:v1:…` as the command line writes it |',
    ...sections,
  ]
    .join('\n\n')
    .concat('\n')
}

/** Routes are told of once, though they may stand in four places. */
const toldElsewhere = /^gateway_keys\[\]\.model_routes[.[]|^model_routes\.routes\[\]/

function sectionText(name: string, schema: Schema): string {
  const settings = settingsOf(schema, name).filter(({ path }) => !toldElsewhere.test(path))
  const intro = `## ${name}\n\n${schema.description ?? ''}.`
  if (settings.length === 0) return intro
  const rows = settings.map(({ path, schema: each, required }) => {
    const key = path.slice(name.length).replace(/^(\[\])?\./, '')
    return `| \`${key}\` | ${cell(kindOf(each))} | ${cell(`${each.description ?? ''}.`)} | ${required ? 'needed' : defaultOf(each)} |`
  })
  return `${intro}\n\n| key | value | | default |\n|---|---|---|---|\n${rows.join('\n')}`
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

function defaultOf({ default: fallback }: Schema): string {
  if (fallback === undefined || (typeof fallback === 'object' && Object.keys(fallback ?? {}).length === 0)) return ''
  return `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``
}

/** What may stand there, in a few words. */
function kindOf(schema: Schema): string {
  if (schema.title !== undefined) return schema.title
  if (schema.enum)
    return schema.enum
      .filter((value) => value !== '')
      .map((value) => `\`${String(value)}\``)
      .join(', ')
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.items) return listOf(kindOf(schema.items))
  if (schema.anyOf) return [...new Set(schema.anyOf.map(kindOf))].join(', or ')
  if (schema.type === 'object') return schema.properties ? 'section' : 'names and values'
  return schema.type === 'string' ? 'text' : String(schema.type ?? 'any')
}

function listOf(kind: string): string {
  return kind === 'section' ? 'list of sections' : `list of ${kind}`
}
