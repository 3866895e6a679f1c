/** Whether a source names many models: `prefix*` or `*`. A star anywhere but at the end is an ordinary character. */
export function isPattern(source: string): boolean {
  return source.endsWith('*')
}

/** Whether a source (`name`, `prefix*` or `*`) covers the model name. Case matters, as it does to providers. */
export function matchesName(source: string, name: string): boolean {
  return isPattern(source) ? name.startsWith(source.slice(0, -1)) : source === name
}

/** Whether any of the sources covers the model name; an empty list covers none. */
export function matchesAny(sources: readonly string[], name: string): boolean {
  for (const source of sources) if (matchesName(source, name)) return true
  return false
}

/** Orders sources: higher is more specific. A name is above every prefix, a longer prefix above a shorter, `*` is 0. */
export function specificity(source: string): number {
  return isPattern(source) ? source.length - 1 : Infinity
}
