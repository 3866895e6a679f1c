import { Cli, type CommandClass } from './clipanion.ts'
import type { CommandContext } from './gateway-command.ts'

export const binaryName = 'llm-gateway'

/** One flag as help and completion show it. */
export interface OptionSpec {
  /** `-q`, `--quiet` */
  readonly names: readonly string[]
  readonly takesValue: boolean
  readonly description: string
}

/** One command as help and completion show it. */
export interface CommandSpec {
  /** `llm-gateway apikey show` */
  readonly path: string
  /** The path with its arguments: `llm-gateway apikey show <id>`. */
  readonly usage: string
  readonly category: string
  readonly description: string
  readonly details: string | undefined
  readonly examples: readonly (readonly [label: string, command: string])[]
  readonly options: readonly OptionSpec[]
}

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

/** Every spelling of a command's flags. */
export function optionNames(spec: CommandSpec): string[] {
  return spec.options.flatMap(({ names }) => names)
}
