/**
 * The simulator's tokenizer: a word with the blank before it, cut every four characters; every other
 * character alone. Far from a real vocabulary, but deterministic, lossless and near the usual four
 * characters a token, which is what ledgers, limits and streams need.
 */
const TOKEN = /\s?[\p{L}\p{N}_]{1,4}|\s+(?=\s)|[\s\S]/gu

/** Cuts `text` into tokens; joined they are `text` again. */
export function tokenize(text: string): string[] {
  return text.match(TOKEN) ?? []
}

/** How many tokens `text` has. */
export function countTokens(text: string): number {
  let count = 0
  for (const _token of text.matchAll(TOKEN)) count += 1
  return count
}

/**
 * Tokens of an image or a document by its encoded size: one for every 750 base64 characters, at least 85,
 * the price of OpenAI's smallest image.
 */
export function mediaTokens(encodedLength: number): number {
  return Math.max(85, Math.ceil(encodedLength / 750))
}

/** Joins tokens `size` at a time: what one stream event carries. */
export function batchTokens(tokens: readonly string[], size: number): string[] {
  if (size <= 1) return [...tokens]
  const batches: string[] = []
  for (let start = 0; start < tokens.length; start += size) batches.push(tokens.slice(start, start + size).join(''))
  return batches
}
