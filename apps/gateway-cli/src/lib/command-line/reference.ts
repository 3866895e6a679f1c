import { specOf } from './catalogue.ts'
import type { CommandClass } from './clipanion.ts'
import { binaryName, type CommandSpec, type OptionSpec } from './command-spec.ts'
import type { CommandContext } from './gateway-command.ts'
import { isGlobalFlag, valueName } from './help.ts'

/** Every command, its flags and its examples as a page of Markdown: `docs/reference/cli.md`, which a test keeps true. */
export function cliReference(commands: readonly CommandClass<CommandContext>[]): string {
  const specs = commands.map(specOf)
  const categories = [...new Set(specs.map(({ category }) => category))]
  const [first] = specs
  const global = (first?.options ?? []).filter(isGlobalFlag)
  return [
    '# Command line',
    'Made from the commands themselves by `npm test -- apps/gateway-cli/test/reference.test.ts -u`: change it there.',
    `In a clone the command is \`./${binaryName}\`. Data goes to standard output, everything said about it to standard error. A secret is shown once, when it is made. A change reaches a running server at once.`,
    '## For every command',
    flagTable(global),
    '| exit code | means |\n|---|---|\n| 0 | done |\n| 1 | it failed |\n| 2 | the command line was wrong |\n| 3 | there is no such thing |\n| 4 | refused |',
    'With `--json` a failure is one line of JSON, the last on standard error and with `--quiet` the only one: `{"error":{"message":…,"exitCode":…,"hint":…}}`.',
    ...categories.flatMap((category) => [
      `## ${category}`,
      ...specs.filter((spec) => spec.category === category).map(commandSection),
    ]),
  ]
    .join('\n\n')
    .concat('\n')
}

function commandSection(spec: CommandSpec): string {
  const own = spec.options.filter((option) => !isGlobalFlag(option))
  const examples = spec.examples.map(([label, command]) => `# ${label}\n${command}`)
  return [
    `### ${spec.path.slice(binaryName.length + 1)}`,
    `\`${spec.usage}${own.length > 0 ? ' [flags]' : ''}\`: ${spec.description}.`,
    ...(spec.details === undefined ? [] : [spec.details]),
    ...(own.length > 0 ? [flagTable(own)] : []),
    ...(examples.length > 0 ? [`\`\`\`bash\n${examples.join('\n')}\n\`\`\``] : []),
  ].join('\n\n')
}

function flagTable(options: readonly OptionSpec[]): string {
  const rows = options.map((option) => {
    const value = option.takesValue ? ` ${valueName(option)}` : ''
    return `| \`${option.names.join(', ')}${value}\` | ${option.description.replaceAll('|', '\\|')} |`
  })
  return ['| flag | |', '|---|---|', ...rows].join('\n')
}
