import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { RateLimiter, SavedUse } from '@llm-gateway/access'

const everyMs = 1_000

/**
 * Keeps what gateway keys have used of their limits over a restart, in a small file beside the runtime file: the windows of an
 * hour or a day must not begin anew because the server did. What comes after the last second's write is lost with a killed process.
 */
export class LimitState {
  readonly #path: string
  readonly #limiter: RateLimiter
  readonly #warn: (message: string) => void
  #timer: NodeJS.Timeout | undefined
  #saved = 0
  #writing: Promise<void> | undefined
  #failed = false

  constructor(home: string, limiter: RateLimiter, warn: (message: string) => void) {
    this.#path = join(home, 'run', 'limits.json')
    this.#limiter = limiter
    this.#warn = warn
  }

  /** Takes up what the last server left, and goes on saving. */
  begin(): void {
    this.#restore()
    this.#saved = this.#limiter.changes
    this.#timer = setInterval(() => this.#save(), everyMs)
    this.#timer.unref()
  }

  /** Saves for the last time. */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#writing
    if (this.#timer === undefined) return
    try {
      const temporary = this.#temporary()
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
      writeFileSync(temporary, JSON.stringify(this.#limiter.save()), { mode: 0o600 })
      renameSync(temporary, this.#path)
    } catch (cause) {
      this.#tell(cause)
    }
  }

  #restore(): void {
    try {
      this.#limiter.restore(JSON.parse(readFileSync(this.#path, 'utf8')) as SavedUse)
    } catch (cause) {
      // No file: the first start. Anything else in its place is replaced by the next save.
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') this.#tell(cause)
    }
  }

  #save(): void {
    const { changes } = this.#limiter
    if (changes === this.#saved || this.#writing) return
    const temporary = this.#temporary()
    this.#writing = writeFile(temporary, JSON.stringify(this.#limiter.save()), { mode: 0o600 })
      .then(() => rename(temporary, this.#path))
      .then(
        () => {
          this.#saved = changes
          this.#failed = false
        },
        (cause: unknown) => this.#tell(cause),
      )
      .finally(() => {
        this.#writing = undefined
      })
  }

  #temporary(): string {
    return `${this.#path}.${process.pid}`
  }

  /** Once for each time it begins to fail. */
  #tell(cause: unknown): void {
    // What a full disk left of it.
    rmSync(this.#temporary(), { force: true })
    if (this.#failed) return
    this.#failed = true
    const reason = cause instanceof Error ? cause.message : String(cause)
    this.#warn(`what gateway keys have used of their limits cannot be kept over a restart: ${reason}`)
  }
}
