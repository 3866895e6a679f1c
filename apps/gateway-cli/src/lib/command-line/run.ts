import { maskSecrets } from '@llm-gateway/config'
import { version } from '@llm-gateway/server'
import { commands } from '../commands/index.ts'
import { type Io, processIo } from '../terminal/io.ts'
import { Output } from '../terminal/output.ts'
import { commandPaths, specOf } from './catalogue.ts'
import { Cli, type CommandClass, UsageError } from './clipanion.ts'
import { binaryName, type CommandSpec, optionNames } from './command-spec.ts'
import { CliError, exitCodes } from './error.ts'
import { failureOf } from './failure.ts'
import { type CommandContext, GatewayCommand } from './gateway-command.ts'
import { emptyOption, steeringOption } from './given-options.ts'
import { commandHelp, groupHelp, groupNames, topHelp } from './help.ts'
import { readRequest } from './request.ts'
import { nearest } from './suggest.ts'

/**
 * Runs one command line.
 *
 * @param argv without the program's name.
 * @param io what of the outside world is not the process's own.
 * @returns the exit code; failures have been printed.
 */
export async function run(argv: readonly string[], io: Partial<Io> = {}): Promise<number> {
  const context: CommandContext = {
    ...processIo(),
    ...io,
    colorDepth: 1,
    specs: () => commands.map(specOf),
  }
  const request = readRequest(argv)
  const output = new Output(context, request)
  try {
    if (request.version) {
      output.result({ version }, version)
      return exitCodes.ok
    }
    return await dispatch(argv, request.words, request.help, context, output)
  } catch (error) {
    const failure = failureOf(error, context.env)
    output.failure(failure)
    return failure.exitCode
  }
}

async function dispatch(
  argv: readonly string[],
  words: readonly string[],
  help: boolean,
  context: CommandContext,
  output: Output,
): Promise<number> {
  const command = commands.find((each) => commandPaths(each).some((path) => startsWith(words, path)))
  const [group] = words
  if (command && help) output.raw(commandHelp(command, output))
  else if (command) return (await parse(command, argv, context).execute()) ?? exitCodes.ok
  else if (group === undefined) output.raw(topHelp(commands, version, output))
  else if (groupNames(commands).includes(group) && words.length === 1) output.raw(groupHelp(commands, group, output))
  else throw unknownCommand(words)
  return exitCodes.ok
}

function startsWith(words: readonly string[], path: readonly string[]): boolean {
  return path.every((word, index) => words[index] === word)
}

function unknownCommand(words: readonly string[]): CliError {
  const [group = '', verb] = words
  const isGroup = groupNames(commands).includes(group)
  const asked = isGroup ? `${group} ${verb ?? ''}` : group
  const known = commands.flatMap((command) => commandPaths(command).map((path) => path.join(' ')))
  const near = isGroup
    ? verbNear(group, verb ?? '', known)
    : (known.find((path) => path.endsWith(` ${group}`)) ??
      nearest(words.slice(0, 2).join(' '), known) ??
      nearest(group, [...groupNames(commands), ...known]))
  const help = isGroup ? `${binaryName} ${group} --help` : `${binaryName} --help`
  return new CliError('USAGE', `there is no command "${asked}"`, {
    hint:
      near === undefined
        ? `see ${isGroup ? 'its' : 'the'} commands with: ${help}`
        : `did you mean "${binaryName} ${near}"?`,
  })
}

/** The command of a group whose verb is near: the letters of the group say nothing of it. */
function verbNear(group: string, verb: string, known: readonly string[]): string | undefined {
  const prefix = `${group} `
  const verbs = known.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length))
  const near = nearest(verb, verbs)
  return near === undefined
    ? nearest(
        prefix + verb,
        known.filter((path) => !path.startsWith(prefix)),
      )
    : prefix + near
}

/** Parses by this one command's flags, so that a fault is told in its terms. */
function parse(
  command: CommandClass<CommandContext>,
  argv: readonly string[],
  context: CommandContext,
): { execute(): Promise<number | undefined> } {
  try {
    const parsed = Cli.from([command], { binaryName }).process([...argv], context)
    refuseEmpty(argv, specOf(command), parsed)
    refuseSteering(argv, specOf(command))
    return {
      execute: async () => {
        try {
          return (await parsed.execute()) ?? undefined
        } finally {
          if (parsed instanceof GatewayCommand) parsed.end()
        }
      },
    }
  } catch (error) {
    throw parseError(error, specOf(command))
  }
}

/** @throws CliError `USAGE` that names the option which was given nothing */
function refuseEmpty(argv: readonly string[], spec: CommandSpec, command: unknown): void {
  const name = emptyOption(argv, spec)
  if (name === undefined) return
  const instead = command instanceof GatewayCommand ? command.insteadOfEmpty : undefined
  throw new CliError('USAGE', `${name} needs a value`, { hint: instead ?? `see: ${spec.path} --help` })
}

/** Flags whose value is a list with blanks or line ends between, or may be JSON of several lines. */
const listed: ReadonlySet<string> = new Set(['--models', '--permissions', '--dialects', '--option'])

/** @throws CliError `USAGE` that names the option which holds a control character */
function refuseSteering(argv: readonly string[], spec: CommandSpec): void {
  const name = steeringOption(argv, spec, listed)
  if (name === undefined) return
  throw new CliError('USAGE', `${name} must be one line, without control characters`, {
    hint: `see: ${spec.path} --help`,
  })
}

/** clipanion tells a fault of the command line by a reason in a sentence of its own; here it becomes one of ours. */
function parseError(error: unknown, spec: CommandSpec): unknown {
  if (error instanceof UsageError) return new CliError('USAGE', error.message, { cause: error })
  const reason = reasonOf(error)
  if (reason === undefined) return error
  const flag = /option name \("(.*)"\)/s.exec(reason)?.[1]
  const help = `see: ${spec.path} --help`
  if (flag !== undefined) {
    const name = flag.split('=', 1)[0] ?? flag
    const near = nearest(name, optionNames(spec))
    const hint = near === undefined ? help : `did you mean ${near}?`
    return new CliError('USAGE', `"${spec.path}" has no flag ${maskSecrets(name)}`, { hint })
  }
  const extra = /positional argument \("(.*)"\)/s.exec(reason)?.[1]
  if (extra !== undefined) {
    return new CliError('USAGE', `"${spec.path}" does not take the argument "${maskSecrets(extra)}"`, { hint: help })
  }
  const valueless = /arguments to option (\S+?)\.?$/.exec(reason)?.[1]
  if (valueless !== undefined) return new CliError('USAGE', `${valueless} needs a value`, { hint: help })
  return new CliError('USAGE', `an argument is missing: ${spec.usage}`, { hint: help })
}

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'UnknownSyntaxError' || !('candidates' in error)) return undefined
  const candidates = error.candidates as readonly { readonly reason: string | null }[]
  return candidates.find(({ reason }) => reason !== null)?.reason ?? 'Not enough positional arguments.'
}
