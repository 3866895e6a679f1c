import { CliError } from '../command-line/error.ts'

interface Named {
  readonly id: string
  readonly name: string
}

/** The name of a new entry. @throws CliError `USAGE` when it is empty, `REFUSED` when another entry has it. */
export function freeName(name: string, entries: readonly Named[], thing: string): string {
  const trimmed = name.trim()
  if (trimmed === '') throw new CliError('USAGE', '--name must not be empty')
  const other = entries.find((entry) => entry.name === trimmed)
  if (other === undefined) return trimmed
  throw new CliError('REFUSED', `the ${thing} ${other.id} is called "${trimmed}" already`, {
    hint: 'choose another --name, or remove that one first',
  })
}
