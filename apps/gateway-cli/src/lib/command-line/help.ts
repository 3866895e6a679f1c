import type { Output } from '../terminal/output.ts'
import type { Style } from '../terminal/style.ts'
import { commandPaths, specOf } from './catalogue.ts'
import type { CommandClass } from './clipanion.ts'
import { binaryName, type CommandSpec, type OptionSpec } from './command-spec.ts'
import type { CommandContext } from './gateway-command.ts'

/** How what is printed looks, and how wide it may be. */
type Look = Pick<Output, 'style' | 'width'>

type Commands = readonly CommandClass<CommandContext>[]

const globalFlags: ReadonlySet<string> = new Set(['--home', '--config', '--json', '--quiet', '--no-color'])

/** A description gets no narrower: below that the terminal may break its lines. */
const leastColumn = 20

/** What stands for a flag's value in help. */
const placeholders: Readonly<Record<string, string>> = {
  '--home': 'DIR',
  '--config': 'FILE',
  '--host': 'ADDRESS',
  '--port': 'PORT',
  '--timeout': 'SECONDS',
  '--name': 'NAME',
  '--permissions': 'LIST',
  '--models': 'LIST',
  '--dialects': 'LIST',
  '--expires': 'WHEN',
  '--type': 'TYPE',
  '--provider': 'PROVIDER',
  '--key': 'KEY',
  '--key-env': 'VAR',
  '--key-file': 'FILE',
  '--base-url': 'URL',
  '--option': 'NAME=VALUE',
  '--http-proxy': 'URL',
  '--https-proxy': 'URL',
  '--no-proxy': 'HOSTS',
  '--proxy': 'URL',
  '--since': 'WHEN',
  '--until': 'WHEN',
  '--by': 'WHAT',
  '--account': 'ACCOUNT',
  '--from': 'DIALECT',
  '--to': 'DIALECT',
  '--model': 'MODEL',
  '--request': 'FILE',
  '--oauth-profile': 'PROFILE',
  '--target': 'MODEL',
  '--description': 'TEXT',
  '--budget-per-day': 'DOLLARS',
  '--budget-per-month': 'DOLLARS',
  '--health-check': 'DURATION',
  '--status': 'STATUS',
  '--code': 'CODE',
  '--error': 'STATUS',
}

const topExamples: readonly (readonly [string, string])[] = [
  ['See the state of things; the first run writes the configuration file', 'server status'],
  ['Add an account at a provider', 'upstream add --type=api-key --provider=anthropic --name=main --key=KEY'],
  ['Make a key for clients', 'apikey add --name="my team" --permissions=read,write'],
  ['Serve', 'server start'],
]

/** The words that commands begin with and that are no command themselves: `apikey`, `upstream`, … */
export function groupNames(commands: Commands): string[] {
  const paths = commands.flatMap(commandPaths)
  return [...new Set(paths.filter((path) => path.length > 1).map(([word]) => word ?? ''))]
}

/** What there is, with an example of each first step. */
export function topHelp(commands: Commands, version: string, { style, width }: Look): string {
  const specs = commands.map(specOf)
  const categories = [...new Set(specs.map(({ category }) => category))]
  const sections = categories.map((category) => {
    const listed = specs.filter((spec) => spec.category === category)
    return `${style('bold', category)}\n${commandList(listed, width)}`
  })
  return [
    `LLM Gateway ${version}: one gateway between LLM clients and LLM providers`,
    `${style('bold', 'Usage')}\n  ${binaryName} <command> [flags]`,
    ...sections,
    examplesText(
      topExamples.map(([label, text]) => [label, `${binaryName} ${text}`]),
      style,
    ),
    `Flags and examples of a command: ${binaryName} <command> --help\n`,
  ].join('\n\n')
}

/** The commands of a group, with the examples of all. */
export function groupHelp(commands: Commands, group: string, { style, width }: Look): string {
  const specs = commands
    .filter((command) => commandPaths(command).some(([word, verb]) => word === group && verb))
    .map(specOf)
  const examples = specs.flatMap((spec) => spec.examples.slice(0, 1))
  return [
    `${style('bold', 'Usage')}\n  ${binaryName} ${group} <command> [flags]`,
    `${style('bold', 'Commands')}\n${commandList(specs, width)}`,
    ...(examples.length > 0 ? [examplesText(examples, style)] : []),
    `Flags of a command: ${binaryName} ${group} <command> --help\n`,
  ].join('\n\n')
}

/** Everything about one command. */
export function commandHelp(command: CommandClass<CommandContext>, { style, width }: Look): string {
  const spec = specOf(command)
  const own = spec.options.filter((option) => !isGlobalFlag(option))
  const global = spec.options.filter(isGlobalFlag)
  const aliases = commandPaths(command)
    .slice(1)
    .map((path) => `${binaryName} ${path.join(' ')}`)
  return [
    sentence(spec.description),
    ...(spec.details === undefined ? [] : [spec.details]),
    `${style('bold', 'Usage')}\n${[spec.usage, ...aliases].map((usage) => `  ${usage}${own.length > 0 ? ' [flags]' : ''}`).join('\n')}`,
    ...(own.length > 0 ? [`${style('bold', 'Flags')}\n${optionList(own, width)}`] : []),
    `${style('bold', 'Global flags')}\n${optionList(global, width)}`,
    ...(spec.examples.length > 0 ? [examplesText(spec.examples, style)] : []),
  ]
    .join('\n\n')
    .concat('\n')
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function commandList(specs: readonly CommandSpec[], width: number): string {
  return twoColumns(
    specs.map((spec) => [spec.usage.slice(binaryName.length + 1), spec.description]),
    width,
  )
}

function optionList(options: readonly OptionSpec[], width: number): string {
  return twoColumns(
    options.map((option) => [optionText(option), option.description]),
    width,
  )
}

function optionText(option: OptionSpec): string {
  return option.names.join(', ') + (option.takesValue ? ` ${valueName(option)}` : '')
}

/** What stands for the value of a flag that takes one. */
export function valueName({ names }: OptionSpec): string {
  return placeholders[names.at(-1) ?? ''] ?? 'N'
}

/** Whether every command has the flag. */
export function isGlobalFlag({ names }: OptionSpec): boolean {
  return names.some((name) => globalFlags.has(name))
}

/** What is too long for its column goes on below its beginning. */
function twoColumns(rows: readonly (readonly [string, string])[], maxWidth: number): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  const indent = `\n${' '.repeat(width + 4)}`
  const room = Math.max(leastColumn, maxWidth - width - 4)
  return rows
    .map(([left, right]) => `  ${left.padEnd(width)}  ${wrapped(right, room).join(indent)}`.trimEnd())
    .join('\n')
}

/** The lines of a text that break between words. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function examplesText(examples: readonly (readonly [string, string])[], style: Style): string {
  const lines = examples.map(([label, command]) => `  ${style('dim', `# ${label}`)}\n  ${command}`)
  return `${style('bold', 'Examples')}\n${lines.join('\n')}`
}
