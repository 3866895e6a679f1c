import type { LedgerErrorCode, LedgerReader } from '../ledger.ts'
import { LedgerError } from '../ledger.ts'
import type { PackedBatch } from '../packed/batch.ts'
import { SqliteReader } from './reader.ts'
import { sqliteCode, sqliteCodes } from './sqlite.ts'
import { isDamage, moveAside, SqliteWriter, type WriterOptions } from './writer.ts'

/** The questions a store answers, by the names they have in {@link LedgerReader}. */
export type Question = Exclude<keyof LedgerReader, 'close'>

/** What a write did. */
export interface Written {
  /** Requests that were new. */
  readonly requests: number
  /** Where a damaged file was moved, when there was one. */
  readonly movedAside?: string
}

/** One SQLite file, written and read. Rejects with a `LedgerError`, and may be asked again after it. */
export interface Store {
  /** @param batch not to be used after. */
  write(batch: PackedBatch): Promise<Written>
  ask(question: Question, argument: unknown): Promise<unknown>
  /** Deletes some of what is too old. Resolves with whether there may be more. */
  expire(): Promise<boolean>
  close(): Promise<void>
}

/** The store in the thread that calls it. Opens the file when it is first needed, and again after it failed for good. */
export class DirectStore implements Store {
  readonly #options: WriterOptions
  #writer: SqliteWriter | undefined
  #reader: SqliteReader | undefined
  #movedAside: string | undefined

  constructor(options: WriterOptions) {
    this.#options = options
  }

  async write(batch: PackedBatch): Promise<Written> {
    const requests = this.#guard(() => this.#open().write(batch))
    const movedAside = this.#movedAside
    this.#movedAside = undefined
    return { requests, ...(movedAside !== undefined && { movedAside }) }
  }

  async ask(question: Question, argument: unknown): Promise<unknown> {
    return this.#guard(() => {
      // Without a writer the file may not be there, or of an older schema.
      this.#open()
      this.#reader ??= new SqliteReader(this.#options.file, this.#options.now)
      return (this.#reader[question] as (argument: unknown) => unknown)(argument)
    })
  }

  async expire(): Promise<boolean> {
    return this.#guard(() => this.#open().expire())
  }

  async close(): Promise<void> {
    this.#drop()
  }

  #open(): SqliteWriter {
    if (this.#writer) return this.#writer
    this.#writer = new SqliteWriter(this.#options)
    this.#movedAside ??= this.#writer.movedAside
    return this.#writer
  }

  #guard<T>(task: () => T): T {
    try {
      return task()
    } catch (cause) {
      if (isDamage(cause)) {
        this.#drop()
        this.#movedAside = moveAside(this.#options)
      }
      throw ledgerError(cause, this.#options.file)
    }
  }

  #drop(): void {
    this.#reader?.close()
    this.#reader = undefined
    this.#writer?.close()
    this.#writer = undefined
  }
}

/** Puts what SQLite or the file system says into words. */
export function ledgerError(cause: unknown, file: string): LedgerError {
  if (LedgerError.is(cause)) return cause
  const [code, what] = wordsOf(cause)
  return new LedgerError(code, `the ledger ${file} ${what}`, cause)
}

function wordsOf(cause: unknown): [LedgerErrorCode, string] {
  if (isDamage(cause)) return ['BROKEN', 'is damaged: it was moved aside, and a new one is begun']
  switch (sqliteCode(cause)) {
    case sqliteCodes.busy:
    case sqliteCodes.locked:
      return ['FAILED', 'is locked by another program: close what else has it open']
    case sqliteCodes.full:
      return ['FAILED', 'cannot grow, the disk is full: free some space']
    case sqliteCodes.cannotOpen:
      return ['FAILED', 'cannot be opened: check that its directory exists and may be written to']
    default:
      return ['FAILED', `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`]
  }
}
