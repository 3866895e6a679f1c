import { CliError } from '../command-line/error.ts'
import { nearest } from '../command-line/suggest.ts'

interface Named {
  readonly id: string
  readonly name: string
}

/** So short a prefix is a slip of the hand rather than a choice. */
const shortestPrefix = 3

/**
 * The entry a person means: by id, else by name, else by the beginning of its id (at least three characters after `gw_` or
 * `upstream_`).
 *
 * @throws CliError `NOT_FOUND`, or `USAGE` when several fit.
 */
export function resolveEntry<Entry extends Named>(entries: readonly Entry[], text: string, thing: string): Entry {
  const exact = entries.find(({ id }) => id === text)
  if (exact) return exact
  const byName = entries.filter(({ name }) => name === text)
  const found = byName.length > 0 ? byName : entries.filter(({ id }) => isPrefix(text, id))
  const [only, ...others] = found
  if (only && others.length === 0) return only
  if (only) {
    const list = found.map(({ id, name }) => `${id} ("${name}")`).join(', ')
    throw new CliError('USAGE', `"${shown(text)}" fits several ${thing}s: ${list}`, { hint: 'give the whole id' })
  }
  throw notFound(entries, text, thing)
}

function isPrefix(text: string, id: string): boolean {
  return text.length >= id.indexOf('_') + 1 + shortestPrefix && id.startsWith(text)
}

function notFound(entries: readonly Named[], text: string, thing: string): CliError {
  const near = nearest(
    text,
    entries.flatMap(({ id, name }) => [name, id]),
  )
  const group = thing === 'gateway key' ? 'apikey' : 'upstream'
  const hint = near === undefined ? `list them with: llm-gateway ${group} list` : `did you mean "${near}"?`
  return new CliError('NOT_FOUND', `no ${thing} has the id or name "${shown(text)}"`, { hint })
}

/** What was given, for an error; where it may be a key that was given by mistake, only its beginning. */
export function shown(text: string): string {
  const isId = /^(?:gw|upstream|route|req)_[0-9a-z]{1,40}$/i.test(text)
  return isId ? text : text.replace(/\S{16,}/g, (word) => (/\d/.test(word) ? `${word.slice(0, 4)}…` : word))
}
