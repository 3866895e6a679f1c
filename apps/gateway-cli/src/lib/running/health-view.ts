import type { HealthState } from '@llm-gateway/router'
import type { AccountStatus } from '@llm-gateway/server'
import type { Tone } from '../terminal/style.ts'
import { latency, relativeTime, when } from '../terminal/time.ts'

/** How an account is: as the router sees it, or why it takes no part. */
export type AccountState = HealthState | 'needs_login' | 'disabled' | 'unusable' | 'unknown'

/** States in which an account serves nothing until something is done or a wait is over. */
const unhealthy: ReadonlySet<AccountState> = new Set<AccountState>([
  'open',
  'credential-failed',
  'needs_login',
  'unusable',
])

export function isUnhealthy(state: AccountState): boolean {
  return unhealthy.has(state)
}

export function toneOf(state: AccountState): Tone {
  if (state === 'healthy') return 'green'
  if (isUnhealthy(state)) return 'red'
  return state === 'disabled' || state === 'unknown' ? 'dim' : 'yellow'
}

/** `2.5%`; a share of nothing is no share. */
export function errorRateText({
  errorRate,
  requests,
}: Pick<AccountStatus, 'errorRate' | 'requests'>): string | undefined {
  return requests === 0 ? undefined : `${(errorRate * 100).toFixed(1)}%`
}

export function latencyText({ latencyMs }: Pick<AccountStatus, 'latencyMs'>): string | undefined {
  return latencyMs === undefined ? undefined : latency(latencyMs)
}

/** `HTTP 500 (5m ago)` */
export function lastErrorText(
  { lastError, lastErrorAt }: Pick<AccountStatus, 'lastError' | 'lastErrorAt'>,
  now: number,
): string | undefined {
  if (lastError === undefined) return undefined
  return lastErrorAt === undefined ? lastError : `${lastError} (${relativeTime(lastErrorAt, now)})`
}

/** `ok (2m ago)`, `failed (2m ago): no such key`; undefined where the account is not checked, or not yet. */
export function checkText({ check }: Pick<AccountStatus, 'check'>, now: number): string | undefined {
  if (check === undefined) return undefined
  const at = `(${relativeTime(check.at, now)})`
  return check.ok ? `ok ${at}` : `failed ${at}: ${check.problem ?? `HTTP ${check.status ?? 'without an answer'}`}`
}

/** What the server knows of one account. */
export function healthFields(account: AccountStatus, now: number): readonly (readonly [string, string | undefined])[] {
  const models = account.models?.map(({ model, state }) => `${model} ${state}`)
  return [
    ['Health', account.state],
    ['Until', account.until === undefined ? undefined : when(account.until, now)],
    ['Requests', `${account.requests} (${account.failures} failed, ${account.inFlight} open)`],
    ['Error rate', errorRateText(account)],
    ['Latency', latencyText(account)],
    ['Last success', account.lastSuccessAt === undefined ? undefined : when(account.lastSuccessAt, now)],
    ['Last error', lastErrorText(account, now)],
    ['Last check', checkText(account, now)],
    ['Models not well', models?.join(', ')],
  ]
}
