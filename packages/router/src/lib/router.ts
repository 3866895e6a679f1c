import { checkAccounts, type RoutedAccount } from './account.ts'
import { type AccountHealth, accountHealth } from './account-health.ts'
import { AccountState } from './account-state.ts'
import { type Attempt, TrackedAttempt, untrackedAttempt } from './attempt.ts'
import { audienceKey, audiencesOf, eligible, fitting } from './audience.ts'
import { BoundedMap } from './bounded-map.ts'
import { choose } from './choose.ts'
import { Lanes, laneKey, standingOf } from './lane.ts'
import { matchesAny } from './match.ts'
import { createPath, type Path } from './path.ts'
import type { Candidate, Plan, PlanRequest, RefusalReason } from './plan.ts'
import { quote, type Resolution, resolve } from './resolve.ts'
import { type RouteSet, RouteTable } from './routes.ts'
import type { Selector, StrategyName } from './select/selector.ts'
import { createSelector } from './select/strategies.ts'
import { describeServed, type ServedModel, servedModels } from './served.ts'

const DEFAULT_MAX_LANES = 10_000
/** Resolved names kept; beyond them a name costs a few microseconds again. */
const MAX_PATHS = 5_000
/** Listings kept: one for each set of models and routes that keys have. */
const MAX_LISTINGS = 500
/** Far above any provider's names, and short enough that what clients make up cannot fill memory. */
const MAX_MODEL_LENGTH = 256

/** What a {@link Router} routes between. */
export interface RouterConfig {
  readonly accounts: readonly RoutedAccount[]
  /** The global model routes. */
  readonly routes?: RouteSet
  /** Default `health-first`. */
  readonly strategy?: StrategyName
}

/** Options of a {@link Router}. */
export interface RouterOptions extends RouterConfig {
  /** Milliseconds since the epoch; a clock that is never set back is best. Default `Date.now`. */
  readonly now?: () => number
  /** A number in [0, 1). Default `Math.random`. */
  readonly random?: () => number
  /** Pairs of account and model remembered. Default 10,000. */
  readonly maxLanes?: number
}

/**
 * Chooses the upstream account for each request and learns from what becomes of it. It does no I/O and keeps no
 * timers: it is told of attempts and asked for plans.
 *
 * @example
 * ```ts
 * const router = new Router({ accounts: [{ id: 'a', provider: 'anthropic', dialects: ['anthropic'] }] })
 * const plan = router.plan({ model: 'claude-sonnet-4-5', dialect: 'anthropic' })
 * if (plan.ok) {
 *   const attempt = router.begin('a', plan.model)
 *   attempt.end({ verdict: 'success', latencyMs: 812 })
 * }
 * ```
 */
export class Router {
  readonly #now: () => number
  readonly #random: () => number
  readonly #lanes: Lanes
  readonly #paths = new BoundedMap<Path>(MAX_PATHS)
  readonly #served = new BoundedMap<readonly ServedModel[]>(MAX_LISTINGS)
  readonly #keyTables = new WeakMap<RouteSet, { readonly id: number; readonly table: RouteTable }>()
  #accounts: readonly RoutedAccount[] = []
  #states: ReadonlyMap<string, AccountState> = new Map()
  #globalTable: RouteTable | undefined
  #selector: Selector
  #nextTableId = 1
  #nextTurn = 0

  /** @throws {RangeError} when an account cannot be routed to: see the message. */
  constructor(options: RouterOptions) {
    this.#now = options.now ?? Date.now
    this.#random = options.random ?? Math.random
    this.#lanes = new Lanes(options.maxLanes ?? DEFAULT_MAX_LANES, this.#random)
    this.#selector = createSelector(options.strategy ?? 'health-first', this.#random)
    this.update(options)
  }

