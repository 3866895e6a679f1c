import type { RoutedAccount } from './account.ts'
import type { PlanRule } from './resolve.ts'
import type { RouteSet } from './routes.ts'

/** What is to be planned. */
export interface PlanRequest {
  /** As the client named it. */
  readonly model: string
  /** The client's dialect. */
  readonly dialect: string
  /** The gateway key's own routes. Pass the same object for the same key: it is prepared once per object. */
  readonly keyRoutes?: RouteSet
  /** Models the key may use: names or `prefix*`, of the client's model names. Absent: any. Empty: none. */
  readonly keyModels?: readonly string[]
  /** What kinds of request it is one of: accounts of another audience are no candidates. Absent: of none. */
  readonly audiences?: readonly string[]
  /** Leaves out the accounts that serve any request. Default false. */
  readonly audienceOnly?: boolean
}

/** An account to send the request to. */
export interface Candidate {
  readonly account: RoutedAccount
  /** The request's dialect if the account speaks it, else the account's first. */
  readonly dialect: string
  /** Set when the account is overloaded, open or refused, and is tried only because the others are too or failed. */
  readonly lastResort?: true
  /** Set when the account is due for a probe and this request is it; no other gets it. */
  readonly probe?: true
}

/** Why no account can be tried. */
export type RefusalReason =
  | 'model-not-allowed'
  | 'model-not-served'
  | 'rejected-by-route'
  | 'all-throttled'
  | 'no-account'
  | 'wrong-audience'

/** The way for a request, or why there is none. */
export type Plan =
  | {
      readonly ok: true
      /** To send upstream. */
      readonly model: string
      /** Best first; at least one. */
      readonly candidates: readonly Candidate[]
      readonly rule: PlanRule
    }
  | {
      readonly ok: false
      readonly reason: RefusalReason
      /** For the client. */
      readonly message: string
      /** Names the key may ask for; empty with `all-throttled`, where it asked for one of them. */
      readonly served: readonly string[]
      /** With `all-throttled`: when the first account is back. */
      readonly retryAfterMs?: number
      /** With `wrong-audience`: of the accounts that would serve the model. */
      readonly audiences?: readonly string[]
    }

/** The dialect a request goes out in. */
export function dialectFor(account: RoutedAccount, dialect: string): string {
  return account.dialects.includes(dialect) ? dialect : (account.dialects[0] ?? dialect)
}
