import { z } from 'zod'
import { defined, optionalText, section, setting } from '../fields.ts'
import type { LoggingConfig } from '../schema.ts'

/** `logging`: what is logged, and how. */
export const loggingSection: z.ZodType<LoggingConfig> = section({
  level: setting(
    z.enum(['debug', 'info', 'warn', 'warning', 'error']).optional(),
    'The least severe line that is written',
    'info',
  ),
  format: setting(
    z.enum(['json', 'text']).optional(),
    'One JSON object a line, or text for people. Default text on a terminal, else JSON',
  ),
  file: setting(
    optionalText,
    'File to append to, relative to the home directory; SIGHUP and SIGUSR2 open it anew. Default standard error',
  ),
}).transform((raw) =>
  defined({
    level: raw.level === 'warning' ? ('warn' as const) : (raw.level ?? ('info' as const)),
    format: raw.format,
    file: raw.file,
  }),
)
