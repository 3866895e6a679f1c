import { createServer, type ServerOptions as NodeServerOptions, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { ConfigFile, type ConfigWatch, type GatewayConfig, isLoopback, isNamed, watchConfig } from '@llm-gateway/config'
import { Activation, problemOf } from './configuration/activation.ts'
import { LazySimulator } from './configuration/demo.ts'
import { Engine } from './engine.ts'
import { ServerError } from './error.ts'
import { type AppPorts, createApp, modelCallsFirst } from './http/app.ts'
import { closeConnections, drain } from './http/drain.ts'
import { checkBind, listen } from './http/listen.ts'
import { findServer } from './liveness.ts'
import type { ServerOptions } from './options.ts'
import { ServerLog, terminalOf } from './records/logger.ts'
import { newToken, removeRuntime, writeRuntime } from './runtime-file.ts'
import type { ServerStatus } from './status.ts'
import { version } from './version.ts'

export type { ServerOptions } from './options.ts'

export type ReloadResult =
  /** `notes`: what the file now says that only a restart puts in force. */
  { readonly ok: true; readonly notes?: readonly string[] } | { readonly ok: false; readonly problem: string }

interface Parts {
  readonly log: ServerLog
  readonly simulator: LazySimulator
  readonly activation: Activation
  readonly engine: Engine
}

/** A gateway server: from the configuration file to the listening socket and back to rest. */
export class GatewayServer {
  readonly #options: ServerOptions
  readonly #log: ServerLog
  readonly #simulator: LazySimulator
  readonly #activation: Activation
  readonly #engine: Engine
  readonly #server: Server
  readonly #token = newToken()
  readonly #startedAt = Date.now()
  readonly #startedTick = performance.now()
  #watch: ConfigWatch | undefined
  /** What the configuration in force was read from. */
  #text: string | undefined
  #configProblem: string | undefined
  #reloading: Promise<unknown> = Promise.resolve()
  #draining = false
  #hurry = false
  #url = ''

  private constructor(options: ServerOptions, { log, simulator, activation, engine }: Parts) {
    this.#options = options
    this.#log = log
    this.#simulator = simulator
    this.#activation = activation
    this.#engine = engine
    this.#server = this.#createServer()
  }

  /**
   * Reads the configuration (writing the starter file where there is none), listens, and says where.
   *
   * @throws ServerError, ConfigError with a message that says what to do
   */
  static async start(options: ServerOptions): Promise<GatewayServer> {
    await refuseSecond(options.home)
    const file = await ConfigFile.open(options.configFile, { env: options.env })
    const named = isNamed(options)
    const made = await file.ensure({ named })
    const simulator = new LazySimulator()
    const activation = new Activation(options, file, simulator)
    const read = activation.read()
    if (!read.ok) throw new ServerError('CONFIG_INVALID', read.problem)
    const log = new ServerLog(read.config.logging, terminalOf(process.stderr, options.env))
    if (made) {
      const message = 'there was no configuration file: made a new one with the defaults'
      // Who names a file most often means one that is there.
      log.logger[named ? 'warn' : 'info']({ file: options.configFile }, message)
    }
    for (const { line, message } of read.warnings) log.logger.warn({ line }, message)
    let engine: Engine | undefined
    let server: GatewayServer | undefined
    try {
      const active = await activation.prepare(read.config, undefined, (message) => log.logger.warn(message))
      checkBind(active.config)
      engine = new Engine(options, log, active)
      await engine.prepare()
      server = new GatewayServer(options, { log, simulator, activation, engine })
      server.#url = await listen(server.#server, active.config.server)
      server.#begin(read.text)
      return server
    } catch (cause) {
      // Whatever has begun would keep the process alive, and its caller waiting.
      if (server) await closeConnections(server.#server)
      await engine?.close()
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
    return this.#engine.active.demoKey
  }

  get demo(): boolean {
    return this.#engine.active.demo
  }

  status(): ServerStatus {
    const { config, assembly, demo } = this.#engine.active
    const ledger = this.#engine.ledgerStatus()
    return {
      service: 'llm-gateway',
      version,
      pid: process.pid,
      url: this.#url,
      uptimeSeconds: Math.round((performance.now() - this.#startedTick) / 1000),
      configFile: this.#options.configFile,
      demo,
      draining: this.#draining,
      inFlight: this.#engine.gateway.inFlight,
      keys: { total: config.keys.length, active: config.keys.filter((key) => key.status === 'active').length },
      accounts: this.#engine.accounts(),
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
    return this.#afterOthers(() => this.#reload())
  }

  /** The watch saw this text; whoever changed the file has often asked for a reload by then. */
  async #changed(text: string): Promise<void> {
    await this.#afterOthers(async () => {
      if (text === this.#text && this.#configProblem === undefined) return { ok: true }
      return this.#reload()
    })
  }

  #afterOthers(run: () => Promise<ReloadResult>): Promise<ReloadResult> {
    const result = this.#reloading.then(run, run)
    this.#reloading = result
    return result
  }

  async #reload(): Promise<ReloadResult> {
    const { logger } = this.#log
    const read = this.#activation.read(this.#engine.active.config)
    if (!read.ok) {
      return this.#keep(read.problem, 'the configuration file is not valid: the running configuration stays in force')
    }
    const warn = (message: string): void => logger.warn(message)
    const next = await this.#activation.prepare(read.config, this.#engine.active, warn).catch(problemOf)
    if (typeof next === 'string') {
      return this.#keep(next, 'the configuration cannot be used: the running configuration stays in force')
    }
    const notes = await this.#engine.apply(next)
    Object.assign(this.#server, clientDeadlines(next.config))
    this.#configProblem = undefined
    this.#text = read.text
    logger.info({ accounts: next.assembly.routed.length, keys: next.config.keys.length }, 'configuration reloaded')
    for (const note of notes) logger.warn(note)
    return { ok: true, ...(notes.length > 0 && { notes }) }
  }

  #keep(problem: string, message: string): ReloadResult {
    this.#configProblem = problem
    this.#log.logger.error({ problem }, message)
    return { ok: false, problem }
  }

  /**
   * Stops: `/readyz` says 503 and open requests run on up to the drain time, then streams end with an error event. New requests
   * are served as long as load balancers need to notice, then refused with 503. A second call while the first waits stops at once.
   */
  async stop(): Promise<void> {
    const { gateway, active } = this.#engine
    if (this.#draining) {
      this.#hurry = true
      gateway.cut()
      return
    }
    this.#draining = true
    this.#log.logger.info({ inFlight: gateway.inFlight }, 'stopping')
    this.#watch?.close()
    this.#engine.settle()
    const { host, drainTimeoutMs } = active.config.server
    await drain(gateway, { timeoutMs: drainTimeoutMs, balanced: !isLoopback(host), hurry: () => this.#hurry })
    gateway.cut()
    await closeConnections(this.#server)
    await this.#engine.close()
    await this.#simulator.close()
    removeRuntime(this.#options.home, process.pid)
    this.#log.logger.info('stopped')
    await this.#log.close()
  }

  #createServer(): Server {
    const engine = this.#engine
    const ports: AppPorts = {
      gateway: engine.gateway,
      draining: () => this.#draining,
      keys: () => engine.active.assembly.state.keys,
      corsOrigins: () => engine.active.config.server.cors?.origins,
      adminKeyHash: () => engine.active.config.server.admin?.keyHash,
      token: this.#token,
      failedAuth: engine.failedAuth,
      metrics: () => engine.metrics,
      status: () => this.status(),
      ledger: () => engine.ledger,
      reload: () => this.reload(),
      oauth: engine.oauth,
    }
    const options: NodeServerOptions = {
      ...clientDeadlines(engine.active.config),
      connectionsCheckingInterval: 1_000,
      // Longer than the usual minute of a load balancer in front, which must be the one to close.
      keepAliveTimeout: 65_000,
      noDelay: true,
    }
    const server = createServer(options, modelCallsFirst(ports, getRequestListener(createApp(ports).fetch)))
    server.maxHeadersCount = 100
    return server
  }

  /** @param text what the configuration in force was read from: a change since then is not missed. */
  #begin(text: string): void {
    const { logger } = this.#log
    writeRuntime(this.#options.home, {
      pid: process.pid,
      url: this.#url,
      version,
      startedAt: this.#startedAt,
      configFile: this.#options.configFile,
      token: this.#token,
    })
    this.#text = text
    this.#watch = watchConfig(this.#options.configFile, {
      initial: text,
      onChange: (changed) => {
        this.#changed(changed).catch((error: unknown) =>
          logger.error({ err: error }, 'the configuration could not be reloaded'),
        )
      },
      onError: (error) => logger.error({ err: error }, 'the configuration file cannot be watched'),
    })
    logger.info({ url: this.#url, version, demo: this.demo }, 'listening')
    this.#engine.begin()
  }
}

/** How long a client may take, by Node's own names. */
function clientDeadlines({ server }: GatewayConfig): {
  readonly headersTimeout: number
  readonly requestTimeout: number
} {
  return { headersTimeout: Math.min(10_000, server.timeoutMs), requestTimeout: server.timeoutMs }
}

async function refuseSecond(home: string): Promise<void> {
  const running = await findServer(home)
  if (running === undefined) return
  const { url, pid } = running.runtime
  throw new ServerError(
    'ALREADY_RUNNING',
    `a server of ${home} already runs at ${url} (pid ${pid}): stop it with "llm-gateway server stop"`,
  )
}
