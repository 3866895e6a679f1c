import { Cli, type CommandClass } from './clipanion.ts'
import { binaryName, type CommandSpec } from './command-spec.ts'
import type { CommandContext } from './gateway-command.ts'

/** The words of a command; the first path is its name, others are aliases. */
export function commandPaths(command: CommandClass<CommandContext>): readonly (readonly string[])[] {
  return command.paths ?? []
}

/** What an account is comes before how it is set, wherever its command declares the flags. */
const leading: readonly string[] = ['--type', '--provider', '--name', '--key']

/** Reads a command's own description of itself. */
export function specOf(command: CommandClass<CommandContext>): CommandSpec {
  const [definition] = Cli.from([command], { binaryName }).definitions()
  const usage = command.usage ?? {}
  // What no flag of these names stays as it is, so that no default applies.
  const keeps = command.paths?.[0]?.at(-1) === 'update'
  return {
    path: [binaryName, ...(command.paths?.[0] ?? [])].join(' '),
    usage: definition?.usage ?? binaryName,
    category: usage.category ?? '',
    description: usage.description ?? '',
    details: usage.details,
    examples: (usage.examples ?? []).map(([label, text]) => [label, text.replaceAll('$0', binaryName)]),
    options: (definition?.options ?? [])
      .map((option) => {
        const [names = '', ...values] = option.definition.split(' ')
        const description = option.description ?? ''
        return {
          names: names.split(','),
          takesValue: values.length > 0,
          description: keeps ? description.replace(/ \(default [^)]*\)$/, '') : description,
        }
      })
      .sort((a, b) => (command.paths?.[0]?.[0] === 'upstream' ? rank(a.names) - rank(b.names) : 0)),
  }
}

function rank([name = '']: readonly string[]): number {
  const place = leading.indexOf(name)
  return place < 0 ? leading.length : place
}
