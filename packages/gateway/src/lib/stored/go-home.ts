import type { Call } from '../call.ts'
import { GatewayError } from '../error.ts'

/** Whom things are kept for. */
export function keyOf(call: Call): string {
  return call.client?.id ?? ''
}

/**
 * Puts the account that made what a request goes on from first.
 *
 * @param only nobody else can serve: what the request names is there and nowhere else.
 * @throws GatewayError when only that account could, and it cannot.
 */
export function goHome(call: Call, account: string, only: boolean): void {
  if (call.plan === undefined) return
  const { candidates } = call.plan
  const home = candidates.filter((candidate) => candidate.account.id === account)
  if (home.length === 0 && only) {
    const message = `the upstream account that made what this request goes on from ("${account}") cannot serve at present`
    throw new GatewayError('no_account', message)
  }
  const rest = only ? [] : candidates.filter((candidate) => candidate.account.id !== account)
  call.plan = { ...call.plan, candidates: [...home, ...rest] }
}
