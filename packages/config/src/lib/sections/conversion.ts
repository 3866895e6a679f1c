import type { z } from 'zod'
import { flag, section, setting } from '../fields.ts'
import type { ConversionConfig } from '../schema.ts'

/** `conversion`: what becomes of requests whose account speaks another dialect than their client. */
export const conversionSection: z.ZodType<ConversionConfig> = section({
  strict: setting(
    flag.optional(),
    'Whether a request is refused, with 400 and the path of each thing, when the dialect of every account that could serve it would lose, approximate or invent something. Without, it is sent as far as it can be, and `x-llm-gateway-losses` tells the rest',
    false,
  ),
}).transform((raw) => ({ strict: raw.strict ?? false }))
