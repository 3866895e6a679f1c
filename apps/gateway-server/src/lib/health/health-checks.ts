/** What a provider said to a check. */
export interface CheckAnswer {
  /** Absent when no answer came. */
  readonly status?: number
  readonly problem?: string
}

/** The last check of an account, as `status` and `health` tell it. */
export interface CheckResult {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly ok: boolean
  readonly latencyMs: number
  readonly status?: number
  readonly problem?: string
}

/** An account that is to be checked. */
export interface CheckedAccount {
  readonly id: string
  readonly intervalMs: number
}

export interface HealthCheckOptions {
  /** Asks the account's provider for its models. Never rejects. */
  check(id: string): Promise<CheckAnswer>
  /** When a request last succeeded at the account, in milliseconds since the epoch. */
  lastSuccessAt(id: string): number | undefined
  /** Told what a check says of the credential, when it says something. */
  credential(id: string, accepted: boolean): void
  /** Told when an account's checks begin to fail, and when they succeed again. */
  changed(id: string, result: CheckResult): void
  readonly now: () => number
  /** A number in [0, 1). */
  readonly random: () => number
}

interface Watched {
  readonly intervalMs: number
  timer: NodeJS.Timeout | undefined
  last?: CheckResult
  /** The provider has listed models for this credential before: a refusal is news. */
  listed: boolean
}

/**
 * Looks at accounts without a request. A check can only tell that a credential is refused or accepted: a provider that does not
 * list, or is slow to, may serve all the same, so nothing else is held against the account.
 */
export class HealthChecks {
  readonly #options: HealthCheckOptions
  readonly #watched = new Map<string, Watched>()

  constructor(options: HealthCheckOptions) {
    this.#options = options
  }

  /** Checks these accounts from now on, and no others. */
  configure(accounts: readonly CheckedAccount[]): void {
    const wanted = new Map(accounts.map((account) => [account.id, account.intervalMs]))
    for (const [id, { intervalMs, timer }] of this.#watched) {
      if (wanted.get(id) === intervalMs) continue
      clearTimeout(timer)
      this.#watched.delete(id)
    }
    for (const [id, intervalMs] of wanted) {
      if (this.#watched.has(id)) continue
      const watched: Watched = { intervalMs, timer: undefined, listed: false }
      this.#watched.set(id, watched)
      // Spread over the first interval: accounts of one provider do not all ask at once.
      this.#schedule(id, watched, intervalMs * this.#options.random())
    }
  }

  last(id: string): CheckResult | undefined {
    return this.#watched.get(id)?.last
  }

  close(): void {
    this.configure([])
  }

  #schedule(id: string, watched: Watched, ms: number): void {
    watched.timer = setTimeout(() => void this.#run(id, watched), ms).unref()
  }

  async #run(id: string, watched: Watched): Promise<void> {
    const { now, random } = this.#options
    const at = now()
    const answer = await this.#options.check(id)
    if (this.#watched.get(id) !== watched) return
    const ok = answer.status !== undefined && answer.status >= 200 && answer.status < 300
    const result: CheckResult = { at, ok, latencyMs: now() - at, ...answer }
    const before = watched.last
    watched.last = result
    if (ok) this.#options.credential(id, true)
    else if (this.#isRefusal(id, watched, answer.status)) this.#options.credential(id, false)
    watched.listed ||= ok
    if (before === undefined ? !ok : before.ok !== ok) this.#options.changed(id, result)
    this.#schedule(id, watched, watched.intervalMs * (0.9 + 0.2 * random()))
  }

  /** A key may be allowed to use models and not to list them: one that never listed is judged by requests where there were any. */
  #isRefusal(id: string, { listed, intervalMs }: Watched, status: number | undefined): boolean {
    if (status !== 401 && status !== 403) return false
    const served = this.#options.lastSuccessAt(id)
    if (served === undefined) return true
    return listed && served < this.#options.now() - intervalMs
  }
}
