import type { AccountState } from './account-state.ts'
import { laneKey } from './lane.ts'

import { type Candidate, dialectFor } from './plan.ts'
import type { PlanRule, Resolution } from './resolve.ts'
import type { Choice } from './select/selector.ts'

/** One account on a {@link Path}, with all that planning needs of it at hand. */
export interface Stop extends Choice {
  readonly state: AccountState
  readonly laneKey: string
  readonly candidate: Candidate
  readonly lastResort: Candidate
}

/** A model name resolved for a dialect: made once, walked by every request for it. */
export interface Path {
  readonly model: string
  readonly rule: PlanRule
  readonly stops: readonly Stop[]
  /** Counts the requests, so that equals take turns. */
  turn: number
}

/** Makes the path of a resolution, its first turn being `turn`. */
export function createPath(
  resolution: Extract<Resolution, { ok: true }>,
  dialect: string,
  states: ReadonlyMap<string, AccountState>,
  turn: number,
): Path {
  const { model, rule } = resolution
  const stops: Stop[] = []
  for (const { account, tier } of resolution.accounts) {
    const state = states.get(account.id)
    if (state === undefined) continue
    const candidate: Candidate = { account, dialect: dialectFor(account, dialect) }
    stops.push({
      account,
      tier,
      state,
      health: state.health,
      laneKey: laneKey(account.id, model),
      candidate,
      lastResort: { ...candidate, lastResort: true },
      score: 0,
    })
  }
  return { model, rule, stops, turn }
}