  /**
   * Replaces accounts, routes and strategy. What is known of an account stays as long as its id and provider do;
   * attempts under way still count.
   *
   * @throws {RangeError} when an account cannot be routed to; the router then stays as it was.
   */
  update(next: RouterConfig): void {
    checkAccounts(next.accounts)
    const states = new Map<string, AccountState>()
    for (const account of next.accounts) {
      const known = this.#states.get(account.id)
      const same = known?.account.provider === account.provider ? known : undefined
      states.set(account.id, new AccountState(account, this.#random, same))
    }
    this.#lanes.prune((id) => states.get(id)?.account.provider === this.#states.get(id)?.account.provider)
    this.#accounts = [...next.accounts]
    this.#states = states
    this.#globalTable = next.routes === undefined ? undefined : new RouteTable(next.routes)
    this.#selector = createSelector(next.strategy ?? 'health-first', this.#random)
    this.#paths.clear()
    this.#served.clear()
  }

  /**
   * The accounts to try for a request, best first, or why there are none. Call it once per request: it counts towards
   * turns and the retry budget, and gives the one probe an account is due to the first request planned.
   */
  plan(request: PlanRequest): Plan {
    const { model, keyModels } = request
    if (model.length > MAX_MODEL_LENGTH) {
      return this.#refuse(request, 'model-not-served', `the model name is longer than ${MAX_MODEL_LENGTH} characters`)
    }
    if (keyModels !== undefined && !matchesAny(keyModels, model)) {
      const allowed = keyModels.length === 0 ? 'no models' : keyModels.slice(0, 20).join(', ')
      const message = `this gateway key may not use model ${quote(model)}; it may use ${allowed}`
      return this.#refuse(request, 'model-not-allowed', message)
    }
    const keyTable = request.keyRoutes === undefined ? undefined : this.#keyTable(request.keyRoutes)
    const key = `${keyTable?.id ?? 0}\n${request.dialect}\n${audienceKey(request)}\n${model}`
    let path = this.#paths.get(key)
    if (path === undefined) {
      const accounts = eligible(this.#accounts, request)
      const resolution = fitting(this.#resolve(model, keyTable?.table, accounts), request, this.#accounts)
      if (!resolution.ok) return this.#refuseFor(request, resolution, keyTable?.table)
      path = this.#pathOf(resolution, request.dialect)
      this.#paths.set(key, path)
    }
    return this.#choose(path, request)
  }

  /**
   * Tells that a request goes to an account.
   *
   * @param model - the plan's model, not the client's
   */
  begin(accountId: string, model: string): Attempt {
    const state = this.#states.get(accountId)
    if (state === undefined) return untrackedAttempt
    return new TrackedAttempt(state, model, { lanes: this.#lanes, now: this.#now, random: this.#random })
  }

  /**
   * Whether one more attempt may go to the account, and pays for it from its retry budget. Ask before every attempt
   * but a request's first. A healthy account takes any retry; a failing one, one for ten requests.
   *
   * @param accountId - the account the retry would go to
   */
  mayRetry(accountId: string): boolean {
    return this.#states.get(accountId)?.takeRetry(this.#now()) ?? false
  }

  /**
   * Whether a candidate planned a while ago is still worth an attempt: not throttled, opened or refused meanwhile, nor
   * its probe out with another request. Ask before failing over to it, and pass it over when not.
   *
   * @param model - the plan's model
   */
  admits(candidate: Candidate, model: string): boolean {
    const { id } = candidate.account
    const state = this.#states.get(id)
    if (state === undefined) return false
    const standing = standingOf(state.credential, this.#lanes.get(laneKey(id, model)), this.#now())
    if (standing === 'throttled') return false
    if (candidate.lastResort === true || candidate.probe === true) return true
    return standing === 'usable' || standing === 'due' || standing === 'overloaded'
  }

  /**
   * Tells what a look at the account that was no request found of its credential. It says nothing of the models: no breaker of
   * theirs opens or closes for it.
   */
  credentialChecked(accountId: string, accepted: boolean): void {
    const { credential } = this.#states.get(accountId) ?? {}
    if (accepted) credential?.success(this.#now(), credential.epoch)
    else credential?.refuse(this.#now(), credential.epoch)
  }

  /** Forgets what is known of an account: its credential was changed, or somebody says it is well. */
  forget(accountId: string): void {
    const state = this.#states.get(accountId)
    if (state === undefined) return
    this.#states = new Map(this.#states).set(accountId, new AccountState(state.account, this.#random))
    this.#lanes.prune((id) => id !== accountId)
    this.#paths.clear()
  }

  /** How the accounts are, in the order they are configured. */
  health(): readonly AccountHealth[] {
    const now = this.#now()
    return [...this.#states.values()].map((state) => accountHealth(state, this.#lanes.of(state.account.id), now))
  }

  /**
   * The models clients may ask for by name; accounts that serve any model of a provider add none.
   *
   * @param keyModels - what the gateway key may use; absent: anything
   * @param keyRoutes - the gateway key's own routes
   */
  served(keyModels?: readonly string[], keyRoutes?: RouteSet): readonly ServedModel[] {
    const keyTable = keyRoutes === undefined ? undefined : this.#keyTable(keyRoutes)
    const key = `${keyTable?.id ?? 0}\n${keyModels === undefined ? '' : JSON.stringify(keyModels)}`
    const known = this.#served.get(key)
    if (known !== undefined) return known
    const tables = [keyTable?.table, this.#globalTable].filter((table) => table !== undefined)
    const named = (model: string): Resolution => this.#resolve(model, keyTable?.table)
    const served = servedModels({ accounts: this.#accounts, tables, keyModels, resolve: named })
    this.#served.set(key, served)
    return served
  }

  #resolve(
    model: string,
    keyRoutes: RouteTable | undefined,
    accounts: readonly RoutedAccount[] = this.#accounts,
  ): Resolution {
    return resolve(model, { accounts, keyRoutes, globalRoutes: this.#globalTable })
  }

  /** Tells a request that only came to the wrong accounts from one that no account would serve. */
  #refuseFor(
    request: PlanRequest,
    refusal: Extract<Resolution, { ok: false }>,
    keyRoutes: RouteTable | undefined,
  ): Plan {
    const whole = this.#resolve(request.model, keyRoutes)
    const audiences = whole.ok ? audiencesOf(whole) : []
    const told = whole.ok ? refusal : whole
    if (audiences.length === 0) return this.#refuse(request, told.reason, told.message)
    const message = `the accounts that serve model ${quote(request.model)} do not serve this kind of request`
    return { ok: false, reason: 'wrong-audience', message, served: [], audiences }
  }

  #refuse(request: PlanRequest, reason: RefusalReason, message: string): Plan {
    const served = this.served(request.keyModels, request.keyRoutes).map((model) => model.id)
    const tail = reason === 'model-not-served' ? describeServed(served, this.#accounts) : ''
    return { ok: false, reason, message: tail === '' ? message : `${message}; ${tail}`, served }
  }

  #keyTable(routes: RouteSet): { readonly id: number; readonly table: RouteTable } {
    const known = this.#keyTables.get(routes)
    if (known !== undefined) return known
    const made = { id: this.#nextTableId, table: new RouteTable(routes) }
    this.#nextTableId += 1
    this.#keyTables.set(routes, made)
    return made
  }

  #pathOf(resolution: Extract<Resolution, { ok: true }>, dialect: string): Path {
    // Models asked for once each do not all go to the first account.
    this.#nextTurn += 1
    return createPath(resolution, dialect, this.#states, this.#nextTurn)
  }

  #choose(path: Path, request: PlanRequest): Plan {
    const now = this.#now()
    const choosing = choose(path, { lanes: this.#lanes, selector: this.#selector, now })
    if (!choosing.ok) return allThrottled(request.model, choosing.resetAt - now)
    const { candidates } = choosing
    const first = candidates[0]
    if (first !== undefined) this.#states.get(first.account.id)?.budget.deposit()
    return { ok: true, model: path.model, candidates, rule: path.rule }
  }
}

function allThrottled(model: string, waitMs: number): Plan {
  const retryAfterMs = Math.ceil(waitMs)
  const wait = `${Math.ceil(retryAfterMs / 1000)} s`
  const message = `every upstream account for model ${quote(model)} is rate-limited; try again in ${wait}`
  return { ok: false, reason: 'all-throttled', message, served: [], retryAfterMs }
}
