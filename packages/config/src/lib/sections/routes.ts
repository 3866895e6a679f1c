import { z } from 'zod'
import { defined, flag, integer, legacy, modelPattern, optionalText, section, setting } from '../fields.ts'
import { modernProvider } from '../legacy.ts'
import type { RouteConfig, RouteSetConfig } from '../route-config.ts'

const route: z.ZodType<RouteConfig> = section({
  source_model: setting(
    modelPattern.optional(),
    "The client's model: a name, `prefix*` or `*`. Needed, here or by one of its other names",
  ),
  source: setting(modelPattern.optional(), 'The same as `source_model`'),
  model: setting(modelPattern.optional(), 'The same as `source_model`'),
  target_model: setting(optionalText, 'The model that is sent upstream. Default the same'),
  target: setting(optionalText, 'The same as `target_model`'),
  target_provider: setting(optionalText, 'Only accounts of this provider. Default any that serves the target'),
  provider: setting(optionalText, 'The same as `target_provider`'),
  account: setting(optionalText, 'Only the upstream account with this id'),
  priority: setting(
    integer(Number.MIN_SAFE_INTEGER).optional(),
    'The higher wins, then the more specific, then the earlier',
    0,
  ),
  enabled: setting(flag.optional(), 'Whether the route counts', true),
  id: setting(optionalText, 'A name to change or remove the route by'),
  description: setting(optionalText, 'What the route is for'),
}).transform((raw, context) => {
  const source = raw.source_model ?? raw.source ?? raw.model
  if (source === undefined) {
    const message = 'a route needs "source_model": a model name, prefix* or *'
    context.issues.push({ code: 'custom', message, input: raw, params: { code: 'missing-key' } })
    return z.NEVER
  }
  const provider = raw.target_provider ?? raw.provider
  return defined({
    source,
    target: raw.target_model ?? raw.target,
    provider: provider === undefined ? undefined : modernProvider(provider),
    account: raw.account,
    priority: raw.priority,
    enabled: raw.enabled ?? true,
    id: raw.id,
    description: raw.description,
  })
})

const routeMap: z.ZodType<RouteSetConfig> = section({
  routes: setting(
    z.array(route).optional(),
    'The routes, each with the keys above, where `default_behavior` is to be said too',
    [],
  ),
  default_behavior: setting(
    z.enum(['passthrough', 'reject', '']).optional(),
    'What becomes of models that no route matches: they go where they always go, or are refused',
    'passthrough',
  ),
  enable_logging: legacy(z.unknown()),
}).transform((raw) => ({
  routes: raw.routes ?? [],
  defaultBehavior: raw.default_behavior === 'reject' ? ('reject' as const) : ('passthrough' as const),
}))

/** `model_routes`, of the file and of a gateway key: a list of routes, or a section that holds the list. */
export const routeSet: z.ZodType<RouteSetConfig> = z
  .union([z.array(route), routeMap], { error: 'must be a list of routes, or a section with "routes"' })
  .transform((raw) => (Array.isArray(raw) ? { routes: raw, defaultBehavior: 'passthrough' as const } : raw))
