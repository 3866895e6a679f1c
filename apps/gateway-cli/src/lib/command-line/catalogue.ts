import { Cli, type CommandClass } from './clipanion.ts'
import { binaryName, type CommandSpec } from './command-spec.ts'
import type { CommandContext } from './gateway-command.ts'

/** The words of a command; the first path is its name, others are aliases. */
export function commandPaths(command: CommandClass<CommandContext>): readonly (readonly string[])[] {
  return command.paths ?? []
}

/** Reads a command's own description of itself. */
export function specOf(command: CommandClass<CommandContext>): CommandSpec {
  const [definition] = Cli.from([command], { binaryName }).definitions()
  const usage = command.usage ?? {}
  return {
    path: [binaryName, ...(command.paths?.[0] ?? [])].join(' '),
    usage: definition?.usage ?? binaryName,
    category: usage.category ?? '',
    description: usage.description ?? '',
    details: usage.details,
    examples: (usage.examples ?? []).map(([label, text]) => [label, text.replaceAll('$0', binaryName)]),
    options: (definition?.options ?? []).map((option) => {
      const [names = '', ...values] = option.definition.split(' ')
      return { names: names.split(','), takesValue: values.length > 0, description: option.description ?? '' }
    }),
  }
}
