import { createServer, type ServerOptions as NodeServerOptions, type Server } from 'node:http'
import { dirname } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { FailedAuthThrottle, RateLimiter } from '@llm-gateway/access'
import {
  ConfigFile,
  type ConfigWatch,
  type GatewayConfig,
  type LedgerConfig,
  renderIssues,
  watchConfig,
} from '@llm-gateway/config'
import {
  CredentialError,
  type KeychainPort,
  openCredentialStore,
  openDerivedKey,
  Redactor,
} from '@llm-gateway/credentials'
import { Gateway, type PulseOptions } from '@llm-gateway/gateway'
import type { TokenState } from '@llm-gateway/oauth'
import { Router } from '@llm-gateway/router'
import { UpstreamClient } from '@llm-gateway/upstream'
import { type AppPorts, createApp, modelCallsFirst } from './app.ts'
import { type Assembly, assemble } from './assemble.ts'
import { Bookkeeping } from './bookkeeping.ts'
import { LazySimulator } from './demo.ts'
import { ServerError } from './error.ts'
import { type CheckAnswer, type CheckedAccount, HealthChecks } from './health-checks.ts'
import { LimitState } from './limit-state.ts'
import { checkBind, isLoopback, listen } from './listen.ts'
import { ServerLog, terminalOf } from './logger.ts'
import { Metrics } from './metrics.ts'
import { listingCheck } from './model-listing.ts'
import { OAuthService } from './oauth/oauth-service.ts'
import { tokenStoreOf } from './oauth/token-store.ts'
import { upstreamFetch } from './oauth/upstream-fetch.ts'
import { invalidConfig, type PreparedConfig, prepareConfig, withFlags } from './prepare-config.ts'
import { proxyOf } from './proxy.ts'
import { newToken, readRuntime, removeRuntime, writeRuntime } from './runtime-file.ts'
import { accountStatus, type ServerStatus } from './status.ts'
import { systemKeychain } from './system-keychain.ts'
import { version } from './version.ts'

/** How long load balancers go on sending to a server that says it is not ready. */
const balancerMs = 2_000

export interface ServerOptions {
  readonly home: string
  readonly configFile: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where a master key `keychain:NAME` is kept. Default: the keychain of the operating system. */
  readonly keychain?: KeychainPort
  /** Instead of the file's; 0 for any free port. */
  readonly port?: number
  readonly host?: string
  /** When a silent stream gets a sign of life, and when a client that does not read is given up. Default: the gateway's. */
  readonly pulse?: Partial<PulseOptions>
  /** Certificates (PEM) that upstreams are trusted by, in place of Node's own. */
  readonly upstreamCa?: string
}

export type ReloadResult =
  /** `notes`: what the file now says that only a restart puts in force. */
  { readonly ok: true; readonly notes?: readonly string[] } | { readonly ok: false; readonly problem: string }

/** A configuration in force. */
interface Active {
  readonly config: GatewayConfig
  readonly assembly: Assembly
  readonly demo: boolean
}

/** A gateway server: from the configuration file to the listening socket and back to rest. */
export class GatewayServer {
  readonly #options: ServerOptions
  readonly #log: ServerLog
  readonly #file: ConfigFile
  readonly #simulator = new LazySimulator()
  readonly #token = newToken()
  readonly #startedAt = Date.now()
  readonly #redactor = new Redactor()
  readonly #upstream: UpstreamClient
  readonly #router: Router
  readonly #books: Bookkeeping
  /** What the ledger was opened with. */
  readonly #ledgerConfig: LedgerConfig
  readonly #limits: LimitState
  readonly #checks: HealthChecks
  readonly #gateway: Gateway
  readonly #oauth: OAuthService
  readonly #server: Server
  #active: Active
  #watch: ConfigWatch | undefined
  #demoKey: string | undefined
  #configProblem: string | undefined
  /** Absent while `server.metrics` is off: nothing is counted for nobody. */
  #metrics: Metrics | undefined
  #reloading: Promise<unknown> = Promise.resolve()
  #draining = false
  #hurry = false
  #url = ''

