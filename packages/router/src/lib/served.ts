import type { RoutedAccount } from './account.ts'
import { isPattern, matchesAny } from './match.ts'
import type { Resolution } from './resolve.ts'
import type { RouteTable } from './routes.ts'

/** Names in a message; the rest is counted. */
const NAMED_AT_MOST = 20

/** A model a client may ask for by name. */
export interface ServedModel {
  readonly id: string
  /** Of the account that comes first for it. */
  readonly provider: string
}

/** Where the names come from. */
export interface ServedContext {
  readonly accounts: readonly RoutedAccount[]
  readonly tables: readonly RouteTable[]
  /** What the key may use. */
  readonly keyModels?: readonly string[] | undefined
  readonly resolve: (model: string) => Resolution
}

/** The concrete names among routes, account models and what the key may use, so far as they lead to an account. */
export function servedModels({ accounts, tables, keyModels, resolve }: ServedContext): ServedModel[] {
  const names = new Set([
    ...tables.flatMap((table) => table.names()),
    ...accounts.flatMap((account) => account.models ?? []),
    ...(keyModels ?? []),
  ])
  const served: ServedModel[] = []
  for (const id of names) {
    if (isPattern(id) || (keyModels !== undefined && !matchesAny(keyModels, id))) continue
    const resolution = resolve(id)
    const first = resolution.ok ? resolution.accounts[0] : undefined
    if (first !== undefined) served.push({ id, provider: first.account.provider })
  }
  return served
}

/** What is served, as the end of a message: names, and the providers that serve more than what is named. */
export function describeServed(served: readonly string[], accounts: readonly RoutedAccount[]): string {
  const open = accounts.filter((account) => account.models === undefined).map((account) => account.provider)
  const prefixes = accounts.flatMap((account) => account.models?.filter(isPattern) ?? [])
  const names = [...served, ...new Set(prefixes)]
  const shown = names.slice(0, NAMED_AT_MOST).join(', ')
  const more = names.length > NAMED_AT_MOST ? ` and ${names.length - NAMED_AT_MOST} more` : ''
  const models = names.length > 0 ? [`served are ${shown}${more}`] : []
  const providers = open.length > 0 ? [`accounts without a model list serve ${[...new Set(open)].join(', ')}`] : []
  return [...models, ...providers].join('; ')
}
