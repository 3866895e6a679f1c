import type { LoggingConfig } from '@llm-gateway/config'
import type { AccessRecord, AttemptRecord } from '@llm-gateway/gateway'
import { destination, type Logger, pino } from 'pino'
import { toText } from './log-text.ts'

/** Lines wait for each other up to this many bytes or the flush below, whichever comes first: a write for every request costs as much as the request. */
const bufferBytes = 65_536
const flushMs = 500

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

type Destination = ReturnType<typeof destination>

/** The server's log: one line an event, JSON or text, to standard error or a file. */
export class ServerLog {
  readonly logger: Logger
  readonly #terminal: LogTerminal
  readonly #timer: NodeJS.Timeout
  #config: LoggingConfig
  #destination: Destination
  /** Destinations of earlier configurations that are still writing their last lines. */
  readonly #leaving = new Set<Promise<void>>()
  /** Makes text of a JSON line; absent: the line is written as it is. */
  #render: ((line: string) => string) | undefined
  #broken = false

  constructor(config: LoggingConfig, terminal: LogTerminal = { interactive: false, colour: false }) {
    this.#config = config
    this.#terminal = terminal
    this.#destination = this.#open(config)
    this.#render = this.#rendererOf(config)
    this.logger = pino(
      {
        level: config.level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        messageKey: 'message',
        formatters: { level: (level) => ({ level }) },
      },
      { write: (line: string) => void this.#destination.write(this.#render ? this.#render(line) : line) },
    )
    this.#timer = setInterval(() => this.flush(), flushMs)
    this.#timer.unref()
  }

  /** The one line every request leaves; its cost in billionths of a US dollar, when it is known. */
  access(record: AccessRecord, costNanoUsd: number | undefined): void {
    const level = record.status >= 500 ? 'warn' : 'info'
    if (!this.logger.isLevelEnabled(level)) return
    const { startedAt: _startedAt, attempts, ...line } = record
    const told = {
      ...line,
      attempts: attempts.map(attemptLine),
      ...(costNanoUsd !== undefined && { costUsd: costNanoUsd / 1e9 }),
    }
    this.logger[level](told, 'request')
  }

  /** Puts another level, format or file in force; what was logged before still goes where it was to go. */
  configure(config: LoggingConfig): void {
    const before = this.#config
    this.#config = config
    this.logger.level = config.level
    this.#render = this.#rendererOf(config)
    if (config.file === before.file) return
    const left = ended(this.#destination, this.#broken)
    this.#leaving.add(left)
    void left.finally(() => this.#leaving.delete(left))
    this.#broken = false
    this.#destination = this.#open(config)
  }

  /** Opens the file anew under its name, which `logrotate` has given to an empty one. */
  reopen(): void {
    if (this.#config.file !== undefined) this.#destination.reopen()
  }

  flush(): void {
    this.#destination.flush()
  }

  /** Writes what waits; a file that is still being opened is waited for. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all([...this.#leaving, ended(this.#destination, this.#broken)])
  }

  #open(config: LoggingConfig): Destination {
    const opened = destination({
      dest: config.file ?? 2,
      minLength: bufferBytes,
      maxWrite: 2 * bufferBytes,
      sync: false,
      mkdir: true,
    })
    // A full disk or a closed pipe must not end the server.
    opened.on('error', () => {
      if (opened === this.#destination) this.#broken = true
    })
    opened.on('write', () => {
      if (opened === this.#destination) this.#broken = false
    })
    return opened
  }

  /** People get text where nothing else is said and a person reads. */
  #rendererOf({ format, file }: LoggingConfig): ((line: string) => string) | undefined {
    const onTerminal = file === undefined && this.#terminal.interactive
    if ((format ?? (onTerminal ? 'text' : 'json')) === 'json') return undefined
    const colour = onTerminal && this.#terminal.colour
    return (line) => toText(line, colour)
  }
}

/** Resolves when a destination has written what it had. */
function ended(leaving: Destination, broken: boolean): Promise<void> {
  // Nothing is left to tell a failure to, and a destination that failed may never say that it is closed.
  if (broken) return Promise.resolve()
  return new Promise((resolve) => {
    leaving.once('close', resolve)
    leaving.once('error', () => resolve())
    leaving.end()
  })
}

/** What of an attempt stands in the log; the ledger has the rest. */
function attemptLine({ account, status, verdict, durationMs, error, estimated }: AttemptRecord): object {
  return {
    account,
    ...(status !== undefined && { status }),
    verdict,
    durationMs,
    ...(error !== undefined && { error }),
    ...(estimated && { estimated }),
  }
}
