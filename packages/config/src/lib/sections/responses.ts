import { z } from 'zod'
import { duration, integer, section, setting, size } from '../fields.ts'
import type { ResponsesConfig } from '../schema.ts'

/** `responses`: what is kept of the Responses API. */
export const responsesSection: z.ZodType<ResponsesConfig> = section({
  store: setting(
    z.enum(['memory', 'off']).optional(),
    'Whether responses are kept, so that requests can go on from a `previous_response_id` at any account. `off` leaves them to the provider that made them',
    'off',
  ),
  max_entries: setting(integer(1).optional(), 'Responses kept for each gateway key', 1000),
  max_size: setting(size.optional(), 'All of them together', '64MiB'),
  ttl: setting(duration.optional(), 'How long one is kept after it was last used', '24h'),
}).transform((raw) => ({
  store: raw.store ?? ('off' as const),
  maxEntries: raw.max_entries ?? 1000,
  maxBytes: raw.max_size ?? 64 * 2 ** 20,
  ttlMs: raw.ttl ?? 24 * 3_600_000,
}))
