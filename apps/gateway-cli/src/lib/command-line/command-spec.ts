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

export const binaryName = 'llm-gateway'

/** Every spelling of a command's flags. */
export function optionNames(spec: CommandSpec): string[] {
  return spec.options.flatMap(({ names }) => names)
}
