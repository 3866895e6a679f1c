import { z } from 'zod'
import { duration, section, setting } from '../fields.ts'
import type { RoutingConfig } from '../schema.ts'

/** `health_check`: how an account is looked at without a request. */
export const healthCheck: z.ZodType<{ interval: number }> = section({
  interval: setting(
    duration,
    'How often its provider is asked for its list of models, which spends no tokens; by a tenth earlier or later each time',
  ),
})

/** `routing`: how the accounts that can serve a request are ordered. */
export const routingSection: z.ZodType<RoutingConfig> = section({
  strategy: setting(
    z.enum(['health-first', 'weighted', 'round-robin']).optional(),
    'Which of the accounts that can serve a request is asked first: the healthiest and fastest, at random by `weight`, or each in its turn',
    'health-first',
  ),
  health_check: setting(
    healthCheck.optional(),
    'Checks each account of a provider that lists models, so that a refused credential is known before a request meets it. Default off',
  ),
}).transform((raw) => ({
  strategy: raw.strategy ?? ('health-first' as const),
  ...(raw.health_check && { healthCheckMs: raw.health_check.interval }),
}))
