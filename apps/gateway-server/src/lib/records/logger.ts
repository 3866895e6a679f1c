import type { LoggingConfig } from '@llm-gateway/config'
import type { AccessRecord } from '@llm-gateway/gateway'
import { type Logger, pino } from 'pino'
import { writeAccessLine } from './access-line.ts'
import { IsoTime } from './iso-time.ts'
import { JsonLine } from './json-line.ts'
import { LogFile } from './log-file.ts'
import { steerless, toText } from './log-text.ts'

/** Where standard error leads: whether a person reads it, and whether in colour. */
export interface LogTerminal {
  readonly interactive: boolean
  readonly colour: boolean
}

/** What standard error is: colours only where a person sees them and has not declined them (no-color.org). */
export function terminalOf(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): LogTerminal {
  const interactive = stream.isTTY === true
  return { interactive, colour: interactive && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb' }
}

/** The server's log: one line an event, JSON or text, to standard error or a file. */
export class ServerLog {
  readonly logger: Logger
  readonly #terminal: LogTerminal
  readonly #time = new IsoTime()
  /** The one of the request that is told of. */
  readonly #line = new JsonLine()
  #config: LoggingConfig
  #file: LogFile
  /** Files of earlier configurations that are still writing their last lines. */
  readonly #leaving = new Set<Promise<void>>()
  /** Makes text of a JSON line; absent: the line is written as it is. */
  #render: ((line: string) => string) | undefined

  constructor(config: LoggingConfig, terminal: LogTerminal = { interactive: false, colour: false }) {
    this.#config = config
    this.#terminal = terminal
    this.#file = this.#open(config)
    this.#render = this.#rendererOf(config)
    this.logger = pino(
      {
        level: config.level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        messageKey: 'message',
        formatters: { level: (level) => ({ level }) },
      },
      { write: (line: string) => this.#write(line) },
    )
  }

  /** The one line every request leaves; its cost in billionths of a US dollar, when it is known. */
  access(record: AccessRecord, costNanoUsd: number | undefined): void {
    const level = record.status >= 500 ? 'warn' : 'info'
    if (!this.logger.isLevelEnabled(level)) return
    const time = this.#time.of(record.startedAt + record.durationMs)
    writeAccessLine(this.#line, record, { level, time, costNanoUsd })
    this.#file.write(this.#render ? this.#render(this.#line.toString()) : this.#line)
  }

  /** Puts another level, format or file in force; what was logged before still goes where it was to go. */
  configure(config: LoggingConfig): void {
    const before = this.#config
    this.#config = config
    this.logger.level = config.level
    this.#render = this.#rendererOf(config)
    if (config.file === before.file) return
    const left = this.#file.close()
    this.#leaving.add(left)
    void left.finally(() => this.#leaving.delete(left))
    this.#file = this.#open(config)
  }

  /** Opens the file anew under its name, which `logrotate` has given to an empty one. */
  reopen(): void {
    this.#file.reopen()
  }

  flush(): void {
    this.#file.flush()
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await Promise.all([...this.#leaving, this.#file.close()])
  }

  #write(line: string): void {
    this.#file.writeApart(this.#render ? this.#render(line) : line)
  }

  #open({ file }: LoggingConfig): LogFile {
    return new LogFile({
      path: file,
      lost: (lines) => this.logger.warn({ lines }, 'the log could not be written for a while: lines were lost'),
      failed: ({ code }) => {
        if (file !== undefined) tellStandardError(`the log file ${file} cannot be written (${code}); it is tried again`)
      },
    })
  }

  /** People get text where nothing else is said and a person reads. */
  #rendererOf({ format, file }: LoggingConfig): ((line: string) => string) | undefined {
    const onTerminal = file === undefined && this.#terminal.interactive
    if ((format ?? (onTerminal ? 'text' : 'json')) === 'json') return onTerminal ? jsonForTerminal : undefined
    const colour = onTerminal && this.#terminal.colour
    return (line) => toText(line, colour)
  }
}

function jsonForTerminal(line: string): string {
  return `${steerless(line.trimEnd())}\n`
}

/** What the log itself cannot be told. */
function tellStandardError(message: string): void {
  process.stderr.write(`${JSON.stringify({ level: 'error', time: new Date().toISOString(), message })}\n`)
}
