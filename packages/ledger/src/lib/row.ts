/** Tokens of one attempt or request. `input` includes what was read from and written to the prompt cache, `output` includes reasoning. Absent is unknown, not zero. */
export interface TokenUsage {
  readonly input?: number
  /** Of `input`: read from the prompt cache. */
  readonly cacheRead?: number
  /** Of `input`: written to the prompt cache. */
  readonly cacheWrite?: number
  /** Of `cacheWrite`: kept for one hour rather than five minutes. */
  readonly cacheWrite1h?: number
  readonly output?: number
  /** Of `output`: spent on reasoning. */
  readonly reasoning?: number
}

/** Written when an attempt is sent, so that one whose process died is known of. */
export interface DispatchRow {
  readonly requestId: string
  /** 1 for the first attempt of its request. */
  readonly number: number
  /** When it was sent, in milliseconds since the epoch. */
  readonly at: number
  readonly keyId: string
  readonly account: string
  readonly provider: string
  /** As the client named it. */
  readonly model: string
  /** As the upstream was asked for it. */
  readonly upstreamModel: string
  /** The upstream's dialect. */
  readonly dialect: string
}

/** How an attempt ended: what it says of the account, or that the client left, or that the gateway died. */
export type AttemptOutcome = 'success' | 'failure' | 'throttled' | 'neutral' | 'client-left' | 'interrupted'

/** One try at one upstream account, when it is over. */
export interface AttemptRow extends Omit<DispatchRow, 'requestId' | 'keyId' | 'model'> {
  readonly outcome: AttemptOutcome
  /** The upstream's status; absent when it gave none. */
  readonly status?: number | undefined
  readonly durationMs: number
  /** To the first real content, in milliseconds since this attempt began. */
  readonly firstTokenMs?: number | undefined
  /** What kind of failure: an HTTP status (`http-529`) or what happened to the connection (`timeout`, `truncated`, ...). */
  readonly errorClass?: string | undefined
  /** For people; without secrets. */
  readonly error?: string | undefined
  readonly usage?: TokenUsage | undefined
  /** The provider did not say all of `usage`: what it left out is our estimate. */
  readonly estimated?: boolean | undefined
  /** In billionths of a US dollar; absent when the price is not known. */
  readonly costNanoUsd?: number | undefined
  /** Of the prices `costNanoUsd` was made with. */
  readonly priceVersion?: string | undefined
  /** The id the upstream gave its answer. */
  readonly upstreamRequestId?: string | undefined
}

/** How a request ended for its client. */
export type RequestOutcome = 'success' | 'error' | 'client-left' | 'interrupted'

/** One client request, when it is over, with its attempts in order. */
export interface RequestRow {
  readonly id: string
  /** When it came, in milliseconds since the epoch. */
  readonly at: number
  readonly keyId: string
  /** `generate`, `count-tokens`, `list-models`, ... */
  readonly operation: string
  /** The client's dialect. */
  readonly dialect: string
  readonly stream: boolean
  /** As the client named it; absent when the request was refused before its body was read. */
  readonly model?: string | undefined
  /** The status the client got; 499 when it left before there was one. */
  readonly status: number
  readonly outcome: RequestOutcome
  /** The gateway's code for what went wrong. */
  readonly errorCode?: string | undefined
  readonly error?: string | undefined
  readonly durationMs: number
  /** To the first real content, in milliseconds since the request came. */
  readonly firstTokenMs?: number | undefined
  readonly bytesIn: number
  readonly bytesOut: number
  /** How many things conversion lost. */
  readonly losses?: number | undefined
  /** The client's own name for the conversation the request belongs to. */
  readonly session?: string | undefined
  readonly attempts: readonly AttemptRow[]
}
