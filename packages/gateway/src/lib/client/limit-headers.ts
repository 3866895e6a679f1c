import type { Admission, HeaderVendor } from '@llm-gateway/access'
import type { Dialect } from '@llm-gateway/converter'

type Headers = Record<string, string | string[]>

/** Whose words a dialect's SDKs read; Gemini's has none. */
const vendorOf: Readonly<Record<Dialect, HeaderVendor | undefined>> = {
  'openai-chat': 'openai',
  'openai-completions': 'openai',
  'openai-responses': 'openai',
  anthropic: 'anthropic',
  gemini: undefined,
}

/**
 * Puts how the key's own limits stand among other headers, in the standard's fields and in those of the client's dialect. They
 * replace an upstream's of the same name: those tell of an account that others use too.
 *
 * @returns the headers given.
 */
export function addLimitHeaders<H extends Headers>(headers: H, admission: Admission | undefined, dialect: Dialect): H {
  admission?.addHeaders(headers, vendorOf[dialect])
  return headers
}
