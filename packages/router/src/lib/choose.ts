import { type Lanes, standingEnds, standingOf } from './lane.ts'
import type { Path, Stop } from './path.ts'
import type { Candidate } from './plan.ts'
import type { Selector } from './select/selector.ts'

/** What {@link choose} looks at besides the path. */
export interface ChooseContext {
  readonly lanes: Lanes
  readonly selector: Selector
  readonly now: number
}

/** The accounts to try; or none, as all are throttled until `resetAt` (ms since the epoch) at the soonest. */
export type Choosing =
  | { readonly ok: true; readonly candidates: readonly Candidate[] }
  | { readonly ok: false; readonly resetAt: number }

/** The accounts of a path by where they stand. */
interface Sorted {
  /** Some of the usable are more than due for a probe. */
  sound: boolean
  readonly usable: Stop[]
  readonly overloaded: Stop[]
  readonly open: Stop[]
  readonly refused: Stop[]
  due: Stop | undefined
  resetAt: number
}

/**
 * Orders the accounts of a path. Usable ones come as the strategy says, overloaded ones after them. Only where no
 * account is sound are the open ones tried too, and only where nothing else is left those whose credential is refused.
 * A throttled account is never tried: its answer is known.
 */
export function choose(path: Path, context: ChooseContext): Choosing {
  const { lanes, selector, now } = context
  const { sound, usable, overloaded, open, refused, due, resetAt } = sortByStanding(path.stops, lanes, now)
  selector.order(usable, path.turn, now)
  path.turn += 1
  const probes = due !== undefined && putProbeFirst(usable, due, context)
  const candidates = usable.map((stop) => stop.candidate)
  if (probes) candidates[0] = { ...due.candidate, probe: true }
  const spare = sound ? overloaded : [...overloaded, ...open]
  for (const stop of soonestFirst(spare, lanes)) candidates.push(stop.lastResort)
  if (candidates.length === 0 && resetAt < Infinity) return { ok: false, resetAt }
  if (candidates.length === 0) for (const stop of soonestFirst(refused, lanes)) candidates.push(stop.lastResort)
  return { ok: true, candidates }
}

function sortByStanding(stops: readonly Stop[], lanes: Lanes, now: number): Sorted {
  const sorted: Sorted = {
    sound: false,
    usable: [],
    overloaded: [],
    open: [],
    refused: [],
    due: undefined,
    resetAt: Infinity,
  }
  for (const stop of stops) {
    const lane = lanes.get(stop.laneKey)
    switch (standingOf(stop.state.credential, lane, now)) {
      case 'usable':
        sorted.sound = true
        sorted.usable.push(stop)
        break
      case 'due':
        sorted.due ??= stop
        sorted.usable.push(stop)
        break
      case 'overloaded':
        sorted.overloaded.push(stop)
        break
      case 'open':
        sorted.open.push(stop)
        break
      case 'credential-failed':
        sorted.refused.push(stop)
        break
      case 'throttled':
        sorted.resetAt = Math.min(sorted.resetAt, lane?.cooldown.until ?? Infinity)
    }
  }
  return sorted
}

/**
 * Gives the probe an account is due to this request, with the others as its cover; no other request gets it. An
 * account below the preferred tier waits until it is needed.
 */
function putProbeFirst(usable: Stop[], due: Stop, { lanes, now }: ChooseContext): boolean {
  if (due.tier !== usable[0]?.tier) return false
  usable.splice(usable.indexOf(due), 1)
  usable.unshift(due)
  due.state.credential.claim(now)
  lanes.get(due.laneKey)?.breaker.claim(now)
  return true
}

function soonestFirst(stops: Stop[], lanes: Lanes): Stop[] {
  if (stops.length < 2) return stops
  for (const stop of stops) stop.score = standingEnds(stop.state.credential, lanes.get(stop.laneKey))
  return stops.sort((a, b) => a.score - b.score)
}
