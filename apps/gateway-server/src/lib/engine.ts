import { FailedAuthThrottle, RateLimiter } from '@llm-gateway/access'
import type { GatewayConfig } from '@llm-gateway/config'
import { openCredentialStore, Redactor } from '@llm-gateway/credentials'
import { type AccessRecord, Gateway } from '@llm-gateway/gateway'
import type { Ledger, LedgerStatus } from '@llm-gateway/ledger'
import type { TokenState } from '@llm-gateway/oauth'
import { Router } from '@llm-gateway/router'
import { UpstreamClient } from '@llm-gateway/upstream'
import { type Active, checkedAccounts, keychainOf, restartNotes } from './configuration/activation.ts'
import type { Assembly } from './configuration/assemble.ts'
import { ForwardClock, healthByWall } from './forward-clock.ts'
import { type CheckAnswer, HealthChecks } from './health/health-checks.ts'
import { listingCheck } from './health/model-listing.ts'
import { LimitState } from './limit-state.ts'
import { OAuthService } from './oauth/oauth-service.ts'
import { tokenStoreOf } from './oauth/token-store.ts'
import { upstreamFetch } from './oauth/upstream-fetch.ts'
import type { ServerOptions } from './options.ts'
import { Bookkeeping } from './records/bookkeeping.ts'
import { KeyBudgets } from './records/key-budgets.ts'
import type { ServerLog } from './records/logger.ts'
import type { Metrics } from './records/metrics.ts'
import { RequestNotes } from './records/request-notes.ts'
import { requestIds } from './request-ids.ts'
import { type AccountStatus, accountStatus } from './status.ts'

/**
 * The parts that serve requests, and how they are wired: everything that outlives a configuration, between the routes in front and
 * the providers behind. A new configuration is put in force whole, by {@link Engine.apply}.
 */
export class Engine {
  readonly gateway: Gateway
  readonly oauth: OAuthService
  readonly #clock = new ForwardClock()
  /** Guesses at keys, at the model calls and at the admin API together. */
  readonly failedAuth: FailedAuthThrottle = new FailedAuthThrottle({ now: this.#clock.now })
  readonly #options: ServerOptions
  readonly #log: ServerLog
  readonly #redactor = new Redactor()
  readonly #upstream: UpstreamClient
  readonly #router: Router
  readonly #books: Bookkeeping
  /** What the socket and the ledger were opened with. */
  readonly #opened: GatewayConfig
  readonly #limits: LimitState
  readonly #budgets: KeyBudgets
  readonly #notes = new RequestNotes({
    dispatched: (call, attempt) => this.#books.dispatched(call, attempt),
    ended: (record) => this.#enter(record),
    failed: (err, requestId) => this.#log.logger.error({ requestId, err }, 'a request could not be written down'),
  })
  readonly #onExit = (): void => this.#notes.writeAll()
  readonly #checks: HealthChecks
  #active: Active
  /** Absent while `server.metrics` is off: nothing is counted for nobody. */
  #metrics: Metrics | undefined

