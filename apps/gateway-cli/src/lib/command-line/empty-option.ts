import type { CommandSpec } from './command-spec.ts'

/**
 * The option of a command line that was given nothing but blanks: most often a variable of a shell that is not set, which must not
 * count as the option's absence.
 *
 * @param argv what the command's own parser has taken
 */
export function emptyOption(argv: readonly string[], { options }: Pick<CommandSpec, 'options'>): string | undefined {
  const valued = new Set(options.filter(({ takesValue }) => takesValue).flatMap(({ names }) => names))
  for (let index = 0; index < argv.length; index++) {
    const token = argv[index] ?? ''
    if (token === '--') return undefined
    const [name = '', ...rest] = token.split('=')
    if (!valued.has(name)) continue
    const value = rest.length > 0 ? rest.join('=') : argv[++index]
    if (value?.trim() === '') return name
  }
  return undefined
}
