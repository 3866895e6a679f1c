import type { AccountState } from './account-state.ts'
import type { Breaker } from './breaker.ts'
import type { Lane } from './lane.ts'

/** How an account is. */
export type HealthState = 'healthy' | 'degraded' | 'throttled' | 'open' | 'half-open' | 'credential-failed'

/** A model an account does not serve as it should. */
export interface ModelHealth {
  /** As sent upstream. */
  readonly model: string
  readonly state: Exclude<HealthState, 'healthy'>
  /** When the state may end, ms since the epoch. */
  readonly until?: number
}

/** How an upstream account is, over all its models. */
export interface AccountHealth {
  readonly id: string
  /** The worst of its credential's, its models' and its error rate's. */
  readonly state: HealthState
  /** Share of recent outcomes that failed, 0 to 1. */
  readonly errorRate: number
  /** Average time of successful attempts, to their end. */
  readonly latencyMs?: number
  /** Average time of successful streams, to their first content. */
  readonly firstContentMs?: number
  readonly inFlight: number
  /** Attempts begun. */
  readonly requests: number
  /** Attempts that failed; throttled and neutral ones are none. */
  readonly failures: number
  readonly lastError?: string
  /** Milliseconds since the epoch. */
  readonly lastErrorAt?: number
  /** Milliseconds since the epoch. */
  readonly lastSuccessAt?: number
  /** When the state may end, ms since the epoch. */
  readonly until?: number
  /** The models it does not serve as it should; absent when there are none. */
  readonly models?: readonly ModelHealth[]
}

/** Worst first. */
const BY_GRAVITY: readonly HealthState[] = [
  'credential-failed',
  'open',
  'half-open',
  'throttled',
  'degraded',
  'healthy',
]

/** Sums up an account for people. */
export function accountHealth(state: AccountState, lanes: readonly Lane[], now: number): AccountHealth {
  const { account, health, credential } = state
  const models = lanes.flatMap((lane) => modelHealth(lane, now) ?? [])
  const degraded: HealthState = health.isDegraded(now) ? 'degraded' : 'healthy'
  const own: Pick<AccountHealth, 'state' | 'until'> = breakerState(credential, now) ?? { state: degraded }
  const worst = [own, ...models].reduce((a, b) => (gravity(b.state) < gravity(a.state) ? b : a))
  return {
    id: account.id,
    state: worst.state,
    errorRate: health.errorRate(now),
    ...present('latencyMs', health.latencyMs),
    ...present('firstContentMs', health.firstContentMs),
    inFlight: health.inFlight,
    requests: health.requests,
    failures: health.failures,
    ...present('lastError', health.lastError),
    ...present('lastErrorAt', health.lastErrorAt),
    ...present('lastSuccessAt', health.lastSuccessAt),
    ...present('until', worst.until),
    ...present('models', models.length > 0 ? models : undefined),
  }
}

function modelHealth({ model, cooldown, breaker }: Lane, now: number): ModelHealth | undefined {
  const rest = cooldown.standing(now)
  if (rest === 'throttled') return { model, state: 'throttled', until: cooldown.until }
  const broken = breakerState(breaker, now)
  if (broken !== undefined) return { model, ...broken }
  return rest === 'overloaded' ? { model, state: 'degraded', until: cooldown.until } : undefined
}

function breakerState(breaker: Breaker, now: number): Pick<ModelHealth, 'state' | 'until'> | undefined {
  const standing = breaker.standing(now)
  if (standing === 'closed') return undefined
  if (standing !== 'open') return { state: 'half-open' }
  return { state: breaker.cause === 'credential' ? 'credential-failed' : 'open', until: breaker.until }
}

function gravity(state: HealthState): number {
  return BY_GRAVITY.indexOf(state)
}

function present<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>)
}
