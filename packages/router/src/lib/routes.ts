import { isPattern, matchesName, specificity } from './match.ts'

/** Sends a model name elsewhere. */
export interface ModelRoute {
  /** The client's model name: exact, `prefix*` or `*`. */
  readonly source: string
  /** The model sent upstream. Absent: as the client named it. */
  readonly target?: string
  /** Only accounts of this provider. */
  readonly provider?: string
  /** Only this upstream account. */
  readonly account?: string
  /** Higher first, default 0; then the more specific source; then the order they stand in. */
  readonly priority?: number
  /** Default true. */
  readonly enabled?: boolean
}

/** The model routes of a gateway key, or of everybody. */
export interface RouteSet {
  readonly routes: readonly ModelRoute[]
  /** What becomes of a model that no route of this set matches. Default `passthrough`: it is planned without a route. */
  readonly defaultBehavior?: 'passthrough' | 'reject'
}

/** A route set made ready: its enabled routes, the one to prefer first. */
export class RouteTable {
  readonly #routes: readonly ModelRoute[]
  /** Whether a model without a route is refused. */
  readonly rejects: boolean

  constructor(set: RouteSet) {
    this.#routes = set.routes.filter((route) => route.enabled !== false).sort(preferred)
    this.rejects = set.defaultBehavior === 'reject'
  }

  /** The route for the client's model name. */
  match(model: string): ModelRoute | undefined {
    return this.#routes.find((route) => matchesName(route.source, model))
  }

  /** The model names clients may use by these routes; patterns name none. */
  names(): string[] {
    return this.#routes.map((route) => route.source).filter((source) => !isPattern(source))
  }
}

function preferred(a: ModelRoute, b: ModelRoute): number {
  const byPriority = (b.priority ?? 0) - (a.priority ?? 0)
  if (byPriority !== 0) return byPriority
  const [left, right] = [specificity(a.source), specificity(b.source)]
  // Two exact names are both infinitely specific, and their difference is not a number.
  return left === right ? 0 : right - left
}
