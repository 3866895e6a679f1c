import type { LedgerStatus } from '@llm-gateway/ledger'
import type { AccountHealth } from '@llm-gateway/router'

/** One account as `status` and `health` tell it. */
export interface AccountStatus extends AccountHealth {
  readonly name: string
  readonly provider: string
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
