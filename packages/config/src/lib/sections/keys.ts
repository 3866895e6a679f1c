import { z } from 'zod'
import { defined, integer, legacy, modelPattern, section, setting, share, text, timestamp } from '../fields.ts'
import type { BudgetConfig, KeyConfig, RateLimitConfig } from '../key-config.ts'
import { routeSet } from './routes.ts'

const limit = integer(0).optional()

/** No limit is written as 0 in files of the older program, which had no other way. */
function positive(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value
}

const rateLimit: z.ZodType<RateLimitConfig> = section({
  requests_per_minute: setting(limit, 'Requests a minute. 0 is no limit, here and below'),
  requests_per_hour: setting(limit, 'Requests an hour'),
  requests_per_day: setting(limit, 'Requests a day'),
  tokens_per_minute: setting(limit, 'Tokens a minute, in and out; counted when an answer ends'),
  concurrency: setting(limit, 'Requests in flight at once'),
}).transform((raw) =>
  defined({
    requestsPerMinute: positive(raw.requests_per_minute),
    requestsPerHour: positive(raw.requests_per_hour),
    requestsPerDay: positive(raw.requests_per_day),
    tokensPerMinute: positive(raw.tokens_per_minute),
    concurrency: positive(raw.concurrency),
  }),
)

const budget: z.ZodType<BudgetConfig> = section({
  usd_per_day: setting(share.optional(), 'US dollars a day (UTC). 0 is no budget, here and below'),
  usd_per_month: setting(share.optional(), 'US dollars a month (UTC)'),
}).transform((raw) => defined({ usdPerDay: positive(raw.usd_per_day), usdPerMonth: positive(raw.usd_per_month) }))

const permissions = z.array(z.enum(['read', 'write', 'admin'])).min(1, 'must name at least one permission')

/** One of `gateway_keys`: what a client authenticates with. */
export const keyEntry: z.ZodType<KeyConfig> = section({
  id: setting(text, 'Unique among the keys, by habit `gw_…`'),
  name: setting(text, 'What people call it'),
  key_hash: setting(text, 'SHA-256 of the key in hex, as `apikey add` writes it'),
  permissions: setting(
    permissions.optional(),
    'What it may do: `read` lists models, `write` calls them, `admin` does everything',
    ['read', 'write'],
  ),
  status: setting(
    z.enum(['active', 'disabled']).optional(),
    'A disabled key stays in the file and is refused',
    'active',
  ),
  rate_limit: setting(rateLimit.optional(), 'Its limits. Default none'),
  budget: setting(
    budget.optional(),
    'What it may spend, by the prices the ledger counts with; needs the ledger. Default anything',
  ),
  models: setting(
    z.array(modelPattern).optional(),
    "Models it may use, by the client's name for them: names or `prefix*`. Default all",
  ),
  model_routes: setting(
    routeSet.optional(),
    'Its own model routes, which count before those of the file; in either form of the section `model_routes`',
  ),
  expires_at: setting(
    timestamp.optional(),
    'When it stops working: `2027-01-31` or `2027-01-31T18:00:00Z`. Default never',
  ),
  created_at: setting(timestamp.optional(), 'When it was made'),
  updated_at: legacy(z.unknown()),
  usage: legacy(z.unknown()),
}).transform((raw) =>
  defined({
    id: raw.id,
    name: raw.name,
    keyHash: raw.key_hash.toLowerCase(),
    permissions: raw.permissions ?? (['read', 'write'] satisfies KeyConfig['permissions']),
    status: raw.status ?? ('active' as const),
    rateLimit: raw.rate_limit,
    budget: raw.budget,
    models: raw.models,
    modelRoutes: raw.model_routes,
    expiresAt: raw.expires_at,
    createdAt: raw.created_at,
  }),
)
