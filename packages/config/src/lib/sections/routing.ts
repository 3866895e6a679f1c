import { z } from 'zod'
import { section, setting } from '../fields.ts'
import type { RoutingConfig } from '../schema.ts'

/** `routing`: how the accounts that can serve a request are ordered. */
export const routingSection: z.ZodType<RoutingConfig> = section({
  strategy: setting(
    z.enum(['health-first', 'weighted', 'round-robin']).optional(),
    'Which of the accounts that can serve a request is asked first: the healthiest and fastest, at random by `weight`, or each in its turn',
    'health-first',
  ),
}).transform((raw) => ({ strategy: raw.strategy ?? ('health-first' as const) }))
