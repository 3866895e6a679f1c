import type { AccessRecord } from '@llm-gateway/gateway'
import type { AccountHealth, HealthState } from '@llm-gateway/router'
import { Counter, Gauge, Registry } from 'prom-client'
import { version } from '../version.ts'
import { TallyCounter, TallyHistogram } from './tally.ts'

/** What is asked for when somebody reads, and costs requests nothing. */
export interface MetricsSources {
  inFlight(): number
  accounts(): readonly AccountHealth[]
  /** Accounts of the configuration that cannot serve. */
  unusable(): number
}

/** From a cached answer to a model that thinks for ten minutes. */
const durationBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640]
const firstContentBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128]

const states: readonly HealthState[] = ['healthy', 'degraded', 'throttled', 'half-open', 'open', 'credential-failed']

/** Model names a series is kept for; the rest are counted as `other`. Clients choose names, and series cost memory for good. */
const maxModels = 200
const maxModelLength = 128

/**
 * What `GET /metrics` tells, in Prometheus' text format. Labels are account ids, model names and words of the gateway's own:
 * no key, no name of one, no address, no text of a request.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #models = new Set<string>()
  readonly #requests = this.#counter(
    'requests_total',
    'Requests of clients that are over; status_class is 2xx, 4xx, 5xx or left (the client went first)',
    ['dialect', 'operation', 'status_class'],
  )
  readonly #duration = this.#histogram(
    'request_duration_seconds',
    'From a request to the end of its answer',
    ['dialect', 'operation'],
    durationBuckets,
  )
  readonly #firstContent = this.#histogram(
    'first_content_seconds',
    'From a request to the first real content of its answer',
    ['dialect'],
    firstContentBuckets,
  )
  readonly #attempts = this.#counter(
    'attempts_total',
    'Attempts at upstream accounts, by what they say of the account',
    ['account', 'verdict'],
  )
  readonly #failures = this.#counter(
    'attempt_errors_total',
    'Attempts that did not serve: http-STATUS, or what happened to the connection',
    ['account', 'class'],
  )
  readonly #tokens = this.#counter(
    'tokens_total',
    'Tokens used. cache_read and cache_write are part of input, reasoning is part of output',
    ['account', 'model', 'kind'],
  )
  readonly #losses = this.#counter('losses_total', 'Fields dropped, approximated or invented by conversion', [
    'from',
    'to',
  ])
  readonly #cost = this.#counter(
    'cost_usd_total',
    'What requests cost in US dollars, of models whose price is known',
    [],
  )

  constructor(sources: MetricsSources) {
    this.#gauge('in_flight', 'Requests under way', [], (gauge) => gauge.set(sources.inFlight()))
    this.#gauge('accounts_unusable', 'Accounts of the configuration that cannot serve', [], (gauge) =>
      gauge.set(sources.unusable()),
    )
    this.#gauge(
      'account_state',
      'How an upstream account is: 1 for its state, 0 for the others',
      ['account', 'state'],
      (gauge) => {
        // Accounts come and go with the configuration.
        gauge.reset()
        for (const { id, state } of sources.accounts())
          for (const each of states) gauge.set({ account: id, state: each }, each === state ? 1 : 0)
      },
    )
    this.#gauge('account_in_flight', 'Attempts under way at an upstream account', ['account'], (gauge) => {
      gauge.reset()
      for (const { id, inFlight } of sources.accounts()) gauge.set({ account: id }, inFlight)
    })
    this.#gauge('build_info', 'The version that runs; always 1', ['version', 'node'], (gauge) =>
      gauge.set({ version, node: process.versions.node }, 1),
    )
    this.#addProcess()
  }

  readonly contentType: string = Registry.PROMETHEUS_CONTENT_TYPE

  /** Counts a request that is over. */
  observe(record: AccessRecord, costNanoUsd: number | undefined): void {
    const { dialect, operation } = record
    this.#requests.add(1, dialect, operation, statusClass(record))
    this.#duration.add(record.durationMs / 1000, dialect, operation)
    if (record.firstContentMs !== undefined) this.#firstContent.add(record.firstContentMs / 1000, dialect)
    if (costNanoUsd !== undefined) this.#cost.add(costNanoUsd / 1e9)
    if (record.losses && record.upstreamDialect !== undefined) {
      this.#losses.add(record.losses.length, dialect, record.upstreamDialect)
    }
    for (const attempt of record.attempts) this.#countAttempt(attempt)
  }

  /** The text a scraper reads. */
  expose(): Promise<string> {
    return this.#registry.metrics()
  }

  #countAttempt({ account, verdict, errorClass, usage, model: name }: AccessRecord['attempts'][number]): void {
    this.#attempts.add(1, account, verdict)
    if (errorClass !== undefined) this.#failures.add(1, account, errorClass)
    if (usage === undefined) return
    const model = this.#modelLabel(name, verdict === 'success')
    const { input, cacheRead, cacheWrite, output, reasoning } = usage
    if (input) this.#tokens.add(input, account, model, 'input')
    if (cacheRead) this.#tokens.add(cacheRead, account, model, 'cache_read')
    if (cacheWrite) this.#tokens.add(cacheWrite, account, model, 'cache_write')
    if (output) this.#tokens.add(output, account, model, 'output')
    if (reasoning) this.#tokens.add(reasoning, account, model, 'reasoning')
  }

  /** A name earns its series by an answer: what a provider does not know is only a client's word. */
  #modelLabel(name: string, served: boolean): string {
    if (this.#models.has(name)) return name
    if (!served || this.#models.size >= maxModels || name.length > maxModelLength) return 'other'
    this.#models.add(name)
    return name
  }

  /** Under the names that Prometheus' own clients use. */
  #addProcess(): void {
    const registers = [this.#registry]
    const plain = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read())
        },
      })
    }
    plain('process_start_time_seconds', 'When the process began, in seconds since 1970', () =>
      Math.round(Date.now() / 1000 - process.uptime()),
    )
    plain('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss())
    plain('nodejs_heap_size_used_bytes', 'Used heap', () => process.memoryUsage().heapUsed)
    plain(
      'nodejs_eventloop_utilization_ratio',
      'Share of the time since the start in which the event loop was busy',
      () => performance.eventLoopUtilization().utilization,
    )
    let counted = 0
    new Counter({
      name: 'process_cpu_seconds_total',
      help: 'User and system time',
      registers,
      collect() {
        const { user, system } = process.cpuUsage()
        this.inc((user + system - counted) / 1e6)
        counted = user + system
      },
    })
  }

  #counter(name: string, help: string, labelNames: readonly string[]): TallyCounter {
    return new TallyCounter({ name: `llm_gateway_${name}`, help, labelNames, registry: this.#registry })
  }

  #histogram(name: string, help: string, labelNames: readonly string[], bounds: readonly number[]): TallyHistogram {
    return new TallyHistogram({ name: `llm_gateway_${name}`, help, labelNames, bounds, registry: this.#registry })
  }

  #gauge<T extends string>(
    name: string,
    help: string,
    labelNames: readonly T[],
    collect: (gauge: Gauge<T>) => void,
  ): void {
    new Gauge<T>({
      name: `llm_gateway_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        collect(this)
      },
    })
  }
}

function statusClass({ status, clientLeft }: AccessRecord): string {
  return clientLeft || status === 499 ? 'left' : `${Math.trunc(status / 100)}xx`
}
