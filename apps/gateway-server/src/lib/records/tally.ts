import { Counter, Histogram, type Registry } from 'prom-client'

interface Series<V> {
  readonly labels: Record<string, string>
  readonly value: V
}

/** One value for each combination of up to three labels, found without building an object or a text: every request looks up several. */
class Cells<V> {
  readonly #names: readonly string[]
  readonly #make: () => V
  readonly #root = new Map<string, Map<string, Map<string, V>>>()

  constructor(names: readonly string[], make: () => V) {
    this.#names = names
    this.#make = make
  }

  at(a: string, b: string, c: string): V {
    const second = entry(this.#root, a, () => new Map<string, Map<string, V>>())
    const third = entry(second, b, () => new Map<string, V>())
    return entry(third, c, this.#make)
  }

  *series(): Generator<Series<V>> {
    for (const [a, second] of this.#root)
      for (const [b, third] of second)
        for (const [c, value] of third) {
          const texts = [a, b, c]
          yield { labels: Object.fromEntries(this.#names.map((name, index) => [name, texts[index] ?? ''])), value }
        }
  }
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

interface TallyOptions {
  readonly name: string
  readonly help: string
  /** At most three; a value is given for each, in this order. */
  readonly labelNames: readonly string[]
  readonly registry: Registry
}

/** A counter that does its work when it is read: prom-client's own hashes its labels at every step, which costs ten times as much. */
export class TallyCounter {
  readonly #cells: Cells<{ sum: number }>

  constructor({ name, help, labelNames, registry }: TallyOptions) {
    const cells = new Cells(labelNames, () => ({ sum: 0 }))
    this.#cells = cells
    new Counter({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset()
        for (const { labels, value } of cells.series()) this.inc(labels, value.sum)
      },
    })
  }

  add(value: number, a = '', b = '', c = ''): void {
    this.#cells.at(a, b, c).sum += value
  }
}

/** What a registry makes lines of. */
interface Exposed {
  readonly name: string
  readonly help: string
  readonly type: 'histogram'
  readonly aggregator: 'sum'
  readonly values: readonly { metricName: string; labels: Record<string, string | number>; value: number }[]
}

interface Distribution {
  /** Values up to each bound and above the one before; the last is of those above all. */
  readonly counts: number[]
  sum: number
}

/** A histogram that does its work when it is read, for the same reason. */
export class TallyHistogram extends Histogram {
  readonly #name: string
  readonly #help: string
  readonly #bounds: readonly number[]
  readonly #cells: Cells<Distribution>

  /** @param bounds upper bounds, ascending. */
  constructor({ name, help, labelNames, registry, bounds }: TallyOptions & { readonly bounds: readonly number[] }) {
    super({ name, help, labelNames, buckets: [...bounds], registers: [registry] })
    this.#name = name
    this.#help = help
    this.#bounds = bounds
    this.#cells = new Cells(labelNames, () => ({ counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 }))
  }

  add(value: number, a = '', b = '', c = ''): void {
    const cell = this.#cells.at(a, b, c)
    let index = 0
    while (value > (this.#bounds[index] ?? Number.POSITIVE_INFINITY)) index++
    cell.counts[index] = (cell.counts[index] ?? 0) + 1
    cell.sum += value
  }

  /** What the registry reads of a histogram in place of `get`, though the types do not say so. */
  getForPromString(): Promise<Exposed> {
    const values = [...this.#cells.series()].flatMap((series) => this.#valuesOf(series))
    return Promise.resolve({ name: this.#name, help: this.#help, type: 'histogram', aggregator: 'sum', values })
  }

  #valuesOf({ labels, value: { counts, sum } }: Series<Distribution>): Exposed['values'] {
    let total = 0
    const buckets = counts.map((count, index) => {
      total += count
      return {
        metricName: `${this.#name}_bucket`,
        labels: { ...labels, le: this.#bounds[index] ?? '+Inf' },
        value: total,
      }
    })
    return [
      ...buckets,
      { metricName: `${this.#name}_sum`, labels, value: sum },
      { metricName: `${this.#name}_count`, labels, value: total },
    ]
  }
}
