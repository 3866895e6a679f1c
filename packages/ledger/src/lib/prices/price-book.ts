import type { TokenUsage } from '../row.ts'
import { Catalogue, type DatedPrices } from './catalogue.ts'
import { costOf, type ModelPrice } from './price.ts'

/** A price the operator gives: it goes before the snapshot's. */
export interface PriceOverride extends ModelPrice {
  /** As sent upstream: exact, `prefix*` or `*`. */
  readonly model: string
  /** Only of this account. */
  readonly account?: string
  /** Only of accounts of this provider. */
  readonly provider?: string
}

/** A call to be priced. */
export interface PricedCall {
  readonly account: string
  readonly provider: string
  readonly baseUrl?: string | undefined
  /** As sent upstream. */
  readonly model: string
  /** When, in milliseconds since the epoch. */
  readonly at: number
  readonly usage: TokenUsage
}

/** What a call costs, and by which prices. */
export interface Cost {
  /** In billionths of a US dollar. */
  readonly nanoUsd: number
  /** Of the prices it was made with: the snapshot's, or `config`. */
  readonly version: string
}

interface Found {
  readonly prices: DatedPrices
  readonly version: string
}

const unpriced = 'unpriced'
type Known = Found | typeof unpriced

/** Models remembered, with or without a price: clients choose the names. */
const capacity = 2_000

let catalogue: Catalogue | undefined

/** What calls cost: by the operator's prices, else by the snapshot that comes with this package. */
export class PriceBook {
  readonly #overrides: readonly PriceOverride[]
  /** By account, then by model: one key made of both would have to be put together for every call. */
  readonly #found = new Map<string, Map<string, Known>>()
  #remembered = 0

  /** @param overrides the first that fits counts. */
  constructor(overrides: readonly PriceOverride[] = []) {
    this.#overrides = overrides
  }

  /** The snapshot's version, such as `genai-prices 0.1.8`. */
  static get version(): string {
    return snapshotOf().version
  }

  /** What a call costs; undefined when nobody knows the model's price, or nobody counted a token. */
  cost(call: PricedCall): Cost | undefined {
    if (call.usage.input === undefined && call.usage.output === undefined) return undefined
    const found = this.#find(call)
    if (found === undefined) return undefined
    return { nanoUsd: costOf(found.prices.at(call.at), call.usage), version: found.version }
  }

  #find(call: PricedCall): Found | undefined {
    const known = this.#found.get(call.account)?.get(call.model)
    if (known !== undefined) return known === unpriced ? undefined : known
    if (this.#remembered >= capacity) {
      this.#found.clear()
      this.#remembered = 0
    }
    const found = this.#look(call)
    const models = this.#found.get(call.account) ?? new Map<string, Known>()
    this.#found.set(call.account, models.set(call.model, found ?? unpriced))
    this.#remembered++
    return found
  }

  #look({ account, provider, baseUrl, model }: PricedCall): Found | undefined {
    const own = this.#overrides.find(
      (each) =>
        (each.account ?? account) === account && (each.provider ?? provider) === provider && fits(each.model, model),
    )
    if (own) return { prices: { at: () => own }, version: 'config' }
    const snapshot = snapshotOf()
    const prices = snapshot.find(provider, baseUrl, model)
    return prices && { prices, version: snapshot.version }
  }
}

function snapshotOf(): Catalogue {
  catalogue ??= new Catalogue()
  return catalogue
}

function fits(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern
}
