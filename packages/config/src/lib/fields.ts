import { z } from 'zod'
import { MAX_DURATION_MS, parseDuration, parseSize } from './durations.ts'

/** An object without its undefined properties, which `exactOptionalPropertyTypes` tells apart from absent ones. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K]
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Drops the undefined properties of an object. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Defined<T>
}

/**
 * A section that takes only the keys of its shape. Its message for an unknown key is the list of known ones:
 * the place where zod's issues become ours makes the suggestion from it.
 */
export function section<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(z.strictObject(shape).shape).join(',')
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined) })
}

/** What holds where a key is absent, as one would write it in the file. */
export type Fallback = string | number | boolean | readonly string[]

/** Kept beside zod's own metadata, of which the JSON Schema of a value that is transformed leaves defaults out. */
export const fallbacks: z.core.$ZodRegistry<{ fallback: Fallback }> = z.registry()

/**
 * A key as people are told of it: in editors by the JSON Schema, and in the configuration reference.
 *
 * @param description what it does, without a full stop at its end; a default that is not one value is told here
 */
export function setting<Schema extends z.ZodType>(schema: Schema, description: string, fallback?: Fallback): Schema {
  const told = schema.meta({ description })
  if (fallback !== undefined) fallbacks.add(told, { fallback })
  return told
}

/** How a key holds a secret: always, only as the login within a proxy's URL, or in those of its entries whose names say so. */
export type Secrecy = 'always' | 'login' | 'by-name'

/** Which keys hold secrets: what is encrypted, hidden and kept out of logs is found by this and nothing else. */
export const secrecies: z.core.$ZodRegistry<{ secrecy: Secrecy }> = z.registry()

/** Marks a key as one that holds a secret. */
export function secret<Schema extends z.ZodType>(schema: Schema, secrecy: Secrecy = 'always'): Schema {
  const marked = secrecy === 'always' ? schema.meta({ title: 'secret' }) : schema.clone()
  secrecies.add(marked, { secrecy })
  return marked
}

/** Marks a key that only the older Go program wrote, so that editors strike it through. */
export function legacy<Schema extends z.ZodType>(schema: Schema): z.ZodOptional<Schema> {
  return schema.optional().meta({ deprecated: true })
}

/** Text of at least one character. */
export const text: z.ZodType<string> = z.string().min(1, 'must not be empty')

/** Text, of which an empty one counts as absent. */
export const optionalText: z.ZodType<string | undefined> = z
  .string()
  .optional()
  .transform((value) => (value === undefined || value.trim() === '' ? undefined : value.trim()))

/** A whole number in a range, also as text, since a resolved `${VAR}` is always text. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  const upward = min === Number.MIN_SAFE_INTEGER ? '' : ` ${min} or more`
  const error = `must be a whole number${max === Number.MAX_SAFE_INTEGER ? upward : ` from ${min} to ${max}`}`
  const whole = z.int({ error }).min(min, error).max(max, error)
  return z
    .union([whole, z.string()], { error })
    .transform((value, context) => {
      if (typeof value === 'number') return value
      const read = /^[+-]?\d+$/.test(value.trim()) ? Number(value) : Number.NaN
      if (read >= min && read <= max) return read
      context.issues.push({ code: 'custom', message: error, input: value })
      return z.NEVER
    })
    .meta({ title: 'whole number' })
}

/** A number of 0 or more. */
export const share: z.ZodType<number> = z
  .union([z.number().min(0, 'must be a number of 0 or more'), z.string()], { error: 'must be a number of 0 or more' })
  .transform((value, context) => {
    const read = typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value)
    if (read >= 0 && Number.isFinite(read)) return read
    context.issues.push({ code: 'custom', message: 'must be a number of 0 or more', input: value })
    return z.NEVER
  })
  .meta({ title: 'number' })

/** True or false, also as text. */
export const flag: z.ZodType<boolean> = z
  .union([z.boolean(), z.enum(['true', 'false'])], { error: 'must be true or false' })
  .transform((value) => value === true || value === 'true')
  .meta({ title: 'true or false' })

const DURATION_ERROR = 'must be a duration: seconds such as 30, or "250ms", "30s", "5m", "1h"'

/** A duration of more than nothing, read as milliseconds. */
export const duration: z.ZodType<number> = z
  .union([z.number(), z.string()], { error: DURATION_ERROR })
  .transform((value, context) => {
    const ms = parseDuration(value)
    if (ms !== undefined && ms > 0) return ms
    const tooLong = typeof value === 'number' && value * 1000 > MAX_DURATION_MS
    const message = ms === 0 ? 'must be more than 0; leave the key out for the default' : DURATION_ERROR
    context.issues.push({ code: 'custom', message: tooLong ? 'must be at most 24 days' : message, input: value })
    return z.NEVER
  })
  .meta({ title: 'duration' })

