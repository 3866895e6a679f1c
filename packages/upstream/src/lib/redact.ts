/**
 * What credentials look like, for texts that others wrote and whose secrets are not known here. Looser than each vendor's
 * format on purpose: errors echo keys cut short or with asterisks in the middle.
 */
const patterns: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // A scheme is followed by the credential itself; words after "bearer" in prose are shorter or plain.
  [/\b(bearer|basic)\s+(?=\S*[\d*_.=-])[\w.~+/=*-]{8,}/gi, '$1 [redacted]'],
  [/\b(?:sk|pk|rk|gw|gsk|xai|hf|ghp|gho|pplx|nvapi|key)[-_][\w*.-]{8,}/gi, '[redacted]'],
  [/\bAIza[\w*-]{8,}/g, '[redacted]'],
  [/\bAQ\.[\w*-]{8,}/g, '[redacted]'],
  [/\bya29\.[\w*.-]{8,}/g, '[redacted]'],
  // JSON Web Tokens.
  [/\beyJ[\w-]{8,}(?:\.[\w*-]*){0,2}/g, '[redacted]'],
  // Credentials in URLs: a password, or a query parameter that is named for one.
  [/\/\/[^\s/@:]*:[^\s/@]+@/g, '//[redacted]@'],
  [/([?&](?:key|api[-_]?key|token|access_token|sig|signature|secret)=)[^&\s"'<>]+/gi, '$1[redacted]'],
  // Keys without a prefix: long runs in which letters and digits mix (Azure: 32 hexadecimal digits, or 84 characters).
  [/\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{32,}/g, '[redacted]'],
]

/** Takes everything that looks like a credential out of a text. */
export function redact(text: string): string {
  let clean = text
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement)
  return clean
}
