import type { DispatchRow, RequestRow } from '../row.ts'
import { attemptCells, attemptColumns, requestCells, requestColumns } from './columns.ts'
import { type PackedTable, positions, TableReader, TableWriter } from './table.ts'
import { TextWriter } from './texts.ts'

/** What is written at once. */
export interface PackedBatch {
  /** Attempts that run; columns as those of `attempts`. */
  readonly intents: PackedTable
  readonly requests: PackedTable
  /** How many rows of `attempts` belong to each of `requests`. */
  readonly attemptCounts: readonly number[]
  readonly attempts: PackedTable
}

/** Gathers requests that are over, with their attempts. */
export class RequestBatch {
  readonly #texts = new TextWriter()
  readonly #requests = new TableWriter(requestColumns, this.#texts)
  readonly #attempts = new TableWriter(attemptColumns, this.#texts)
  #attemptCounts: number[] = []

  /** How many requests. */
  get size(): number {
    return this.#attemptCounts.length
  }

  add(request: RequestRow): void {
    requestCells(request, this.#requests.row())
    for (const attempt of request.attempts) attemptCells(request, attempt, this.#attempts.row())
    this.#attemptCounts.push(request.attempts.length)
  }

  /** A copy of what it holds, with attempts that run. */
  packed(intents: readonly DispatchRow[] = []): PackedBatch {
    const texts = this.#texts.packed()
    return {
      intents: packIntents(intents),
      requests: this.#requests.packed(texts),
      attemptCounts: this.#attemptCounts,
      attempts: this.#attempts.packed(texts),
    }
  }

  /** Begins anew, in the memory it has. */
  clear(): void {
    this.#requests.clear()
    this.#attempts.clear()
    this.#texts.clear()
    this.#attemptCounts = []
  }
}

function packIntents(rows: readonly DispatchRow[]): PackedTable {
  const texts = new TextWriter()
  const table = new TableWriter(attemptColumns, texts)
  for (const { requestId, keyId, model, ...attempt } of rows) {
    attemptCells({ id: requestId, keyId, model }, attempt, table.row())
  }
  return table.packed(texts.packed())
}

const requestId = positions(requestColumns)('id')

/** A batch without the requests that `known` has, and without the second of two that have one id. */
export function without(batch: PackedBatch, known: (id: string) => boolean): PackedBatch {
  const requests = new TableReader(requestColumns, batch.requests)
  const keptRequests: number[] = []
  const keptAttempts: number[] = []
  const seen = new Set<string>()
  let attemptAt = 0
  for (const [row, count] of batch.attemptCounts.entries()) {
    const id = requests.text(row, requestId)
    if (!seen.has(id) && !known(id)) {
      keptRequests.push(row)
      for (let each = 0; each < count; each++) keptAttempts.push(attemptAt + each)
    }
    seen.add(id)
    attemptAt += count
  }
  return {
    intents: batch.intents,
    requests: requests.only(keptRequests),
    attemptCounts: keptRequests.map((row) => batch.attemptCounts[row] ?? 0),
    attempts: new TableReader(attemptColumns, batch.attempts).only(keptAttempts),
  }
}
