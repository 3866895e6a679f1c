import type { Spent } from '@llm-gateway/access'
import type { BudgetConfig, KeyConfig, RateLimitConfig } from '@llm-gateway/config'
import { isoTime } from '../terminal/time.ts'
import { dollars } from '../usage/usage-view.ts'

/** `unusable`: its hash is a placeholder that no key matches. */
export type KeyState = 'active' | 'disabled' | 'expired' | 'unusable'

/** A gateway key as JSON output tells it: never its hash. */
export interface KeyJson {
  readonly id: string
  readonly name: string
  readonly state: KeyState
  readonly permissions: readonly string[]
  readonly models?: readonly string[]
  readonly rateLimit?: RateLimitConfig
  readonly budget?: BudgetConfig
  readonly ownRoutes?: number
  /** ISO 8601. */
  readonly expiresAt?: string
  /** ISO 8601. */
  readonly createdAt?: string
}

export function keyState(key: KeyConfig, now: number): KeyState {
  if (key.status === 'disabled') return 'disabled'
  if (!/^[0-9a-f]{64}$/i.test(key.keyHash)) return 'unusable'
  return key.expiresAt !== undefined && key.expiresAt <= now ? 'expired' : 'active'
}

export function keyJson(key: KeyConfig, now: number): KeyJson {
  const { id, name, permissions, models, rateLimit, budget, modelRoutes, expiresAt, createdAt } = key
  return {
    id,
    name,
    state: keyState(key, now),
    permissions,
    ...(models && { models }),
    ...(rateLimit && { rateLimit }),
    ...(budget && { budget }),
    ...(modelRoutes && { ownRoutes: modelRoutes.routes.length }),
    ...(expiresAt !== undefined && { expiresAt: isoTime(expiresAt) }),
    ...(createdAt !== undefined && { createdAt: isoTime(createdAt) }),
  }
}

const limitTexts = {
  requestsPerMinute: 'requests a minute',
  requestsPerHour: 'requests an hour',
  requestsPerDay: 'requests a day',
  tokensPerMinute: 'tokens a minute',
  concurrency: 'requests at once',
} as const satisfies Record<keyof RateLimitConfig, string>

/** `60 requests a minute, 4 requests at once`; undefined when nothing is limited. */
export function limitsText(limits: RateLimitConfig | undefined): string | undefined {
  const names = Object.keys(limitTexts) as (keyof RateLimitConfig)[]
  const texts = names.flatMap((name) => (limits?.[name] === undefined ? [] : [`${limits[name]} ${limitTexts[name]}`]))
  return texts.length === 0 ? undefined : texts.join(', ')
}

/** `$5 a day ($1.20 spent), $50 a month ($12.34 spent)`; undefined when there is none. */
export function budgetText(budget: BudgetConfig | undefined, spent?: Spent): string | undefined {
  const told = (nanoUsd: number | undefined): string => (nanoUsd === undefined ? '' : ` (${dollars(nanoUsd)} spent)`)
  const texts = [
    budget?.usdPerDay === undefined ? [] : [`$${budget.usdPerDay} a day${told(spent?.dayNanoUsd)}`],
    budget?.usdPerMonth === undefined ? [] : [`$${budget.usdPerMonth} a month${told(spent?.monthNanoUsd)}`],
  ].flat()
  return texts.length === 0 ? undefined : texts.join(', ')
}
