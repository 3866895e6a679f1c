import { Health } from '../health.ts'
import { accountOf } from '../testing.ts'
import type { Choice, Selector } from './selector.ts'

/** One law every selector keeps. */
export interface SelectorLaw {
  readonly name: string
  /** What the selector does against the law; undefined when it keeps it. */
  breach(selector: Selector): string | undefined
}

const NOW = 1_800_000_000_000
const TURNS = 6_000

/** The contract of a {@link Selector}, to be run against every strategy. */
export const selectorContract: readonly SelectorLaw[] = [
  {
    name: 'leaves no choices and a single choice as they are',
    breach(selector) {
      return difference(ordered(selector, [], 0), []) ?? difference(ordered(selector, [choice('a')], 7), ['a'])
    },
  },
  {
    name: 'keeps every choice exactly once, on every turn',
    breach(selector) {
      for (let turn = 0; turn < 50; turn += 1) {
        const ids = ordered(selector, [choice('a'), choice('b', 1), choice('c', 1), choice('d', 2)], turn)
        const lost = difference([...ids].sort(), ['a', 'b', 'c', 'd'])
        if (lost !== undefined) return lost
      }
      return undefined
    },
  },
  {
    name: 'never puts a higher tier before a lower one, whatever its health',
    breach(selector) {
      for (let turn = 0; turn < 50; turn += 1) {
        const failing = choice('failing', 0)
        for (let i = 0; i < 20; i += 1) fail(failing)
        const ids = ordered(selector, [failing, choice('well', 1), choice('also-well', 1)], turn)
        if (ids[0] !== 'failing') return `turn ${turn} put ${ids[0]} before the account of the lower tier`
      }
      return undefined
    },
  },
  {
    name: 'shares the load evenly among equals',
    breach(selector) {
      const firsts = new Map<string, number>()
      for (let turn = 0; turn < TURNS; turn += 1) {
        const first = ordered(selector, [choice('a'), choice('b'), choice('c')], turn)[0] ?? 'none'
        firsts.set(first, (firsts.get(first) ?? 0) + 1)
      }
      for (const id of ['a', 'b', 'c']) {
        const share = (firsts.get(id) ?? 0) / TURNS
        if (Math.abs(share - 1 / 3) > 0.03) return `${id} of three equals came first in ${share} of the turns`
      }
      return undefined
    },
  },
  {
    name: 'takes accounts that have neither succeeded nor failed',
    breach(selector) {
      const ids = ordered(selector, [choice('new'), choice('newer')], 1)
      return difference([...ids].sort(), ['new', 'newer'])
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

function difference(actual: readonly string[], expected: readonly string[]): string | undefined {
  return actual.join() === expected.join() ? undefined : `expected [${expected.join()}], got [${actual.join()}]`
}
