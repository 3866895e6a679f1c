import { createHash } from 'node:crypto'
import { remember } from './remember.ts'
import type { Segment } from './turn.ts'

/** Tokens of one request. `input` is all of the prompt, cached parts included; `output` is all of the answer, reasoning included. */
export interface Usage {
  input: number
  /** The part of `input` read from the prompt cache. */
  cached: number
  /** The part of `input` written to the prompt cache for five minutes. */
  written5m: number
  /** The part of `input` written to the prompt cache for an hour. */
  written1h: number
  output: number
  /** The part of `output` spent on reasoning. */
  reasoning: number
}

/** What embedding costs: its input, of which nothing is cached. */
export function embeddingUsage(tokens: number): Usage {
  return { input: tokens, cached: 0, written5m: 0, written1h: 0, output: 0, reasoning: 0 }
}

/** What compacting costs: a prompt that is read anew, and little said. */
export function promptUsage(tokens: number): Usage {
  return { ...embeddingUsage(tokens), output: 1 }
}

type PromptUsage = Omit<Usage, 'output' | 'reasoning'>

/** Shortest prompt either provider caches, in tokens. */
const CACHE_FLOOR = 1024
/** OpenAI counts cached tokens in steps of this many. */
const CACHE_STEP = 128
const LIFETIME_MS = { '5m': 300_000, '1h': 3_600_000 } as const
/** Prefixes remembered before the oldest is forgotten. */
const CAPACITY = 10_000

interface Prefix {
  hash: string
  tokens: number
  cache?: '5m' | '1h'
}

function prefixes(scope: string, segments: readonly Segment[]): Prefix[] {
  let tokens = 0
  let hash = scope
  return segments.map((segment) => {
    tokens += segment.tokens
    hash = createHash('sha256').update(hash).update('\0').update(segment.text).digest('base64')
    return { hash, tokens, ...(segment.cache && { cache: segment.cache }) }
  })
}

/** A provider's prompt cache: what of a prompt was seen before under the same credential and model. */
export class PromptCache {
  readonly #expiry = new Map<string, number>()

  /** Counts a prompt whose client marks what to cache (Anthropic's way) and remembers the marked prefixes. */
  explicit(scope: string, segments: readonly Segment[], now: number): PromptUsage {
    const all = prefixes(scope, segments)
    const marked = all.filter((prefix) => prefix.cache !== undefined && prefix.tokens >= CACHE_FLOOR)
    const cached = this.#longest(marked.length > 0 ? all : [], now)
    const usage = { input: all.at(-1)?.tokens ?? 0, cached, written5m: 0, written1h: 0 }
    let counted = cached
    for (const prefix of marked) {
      const lifetime = prefix.cache ?? '5m'
      const fresh = Math.max(0, prefix.tokens - counted)
      if (lifetime === '1h') usage.written1h += fresh
      else usage.written5m += fresh
      counted = Math.max(counted, prefix.tokens)
      remember(this.#expiry, prefix.hash, now + LIFETIME_MS[lifetime], CAPACITY)
    }
    return usage
  }

  /** Counts a prompt the provider caches of its own accord (OpenAI's way) and remembers it. */
  implicit(scope: string, segments: readonly Segment[], now: number): PromptUsage {
    const all = prefixes(scope, segments)
    const cached = this.#longest(all, now)
    for (const prefix of all) {
      if (prefix.tokens >= CACHE_FLOOR) remember(this.#expiry, prefix.hash, now + LIFETIME_MS['5m'], CAPACITY)
    }
    const steps = Math.floor(cached / CACHE_STEP) * CACHE_STEP
    return { input: all.at(-1)?.tokens ?? 0, cached: steps, written5m: 0, written1h: 0 }
  }

  /** Forgets everything. */
  clear(): void {
    this.#expiry.clear()
  }

  #longest(all: readonly Prefix[], now: number): number {
    const hit = all.findLast((prefix) => (this.#expiry.get(prefix.hash) ?? 0) > now)
    return hit?.tokens ?? 0
  }
}
