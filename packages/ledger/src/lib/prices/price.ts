import type { TokenUsage } from '../row.ts'

/** A price in US dollars for a million tokens. As a list it depends on the size of the prompt: a base, then pairs of a size in tokens and the price above it. */
export type TokenPrice = number | readonly number[]

/** What the tokens of a model cost. Kinds without a price of their own cost what the kind they are part of does. */
export interface ModelPrice {
  readonly input?: TokenPrice
  readonly output?: TokenPrice
  readonly cacheRead?: TokenPrice
  readonly cacheWrite?: TokenPrice
  /** Written to the cache for an hour. */
  readonly cacheWrite1h?: TokenPrice
  readonly reasoning?: TokenPrice
}

/** A dollar for a million tokens is a thousand billionths for one. */
const nanoPerToken = 1_000

/**
 * What a call costs, in billionths of a US dollar, rounded once. Tokens that nobody counted cost nothing here: a caller that knows
 * of none at all has no cost rather than this one.
 */
export function costOf(price: ModelPrice, usage: TokenUsage): number {
  const { input = 0, output = 0 } = usage
  const cacheRead = within(usage.cacheRead, input)
  const cacheWrite = within(usage.cacheWrite, input - cacheRead)
  const cacheWrite1h = within(usage.cacheWrite1h, cacheWrite)
  const reasoning = within(usage.reasoning, output)
  const { input: plain = 0, output: spoken = 0 } = price
  const write = price.cacheWrite ?? plain
  const dollars =
    (input - cacheRead - cacheWrite) * at(plain, input) +
    cacheRead * at(price.cacheRead ?? plain, input) +
    (cacheWrite - cacheWrite1h) * at(write, input) +
    cacheWrite1h * at(price.cacheWrite1h ?? write, input) +
    (output - reasoning) * at(spoken, input) +
    reasoning * at(price.reasoning ?? spoken, input)
  return Math.round(dollars * nanoPerToken)
}

/** A part is never more than its whole, whatever a provider reports. */
function within(part: number | undefined, whole: number): number {
  return Math.min(part ?? 0, Math.max(0, whole))
}

function at(price: TokenPrice, input: number): number {
  if (typeof price === 'number') return price
  let [found = 0] = price
  for (let index = 1; index + 1 < price.length; index += 2) {
    if (input > (price[index] ?? 0)) found = price[index + 1] ?? found
  }
  return found
}
