import { Window } from './window.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** What a gateway key may use. An absent member is no limit; 0 admits nothing. */
export interface RateLimit {
  readonly requestsPerMinute?: number
  readonly requestsPerHour?: number
  readonly requestsPerDay?: number
  /** Tokens of settled requests: a request is admitted while fewer than these are counted. */
  readonly tokensPerMinute?: number
  /** Requests running at one time. */
  readonly concurrency?: number
}

/** The limit that refused a request. */
export type LimitName =
  | 'requests-per-minute'
  | 'requests-per-hour'
  | 'requests-per-day'
  | 'tokens-per-minute'
  | 'concurrency'

/** How one limit stands. */
export interface LimitState {
  readonly name: Exclude<LimitName, 'concurrency'>
  readonly limit: number
  readonly remaining: number
  /** Until all of it is there again, in milliseconds. */
  readonly resetMs: number
}

/** A limit over a span of time, as far as it is the same for every key. */
interface LimitKind {
  readonly name: LimitState['name']
  readonly member: Exclude<keyof RateLimit, 'concurrency'>
  readonly ms: number
  readonly unit: string
  /** What a request counts when it is admitted. */
  readonly perRequest: number
}

export const limitKinds: readonly LimitKind[] = [
  {
    name: 'requests-per-minute',
    member: 'requestsPerMinute',
    ms: MINUTE_MS,
    unit: 'requests per minute',
    perRequest: 1,
  },
  { name: 'requests-per-hour', member: 'requestsPerHour', ms: HOUR_MS, unit: 'requests per hour', perRequest: 1 },
  { name: 'requests-per-day', member: 'requestsPerDay', ms: DAY_MS, unit: 'requests per day', perRequest: 1 },
  { name: 'tokens-per-minute', member: 'tokensPerMinute', ms: MINUTE_MS, unit: 'tokens per minute', perRequest: 0 },
]

/** One limit of one key: what it has used, and how it stood when it was last looked at. */
export class Limited implements LimitState {
  readonly name: LimitState['name']
  readonly limit: number
  readonly unit: string
  readonly perRequest: number
  readonly used: Window
  readonly limitText: string
  remaining = 0
  remainingText = ''
  resetMs = 0
  readonly #label: string
  // What is told of a window's end changes with the second or not at all, and with every request would be made anew.
  readonly #seconds = new KeptText((seconds) => `;t=${seconds}`)
  readonly #span = new KeptText(spanOf)
  readonly #moment = new KeptText(momentOf)
  #resetSeconds = 0
  #resetAt = 0

  constructor({ name, unit, perRequest }: LimitKind, limit: number, used: Window) {
    this.name = name
    this.limit = limit
    this.unit = unit
    this.perRequest = perRequest
    this.used = used
    this.limitText = String(limit)
    this.#label = `"${name}";r=`
  }

  look(now: number): void {
    this.remaining = Math.max(0, Math.floor(this.limit - this.used.count(now)))
    this.remainingText = String(this.remaining)
    this.resetMs = this.used.remainingMs(now)
    this.#resetSeconds = inSeconds(this.resetMs)
    this.#resetAt = now + this.resetMs
  }

  /** What was seen, to be kept. */
  get state(): LimitState {
    const { name, limit, remaining, resetMs } = this
    return { name, limit, remaining, resetMs }
  }

  /** As an item of the `ratelimit` field. */
  get item(): string {
    return this.#label + this.remainingText + this.#seconds.of(this.#resetSeconds)
  }

  /** The time until the reset, as Go writes durations: `1h2m3s`, `6m0s`, `12s`. */
  get resetSpan(): string {
    return this.#span.of(this.#resetSeconds)
  }

  /** The time of the reset, by RFC 3339. */
  get resetMoment(): string {
    return this.#moment.of(this.#resetAt)
  }
}

/** A key's limits over spans of time. */
export interface Limits {
  readonly of: RateLimit
  readonly windows: readonly Limited[]
  /** The `ratelimit-policy` field. */
  readonly policy: string
}

/** What one gateway key has used. */
export class KeyUse {
  readonly requestsPerMinute: Window = new Window(MINUTE_MS)
  readonly requestsPerHour: Window = new Window(HOUR_MS)
  readonly requestsPerDay: Window = new Window(DAY_MS)
  readonly tokensPerMinute: Window = new Window(MINUTE_MS)
  running = 0
  #limits: Limits | undefined

  /** Put together anew only when the limit is another. */
  under(limit: RateLimit): Limits {
    if (this.#limits?.of !== limit) this.#limits = limitsOf(this, limit)
    return this.#limits
  }

  isIdle(now: number): boolean {
    return this.running === 0 && limitKinds.every(({ member }) => this[member].isOver(now))
  }
}

function limitsOf(use: KeyUse, of: RateLimit): Limits {
  const windows = limitKinds.flatMap((kind) => {
    const limit = of[kind.member]
    return limit === undefined ? [] : [new Limited(kind, limit, use[kind.member])]
  })
  const policy = limitKinds
    .flatMap(({ name, member, ms }) => (of[member] === undefined ? [] : [`"${name}";q=${of[member]};w=${ms / 1000}`]))
    .join(', ')
  return { of, windows, policy }
}

/** Rounded up, and never "now": a client must not come back before the window has ended. */
export function inSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000))
}

/** The text of a number, made anew only when the number is another. */
class KeptText {
  readonly #make: (value: number) => string
  #value = Number.NaN
  #text = ''

  constructor(make: (value: number) => string) {
    this.#make = make
  }

  of(value: number): string {
    if (value !== this.#value) {
      this.#value = value
      this.#text = this.#make(value)
    }
    return this.#text
  }
}

function momentOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}

function spanOf(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60]
  if (h > 0) return `${h}h${m}m${s}s`
  return m > 0 ? `${m}m${s}s` : `${s}s`
}
