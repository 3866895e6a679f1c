import { isAbsolute, join } from 'node:path'
import type { LedgerConfig, PriceConfig } from '@llm-gateway/config'
import type { AccessRecord, DispatchedCall, Expense, Sent } from '@llm-gateway/gateway'
import { type Ledger, type LedgerStatus, PriceBook, SqliteLedger } from '@llm-gateway/ledger'
import { requestRow } from './request-row.ts'

export interface BookkeepingOptions {
  readonly home: string
  readonly config: LedgerConfig
  readonly prices: readonly PriceConfig[]
  /** Where an account's calls go, when that is not its provider's own address. */
  baseUrl(account: string): string | undefined
  warn(message: string): void
}

/** Model names told of as unpriced, so that the log is not flooded by a client that makes them up. */
const mostTold = 1_000

/** The file of a home directory's ledger. */
export function ledgerFile(home: string, { file }: LedgerConfig): string {
  return isAbsolute(file) ? file : join(home, file)
}

/** Prices what requests used and tells the ledger. */
export class Bookkeeping {
  /** Undefined when the configuration wants none. */
  readonly ledger: Ledger | undefined
  readonly #options: BookkeepingOptions
  /** Told of, by provider. */
  readonly #unpriced = new Map<string, Set<string>>()
  #told = 0
  #prices: PriceBook

  constructor(options: BookkeepingOptions) {
    this.#options = options
    this.#prices = new PriceBook(options.prices)
    if (!options.config.enabled) return
    this.ledger = new SqliteLedger({
      file: ledgerFile(options.home, options.config),
      retentionDays: options.config.retentionDays,
      warn: (message) => options.warn(message),
    })
  }

  /** Puts new prices in force; what is written keeps its cost. */
  reprice(prices: readonly PriceConfig[]): void {
    this.#prices = new PriceBook(prices)
    this.#unpriced.clear()
    this.#told = 0
  }

  dispatched(call: DispatchedCall, { account, provider, number, startedAt, dialect, model }: Sent): void {
    this.ledger?.dispatched({
      requestId: call.id,
      number,
      at: startedAt,
      keyId: call.client?.id ?? '',
      account,
      provider,
      model: call.model,
      upstreamModel: model,
      dialect,
    })
  }

  /**
   * Enters a request that is over.
   *
   * @returns its cost in billionths of a US dollar; undefined when it is not known.
   */
  enter(record: AccessRecord): number | undefined {
    // Whoever has no key must not be able to fill the disk.
    if (record.keyId === undefined) return undefined
    const row = requestRow(record, record.keyId, (attempt) => {
      const { account, provider, model, startedAt: at, usage } = attempt
      if (usage === undefined) return undefined
      const baseUrl = this.#options.baseUrl(account)
      const cost = this.#prices.cost({ account, provider, model, at, usage, baseUrl })
      if (cost === undefined) this.#tellUnpriced(provider, model)
      return cost
    })
    this.ledger?.finished(row)
    let total: number | undefined
    for (const { costNanoUsd } of row.attempts) if (costNanoUsd !== undefined) total = (total ?? 0) + costNanoUsd
    return total
  }

  /** About what a request may cost, in billionths of a US dollar; 0 where the price is not known. */
  estimate({ account, provider, model, inputTokens, outputTokens }: Expense, at: number): number {
    const baseUrl = this.#options.baseUrl(account)
    const usage = { input: inputTokens, output: outputTokens }
    const cost = this.#prices.cost({ account, provider, model, at, usage, baseUrl })
    return cost?.nanoUsd ?? 0
  }

  /** What each key spent from one moment up to another, in billionths of a US dollar; nothing without a ledger. */
  async spent(since: number, until: number): Promise<ReadonlyMap<string, number>> {
    const { groups = [] } = (await this.ledger?.usage({ since, until, by: 'key' })) ?? {}
    return new Map(groups.map(({ group, costNanoUsd }) => [group, costNanoUsd]))
  }

  status(): LedgerStatus | undefined {
    return this.ledger?.status()
  }

  async close(): Promise<void> {
    await this.ledger?.close().catch((cause: unknown) => {
      this.#options.warn(cause instanceof Error ? cause.message : String(cause))
    })
  }

  #tellUnpriced(provider: string, model: string): void {
    const models = this.#unpriced.get(provider) ?? new Set<string>()
    if (models.has(model) || this.#told >= mostTold) return
    this.#unpriced.set(provider, models.add(model))
    this.#told++
    this.#options.warn(
      `the price of the model "${model}" at ${provider} is not known, so its cost is counted as unknown: give it in the configuration under "prices"`,
    )
  }
}
