import type { CommandSpec } from './command-spec.ts'

type Options = Pick<CommandSpec, 'options'>

interface GivenOption {
  readonly name: string
  /** Undefined where the command line ends before it. */
  readonly value: string | undefined
}

/**
 * The option of a command line that was given nothing but blanks: most often a variable of a shell that is not set, which must not
 * count as the option's absence.
 *
 * @param argv what the command's own parser has taken
 */
export function emptyOption(argv: readonly string[], spec: Options): string | undefined {
  return givenOptions(argv, spec).find(({ value }) => value?.trim() === '')?.name
}

/**
 * The option whose value holds a control character: nobody types one, and it would steer the terminals of all who read it later.
 * White space at the ends, which a program leaves there, and between the entries of a list or within JSON is none.
 *
 * @param lists options whose entries may stand on lines of their own
 */
export function steeringOption(
  argv: readonly string[],
  spec: Options,
  lists: ReadonlySet<string> = new Set(),
): string | undefined {
  return givenOptions(argv, spec).find(({ name, value = '' }) => {
    const text = value.trim()
    return /\p{Cc}/u.test(lists.has(name) ? text.replace(/[\t\r\n]/g, ' ') : text)
  })?.name
}

function givenOptions(argv: readonly string[], { options }: Options): GivenOption[] {
  const valued = new Set(options.filter(({ takesValue }) => takesValue).flatMap(({ names }) => names))
  const given: GivenOption[] = []
  for (let index = 0; index < argv.length; index++) {
    const token = argv[index] ?? ''
    if (token === '--') break
    const [name = '', ...rest] = token.split('=')
    if (valued.has(name)) given.push({ name, value: rest.length > 0 ? rest.join('=') : argv[++index] })
  }
  return given
}
