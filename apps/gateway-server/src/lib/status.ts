import type { LedgerStatus } from '@llm-gateway/ledger'
import type { TokenState } from '@llm-gateway/oauth'
import type { AccountHealth } from '@llm-gateway/router'
import type { CheckResult } from './health/health-checks.ts'

/** One account as `status` and `health` tell it. */
export interface AccountStatus extends Omit<AccountHealth, 'state'> {
  readonly name: string
  readonly provider: string
  /** `needs_login`: nothing but a login lets it serve. */
  readonly state: AccountHealth['state'] | 'needs_login'
  /** The last look at it that was no request; absent where it is not checked. */
  readonly check?: CheckResult
  /** Of an account that logs in: how its token stands, never the token. */
  readonly oauth?: TokenState
}

/** What `GET /admin/api/status` answers. */
export interface ServerStatus {
  readonly service: 'llm-gateway'
  readonly version: string
  readonly pid: number
  readonly url: string
  readonly uptimeSeconds: number
  readonly configFile: string
  /** Serving from the simulator because no account is configured. */
  readonly demo: boolean
  readonly draining: boolean
  readonly inFlight: number
  readonly keys: { readonly total: number; readonly active: number }
  readonly accounts: readonly AccountStatus[]
  /** Accounts that cannot serve, with the reason. */
  readonly unusable: readonly { readonly id: string; readonly name: string; readonly reason: string }[]
  /** Absent when it is switched off. */
  readonly ledger?: LedgerStatus
  /** What is wrong with the file on disk, when the running configuration is an older one. */
  readonly configProblem?: string
}

/** What the router knows of an account, and how its login stands. */
export function accountStatus(
  health: AccountHealth,
  { name, provider }: { readonly name: string; readonly provider: string },
  oauth: TokenState | undefined,
  check: CheckResult | undefined,
): AccountStatus {
  const known = { ...health, name, provider, ...(oauth && { oauth }), ...(check && { check }) }
  // A token that cannot be renewed may still be good for a while.
  if (oauth?.state !== 'needs_login') return known
  return { ...known, state: 'needs_login', ...(oauth.problem !== undefined && { lastError: oauth.problem }) }
}