  constructor(options: ServerOptions, log: ServerLog, active: Active) {
    this.#options = options
    this.#log = log
    this.#active = active
    this.#upstream = new UpstreamClient({
      proxy: active.assembly.proxy,
      ...(options.upstreamCa !== undefined && { ca: options.upstreamCa }),
      // Any one account may serve every request under way: streams that wait for another's end would wait for minutes.
      connections: active.config.limits.concurrency,
    })
    this.oauth = this.#createOAuth()
    this.#router = new Router({
      accounts: active.assembly.routed,
      routes: active.assembly.routes,
      strategy: active.config.routing.strategy,
      now: this.#clock.now,
      random: Math.random,
    })
    this.#opened = active.config
    this.#books = new Bookkeeping({
      home: options.home,
      config: active.config.ledger,
      prices: active.config.prices,
      baseUrl: (account) => this.#active.assembly.state.accounts.get(account)?.baseUrl,
      warn: (message) => log.logger.warn(message),
    })
    this.#budgets = new KeyBudgets({
      books: this.#books,
      settleEnded: () => this.#notes.writeAll(),
      warn: (message) => log.logger.warn(message),
    })
    const limiter = new RateLimiter({ now: this.#clock.now })
    this.#limits = new LimitState(options.home, limiter, (message) => log.logger.warn(message))
    this.gateway = this.#createGateway(limiter)
    this.#checks = this.#createChecks()
    // Before the log's own listener, which writes what waits there.
    process.prependListener('exit', this.#onExit)
    this.#learnSecrets(active.assembly)
  }

  /** The configuration in force. */
  get active(): Active {
    return this.#active
  }

  /** With every request that is over, as {@link Engine.ledger} and {@link Engine.ledgerStatus}. */
  get metrics(): Metrics | undefined {
    this.#notes.writeAll()
    return this.#metrics
  }

  get ledger(): Ledger | undefined {
    this.#notes.writeAll()
    return this.#books.ledger
  }

  ledgerStatus(): LedgerStatus | undefined {
    this.#notes.writeAll()
    return this.#books.status()
  }

  accounts(): readonly AccountStatus[] {
    const clock = this.#clock
    const health = new Map(this.#router.health().map((account) => [account.id, healthByWall(account, clock)]))
    return [...this.#active.assembly.state.accounts.values()].flatMap((account) => {
      const known = health.get(account.id)
      if (known === undefined) return []
      const check = this.#checks.last(account.id)
      const checked = check && { ...check, at: clock.wallTime(check.at) }
      return [accountStatus(known, account, this.oauth.state(account.id), checked)]
    })
  }

  /** Takes up logins, and what keys with a budget have spent, before the first request. */
  async prepare(): Promise<void> {
    await this.oauth.configure(this.#active.assembly.logins)
    await this.#budgets.restoreFor(this.#active.config.keys)
    await this.#configureMetrics(this.#active.config.server.metrics)
  }

  /** Begins what goes on beside requests. */
  begin(): void {
    this.#limits.begin()
    this.#checks.configure(checkedAccounts(this.#active))
    this.#tellUnusable()
  }

  /** @returns what the new configuration says that only a restart puts in force. */
  async apply(next: Active): Promise<readonly string[]> {
    const { config, assembly } = next
    await this.oauth.configure(assembly.logins)
    await this.#budgets.restoreFor(config.keys)
    await this.#configureMetrics(config.server.metrics)
    const before = this.#active.assembly.headers
    this.#learnSecrets(assembly)
    this.#router.update({ accounts: assembly.routed, routes: assembly.routes, strategy: config.routing.strategy })
    for (const [id, headers] of assembly.headers) {
      // What is known of an account's credential ends with the credential.
      if (JSON.stringify(before.get(id)) !== JSON.stringify(headers)) this.#router.forget(id)
    }
    this.#upstream.configure({
      proxy: assembly.proxy,
      accounts: assembly.state.accounts.keys(),
      connections: config.limits.concurrency,
    })
    this.#active = next
    this.gateway.update(assembly.state)
    this.#log.configure(config.logging)
    this.#books.reprice(config.prices)
    this.#checks.configure(checkedAccounts(next))
    this.#tellUnusable()
    return restartNotes(this.#opened, config)
  }

  /** Starts nothing new beside requests: the server is about to stop. */
  settle(): void {
    this.#checks.close()
  }

  /** After the last request: writes what is not written yet and lets go of providers. */
  async close(): Promise<void> {
    this.#checks.close()
    this.gateway.close()
    await this.oauth.close()
    this.#notes.writeAll()
    process.off('exit', this.#onExit)
    await this.#books.close()
    await this.#limits.end()
    await this.#upstream.close()
  }

  #createOAuth(): OAuthService {
    const warn = (message: string): void => this.#log.logger.warn(message)
    const credentials = openCredentialStore({ ...this.#options, keychain: keychainOf(this.#options), warn })
    return new OAuthService({
      store: tokenStoreOf(credentials),
      fetch: upstreamFetch(this.#upstream),
      onChange: (state) => this.#tellLogin(state),
    })
  }

  #createGateway(limiter: RateLimiter): Gateway {
    const { pulse } = this.#options
    return new Gateway({
      state: this.#active.assembly.state,
      router: this.#router,
      upstream: this.#upstream,
      limiter,
      failedAuth: this.failedAuth,
      budgets: this.#budgets,
      authorize: ({ id }) => this.#authorize(id),
      renew: ({ id }, refused) => this.oauth.renew(id, refused),
      redact: (text) => this.#redactor.redact(text),
      now: Date.now,
      // Whole, as the durations are that are written down.
      tick: () => Math.trunc(performance.now()),
      newId: requestIds(),
      dispatched: (call, attempt) => this.#notes.dispatched(call, attempt),
      observe: (record) => this.#notes.ended(record),
      ...(pulse && { pulse }),
      report: (error, requestId) =>
        this.#log.logger.error({ requestId, err: error }, 'a request failed inside the gateway'),
    })
  }

  /** Writes what a request leaves when it is over. */
  #enter(record: AccessRecord): void {
    // First, so that nothing stays held by a request that cannot be entered.
    record.hold?.release()
    const cost = this.#books.enter(record)
    if (record.keyId !== undefined) this.#budgets.spend(record.keyId, cost ?? 0)
    this.#log.access(record, cost)
    this.#metrics?.observe(record, cost)
  }

  #createChecks(): HealthChecks {
    const { logger } = this.#log
    return new HealthChecks({
      check: (id) => this.#check(id),
      lastSuccessAt: (id) => this.#router.health().find((account) => account.id === id)?.lastSuccessAt,
      credential: (id, accepted) => this.#router.credentialChecked(id, accepted),
      changed: (account, { ok, problem }) =>
        ok
          ? logger.info({ account }, 'the account passes its health check')
          : logger.warn({ account, problem }, 'the account fails its health check'),
      now: this.#clock.now,
      random: Math.random,
    })
  }

  async #check(id: string): Promise<CheckAnswer> {
    const { accounts, timeouts } = this.#active.assembly.state
    const account = accounts.get(id)
    if (account === undefined) return { problem: 'the account is gone' }
    return listingCheck(account, {
      upstream: this.#upstream,
      timeouts,
      authorize: (asked) => this.#authorize(asked.id),
      redact: (text) => this.#redactor.redact(text),
    })
  }

  #authorize(id: string): Promise<Record<string, string>> | Record<string, string> {
    return this.oauth.has(id) ? this.oauth.authorize(id) : (this.#active.assembly.headers.get(id) ?? {})
  }

  /** What counts is loaded where somebody wants it: a start without is a twentieth shorter. */
  async #configureMetrics(wanted: boolean): Promise<void> {
    if (!wanted) {
      this.#metrics = undefined
      return
    }
    const module = await import('./records/metrics.ts')
    this.#metrics ??= new module.Metrics({
      inFlight: () => this.gateway.inFlight,
      accounts: () => this.#router.health(),
      unusable: () => this.#active.assembly.unusable.length,
    })
  }

  #learnSecrets(assembly: Assembly): void {
    for (const secret of assembly.secrets) this.#redactor.add(secret)
  }

  /** What is known of an account's credential ends with a login. */
  #tellLogin({ accountId, state, problem }: TokenState): void {
    const { logger } = this.#log
    if (state === 'needs_login') logger.warn({ account: accountId }, problem ?? 'the account needs a login')
    else {
      this.#router.forget(accountId)
      logger.info({ account: accountId, state }, 'login')
    }
  }

  #tellUnusable(): void {
    for (const { id, name, reason } of this.#active.assembly.unusable) {
      this.#log.logger.error({ account: id }, `upstream account "${name}" cannot serve: ${reason}`)
    }
  }
}
