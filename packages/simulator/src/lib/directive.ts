/** An order to the simulator inside a user's text: `[[name rest]]`. */
export interface Directive {
  name: string
  rest: string
}

const NAMES = ['call', 'reason', 'say', 'refuse', 'fault', 'variant', 'finish', 'block', 'fail']

/** A text taken apart: its directives in order, and what is left without them. */
export interface Directed {
  directives: readonly Directive[]
  text: string
}

/** Finds the directives of a text. Brackets inside JSON and JSON strings do not end one; unknown names are text. */
export function readDirectives(source: string): Directed {
  const directives: Directive[] = []
  let text = ''
  let from = 0
  for (;;) {
    const start = source.indexOf('[[', from)
    if (start < 0) break
    const end = directiveEnd(source, start + 2)
    const directive = end < 0 ? undefined : parse(source.slice(start + 2, end))
    text += source.slice(from, directive ? start : start + 2)
    if (directive) directives.push(directive)
    from = directive ? end + 2 : start + 2
  }
  return { directives, text: (text + source.slice(from)).trim() }
}

function parse(inside: string): Directive | undefined {
  const name = /^[a-z]+/.exec(inside)?.[0] ?? ''
  const rest = inside.slice(name.length)
  return NAMES.includes(name) && (rest === '' || /^\s/.test(rest)) ? { name, rest: rest.trim() } : undefined
}

/** Where the `]]` lies that closes a directive, or -1. */
function directiveEnd(source: string, start: number): number {
  const brace = source.indexOf('{', start)
  const plain = source.indexOf(']]', start)
  if (brace < 0 || plain < brace) return plain
  const close = jsonEnd(source, brace)
  return close < 0 ? plain : source.indexOf(']]', close)
}

/** The index behind the JSON object that begins at `start`, or -1 when it does not end. */
function jsonEnd(source: string, start: number): number {
  let depth = 0
  let quoted = false
  for (let index = start; index < source.length; index += 1) {
    const char = source[index]
    if (quoted) {
      if (char === '\\') index += 1
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '{') depth += 1
    else if (char === '}') {
      depth -= 1
      if (depth === 0) return index + 1
    }
  }
  return -1
}
