/** What happens to a model that no route of the set matches. */
export type DefaultBehavior = 'passthrough' | 'reject'

/** Model routes and what happens to a model that none of them matches. */
export interface RouteSetConfig {
  routes: RouteConfig[]
  /** Default `passthrough`. */
  defaultBehavior: DefaultBehavior
}

/** One model route: what a client's model name means. */
export interface RouteConfig {
  /** The client's model: exact, `prefix*` or `*`. */
  source: string
  /** The model sent upstream; absent means unchanged. */
  target?: string
  /** Only accounts of this provider. */
  provider?: string
  /** Only the account with this id. */
  account?: string
  /** Higher first; absent is 0. */
  priority?: number
  /** Default true. */
  enabled: boolean
  id?: string
  description?: string
}
