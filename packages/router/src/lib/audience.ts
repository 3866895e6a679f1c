import type { RoutedAccount } from './account.ts'
import type { PlanRequest } from './plan.ts'
import type { Resolution } from './resolve.ts'

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

/** Leaves out the accounts with an audience that the request would have to be changed for. */
export function asItIs(resolution: Resolution, { model, dialect }: PlanRequest): Resolution {
  if (!resolution.ok || resolution.accounts.every(({ account }) => account.audience === undefined)) return resolution
  const accounts = resolution.accounts.filter(
    ({ account }) =>
      account.audience === undefined || (resolution.model === model && account.dialects.includes(dialect)),
  )
  if (accounts.length > 0) return { ...resolution, accounts }
  const message = 'the accounts for this model take requests only as they are, in their own dialect and model name'
  return { ok: false, reason: 'no-account', message }
}

/** Whom the accounts of a resolution serve that do not serve everybody. */
export function audiencesOf({ accounts }: Extract<Resolution, { ok: true }>): readonly string[] {
  return [...new Set(accounts.flatMap(({ account }) => account.audience ?? []))]
}
