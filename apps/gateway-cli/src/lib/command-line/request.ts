import type { OutputOptions } from '../terminal/output.ts'

/** What of a command line is known before its command is. */
export interface Request extends OutputOptions {
  /** The words that are neither flags nor values of the global ones: the command first. */
  readonly words: readonly string[]
  readonly help: boolean
  readonly version: boolean
}

/** Global flags that take a value, which may stand before the command. */
const valued: ReadonlySet<string> = new Set(['--home', '--config'])

/** Reads the command's words and the flags that work for every command line, also for one that cannot be parsed. */
export function readRequest(argv: readonly string[]): Request {
  const end = argv.indexOf('--')
  const tokens = end < 0 ? argv : argv.slice(0, end)
  const words = tokens.filter((token, index) => isWord(token) && !valued.has(tokens[index - 1] ?? ''))
  const asksHelp = words[0] === 'help'
  return {
    words: asksHelp ? words.slice(1) : words,
    help: asksHelp || tokens.includes('--help') || tokens.includes('-h'),
    version: words[0] === 'version' || tokens[0] === '--version' || tokens[0] === '-v',
    json: tokens.includes('--json'),
    quiet: tokens.includes('--quiet') || tokens.includes('-q'),
    noColor: tokens.includes('--no-color'),
  }
}

/** A lone dash stands for standard input. */
function isWord(token: string): boolean {
  return token === '-' || !token.startsWith('-')
}
