/** The variables that `${NAME}` is looked up in. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A reference that cannot be resolved. */
export interface ReferenceFault {
  /** The reference as far as it can be shown: `${NAME`. */
  readonly mark: string
  readonly message: string
  readonly hint: string
  /** True when the reference is well formed and only its variable is missing. */
  readonly unset: boolean
}

/** Text with its references resolved, and those that could not be. */
export interface Expansion {
  readonly text: string
  readonly faults: readonly ReferenceFault[]
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/

/**
 * Resolves `${NAME}`, `${NAME:-default}` (unset or empty), `${NAME:?message}` and the escape `$$`.
 * A default may hold references; a `$` before anything else is an ordinary character.
 */
export function expandReferences(text: string, env: Environment): Expansion {
  const faults: ReferenceFault[] = []
  return { text: expand(text, env, faults), faults }
}

/** Writes text so that {@link expandReferences} gives it back unchanged. */
export function escapeReferences(text: string): string {
  return text.replace(/\$(?=[${])/g, '$$$$')
}

function expand(text: string, env: Environment, faults: ReferenceFault[]): string {
  let out = ''
  let at = 0
  for (;;) {
    const dollar = text.indexOf('$', at)
    if (dollar < 0) return out + text.slice(at)
    out += text.slice(at, dollar)
    const next = text[dollar + 1]
    if (next === '{') {
      const end = closingBrace(text, dollar + 2)
      out += resolve(text.slice(dollar + 2, end), end < text.length, env, faults)
      at = end + 1
    } else {
      out += '$'
      at = dollar + (next === '$' ? 2 : 1)
    }
  }
}

/** Where the reference that starts at `from` ends; references within its default are skipped over. */
function closingBrace(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '$' && text[at + 1] === '{') depth += 1
    else if (text[at] === '}') depth -= 1
    if (depth === 0) return at
  }
  return text.length
}

function resolve(inner: string, closed: boolean, env: Environment, faults: ReferenceFault[]): string {
  const name = NAME.exec(inner)?.[0] ?? ''
  const form = inner.slice(name.length, name.length + 2)
  const mark = `\${${name}`
  if (!closed || name === '' || !(form === '' || form === ':-' || form === ':?')) {
    faults.push({
      mark,
      message: closed ? 'holds a reference that cannot be read' : 'holds a reference without a closing brace',
      hint: 'write ${NAME}, ${NAME:-default} or ${NAME:?message}; for a literal "${" write "$${"',
      unset: false,
    })
    return ''
  }
  const value = env[name]
  if (form === '' && value !== undefined) return value
  if (form !== '' && value !== undefined && value !== '') return value
  const rest = inner.slice(name.length + 2)
  if (form === ':-') return expand(rest, env, faults)
  faults.push({
    mark,
    message:
      form === ':?' && rest !== ''
        ? `needs the environment variable ${name}: ${rest}`
        : `needs the environment variable ${name}, which is not set`,
    hint: `set ${name}, or give a default: \${${name}:-value}`,
    unset: true,
  })
  return ''
}
