/** The two things of the outside world a reply may need, kept in one place because everything else here is pure. */
export interface Ambient {
  /** A fresh id body, without a dialect's prefix: 24 characters or more of `[a-z0-9]`. */
  readonly newId: () => string
  /** Seconds since the epoch. */
  readonly now: () => number
}

/** The running program's own randomness and clock; tests pass their own. */
export const ambient: Ambient = {
  newId: () => crypto.randomUUID().replaceAll('-', ''),
  now: () => Math.floor(Date.now() / 1000),
}
