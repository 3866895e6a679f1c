import { appendFileSync, closeSync, mkdirSync, openSync, write } from 'node:fs'
import { dirname } from 'node:path'
import type { JsonLine } from './json-line.ts'
import { LineBuffer } from './line-buffer.ts'

export interface LogFileOptions {
  /** Absent: standard error. */
  readonly path?: string | undefined
  /** Told, once the file can be written again, how many lines were lost since it could not. */
  lost(lines: number): void
  /** Told once that the file cannot be written, and not again until it could be. */
  failed?(error: NodeJS.ErrnoException): void
  /** Lines wait no longer than this for others, in milliseconds. Default: 100. */
  readonly waitMs?: number
  /** Length from which they wait no more, in bytes. Default: 262,144. */
  readonly batchLength?: number
  /** Kept at the most while the file cannot be written, in bytes. Default: 8,388,608. */
  readonly heldLength?: number
  /** After a failure the file is tried again no sooner than this, in milliseconds. Default: 1,000. */
  readonly retryMs?: number
}

const standardError = 2

/** Bytes for lines of the server's own while the file cannot be written: a few hundred of them. */
const roomApart = 65_536

/** What says that a file takes no more at the moment: the other end of a pipe reads slowly. */
const busy: ReadonlySet<string | undefined> = new Set(['EAGAIN', 'EBUSY'])

/**
 * A file that lines are appended to, many at a time: a write for every line would cost as much as serving a request. It never
 * throws and never waits; while a disk is full or a directory is gone lines are kept, up to a bound, and the file is tried again.
 * What waits when the process exits, by itself or by an error nobody caught, is written then.
 */
export class LogFile {
  readonly #options: Required<Omit<LogFileOptions, 'path' | 'failed'>> & Pick<LogFileOptions, 'failed'>
  readonly #path: string | undefined
  readonly #onExit = (): void => this.#writeNow()
  /** Absent while the file cannot be opened. */
  #descriptor: number | undefined
  readonly #lines = new LineBuffer()
  /** Taken from the lines: being written, or to be written again. */
  #piece: Buffer<ArrayBuffer> | undefined
  #writing = false
  #failed = false
  #dropped = 0
  #timer: NodeJS.Timeout | undefined
  /** Set from `close` on: what is called when all is written. */
  #closed: (() => void) | undefined

  constructor({ path, ...options }: LogFileOptions) {
    this.#path = path
    this.#options = { waitMs: 100, batchLength: 262_144, heldLength: 8_388_608, retryMs: 1_000, ...options }
    process.on('exit', this.#onExit)
    this.#tryOpen()
  }

  /** @param line with its line end. */
  write(line: string | JsonLine): void {
    this.#write(line, this.#options.heldLength)
  }

  /** Writes a line that says what became of all the others: there is room kept for it where there is none for them. */
  writeApart(line: string): void {
    this.#write(line, this.#options.heldLength + roomApart)
  }

  #write(line: string | JsonLine, bound: number): void {
    const { batchLength, waitMs } = this.#options
    if (this.#closed) return
    if (this.#lines.length >= bound) {
      this.#dropped++
      return
    }
    this.#lines.add(line)
    if (this.#lines.length >= batchLength && !this.#failed) this.flush()
    else this.#flushIn(waitMs)
  }

  /** Begins to write what waits. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#writing) this.#next()
  }

  /** Goes on in a new file of the same name, because the old one was given another. */
  reopen(): void {
    if (this.#path === undefined) return
    const old = this.#descriptor
    this.#descriptor = undefined
    this.#tryOpen()
    // A write under way closes it when it is done.
    if (old !== undefined && !this.#writing) close(old)
  }

  /** Resolves when what waits is written, or could not be. Lines that come later are dropped. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closed = resolve
      this.flush()
    })
  }

  #flushIn(ms: number): void {
    this.#timer ??= setTimeout(() => this.flush(), ms)
    if (!this.#closed) this.#timer.unref()
  }

  /** Writes the next piece, if there is one. */
  #next(): void {
    if (this.#piece === undefined && this.#lines.length > 0) this.#piece = this.#lines.take()
    if (this.#piece === undefined) {
      this.#ended()
      return
    }
    try {
      this.#begin(this.#piece, this.#open())
    } catch (cause) {
      this.#fail(cause as NodeJS.ErrnoException)
    }
  }

  #begin(piece: Buffer<ArrayBuffer>, descriptor: number): void {
    this.#writing = true
    write(descriptor, piece, 0, piece.length, null, (error, written) => {
      if (!error && written < piece.length) {
        this.#piece = piece.subarray(written)
        this.#begin(this.#piece, descriptor)
        return
      }
      this.#writing = false
      if (descriptor !== this.#descriptor) close(descriptor)
      if (error) this.#fail(error)
      else this.#succeed()
    })
  }

  #succeed(): void {
    if (this.#piece) this.#lines.giveBack(this.#piece)
    this.#piece = undefined
    this.#failed = false
    if (this.#dropped > 0) {
      const dropped = this.#dropped
      this.#dropped = 0
      this.#options.lost(dropped)
    }
    // Where a timer is set what waits has time until then.
    if (this.#closed || this.#timer === undefined) this.#next()
  }

  #fail(error: NodeJS.ErrnoException): void {
    const failed = !busy.has(error.code)
    if (failed && !this.#failed) this.#options.failed?.(error)
    this.#failed = failed
    // Nothing is left to tell a failure to.
    if (this.#closed && this.#failed) this.#ended()
    else this.#flushIn(this.#failed ? this.#options.retryMs : this.#options.waitMs)
  }

  /** Nothing waits, or nothing of it can be written. */
  #ended(): void {
    if (this.#closed === undefined) return
    process.off('exit', this.#onExit)
    if (this.#descriptor !== undefined && this.#path !== undefined) close(this.#descriptor)
    this.#descriptor = undefined
    this.#closed()
  }

  /** Whoever follows or rotates the log finds it from the start; what fails here is tried again with the first line. */
  #tryOpen(): void {
    try {
      this.#open()
    } catch (cause) {
      if (!this.#failed) this.#options.failed?.(cause as NodeJS.ErrnoException)
      this.#failed = true
    }
  }

  #open(): number {
    if (this.#descriptor !== undefined) return this.#descriptor
    this.#descriptor = this.#path === undefined ? standardError : openForLines(this.#path)
    return this.#descriptor
  }

  /** The process ends: there is no later. A write under way is the system's already. */
  #writeNow(): void {
    const rest = this.#writing || this.#piece === undefined ? [] : [this.#piece]
    const bytes = Buffer.concat([...rest, this.#lines.take()])
    if (bytes.length === 0) return
    try {
      appendFileSync(this.#open(), bytes)
    } catch {
      // Nobody is left to be told.
    }
  }
}

/**
 * Opens a file to append to. One that it makes is the owner's alone, because lines hold ids of keys and names of accounts; one that
 * is there keeps its mode, which somebody may have chosen for a program that collects logs.
 *
 * @throws what the system says when the file, or its directory, cannot be made or written.
 */
export function openForLines(path: string): number {
  mkdirSync(dirname(path), { recursive: true })
  return openSync(path, 'a', 0o600)
}

function close(descriptor: number): void {
  try {
    closeSync(descriptor)
  } catch {
    // What was written is written; a late error of a file system on a network changes nothing for the lines to come.
  }
}
