import { createHash } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigError, systemCode } from './error.ts'

/** How a file is watched. */
export interface WatchOptions {
  /** The file holds other text than before. */
  readonly onChange: (text: string) => void
  /** The file cannot be read, told once until it can be again. What was read last stays in force. */
  readonly onError: (error: Error) => void
  /** The text that is in use already; a file that differs from it is reported at once. Default: what is read first. */
  readonly initial?: string
  /** How long a file must be quiet before it is read, for writers that write in pieces. Default 100 ms. */
  readonly debounceMs?: number
  /** How often the file is looked at where no event tells of a change. Default 5 s. */
  readonly pollMs?: number
}

/** A running watch. */
export interface ConfigWatch {
  /** Ends it; no callback comes after. */
  close(): void
}

/**
 * Watches a configuration file through every way it is replaced: written in place, renamed over, swapped by a symbolic
 * link as Kubernetes does.
 */
export function watchConfig(file: string, options: WatchOptions): ConfigWatch {
  return new FileWatch(resolve(file), options)
}

class FileWatch implements ConfigWatch {
  readonly #file: string
  readonly #options: WatchOptions
  /** The directories of the file and of what it links to: a watched file goes deaf once it is renamed over. */
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #poll: NodeJS.Timeout
  #pending: NodeJS.Timeout | undefined
  #stamp: string | undefined
  #hash: string | undefined
  #failure: string | undefined
  #reading: Promise<void>
  #closed = false

  constructor(file: string, options: WatchOptions) {
    this.#file = file
    this.#options = options
    this.#hash = options.initial === undefined ? undefined : hashOf(options.initial)
    this.#watch(dirname(file))
    this.#reading = this.#check(true)
    this.#poll = setInterval(() => this.#enqueue(false), options.pollMs ?? 5_000)
    this.#poll.unref()
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#poll)
    clearTimeout(this.#pending)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #watch(directory: string): void {
    if (this.#closed || this.#watchers.has(directory)) return
    try {
      const watcher = watch(directory, { persistent: false }, () => this.#settle())
      // A directory that goes away, or a system out of watches, leaves the polling.
      watcher.on('error', () => this.#unwatch(directory))
      this.#watchers.set(directory, watcher)
    } catch {
      this.#unwatch(directory)
    }
  }

  #unwatch(directory: string): void {
    this.#watchers.get(directory)?.close()
    this.#watchers.delete(directory)
  }

  #settle(): void {
    if (this.#closed) return
    clearTimeout(this.#pending)
    this.#pending = setTimeout(() => this.#enqueue(true), this.#options.debounceMs ?? 100)
    this.#pending.unref()
  }

  /** One look at a time, so that an older text never arrives after a newer one. */
  #enqueue(force: boolean): void {
    this.#reading = this.#reading.then(() => this.#check(force))
  }

  async #check(force: boolean): Promise<void> {
    if (this.#closed) return
    try {
      const target = await realpath(this.#file)
      const { mtimeMs, ctimeMs, size, ino } = await stat(target)
      for (const directory of this.#watchers.keys()) {
        if (directory !== dirname(this.#file) && directory !== dirname(target)) this.#unwatch(directory)
      }
      this.#watch(dirname(this.#file))
      this.#watch(dirname(target))
      const stamp = `${target} ${mtimeMs} ${ctimeMs} ${size} ${ino}`
      if (!force && stamp === this.#stamp) return
      const text = await readFile(target, 'utf8')
      this.#stamp = stamp
      this.#report(text)
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #report(text: string): void {
    const hash = hashOf(text)
    const first = this.#hash === undefined
    const changed = hash !== this.#hash
    this.#hash = hash
    this.#failure = undefined
    if (changed && !first && !this.#closed) this.#options.onChange(text)
  }

  /** What the caller's own callback throws is told as it is; it must not end the watch. */
  #fail(error: Error): void {
    const code = systemCode(error)
    if (code === undefined) {
      this.#options.onError(error)
      return
    }
    this.#stamp = undefined
    if (this.#closed || this.#failure === code) return
    this.#failure = code
    const reason = code === 'ENOENT' ? 'it is gone' : code
    const message = `cannot read ${this.#file}: ${reason}; what was read last stays in force`
    this.#options.onError(new ConfigError('READ_FAILED', message, { cause: error }))
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
