import { Health } from '../health.ts'
import { accountOf } from '../testing.ts'
import type { Choice, Selector } from './selector.ts'

/** One law every selector keeps. */
export interface SelectorLaw {
  readonly name: string
  /** @throws {Error} when the selector breaks the law */
  check(selector: Selector): void
}

const NOW = 1_800_000_000_000
const TURNS = 6_000

/** The contract of a {@link Selector}, to be run against every strategy. */
export const selectorContract: readonly SelectorLaw[] = [
  {
    name: 'leaves no choices and a single choice as they are',
    check(selector) {
      expectOrder(ordered(selector, [], 0), [])
      expectOrder(ordered(selector, [choice('a')], 7), ['a'])
    },
  },
  {
    name: 'keeps every choice exactly once, on every turn',
    check(selector) {
      for (let turn = 0; turn < 50; turn += 1) {
        const ids = ordered(selector, [choice('a'), choice('b', 1), choice('c', 1), choice('d', 2)], turn)
        expectOrder([...ids].sort(), ['a', 'b', 'c', 'd'])
      }
    },
  },
  {
    name: 'never puts a higher tier before a lower one, whatever its health',
    check(selector) {
      for (let turn = 0; turn < 50; turn += 1) {
        const failing = choice('failing', 0)
        for (let i = 0; i < 20; i += 1) fail(failing)
        const ids = ordered(selector, [failing, choice('well', 1), choice('also-well', 1)], turn)
        if (ids[0] !== 'failing') throw new Error(`turn ${turn} put ${ids[0]} before the account of the lower tier`)
      }
    },
  },
  {
    name: 'shares the load evenly among equals',
    check(selector) {
      const firsts = new Map<string, number>()
      for (let turn = 0; turn < TURNS; turn += 1) {
        const first = ordered(selector, [choice('a'), choice('b'), choice('c')], turn)[0] ?? 'none'
        firsts.set(first, (firsts.get(first) ?? 0) + 1)
      }
      for (const id of ['a', 'b', 'c']) {
        const share = (firsts.get(id) ?? 0) / TURNS
        if (Math.abs(share - 1 / 3) > 0.03) throw new Error(`${id} of three equals came first in ${share} of the turns`)
      }
    },
  },
  {
    name: 'takes accounts that have neither succeeded nor failed',
    check(selector) {
      const ids = ordered(selector, [choice('new'), choice('newer')], 1)
      expectOrder([...ids].sort(), ['new', 'newer'])
    },
  },
]

function choice(id: string, tier = 0): Choice {
  return { account: accountOf(id), health: new Health(), tier, score: 0 }
}

function fail({ health }: Choice): void {
  health.begin()
  health.end({ verdict: 'failure' }, NOW)
}

function ordered(selector: Selector, choices: Choice[], turn: number): string[] {
  selector.order(choices, turn, NOW)
  return choices.map((entry) => entry.account.id)
}

function expectOrder(actual: readonly string[], expected: readonly string[]): void {
  if (actual.join() === expected.join()) return
  throw new Error(`expected [${expected.join()}], got [${actual.join()}]`)
}
