import type { AccountConfig } from './account-config.ts'
import { escapeReferences } from './env.ts'
import type { KeyConfig } from './key-config.ts'
import type { RouteConfig, RouteSetConfig } from './route-config.ts'

/** How a property of the configuration is written to the file. */
type Writer = readonly [name: string, write?: (value: never) => unknown]

const KEY_FIELDS: Readonly<Record<keyof KeyConfig, Writer>> = {
  id: ['id', escapeReferences],
  name: ['name', escapeReferences],
  keyHash: ['key_hash'],
  permissions: ['permissions'],
  status: ['status'],
  rateLimit: ['rate_limit', snakeKeys],
  budget: ['budget', snakeKeys],
  models: ['models'],
  modelRoutes: ['model_routes', routeSetToFile],
  expiresAt: ['expires_at', isoTime],
  createdAt: ['created_at', isoTime],
}

const ACCOUNT_FIELDS: Readonly<Record<keyof Omit<AccountConfig, 'legacyTokens'>, Writer>> = {
  id: ['id', escapeReferences],
  name: ['name', escapeReferences],
  type: ['type'],
  provider: ['provider'],
  apiKey: ['api_key'],
  baseUrl: ['base_url'],
  proxy: ['proxy'],
  status: ['status'],
  priority: ['priority'],
  weight: ['weight'],
  models: ['models'],
  dialects: ['dialects'],
  oauthProfile: ['oauth_profile'],
  options: ['options'],
  capabilities: ['capabilities', snakeKeys],
  healthCheckMs: ['health_check', (ms: number) => ({ interval: ms / 1_000 })],
  createdAt: ['created_at', isoTime],
}

const ROUTE_FIELDS: Readonly<Record<keyof RouteConfig, Writer>> = {
  id: ['id', escapeReferences],
  source: ['source_model', escapeReferences],
  target: ['target_model', escapeReferences],
  provider: ['target_provider'],
  account: ['account', escapeReferences],
  priority: ['priority'],
  enabled: ['enabled'],
  description: ['description', escapeReferences],
}

/** A gateway key under the file's names, in their usual order; what is given as undefined stays undefined. */
export function keyToFile(key: Partial<Record<keyof KeyConfig, unknown>>): Record<string, unknown> {
  return toFile(key, KEY_FIELDS)
}

/** An upstream account under the file's names, in their usual order; what is given as undefined stays undefined. */
export function accountToFile(account: Partial<Record<keyof AccountConfig, unknown>>): Record<string, unknown> {
  return toFile(account, ACCOUNT_FIELDS)
}

/** A model route under the file's names, in their usual order; what is given as undefined stays undefined. */
export function routeToFile(route: Partial<Record<keyof RouteConfig, unknown>>): Record<string, unknown> {
  return toFile(route, ROUTE_FIELDS)
}

function routeSetToFile(set: RouteSetConfig): unknown {
  const routes = set.routes.map(routeToFile)
  return set.defaultBehavior === 'passthrough' ? routes : { default_behavior: set.defaultBehavior, routes }
}

/** The properties that are given, in the table's order and under the file's names; undefined ones stay undefined. */
function toFile(values: Record<string, unknown>, fields: Readonly<Record<string, Writer>>): Record<string, unknown> {
  const given = Object.entries(fields).filter(([property]) => Object.hasOwn(values, property))
  return Object.fromEntries(
    given.map(([property, [name, write]]) => {
      const value = values[property]
      return [name, value === undefined || write === undefined ? value : write(value as never)]
    }),
  )
}

function snakeKeys(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => [snake(name), inner]),
  )
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}
