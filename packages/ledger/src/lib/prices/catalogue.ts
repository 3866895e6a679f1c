import type { ModelPrice, TokenPrice } from './price.ts'
import { snapshot } from './snapshot.ts'

/** A match as the snapshot writes it: see scripts/generate-prices.ts. */
type Match = string | readonly Match[] | { readonly a: readonly Match[] }

interface WrittenPrice {
  readonly i?: TokenPrice
  readonly o?: TokenPrice
  readonly r?: TokenPrice
  readonly w?: TokenPrice
  readonly h?: TokenPrice
  readonly t?: TokenPrice
  /** In force from this date on. */
  readonly from?: string
  /** In force between these times of the day, UTC. */
  readonly time?: readonly [start: string, end: string]
}

type WrittenModel = readonly [Match, ...WrittenPrice[]]

interface Provider {
  readonly id: string
  readonly url: RegExp
  readonly names: Match | undefined
  readonly others: readonly string[]
  /** Read when first needed. */
  models(): readonly WrittenModel[]
}

/** The prices of one model, of which the moment of the call decides. */
export interface DatedPrices {
  at(ms: number): ModelPrice
}

/** The price snapshot that comes with this package. */
export class Catalogue {
  readonly version: string
  readonly #providers: ReadonlyMap<string, Provider>

  constructor(text: string = snapshot) {
    const [first = '{}', ...lines] = text.split('\n')
    this.version = (JSON.parse(first) as { version: string }).version
    this.#providers = readProviders(lines)
  }

  /**
   * The prices of a model.
   *
   * @param provider `anthropic`, `openai`, `azure` or `google`; of others the base URL decides, and of the simulator the name
   * of the model.
   */
  find(provider: string, baseUrl: string | undefined, model: string): DatedPrices | undefined {
    const name = model.toLowerCase().trim()
    const seller = this.#seller(provider, baseUrl, name)
    const found = seller && (this.#model(seller, name) ?? this.#model(seller, withDashes(name)))
    return found && dated(found)
  }

  #seller(provider: string, baseUrl: string | undefined, model: string): Provider | undefined {
    const known = this.#providers.get(provider)
    if (known) return known
    for (const each of this.#providers.values()) {
      const mine =
        provider === 'simulator'
          ? each.names !== undefined && matches(each.names, model)
          : baseUrl && each.url.test(baseUrl)
      if (mine) return each
    }
    return undefined
  }

  #model(provider: Provider, name: string): WrittenModel | undefined {
    const own = provider.models().find(([match]) => matches(match, name))
    if (own) return own
    for (const id of provider.others) {
      const other = this.#providers.get(id)
      const found = other && this.#model(other, name)
      if (found) return found
    }
    return undefined
  }
}

function readProviders(lines: readonly string[]): ReadonlyMap<string, Provider> {
  const providers = new Map<string, Provider>()
  for (let index = 0; index < lines.length; ) {
    const head = JSON.parse(lines[index] ?? '') as { id: string; url: string; names?: Match; others?: string[] }
    const from = index + 1
    do index++
    while (lines[index]?.startsWith('[') === true)
    const to = index
    let models: readonly WrittenModel[] | undefined
    providers.set(head.id, {
      id: head.id,
      url: new RegExp(`^(?:${head.url})`),
      names: head.names,
      others: head.others ?? [],
      models: () => {
        models ??= lines.slice(from, to).map((line) => JSON.parse(line) as WrittenModel)
        return models
      },
    })
  }
  return providers
}

function matches(match: Match, name: string): boolean {
  if (typeof match !== 'string') {
    return 'a' in match ? match.a.every((each) => matches(each, name)) : match.some((each) => matches(each, name))
  }
  const text = match.slice(1)
  switch (match[0]) {
    case '=':
      return name === text.toLowerCase()
    case '^':
      return name.startsWith(text.toLowerCase())
    case '$':
      return name.endsWith(text.toLowerCase())
    case '*':
      return name.includes(text.toLowerCase())
    default:
      return new RegExp(text).test(name)
  }
}

/** Some vendors write the date of a model without dashes: `-20250807` is `-2025-08-07`. */
function withDashes(name: string): string {
  return name.replace(/(-)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '$1$2-$3-$4')
}

function dated([, ...prices]: WrittenModel): DatedPrices {
  const all = prices.map((price) => ({ ...price, read: modelPrice(price) }))
  const [first] = all
  return {
    at: (ms) => (all.findLast((price) => inForce(price, ms)) ?? first)?.read ?? {},
  }
}

function inForce({ from, time }: WrittenPrice, ms: number): boolean {
  if (from !== undefined) return ms >= Date.parse(from)
  if (time === undefined) return true
  const now = ms % 86_400_000
  const [start, end] = time.map(timeOfDay)
  if (start === undefined || end === undefined) return true
  return end < start ? now >= start || now < end : now >= start && now < end
}

function timeOfDay(text: string): number {
  return Date.parse(`1970-01-01T${text.replace(/Z?$/, 'Z')}`)
}

function modelPrice({ i, o, r, w, h, t }: WrittenPrice): ModelPrice {
  return {
    ...(i !== undefined && { input: i }),
    ...(o !== undefined && { output: o }),
    ...(r !== undefined && { cacheRead: r }),
    ...(w !== undefined && { cacheWrite: w }),
    ...(h !== undefined && { cacheWrite1h: h }),
    ...(t !== undefined && { reasoning: t }),
  }
}
