import type { GatewayConfig, KeyConfig, RouteConfig, RouteSetConfig } from '@llm-gateway/config'
import { resolveEntry } from '../config-file/resolve-id.ts'

/** Whose routes a command is about: a gateway key's, or everybody's. */
export interface RouteScope {
  readonly key: KeyConfig | undefined
  readonly set: RouteSetConfig
  /** For people: `of the gateway key "team"`. */
  readonly words: string
}

/** @throws CliError `NOT_FOUND` when no gateway key is meant by `key` */
export function routeScope(config: GatewayConfig, key: string | undefined): RouteScope {
  if (key === undefined) return { key: undefined, set: config.routes, words: 'for every gateway key' }
  const found = resolveEntry(config.keys, key, 'gateway key')
  const none: RouteSetConfig = { routes: [], defaultBehavior: 'passthrough' }
  return { key: found, set: found.modelRoutes ?? none, words: `of the gateway key "${found.name}"` }
}

/** A route as JSON output tells it. */
export interface RouteJson extends RouteConfig {
  /** Id of the gateway key whose route it is; without one it is everybody's. */
  readonly key?: string
}

export function routeJson(route: RouteConfig, key: string | undefined): RouteJson {
  return { ...route, ...(key !== undefined && { key }) }
}

/** Where a route sends a model: `gpt-4o at openai`. An account goes by its name where `accounts` has it. */
export function targetText(
  { target, provider, account }: RouteConfig,
  accounts: readonly { readonly id: string; readonly name: string }[],
): string {
  const named = accounts.find(({ id }) => id === account)?.name ?? account
  const places = [provider, named].filter((place) => place !== undefined)
  return `${target ?? 'the same'}${places.length > 0 ? ` at ${places.join(', ')}` : ''}`
}
