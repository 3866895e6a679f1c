import type { Io } from './io.ts'
import { type Style, styleFor } from './style.ts'
import { type Column, table } from './table.ts'
import { forTerminal, jsonForTerminal, printableLines } from './width.ts'

export interface OutputOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly noColor: boolean
}

/** Data goes to stdout, everything said about it to stderr. */
export class Output {
  /** For what goes to stdout. */
  readonly style: Style
  readonly #io: Pick<Io, 'stdout' | 'stderr'>
  readonly #errorStyle: Style
  readonly #options: OutputOptions
  readonly #atEnd = new Map<string, 'note' | 'warn'>()

  constructor(io: Pick<Io, 'stdout' | 'stderr' | 'env'>, options: OutputOptions) {
    this.#io = io
    this.#options = options
    this.style = styleFor(io.stdout, io.env, options.noColor)
    this.#errorStyle = styleFor(io.stderr, io.env, options.noColor)
  }

  /** The command's result: `value` with `--json`, else the text. Without text there is nothing to show but the JSON. */
  result(value: unknown, text?: string): void {
    const { stdout } = this.#io
    if (this.#options.json) stdout.write(`${jsonForTerminal(JSON.stringify(value, null, stdout.isTTY ? 2 : 0))}\n`)
    else if (text !== undefined && text !== '') this.raw(text.endsWith('\n') ? text : `${text}\n`)
  }

  /** Text to stdout: exactly as it is, but for what would steer a terminal where there is one. */
  raw(text: string): void {
    this.#io.stdout.write(this.#io.stdout.isTTY ? forTerminal(text) : text)
  }

  /** Something worth knowing; left out with `--quiet`. */
  note(text: string): void {
    if (!this.#options.quiet) this.#io.stderr.write(`${printableLines(text)}\n`)
  }

  /** Something that may need doing; also with `--quiet`. */
  warn(text: string): void {
    this.#io.stderr.write(`${this.#errorStyle('yellow', 'warning:')} ${printableLines(text)}\n`)
  }

  /** Says it behind everything else that the command says, and once. */
  atEnd(kind: 'note' | 'warn', text: string): void {
    this.#atEnd.set(text, kind)
  }

  /** The command has said what it had to say. */
  end(): void {
    for (const [text, kind] of this.#atEnd) this[kind](text)
    this.#atEnd.clear()
  }

  /** How many columns the terminal that stdout is has; no bound where it is none. */
  get width(): number {
    const { isTTY, columns } = this.#io.stdout
    return isTTY === true && columns ? columns : Number.POSITIVE_INFINITY
  }

  /** Rows for people, by the width of the terminal where there is one. */
  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
    return table(rows, columns, this.style, this.width)
  }

  /** Why the command failed. With `--json` one JSON line, so that a script can read it too. */
  failure(failure: { readonly message: string; readonly hint?: string; readonly exitCode: number }): void {
    if (this.#options.json) {
      this.#io.stderr.write(`${jsonForTerminal(JSON.stringify({ error: failure }))}\n`)
      return
    }
    const message = printableLines(failure.message.trimEnd())
    const hint =
      failure.hint === undefined ? '' : `\n${this.#errorStyle('cyan', 'help:')} ${printableLines(failure.hint)}`
    this.#io.stderr.write(`${this.#errorStyle('red', 'error:')} ${message}${hint}\n`)
  }
}