/** A duration in seconds as the older Go program wrote it, where 0 stood for "not set". */
export const legacySeconds: z.ZodType<number | undefined> = z
  .union([z.number().min(0, 'must be a number of seconds'), z.string()], { error: 'must be a number of seconds' })
  .transform((value, context) => {
    const ms = parseDuration(value)
    if (ms !== undefined) return ms === 0 ? undefined : ms
    context.issues.push({ code: 'custom', message: 'must be a number of seconds', input: value })
    return z.NEVER
  })

const SIZE_ERROR = 'must be a size: a number of bytes, or "512KiB", "32MB", "1GiB"'

/** A size of at least one byte, read as bytes. */
export const size: z.ZodType<number> = z
  .union([z.number(), z.string()], { error: SIZE_ERROR })
  .transform((value, context) => {
    const bytes = parseSize(value)
    if (bytes !== undefined && bytes > 0) return bytes
    context.issues.push({ code: 'custom', message: SIZE_ERROR, input: value })
    return z.NEVER
  })
  .meta({ title: 'size' })

/** A SHA-256 in hex, in either case. */
export const sha256: z.ZodType<string> = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, 'must be a SHA-256 in hex: 64 digits')
  .transform((value) => value.toLowerCase())
  .meta({ title: 'SHA-256 in hex' })

/** A model name, or a pattern that ends in `*`. */
export const modelPattern: z.ZodType<string> = z
  .string()
  .min(1, 'must not be empty')
  .max(1000, 'must be at most 1000 characters')
  .regex(/^[^*]*\*?$/, 'may end in * but not hold one elsewhere')
  .meta({ title: 'model name or prefix*' })

const DATE = /^\d{4}-\d{2}-\d{2}(?<time>[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(?<zone>Z|[+-]\d{2}:\d{2})?)?$/i

/** A date or a date and time, read as milliseconds since the epoch; without a zone it is UTC. */
export const timestamp: z.ZodType<number> = z
  .string()
  .transform((value, context) => {
    const match = DATE.exec(value.trim())
    const zoned =
      match?.groups?.time !== undefined && match.groups.zone === undefined ? `${value.trim()}Z` : value.trim()
    const ms = match === null ? Number.NaN : Date.parse(zoned.replace(' ', 'T'))
    if (!Number.isNaN(ms)) return ms
    context.issues.push({
      code: 'custom',
      message: 'must be a date such as 2026-12-31 or 2026-12-31T23:59:59Z',
      input: value,
    })
    return z.NEVER
  })
  .meta({ title: 'date' })

/** Where an upstream account's endpoint is, without trailing slash. */
export const endpointUrl: z.ZodType<string | undefined> = optionalText
  .transform((value, context) => {
    if (value === undefined) return undefined
    const fault = endpointFault(value)
    if (fault === undefined) return value.replace(/\/+$/, '')
    context.issues.push({ code: 'custom', message: fault, input: value })
    return z.NEVER
  })
  .meta({ title: 'URL' })

/** What keeps a text from being the address of an upstream account's endpoint, for people; undefined when nothing does. */
export function endpointFault(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return 'must be a URL that starts with http:// or https://'
  }
  if (url.username !== '' || url.password !== '') return 'must not hold a user or password; the credential is api_key'
  const operation = /\/(?:chat\/completions|v1\/(?:messages|responses|completions|embeddings))\/*$/.exec(
    url.pathname,
  )?.[0]
  // Vendors' pages show the whole address of an operation, which would be asked below itself.
  if (operation !== undefined) {
    return `must end before "${operation.replace('/v1', '')}", which the gateway adds by itself`
  }
  if (url.search !== '' || url.hash !== '')
    return 'must not have a query or a fragment; provider settings go to options'
  return undefined
}

/** A forward proxy, or `file:…` or `enc:v1:…` for one; as in the older program, one without a scheme is `http://`. */
export const proxyUrl: z.ZodType<string | undefined> = optionalText.transform(readProxy).meta({ title: 'URL' })

/** The same, or the word for none. */
export const accountProxy: z.ZodType<string | undefined> = optionalText
  .transform((value, context) => (value === 'direct' ? value : readProxy(value, context)))
  .meta({ title: 'URL or `direct`' })

function readProxy(value: string | undefined, context: z.RefinementCtx<string | undefined>): string | undefined {
  // Resolved by the application, like the secret it is when it holds a login.
  if (value === undefined || /^(?:enc|file):/.test(value)) return value
  const fault = proxyFault(value)
  if (fault === undefined) return withScheme(value)
  context.issues.push({ code: 'custom', message: fault, input: value })
  return z.NEVER
}

/** What keeps a text from being the address of a forward proxy, for people; undefined when nothing does. */
export function proxyFault(value: string): string | undefined {
  const full = withScheme(value)
  const protocol = URL.canParse(full) ? new URL(full).protocol : ''
  return protocol === 'http:' || protocol === 'https:' ? undefined : 'must be the URL of an http:// or https:// proxy'
}

function withScheme(value: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`
}
