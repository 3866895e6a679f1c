import type { RoutedAccount } from './account.ts'
import type { PlanRequest } from './plan.ts'
import { quote, type Resolution } from './resolve.ts'

/** Tells apart requests that may go to different accounts. */
export function audienceKey({ audiences, audienceOnly }: PlanRequest): string {
  return audiences === undefined ? '' : `${audienceOnly === true}${audiences.join()}`
}

/** The accounts that serve requests of this kind. */
export function eligible(
  accounts: readonly RoutedAccount[],
  { audiences = [], audienceOnly = false }: PlanRequest,
): readonly RoutedAccount[] {
  if (!audienceOnly && accounts.every(({ audience }) => audience === undefined)) return accounts
  return accounts.filter(({ audience }) => (audience === undefined ? !audienceOnly : audiences.includes(audience)))
}

/** Where accounts were left out, a resolution without those that must not take their place or would have to change the request. */
export function fitting(
  resolution: Resolution,
  { model, dialect }: PlanRequest,
  all: readonly RoutedAccount[],
): Resolution {
  if (!resolution.ok) return resolution
  // An account is the only one there is by what is configured, not by who asks.
  const provider = resolution.accounts[0]?.account.provider
  const stands = resolution.rule !== 'only-provider' || all.every((account) => account.provider === provider)
  const accounts = resolution.accounts.filter(
    ({ account }) =>
      stands && (account.audience === undefined || (resolution.model === model && account.dialects.includes(dialect))),
  )
  if (accounts.length === resolution.accounts.length) return resolution
  if (accounts.length > 0) return { ...resolution, accounts }
  const message = `no upstream account serves model ${quote(model)} to this kind of request`
  return { ok: false, reason: 'no-account', message }
}

/** Whom the accounts of a resolution serve that do not serve everybody. */
export function audiencesOf({ accounts }: Extract<Resolution, { ok: true }>): readonly string[] {
  return [...new Set(accounts.flatMap(({ account }) => account.audience ?? []))]
}
