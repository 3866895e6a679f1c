import type { LedgerConfig } from '@llm-gateway/config'
import type { LastError, UsageTotals } from '@llm-gateway/ledger'
import type { Output } from '../terminal/output.ts'
import { relativeTime } from '../terminal/time.ts'
import { type LedgerSource, openLedger } from './ledger-source.ts'
import { accountUsageLine } from './usage-view.ts'

const dayMs = 86_400_000

/** What the ledger tells of the last 24 hours. */
export interface RecentUsage {
  readonly source: LedgerSource['from']
  readonly total: UsageTotals
  readonly accounts: ReadonlyMap<string, UsageTotals>
  /** Also from before, as long as it is kept. */
  readonly lastErrors: ReadonlyMap<string, LastError>
}

/** Asks the ledger for the last 24 hours. What cannot be read is warned of and left out: it is never all that a command is about. */
export async function recentUsage(
  home: string,
  config: LedgerConfig | undefined,
  { now, output }: { readonly now: number; readonly output: Output },
): Promise<RecentUsage | undefined> {
  if (!config?.enabled) return undefined
  try {
    const { reader, from } = await openLedger(home, config, { note: () => {} })
    try {
      const { total, groups = [] } = await reader.usage({ since: now - dayMs, by: 'account' })
      const errors = await reader.lastErrors()
      return {
        source: from,
        total,
        accounts: new Map(groups.map((line) => [line.group, line])),
        lastErrors: new Map(errors.map((error) => [error.account, error])),
      }
    } finally {
      await reader.close()
    }
  } catch (cause) {
    output.warn(`the ledger could not be read: ${cause instanceof Error ? cause.message : String(cause)}`)
    return undefined
  }
}

/** How the ledger says that an account was, for when no server runs to tell. */
export interface PastHealth {
  /** Attempts at it in the last 24 hours that said something of it. */
  readonly requests?: number
  /** Of these, the share that failed. */
  readonly errorRate?: number
  /** The median of what it answered. */
  readonly latencyMs?: number
  readonly reason?: string
}

export function pastHealth({ lastDay, lastError }: AccountUsage, now: number): PastHealth {
  return {
    ...(lastDay &&
      lastDay.attempts > 0 && { requests: lastDay.attempts, errorRate: lastDay.failedAttempts / lastDay.attempts }),
    ...(lastDay?.latencyMs && { latencyMs: lastDay.latencyMs.p50 }),
    ...(lastError && { reason: lastErrorText(lastError, now) }),
  }
}

/** What the ledger tells of one account. */
export interface AccountUsage {
  /** In the last 24 hours; absent when there was nothing. */
  readonly lastDay?: UsageTotals
  readonly lastError?: LastError
}

export function accountUsage({ accounts, lastErrors }: RecentUsage, id: string): AccountUsage {
  const lastDay = accounts.get(id)
  const lastError = lastErrors.get(id)
  return { ...(lastDay && { lastDay }), ...(lastError && { lastError }) }
}

export function recentFields(
  usage: AccountUsage | undefined,
  now: number,
): readonly (readonly [string, string | undefined])[] {
  if (usage === undefined) return []
  const { lastDay, lastError } = usage
  return [
    ['Last 24 h', lastDay ? accountUsageLine(lastDay) : 'nothing'],
    ['Last failure', lastError && lastErrorText(lastError, now)],
  ]
}

/** `http-529: overloaded (5m ago, req_1)` */
export function lastErrorText({ errorClass, error, at, requestId }: LastError, now: number): string {
  return `${errorClass}${error === undefined ? '' : `: ${error}`} (${relativeTime(at, now)}, ${requestId})`
}
