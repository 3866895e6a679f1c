import type { z } from 'zod'
import { defined, flag, integer, modelPattern, optionalText, section, setting, share } from '../fields.ts'
import type { LedgerConfig, PriceConfig } from '../schema.ts'

/** `ledger`: where it is kept what requests used and cost. */
export const ledgerSection: z.ZodType<LedgerConfig> = section({
  enabled: setting(
    flag.optional(),
    'Keep what requests used and cost. Read at the start only, as all of this section',
    true,
  ),
  file: setting(optionalText, 'An SQLite file, relative to the home directory', 'ledger.db'),
  retention_days: setting(
    integer(1, 36_500).optional(),
    'Days that single requests are kept; sums by day are kept for good',
    90,
  ),
}).transform((raw) => ({
  enabled: raw.enabled ?? true,
  file: raw.file ?? 'ledger.db',
  retentionDays: raw.retention_days ?? 90,
}))

/** One of `prices`: what a model costs, where the built-in price is missing or not the operator's. */
export const priceEntry: z.ZodType<PriceConfig> = section({
  model: setting(modelPattern, 'The model as it is sent upstream: a name, `prefix*` or `*`'),
  account: setting(optionalText, 'Only of the account with this id'),
  provider: setting(optionalText, 'Only of accounts of this provider'),
  input: setting(share, 'Input, in US dollars for a million tokens, as all of these'),
  output: setting(share, 'Output'),
  cache_read: setting(share.optional(), 'Input read from the cache. Default as `input`'),
  cache_write: setting(share.optional(), 'Input written to the cache. Default as `input`'),
  cache_write_1h: setting(share.optional(), 'Input written to the cache for an hour. Default as `cache_write`'),
  reasoning: setting(share.optional(), 'Output that is reasoning. Default as `output`'),
}).transform((raw) =>
  defined({
    model: raw.model,
    account: raw.account,
    provider: raw.provider,
    input: raw.input,
    output: raw.output,
    cacheRead: raw.cache_read,
    cacheWrite: raw.cache_write,
    cacheWrite1h: raw.cache_write_1h,
    reasoning: raw.reasoning,
  }),
)
