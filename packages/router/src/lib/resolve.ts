import { listsModel, mayServe, type RoutedAccount } from './account.ts'
import { alsoServes, anyModelProviders, providerOfModel } from './model-providers.ts'
import type { ModelRoute, RouteTable } from './routes.ts'

/** By which rule a model found its accounts. */
export type PlanRule = 'key-route' | 'global-route' | 'account-models' | 'model-name' | 'only-provider'

/** An account that may serve a model; those of the lowest tier come first. */
export interface RankedAccount {
  readonly account: RoutedAccount
  readonly tier: number
}

/** Who may serve a model, health aside. */
export type Resolution =
  | { readonly ok: true; readonly model: string; readonly rule: PlanRule; readonly accounts: readonly RankedAccount[] }
  | {
      readonly ok: false
      readonly reason: 'model-not-served' | 'rejected-by-route' | 'no-account'
      readonly message: string
    }

/** What a model is resolved against. */
export interface ResolveContext {
  readonly accounts: readonly RoutedAccount[]
  readonly keyRoutes?: RouteTable | undefined
  readonly globalRoutes?: RouteTable | undefined
}

/** Finds the accounts for a client's model name: by a key's route, a global route, then by the accounts themselves. */
export function resolve(model: string, context: ResolveContext): Resolution {
  const { accounts, keyRoutes, globalRoutes } = context
  const keyRoute = keyRoutes?.match(model)
  if (keyRoute !== undefined) return byRoute(keyRoute, 'key-route', model, accounts)
  if (keyRoutes?.rejects === true) return rejected(model, 'of this gateway key')
  const globalRoute = globalRoutes?.match(model)
  if (globalRoute !== undefined) return byRoute(globalRoute, 'global-route', model, accounts)
  if (globalRoutes?.rejects === true) return rejected(model, 'of this gateway')
  return byAccounts(model, accounts)
}

/** A name as it may stand in a message: quoted, control characters escaped, cut where it says no more. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name)
}

function rejected(model: string, whose: string): Resolution {
  const message = `no model route ${whose} matches ${quote(model)}, and the others are refused; ask for a routed model`
  return { ok: false, reason: 'rejected-by-route', message }
}

function byRoute(route: ModelRoute, rule: PlanRule, model: string, accounts: readonly RoutedAccount[]): Resolution {
  const target = route.target ?? model
  if (route.account === undefined && route.provider === undefined) {
    const found = byAccounts(target, accounts)
    return found.ok ? { ...found, rule } : found
  }
  const able = accounts.filter(
    (account) =>
      (route.account === undefined || route.account === account.id) &&
      (route.provider === undefined || route.provider === account.provider) &&
      mayServe(account, target),
  )
  if (able.length > 0) return { ok: true, model: target, rule, accounts: rank(able) }
  const provider = route.provider === undefined ? '' : ` of provider ${quote(route.provider)}`
  const where = route.account === undefined ? `an account${provider}` : `account ${quote(route.account)}${provider}`
  const message = `the model route ${quote(route.source)} sends ${quote(target)} to ${where}, and no active upstream account is that and serves it; add one or change the route`
  return { ok: false, reason: 'no-account', message }
}

function byAccounts(model: string, accounts: readonly RoutedAccount[]): Resolution {
  if (accounts.length === 0) {
    return { ok: false, reason: 'no-account', message: 'there is no active upstream account; add one' }
  }
  const listed = accounts.filter((account) => listsModel(account, model))
  if (listed.length > 0) {
    return { ok: true, model, rule: 'account-models', accounts: rank(listed, coverFor(listed, model, accounts)) }
  }
  const named = accountsByName(model, accounts)
  if (named.length > 0) return { ok: true, model, rule: 'model-name', accounts: rank(named) }
  const provider = accounts[0]?.provider
  const only = accounts.every((account) => account.provider === provider) ? accounts.filter(isUnlimited) : []
  if (only.length > 0) return { ok: true, model, rule: 'only-provider', accounts: rank(only) }
  return { ok: false, reason: 'model-not-served', message: `model ${quote(model)} is not served here` }
}

/**
 * Accounts that can stand in for those that list the model: of the same provider, for a model of that provider. A
 * provider the listing does not name is never brought in by a failure.
 */
function coverFor(
  listed: readonly RoutedAccount[],
  model: string,
  accounts: readonly RoutedAccount[],
): RoutedAccount[] {
  const serving = providersServing(model)
  return accounts.filter(
    (account) =>
      isUnlimited(account) &&
      serving.includes(account.provider) &&
      listed.some((lister) => lister.provider === account.provider),
  )
}

function accountsByName(model: string, accounts: readonly RoutedAccount[]): RoutedAccount[] {
  const serving = providersServing(model)
  if (serving.length === 0) return []
  const own = accounts.filter((account) => serving.includes(account.provider))
  if (own.length > 0) return own.filter(isUnlimited)
  for (const provider of anyModelProviders) {
    const stand = accounts.filter((account) => account.provider === provider && isUnlimited(account))
    if (stand.length > 0) return stand
  }
  return []
}

function providersServing(model: string): readonly string[] {
  const provider = providerOfModel(model)
  return provider === undefined ? [] : [provider, ...(alsoServes.get(provider) ?? [])]
}

function isUnlimited(account: RoutedAccount): boolean {
  return account.models === undefined
}

/** Numbers the tiers: a higher priority first, within it those that were asked for before their cover. */
function rank(accounts: readonly RoutedAccount[], cover: readonly RoutedAccount[] = []): RankedAccount[] {
  const ranked = [...accounts, ...cover].map((account, index) => ({
    account,
    priority: account.priority ?? 0,
    covers: index >= accounts.length,
  }))
  // The sort is stable: what covers stays behind what it covers.
  ranked.sort((a, b) => b.priority - a.priority)
  let tier = 0
  return ranked.map((entry, index) => {
    const before = ranked[index - 1]
    if (before !== undefined && (before.priority !== entry.priority || before.covers !== entry.covers)) tier += 1
    return { account: entry.account, tier }
  })
}
