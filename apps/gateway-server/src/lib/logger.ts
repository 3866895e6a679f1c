import type { LoggingConfig } from '@llm-gateway/config'
import type { AccessRecord } from '@llm-gateway/gateway'
import { destination, type Logger, pino } from 'pino'

/** Lines wait for each other up to this many bytes or the flush below, whichever comes first: a write for every request costs as much as the request. */
const bufferBytes = 65_536
const flushMs = 500

/** The server's log: one line an event, JSON or text, to standard error or a file. */
export class ServerLog {
  readonly logger: Logger
  readonly #destination: ReturnType<typeof destination>
  readonly #timer: NodeJS.Timeout
  #broken = false

  constructor(config: LoggingConfig) {
    this.#destination = destination({
      dest: config.file ?? 2,
      minLength: bufferBytes,
      maxWrite: 2 * bufferBytes,
      sync: false,
      mkdir: true,
    })
    // A full disk or a closed pipe must not end the server.
    this.#destination.on('error', () => {
      this.#broken = true
    })
    this.#destination.on('write', () => {
      this.#broken = false
    })
    const stream =
      config.format === 'text' ? { write: (line: string) => this.#destination.write(toText(line)) } : this.#destination
    this.logger = pino(
      {
        level: config.level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        messageKey: 'message',
        formatters: { level: (level) => ({ level }) },
      },
      stream,
    )
    this.#timer = setInterval(() => this.flush(), flushMs)
    this.#timer.unref()
  }

  /** The one line every request leaves. */
  access(record: AccessRecord): void {
    const level = record.status >= 500 ? 'warn' : 'info'
    if (this.logger.isLevelEnabled(level)) this.logger[level](record, 'request')
  }

  setLevel(level: LoggingConfig['level']): void {
    this.logger.level = level
  }

  flush(): void {
    this.#destination.flush()
  }

  /** Writes what waits; a file that is still being opened is waited for. */
  close(): Promise<void> {
    clearInterval(this.#timer)
    // Nothing is left to tell a failure to, and a destination that failed may never say that it is closed.
    if (this.#broken) return Promise.resolve()
    return new Promise((resolve) => {
      this.#destination.once('close', resolve)
      this.#destination.once('error', () => resolve())
      this.#destination.end()
    })
  }
}

/** A line for people: time, level, message, then what else there is. */
function toText(line: string): string {
  const { level, time, message, ...rest } = JSON.parse(line) as Record<string, unknown>
  const details = Object.entries(rest).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `${String(time)} ${String(level).toUpperCase()} ${String(message)}${details.join('')}\n`
}
