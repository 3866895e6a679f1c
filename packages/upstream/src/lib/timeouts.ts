/** How long each part of a call may take, in milliseconds. 0 means no limit. */
export interface Timeouts {
  /** Name resolution and TCP connection; through a proxy also its answer. */
  readonly connectMs: number
  /** TLS handshake. */
  readonly tlsMs: number
  /** A whole call that is not streamed, from `send` to the last byte. */
  readonly requestMs: number
  /** The wait for a stream's head, from `send`. */
  readonly responseMs: number
  /** Silence of the upstream within a stream. Its total length is never limited. */
  readonly streamIdleMs: number
  /** How long an unused connection is kept. */
  readonly idleConnMs: number
}

/** What holds where nobody says otherwise: made for models that think for minutes before they answer. */
export const defaultTimeouts: Timeouts = {
  connectMs: 10_000,
  tlsMs: 10_000,
  requestMs: 600_000,
  responseMs: 300_000,
  streamIdleMs: 300_000,
  idleConnMs: 90_000,
}
