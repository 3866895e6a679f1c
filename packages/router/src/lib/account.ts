import { matchesAny } from './match.ts'

/** What routing needs to know of an upstream account. */
export interface RoutedAccount {
  readonly id: string
  readonly provider: string
  /** What its endpoint speaks, most wanted first; at least one. */
  readonly dialects: readonly string[]
  /** The models it serves: names or `prefix*`. Absent: any model of its provider. Empty: none. */
  readonly models?: readonly string[]
  /** Higher is preferred. Default 0. */
  readonly priority?: number
  /**
   * Serves only requests of this audience, and these only as they are: in the dialect and under the model name they came with.
   * Absent: any request.
   */
  readonly audience?: string
  /** Share of the load among equals. Default 1; 0 keeps the account as a last resort of its priority. */
  readonly weight?: number
}

/** Whether the account itself says it serves the model, by name or by prefix. */
export function listsModel(account: RoutedAccount, model: string): boolean {
  return account.models !== undefined && matchesAny(account.models, model)
}

/** Whether nothing the account says keeps it from serving the model. */
export function mayServe(account: RoutedAccount, model: string): boolean {
  return account.models === undefined || matchesAny(account.models, model)
}

/**
 * Refuses accounts that routing cannot work with, before any state changes.
 *
 * @throws {RangeError} on a repeated id, an account without a dialect, or a weight or priority that orders nothing.
 */
export function checkAccounts(accounts: readonly RoutedAccount[]): void {
  const ids = new Set<string>()
  for (const { id, dialects, weight = 1, priority = 0 } of accounts) {
    if (ids.has(id)) throw new RangeError(`two upstream accounts have the id "${id}"; give each its own`)
    ids.add(id)
    if (dialects.length === 0) throw new RangeError(`upstream account "${id}" speaks no dialect; list at least one`)
    if (!(weight >= 0 && weight < Infinity)) {
      throw new RangeError(`upstream account "${id}" has the weight ${weight}; use a number from 0 up`)
    }
    if (!Number.isFinite(priority)) {
      throw new RangeError(`upstream account "${id}" has the priority ${priority}; use a finite number`)
    }
  }
}
