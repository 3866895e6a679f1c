import { CliError } from '../command-line/error.ts'

interface Named {
  readonly id: string
  readonly name: string
}

/** In characters; a longer one fits no table, and is more likely a file or a key pasted by mistake. */
const longestName = 100

/**
 * The name of a new entry: one line of 100 characters at most.
 *
 * @throws CliError `USAGE` when it is none, `REFUSED` when another entry has it.
 */
export function freeName(name: string, entries: readonly Named[], thing: string): string {
  const trimmed = name.trim()
  if (trimmed === '') throw new CliError('USAGE', '--name must not be empty')
  if (/\p{Cc}/u.test(trimmed)) throw new CliError('USAGE', '--name must be one line, without control characters')
  if (trimmed.length > longestName) {
    throw new CliError('USAGE', `--name must have ${longestName} characters at most, not ${trimmed.length}`)
  }
  const other = entries.find((entry) => entry.name === trimmed)
  if (other === undefined) return trimmed
  throw new CliError('REFUSED', `the ${thing} ${other.id} is called "${trimmed}" already`, {
    hint: 'choose another --name, or remove that one first',
  })
}
