import { type Admission, addVendorHeaders, type HeaderVendor, type RateLimitHeaders } from '@llm-gateway/access'
import type { Dialect } from '@llm-gateway/converter'

/** Whose words a dialect's SDKs read; Gemini's has none. */
const vendorOf: Readonly<Record<Dialect, HeaderVendor | undefined>> = {
  'openai-chat': 'openai',
  'openai-completions': 'openai',
  'openai-responses': 'openai',
  anthropic: 'anthropic',
  gemini: undefined,
}

/**
 * How the key's own limits stand, in the standard's fields and in those of the client's dialect. They go before an upstream's of
 * the same name: those tell of an account that others use too.
 *
 * @param now milliseconds since the epoch
 */
export function limitHeaders(admission: Admission | undefined, dialect: Dialect, now: number): RateLimitHeaders {
  const headers: Record<string, string> = {}
  addLimitHeaders(headers, admission, dialect, now)
  return headers
}

/** Puts {@link limitHeaders} among others. */
export function addLimitHeaders(
  headers: Record<string, string | string[]>,
  admission: Admission | undefined,
  dialect: Dialect,
  now: number,
): void {
  if (admission === undefined) return
  Object.assign(headers, admission.headers)
  const vendor = vendorOf[dialect]
  if (vendor !== undefined) addVendorHeaders(headers, admission.windows, vendor, now)
}
