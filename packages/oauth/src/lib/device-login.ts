import { OAuthError } from './error.ts'
import { keepLogin, type LoginOptions } from './login.ts'
import type { TokenAccount } from './token-account.ts'
import { type DeviceGrant, TokenEndpoint } from './token-endpoint.ts'
import type { TokenSet } from './token-set.ts'

/** What a login by a device's code needs. */
export interface DeviceLoginOptions extends Pick<LoginOptions, 'store' | 'fetch' | 'clock'> {
  /** Waits; must reject when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<unknown>
  /** Tells the person where to go and what to type in. */
  onCode(grant: Pick<DeviceGrant, 'userCode' | 'verificationUrl' | 'completeUrl' | 'lifetimeMs'>): void
  readonly signal?: AbortSignal
}

/** What RFC 8628 §3.5 adds to the interval at each `slow_down`. */
const SLOW_DOWN_MS = 5_000
/** A connection that fails once does not end a login (RFC 8628 §3.5 asks for a longer wait). */
const LONGEST_INTERVAL_MS = 60_000

/**
 * Logs in by the device flow: the person goes to a page on any machine and types a code in.
 *
 * @throws OAuthError `LOGIN_DENIED`, `LOGIN_EXPIRED`, `PROFILE_INVALID`, or what the provider said.
 */
export async function deviceLogin(account: TokenAccount, options: DeviceLoginOptions): Promise<TokenSet> {
  const { clock, signal } = options
  const endpoint = new TokenEndpoint(account, options.fetch)
  const grant = await endpoint.device(signal && { signal })
  const { userCode, verificationUrl, completeUrl, lifetimeMs } = grant
  options.onCode({ userCode, verificationUrl, lifetimeMs, ...(completeUrl !== undefined && { completeUrl }) })
  const end = clock.monotonic() + lifetimeMs
  let intervalMs = grant.intervalMs
  for (;;) {
    await options.sleep(intervalMs, signal)
    if (clock.monotonic() >= end) throw expired()
    try {
      return await keepLogin(account, await endpoint.pollDevice(grant.deviceCode, signal && { signal }), options)
    } catch (cause) {
      intervalMs = nextInterval(cause, intervalMs)
    }
  }
}

/** How long to wait before asking again; throws what ends the login. */
function nextInterval(cause: unknown, intervalMs: number): number {
  if (!OAuthError.is(cause)) throw cause
  switch (cause.providerCode) {
    case 'authorization_pending':
      return intervalMs
    case 'slow_down':
      return intervalMs + SLOW_DOWN_MS
    case 'access_denied':
      throw new OAuthError('LOGIN_DENIED', 'the login was refused at the provider')
    case 'expired_token':
      throw expired()
    default:
      if (cause.code === 'PROVIDER_UNREACHABLE') return Math.min(intervalMs * 2, LONGEST_INTERVAL_MS)
      throw cause
  }
}

function expired(): OAuthError {
  return new OAuthError('LOGIN_EXPIRED', 'the code was not typed in within its time: start the login again')
}
