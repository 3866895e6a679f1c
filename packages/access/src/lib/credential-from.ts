const BEARER = 'bearer '

/** Request headers as Node gives them: lower-case names. */
export type CredentialHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * The gateway key a client sent, wherever its SDK puts keys. The first of these that holds one:
 * `x-llm-gateway-key`, `Authorization: Bearer`, `x-api-key` (Anthropic), `api-key` (Azure), `x-goog-api-key` (Gemini), `?key=`
 * (Gemini). Some clients send the same key twice; when the values differ, the first in this order counts.
 *
 * @param headers with lower-case names; of a repeated header the first value counts
 * @param query the URL's query, with or without its `?`
 */
export function credentialFrom(headers: CredentialHeaders, query?: string): string | undefined {
  return (
    first(headers['x-llm-gateway-key']) ??
    bearerOf(headers.authorization) ??
    first(headers['x-api-key']) ??
    first(headers['api-key']) ??
    first(headers['x-goog-api-key']) ??
    keyOf(query)
  )
}

function first(header: string | readonly string[] | undefined): string | undefined {
  const value = typeof header === 'object' ? header[0] : header
  // A header present but empty is what a client with an unset variable sends beside the one that counts.
  return value?.trim() || undefined
}

function bearerOf(header: string | readonly string[] | undefined): string | undefined {
  const value = first(header)
  // RFC 9110 §11.1: the scheme's case does not matter.
  if (value?.slice(0, BEARER.length).toLowerCase() !== BEARER) return undefined
  return value.slice(BEARER.length).trim() || undefined
}

function keyOf(query: string | undefined): string | undefined {
  if (!query?.includes('key=')) return undefined
  return new URLSearchParams(query).get('key')?.trim() || undefined
}
