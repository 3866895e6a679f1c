import { KNOWN_PROVIDERS } from '@llm-gateway/config'
import { binaryName, type CommandSpec, type OptionSpec } from './command-spec.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

const dialects = ['openai-chat', 'openai-completions', 'anthropic']

/** Values worth completing, by flag. */
const values: Readonly<Record<string, readonly string[]>> = {
  '--type': ['api-key'],
  '--provider': KNOWN_PROVIDERS,
  '--permissions': ['read', 'write', 'admin'],
  '--dialects': dialects,
  '--from': dialects,
  '--to': dialects,
}

/** Flags whose value is a file. */
const fileFlags: ReadonlySet<string> = new Set(['--home', '--config', '--key-file', '--request'])

/** A command by its words, without the program's name. */
interface Entry {
  readonly words: readonly string[]
  readonly spec: CommandSpec
}

/** The script that completes every command and flag in a shell. */
export function completionScript(shell: Shell, specs: readonly CommandSpec[]): string {
  const entries = specs.map((spec) => ({ words: spec.path.split(' ').slice(1), spec }))
  switch (shell) {
    case 'bash':
      return bash(entries)
    case 'zsh':
      // zsh reads bash's completions, and there is one table of commands to be right about.
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(entries)}`
    case 'fish':
      return fish(entries)
  }
}

function bash(entries: readonly Entry[]): string {
  const flagCases = entries.map(
    ({ words, spec }) =>
      `    '${words.join(' ')}') flags='${spec.options.flatMap(({ names }) => names).join(' ')} --help' ;;`,
  )
  const valueCases = Object.entries(values).map(
    ([flag, list]) => `    ${flag}) COMPREPLY=($(compgen -W '${list.join(' ')}' -- "$current")); return ;;`,
  )
  const groups = groupsOf(entries).map(([group, verbs]) => `    '${group}') words='${verbs.join(' ')}' ;;`)
  return `_llm_gateway() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local first=\${COMP_WORDS[1]} second=\${COMP_WORDS[2]} flags='' words=''
  # bash splits at "=", which then stands as a word of its own.
  if [[ $current == '=' ]]; then current=''; elif [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  case $previous in
${valueCases.join('\n')}
    ${[...fileFlags].join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W '${firstWords(entries).join(' ')} help --help --version' -- "$current"))
    return
  fi
  case $first in
${groups.join('\n')}
  esac
  if (( COMP_CWORD == 2 )) && [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words --help" -- "$current"))
    return
  fi
  [[ -n $words ]] && first="$first $second"
  case $first in
${flagCases.join('\n')}
    completion) words='${shells.join(' ')}' ;;
  esac
  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ $first == convert ]]; then COMPREPLY=($(compgen -f -- "$current"))
  elif [[ $first == completion ]]; then COMPREPLY=($(compgen -W "${shells.join(' ')}" -- "$current")); fi
}
complete -o bashdefault -F _llm_gateway ${binaryName}
`
}

function fish(entries: readonly Entry[]): string {
  const line = (condition: string, rest: string): string => `complete -c ${binaryName} -n '${condition}' ${rest}`
  const first = firstWords(entries).map((word) => {
    const own = entries.find(({ words }) => words.length === 1 && words[0] === word)
    return line('__fish_use_subcommand', `-f -a ${word} -d ${quoted(own?.spec.description ?? `${word} commands`)}`)
  })
  const verbs = entries.flatMap(({ words: [group = '', verb], spec }) => {
    if (verb === undefined) return []
    const siblings = entries.flatMap(({ words }) => (words[0] === group && words[1] !== undefined ? [words[1]] : []))
    const condition = `__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${siblings.join(' ')}`
    return [line(condition, `-f -a ${verb} -d ${quoted(spec.description)}`)]
  })
  const flags = entries.flatMap(({ words, spec }) => {
    const condition = words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
    return spec.options.map((option) => line(condition, fishFlag(option)))
  })
  const shellsLine = line('__fish_seen_subcommand_from completion', `-f -a ${quoted(shells.join(' '))}`)
  return `${[...first, ...verbs, ...flags, shellsLine].join('\n')}\n`
}

function fishFlag({ names, takesValue, description }: OptionSpec): string {
  const spelled = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
  const long = names.at(-1) ?? ''
  const known = values[long]
  const value = known
    ? ` -x -a ${quoted(known.join(' '))}`
    : takesValue
      ? fileFlags.has(long)
        ? ' -r -F'
        : ' -x'
      : ' -f'
  return `${spelled.join(' ')}${value} -d ${quoted(description)}`
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function firstWords(entries: readonly Entry[]): string[] {
  return [...new Set(entries.map(({ words }) => words[0] ?? ''))]
}

function groupsOf(entries: readonly Entry[]): (readonly [group: string, verbs: readonly string[]])[] {
  return firstWords(entries).flatMap((group) => {
    const verbs = entries.flatMap(({ words }) => (words[0] === group && words[1] !== undefined ? [words[1]] : []))
    return verbs.length === 0 ? [] : [[group, verbs] as const]
  })
}
