import type { Verdict } from './verdict.ts'

/** Weight of the newest outcome in the moving averages. */
const EWMA_ALPHA = 0.1
/** What is not confirmed fades: an account nobody uses is given another chance. */
const ERROR_HALF_LIFE_MS = 30_000
const LATENCY_HALF_LIFE_MS = 60_000
/** From this error rate an account stands behind every one below it. */
export const DEGRADED_ERROR_RATE = 0.2
/** Error texts are shown in listings; the whole text is in the log of the attempt. */
const LAST_ERROR_MAX_LENGTH = 300

/** How one attempt ended, as the caller tells it. */
export interface AttemptEnd {
  readonly verdict: Verdict
  /** From sending to the end. */
  readonly latencyMs?: number
  /** From sending to the first real content; only for streams. */
  readonly firstContentMs?: number
  /** What the provider asked for, from `Retry-After` or the limit headers. */
  readonly retryAfterMs?: number
  readonly status?: number
  /** For people, without secrets. */
  readonly error?: string
  /** The credential is at fault (401, 402, 403). */
  readonly credential?: boolean
}

/** What has been seen of an upstream account: counters and moving averages over all its models. */
export class Health {
  #inFlight = 0
  #requests = 0
  #failures = 0
  #errorRate = 0
  #errorRateAt = 0
  #latencyMs: number | undefined
  #firstContentMs: number | undefined
  #lastError: string | undefined
  #lastErrorAt: number | undefined
  #lastSuccessAt: number | undefined

  get inFlight(): number {
    return this.#inFlight
  }

  /** Attempts begun. */
  get requests(): number {
    return this.#requests
  }

  /** Attempts that failed; throttled and neutral ones are none. */
  get failures(): number {
    return this.#failures
  }

  /** Average time of successful attempts, to their end. */
  get latencyMs(): number | undefined {
    return this.#latencyMs
  }

  /** Average time of successful streams, to their first content. */
  get firstContentMs(): number | undefined {
    return this.#firstContentMs
  }

  get lastError(): string | undefined {
    return this.#lastError
  }

  get lastErrorAt(): number | undefined {
    return this.#lastErrorAt
  }

  get lastSuccessAt(): number | undefined {
    return this.#lastSuccessAt
  }

  /** Share of recent outcomes that failed, 0 to 1; halves every 30 s without one. */
  errorRate(now: number): number {
    if (this.#errorRate === 0) return 0
    return this.#errorRate * fade(now - this.#errorRateAt, ERROR_HALF_LIFE_MS)
  }

  /** Whether failures are more than stray ones. */
  isDegraded(now: number): boolean {
    return this.errorRate(now) >= DEGRADED_ERROR_RATE
  }

  /** How much the latencies still count, 1 when just measured, to 0; halves every 60 s. */
  latencyConfidence(now: number): number {
    return this.#lastSuccessAt === undefined ? 0 : fade(now - this.#lastSuccessAt, LATENCY_HALF_LIFE_MS)
  }

  begin(): void {
    this.#inFlight += 1
    this.#requests += 1
  }

  end(result: AttemptEnd, now: number): void {
    this.#inFlight -= 1
    const { verdict } = result
    if (verdict === 'success') this.#succeed(result, now)
    if (verdict === 'failure') this.#failures += 1
    if (verdict === 'failure' || verdict === 'throttled') {
      this.#lastError = describe(result)
      this.#lastErrorAt = now
    }
    if (verdict === 'success' || verdict === 'failure') {
      this.#errorRate = average(this.errorRate(now), verdict === 'failure' ? 1 : 0)
      this.#errorRateAt = now
    }
  }

  #succeed({ latencyMs, firstContentMs }: AttemptEnd, now: number): void {
    this.#lastSuccessAt = now
    if (latencyMs !== undefined) this.#latencyMs = average(this.#latencyMs ?? latencyMs, latencyMs)
    if (firstContentMs === undefined) return
    this.#firstContentMs = average(this.#firstContentMs ?? firstContentMs, firstContentMs)
  }
}

function average(previous: number, next: number): number {
  return previous + EWMA_ALPHA * (next - previous)
}

function fade(ageMs: number, halfLifeMs: number): number {
  return ageMs <= 0 ? 1 : 2 ** (-ageMs / halfLifeMs)
}

function describe({ error, status, verdict }: AttemptEnd): string {
  if (error !== undefined) return error.slice(0, LAST_ERROR_MAX_LENGTH)
  if (status !== undefined) return `status ${status}`
  return verdict === 'throttled' ? 'throttled' : 'failed without a status'
}
