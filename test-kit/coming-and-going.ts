import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What keeps things for a while. */
export interface Keeper<T> {
  /** A new thing; its weight is to be kept with it. */
  readonly make: (weight: readonly number[]) => T
  readonly add: (thing: T) => void
  readonly remove: (thing: T) => void
}

/**
 * How much memory is held, in bytes, after 2,000 things of 8 kB have come and gone, at most 50 of them at once, while only minor
 * collections took place. A `Set` or a `Map` still holds more than half of the 16 MB.
 */
export function heldAfterComingAndGoing<T>({ make, add, remove }: Keeper<T>): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void
  const weighty = (): T => make(new Array<number>(1_000).fill(0.5))
  const open = Array.from({ length: 50 }, weighty)
  for (const each of open) add(each)
  collect()
  const before = process.memoryUsage().heapUsed
  for (let round = 0; round < 20; round++) {
    for (let each = 0; each < 100; each++) {
      const next = weighty()
      add(next)
      open.push(next)
      const first = open.shift()
      if (first !== undefined) remove(first)
    }
    collect({ type: 'minor' })
  }
  return process.memoryUsage().heapUsed - before
}
