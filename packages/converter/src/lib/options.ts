import type { Ambient } from './ambient.ts'
import type { CapabilityOverrides } from './capabilities/capabilities.ts'
import type { Dialect } from './chat/dialect.ts'
import type { Seals } from './seals/seals.ts'

/** How a request is converted by a pair of dialects. */
export interface PairRequestOptions {
  /** The model name to send; default: the client's own. */
  readonly model?: string
  /** Refuse, with every loss listed, what would be dropped, approximated or invented. Default false. */
  readonly strict?: boolean
  /**
   * The version of the upstream's API, where it has some: `anthropic-version` (default `2023-06-01`), or Azure's `api-version`
   * (default the newest).
   */
  readonly apiVersion?: string
  /** What is known of the model beyond the built-in table. */
  readonly capabilities?: CapabilityOverrides
  /** Opens the envelopes in which clients of other dialects bring seals back. Default: they are left out and reported. */
  readonly seals?: Seals
  /** Whose endpoint it is; see {@link PairReplyOptions.vendor}. */
  readonly vendor?: string
}

/** How a reply is converted by a pair of dialects. */
export interface PairReplyOptions extends Partial<Ambient> {
  /** What the client sent, in its own dialect: tool names, `stream_options` and the legacy spellings are read from it. */
  readonly request?: object
  /** The model name to show; default: the upstream's own. */
  readonly model?: string
  /** Lets seals travel with a client of another dialect. Default: seals of other dialects are withheld and reported. */
  readonly seals?: Seals
  /**
   * Whose endpoint answers, where a dialect is spoken by many (openai-chat): reasoning that travels with a client of another dialect
   * goes back to the same vendor only. Any name; requests and replies must be given the same. Default: all are one.
   */
  readonly vendor?: string
  /** Whether reasoning text is shown in a dialect that has only an unofficial place for it (`reasoning_content`). Default true. */
  readonly showReasoning?: boolean
}

/** How a stream is converted by a pair of dialects. */
export interface PairStreamOptions extends PairReplyOptions {
  /** One event longer than this fails the stream. Bytes, default 16 MiB. */
  readonly maxEventBytes?: number
}

/** How a request is converted, and between which dialects. */
export interface RequestOptions extends Omit<PairRequestOptions, 'seals'> {
  /** Opens the envelopes in which clients of other dialects bring seals back; see {@link ReplyOptions.sealKey}. */
  readonly sealKey?: string
  /** The client's dialect. */
  readonly from: Dialect
  /** The upstream's dialect. */
  readonly to: Dialect
}

/** How a reply is converted, and between which dialects. */
export interface ReplyOptions extends Omit<PairReplyOptions, 'seals'> {
  /**
   * Lets seals (thinking signatures, encrypted reasoning, thought signatures) travel with a client of another dialect, each in an
   * envelope that a request opens with the same key: see `sealsWith` for what the key is for. Default: seals of other dialects are
   * withheld and reported.
   */
  readonly sealKey?: string
  /** The upstream's dialect. */
  readonly from: Dialect
  /** The client's dialect. */
  readonly to: Dialect
}