  private constructor(options: ServerOptions, file: ConfigFile, log: ServerLog, active: Active, demo: PreparedConfig) {
    this.#options = options
    this.#file = file
    this.#log = log
    this.#active = active
    this.#simulator = demo.simulator
    this.#demoKey = demo.key
    this.#upstream = new UpstreamClient({
      proxy: proxyOf(active.assembly.environment, options.env, active.assembly.proxies),
      ...(options.upstreamCa !== undefined && { ca: options.upstreamCa }),
      // Any one account may serve every request under way: streams that wait for another's end would wait for minutes.
      connections: active.config.limits.concurrency,
    })
    this.#oauth = new OAuthService({
      store: tokenStoreOf(
        openCredentialStore({ ...options, keychain: keychainOf(options), warn: (message) => log.logger.warn(message) }),
      ),
      fetch: upstreamFetch(this.#upstream),
      onChange: (state) => this.#tellLogin(state),
    })
    this.#router = new Router({
      accounts: active.assembly.routed,
      routes: active.assembly.routes,
      strategy: active.config.routing.strategy,
      now: Date.now,
      random: Math.random,
    })
    this.#ledgerConfig = active.config.ledger
    this.#books = new Bookkeeping({
      home: options.home,
      config: active.config.ledger,
      prices: active.config.prices,
      baseUrl: (account) => this.#active.assembly.state.accounts.get(account)?.baseUrl,
      warn: (message) => log.logger.warn(message),
    })
    const limiter = new RateLimiter({ now: Date.now })
    this.#limits = new LimitState(options.home, limiter, (message) => log.logger.warn(message))
    this.#gateway = new Gateway({
      state: active.assembly.state,
      router: this.#router,
      upstream: this.#upstream,
      limiter,
      failedAuth: new FailedAuthThrottle({ now: Date.now }),
      authorize: ({ id }) => this.#authorize(id),
      renew: ({ id }, refused) => this.#oauth.renew(id, refused),
      redact: (text) => this.#redactor.redact(text),
      now: Date.now,
      newId: requestIds(),
      dispatched: (call, attempt) => this.#books.dispatched(call, attempt),
      observe: (record) => {
        const cost = this.#books.enter(record)
        log.access(record, cost)
        this.#metrics?.observe(record, cost)
      },
      ...(options.pulse && { pulse: options.pulse }),
      report: (error, requestId) => log.logger.error({ requestId, err: error }, 'a request failed inside the gateway'),
    })
    this.#checks = new HealthChecks({
      check: (id) => this.#check(id),
      lastSuccessAt: (id) => this.#router.health().find((account) => account.id === id)?.lastSuccessAt,
      credential: (id, accepted) => this.#router.credentialChecked(id, accepted),
      changed: (account, { ok, problem }) =>
        ok
          ? log.logger.info({ account }, 'the account passes its health check')
          : log.logger.warn({ account, problem }, 'the account fails its health check'),
      now: Date.now,
      random: Math.random,
    })
    this.#learnSecrets(active.assembly)
    this.#configureMetrics()
    this.#server = this.#createServer()
  }

  /** Reads the configuration (writing the starter file where there is none), listens, and says where. */
  static async start(options: ServerOptions): Promise<GatewayServer> {
    const running = readRuntime(options.home)
    if (running) {
      throw new ServerError(
        'ALREADY_RUNNING',
        `a server of ${options.home} already runs at ${running.url} (pid ${running.pid}): stop it with "llm-gateway server stop"`,
      )
    }
    const file = await ConfigFile.open(options.configFile, { env: options.env })
    await file.ensure()
    const { text, result } = file.read()
    if (!result.ok) throw invalidConfig(options.configFile, text, result)
    const config = withFlags(result.config, options)
    const log = new ServerLog(config.logging, terminalOf(process.stderr, options.env))
    for (const warning of result.warnings)
      log.logger.warn({ line: warning.line }, `${options.configFile}: ${warning.message}`)
    const simulator = new LazySimulator()
    let server: GatewayServer | undefined
    try {
      const prepared = prepareConfig(config, { simulator, knownKey: undefined, demoAllowed: true })
      checkBind(prepared.config)
      const sealKey = await sealKeyOf(options, (message) => log.logger.warn(message))
      const assembly = await assemble(prepared.config, assembleOptions(options, prepared.simulator, log, sealKey))
      const active = { config: prepared.config, assembly, demo: prepared.demo }
      server = new GatewayServer(options, file, log, active, prepared)
      await server.#oauth.configure(assembly.logins)
      server.#url = await listen(server.#server, prepared.config.server)
      server.#begin(text)
      return server
    } catch (cause) {
      // Whatever has begun would keep the process alive, and its caller waiting.
      if (server) {
        server.#gateway.close()
        await server.#oauth.close()
        await server.#upstream.close()
      }
      await simulator.close()
      await log.close()
      throw cause
    }
  }

  /** `http://127.0.0.1:3847` */
  get url(): string {
    return this.#url
  }

  /** The gateway key of a server without configuration: works until it stops. */
  get demoKey(): string | undefined {
    return this.#demoKey
  }

  get demo(): boolean {
    return this.#active.demo
  }

  status(): ServerStatus {
    const { config, assembly, demo } = this.#active
    const ledger = this.#books.status()
    const health = new Map(this.#router.health().map((account) => [account.id, account]))
    return {
      service: 'llm-gateway',
      version,
      pid: process.pid,
      url: this.#url,
      uptimeSeconds: Math.round((Date.now() - this.#startedAt) / 1000),
      configFile: this.#options.configFile,
      demo,
      draining: this.#draining,
      inFlight: this.#gateway.inFlight,
      keys: { total: config.keys.length, active: config.keys.filter((key) => key.status === 'active').length },
      accounts: [...assembly.state.accounts.values()].flatMap((account) => {
        const known = health.get(account.id)
        return known
          ? [accountStatus(known, account, this.#oauth.state(account.id), this.#checks.last(account.id))]
          : []
      }),
      unusable: assembly.unusable,
      ...(ledger && { ledger }),
      ...(this.#configProblem !== undefined && { configProblem: this.#configProblem }),
    }
  }

  /** Opens the log file anew, for tools that rotate it. */
  reopenLog(): void {
    this.#log.reopen()
  }

  /** Reads the file again; a bad one changes nothing. One reload at a time, so that the last text read is the one in force. */
  reload(): Promise<ReloadResult> {
    const run = (): Promise<ReloadResult> => this.#reload()
    const result = this.#reloading.then(run, run)
    this.#reloading = result
    return result
  }

  async #reload(): Promise<ReloadResult> {
    const { text, result } = this.#file.read()
    const { logger } = this.#log
    if (!result.ok) {
      const problem = renderIssues(result.issues, text, { file: this.#options.configFile })
      this.#configProblem = problem
      logger.error({ problem }, 'the configuration file is not valid: the running configuration stays in force')
      return { ok: false, problem }
    }
    const prepared = prepareConfig(withFlags(result.config, this.#options), {
      simulator: this.#simulator,
      knownKey: this.#demoKey,
      demoAllowed: this.#active.demo,
    })
    const { sealKey } = this.#active.assembly.state
    const parts = assembleOptions(this.#options, this.#simulator, this.#log, sealKey)
    const assembly = await assemble(prepared.config, parts).catch(problemOf)
    if (typeof assembly === 'string') {
      this.#configProblem = assembly
      logger.error({ problem: assembly }, 'the configuration cannot be used: the running configuration stays in force')
      return { ok: false, problem: assembly }
    }
    await this.#oauth.configure(assembly.logins)
    this.#apply({ config: prepared.config, assembly, demo: prepared.demo })
    this.#demoKey = prepared.key
    this.#configProblem = undefined
    logger.info({ accounts: assembly.routed.length, keys: prepared.config.keys.length }, 'configuration reloaded')
    this.#tellUnusable(assembly)
    const notes = restartNotes(this.#ledgerConfig, prepared.config.ledger)
    for (const note of notes) logger.warn(note)
    return { ok: true, ...(notes.length > 0 && { notes }) }
  }

  #apply(next: Active): void {
    const { config, assembly } = next
    const before = this.#active.assembly.headers
    this.#learnSecrets(assembly)
    this.#router.update({ accounts: assembly.routed, routes: assembly.routes, strategy: config.routing.strategy })
    for (const [id, headers] of assembly.headers) {
      // What is known of an account's credential ends with the credential.
      if (JSON.stringify(before.get(id)) !== JSON.stringify(headers)) this.#router.forget(id)
    }
    this.#upstream.configure({
      proxy: proxyOf(assembly.environment, this.#options.env, assembly.proxies),
      accounts: assembly.state.accounts.keys(),
    })
    this.#active = next
    this.#configureMetrics()
    this.#gateway.update(assembly.state)
    this.#log.configure(config.logging)
    this.#books.reprice(config.prices)
    this.#checks.configure(checkedAccounts(next))
  }

  #configureMetrics(): void {
    if (!this.#active.config.server.metrics) this.#metrics = undefined
    else
      this.#metrics ??= new Metrics({
        inFlight: () => this.#gateway.inFlight,
        accounts: () => this.#router.health(),
        unusable: () => this.#active.assembly.unusable.length,
      })
  }

  /**
   * Stops: `/readyz` says 503 and open requests run on up to the drain time, then streams end with an error event. New requests
   * are served as long as load balancers need to notice, then refused with 503. A second call while the first waits stops at once.
   */
  async stop(): Promise<void> {
    if (this.#draining) {
      this.#hurry = true
      this.#gateway.cut()
      return
    }
    this.#draining = true
    this.#log.logger.info({ inFlight: this.#gateway.inFlight }, 'stopping')
    this.#watch?.close()
    this.#checks.close()
    await this.#settle()
    this.#gateway.cut()
    await this.#closeConnections()
    this.#gateway.close()
    await this.#oauth.close()
    await this.#books.close()
    await this.#limits.end()
    await this.#upstream.close()
    await this.#simulator.close()
    removeRuntime(this.#options.home, process.pid)
    this.#log.logger.info('stopped')
    await this.#log.close()
  }

  /** Waits for open requests. The port stays open meanwhile, so that probes are told and clients get a reason. */
  async #settle(): Promise<void> {
    const { host, drainTimeoutMs } = this.#active.config.server
    const since = Date.now()
    const served = since + (isLoopback(host) ? 0 : balancerMs)
    while (!this.#hurry && Date.now() < since + drainTimeoutMs) {
      const refusing = Date.now() >= served
      if (refusing) this.#gateway.refuse()
      if (refusing && this.#gateway.inFlight === 0) return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  /** Closes the port, and connections as they fall idle: what was written must reach its readers, who get a second for it. */
  async #closeConnections(): Promise<void> {
    const sweep = setInterval(() => this.#server.closeIdleConnections(), 25)
    const hard = setTimeout(() => this.#server.closeAllConnections(), 1_000)
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    clearInterval(sweep)
    clearTimeout(hard)
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
    return this.#oauth.has(id) ? this.#oauth.authorize(id) : (this.#active.assembly.headers.get(id) ?? {})
  }

  #createServer(): Server {
    const ports: AppPorts = {
      gateway: this.#gateway,
      draining: () => this.#draining,
      keys: () => this.#active.assembly.state.keys,
      corsOrigins: () => this.#active.config.server.cors?.origins,
      adminKeyHash: () => this.#active.config.server.admin?.keyHash,
      token: this.#token,
      metrics: () => this.#metrics,
      status: () => this.status(),
      ledger: () => this.#books.ledger,
      reload: () => this.reload(),
      oauth: this.#oauth,
    }
    const { timeoutMs } = this.#active.config.server
    const options: NodeServerOptions = {
      headersTimeout: Math.min(10_000, timeoutMs),
      requestTimeout: timeoutMs,
      connectionsCheckingInterval: 1_000,
      // Longer than the usual minute of a load balancer in front, which must be the one to close.
      keepAliveTimeout: 65_000,
      noDelay: true,
    }
    return createServer(options, modelCallsFirst(ports, getRequestListener(createApp(ports).fetch)))
  }

  /** @param text what the configuration in force was read from: a change since then is not missed. */
  #begin(text: string): void {
    this.#server.maxHeadersCount = 100
    const { logger } = this.#log
    this.#limits.begin()
    this.#checks.configure(checkedAccounts(this.#active))
    writeRuntime(this.#options.home, {
      pid: process.pid,
      url: this.#url,
      version,
      startedAt: this.#startedAt,
      configFile: this.#options.configFile,
      token: this.#token,
    })
    this.#watch = watchConfig(this.#options.configFile, {
      initial: text,
      onChange: () => {
        this.reload().catch((error: unknown) => logger.error({ err: error }, 'the configuration could not be reloaded'))
      },
      onError: (error) => logger.error({ err: error }, 'the configuration file cannot be watched'),
    })
    logger.info({ url: this.#url, version, demo: this.#active.demo }, 'listening')
    this.#tellUnusable(this.#active.assembly)
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

  #learnSecrets(assembly: Assembly): void {
    for (const secret of assembly.secrets) this.#redactor.add(secret)
  }

  #tellUnusable(assembly: Assembly): void {
    for (const account of assembly.unusable) {
      this.#log.logger.error(
        { account: account.id },
        `upstream account "${account.name}" cannot serve: ${account.reason}`,
      )
    }
  }
}

/** What an operator can mend; anything else is a bug and goes on up. */
function problemOf(cause: unknown): string {
  if (cause instanceof ServerError) return cause.message
  throw cause
}

function assembleOptions(
  options: ServerOptions,
  simulator: LazySimulator,
  log: ServerLog,
  sealKey: string | undefined,
): Parameters<typeof assemble>[1] {
  return {
    ...(sealKey !== undefined && { sealKey }),
    home: options.home,
    baseDir: dirname(options.configFile),
    env: options.env,
    keychain: keychainOf(options),
    simulatorUrl: () => simulator.url(),
    now: Date.now,
    warn: (message) => log.logger.warn(message),
  }
}

/** An account kept for some requests is not asked for on the gateway's own account. */
function checkedAccounts({ config, assembly }: Active): readonly CheckedAccount[] {
  return config.accounts.flatMap(({ id, healthCheckMs = config.routing.healthCheckMs }) => {
    const ready = assembly.state.accounts.get(id)
    return healthCheckMs === undefined || ready === undefined || ready.audience
      ? []
      : [{ id, intervalMs: healthCheckMs }]
  })
}

/** Rows under way belong to the file they began in, so a running ledger is not exchanged. */
function restartNotes(opened: LedgerConfig, wanted: LedgerConfig): readonly string[] {
  const changed = [
    opened.enabled !== wanted.enabled && 'ledger.enabled',
    opened.file !== wanted.file && 'ledger.file',
    opened.retentionDays !== wanted.retentionDays && 'ledger.retention_days',
  ].filter((name) => name !== false)
  return changed.map((name) => `${name} was changed: restart the server to put it in force`)
}

function keychainOf({ keychain = systemKeychain() }: ServerOptions): KeychainPort {
  return keychain
}

/** Without it reasoning is not gone on from across dialects, which is no reason not to serve. */
async function sealKeyOf(options: ServerOptions, warn: (message: string) => void): Promise<string | undefined> {
  try {
    const { home, env } = options
    return await openDerivedKey('seal', { home, env, keychain: keychainOf(options), warn })
  } catch (cause) {
    if (!(cause instanceof CredentialError)) throw cause
    warn(`what providers seal (thinking signatures) is withheld from clients of other dialects: ${cause.message}`)
    return undefined
  }
}

/** Request ids: `req_`, the start's own prefix and a count, so that they cost nothing and are found in the order they came. */
function requestIds(): () => string {
  const prefix = `req_${newToken()
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 12)}`
  let count = 0
  return () => `${prefix}${(count++).toString(36).padStart(6, '0')}`
}
