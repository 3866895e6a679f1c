import { type Admission, type HeaderVendor, type RateLimitHeaders, vendorHeaders } from '@llm-gateway/access'
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
  if (admission === undefined) return {}
  const vendor = vendorOf[dialect]
  if (vendor === undefined || admission.windows.length === 0) return admission.headers
  return { ...admission.headers, ...vendorHeaders(admission.windows, vendor, now) }
}
