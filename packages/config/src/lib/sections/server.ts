import { z } from 'zod'
import {
  defined,
  duration,
  flag,
  integer,
  legacy,
  legacySeconds,
  optionalText,
  section,
  setting,
  sha256,
  size,
} from '../fields.ts'
import { bareHost, hostFault, isLoopback } from '../hosts.ts'
import type { CorsConfig, LimitConfig, ServerConfig } from '../server-config.ts'

/** Limits a section may leave out; from what inference requests are, and what one process can hold. */
const DEFAULT_BODY_BYTES = 32 * 2 ** 20
const DEFAULT_BUFFERED_BYTES = 256 * 2 ** 20
const DEFAULT_CONCURRENCY = 1000

/** Of apps and extensions too: `chrome-extension://…`, `tauri://localhost`. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/*?#@\s]+$/i

/** Browsers send origins in lower case, and the port only where it is not the scheme's own. */
function asBrowsersSpell(origin: string): string {
  const web = /^https?:/i.test(origin) && URL.canParse(origin)
  return web ? new URL(origin).origin : origin.toLowerCase()
}

const origins = z.union(
  [z.literal('*'), z.array(z.string().regex(ORIGIN, 'must be an origin: scheme and host').transform(asBrowsersSpell))],
  { error: 'must be "*" or a list of origins such as https://chat.example.com' },
)

const cors: z.ZodType<CorsConfig> = section({
  origins: setting(
    origins,
    'Origins whose pages may call the gateway, such as `https://chat.example.com` or `chrome-extension://ID`, or `"*"` for all. Only a named one reaches from the public network into a private one. The admin API opens to no page',
  ),
})

const listenHost = optionalText.transform((value, context) => {
  const fault = value === undefined ? undefined : hostFault(value)
  if (value === undefined || fault === undefined) return value === undefined ? value : bareHost(value)
  context.issues.push({ code: 'custom', message: fault, input: value })
  return z.NEVER
})

/** `server`: where the gateway listens, how it behaves towards clients, and what it holds at most. */
export const serverSection: z.ZodType<{ server: ServerConfig; limits: LimitConfig }> = section({
  host: setting(
    listenHost.meta({ title: 'text' }),
    'Address to listen on. One that other machines can reach needs an active gateway key and an admin secret. Read at the start only',
    '127.0.0.1',
  ),
  port: setting(integer(0, 65_535).optional(), 'Port to listen on; 0 is any free one. Read at the start only', 3847),
  timeout: setting(duration.optional(), 'How long a client may take to send its whole request', 120),
  drain_timeout: setting(
    duration.optional(),
    'How long open requests may run on after a stop was asked for. Default 30 s on loopback, 600 s elsewhere',
  ),
  body_limit: setting(size.optional(), 'The longest request body', '32MiB'),
  buffer_limit: setting(
    size.optional(),
    'All request bodies held in memory together; further requests get 503. At least `body_limit`',
    '256MiB',
  ),
  concurrency: setting(integer(1).optional(), 'Requests in flight at once over all keys', DEFAULT_CONCURRENCY),
  metrics: setting(
    flag.optional(),
    'Serves `GET /metrics` in the format of Prometheus, to whoever has the admin secret or a gateway key with the permission `admin`. Counting begins when it is switched on',
    false,
  ),
  cors: setting(cors.optional(), 'Which web pages may call the gateway. Default none'),
  admin_key_hash: setting(
    sha256.optional(),
    'The hash of a secret that opens the admin API, beside gateway keys with the permission `admin`',
  ),
  timeout_seconds: legacy(legacySeconds),
  web: legacy(z.unknown()),
}).transform((raw) => {
  const host = raw.host ?? '127.0.0.1'
  const server = defined({
    host,
    port: raw.port ?? 3847,
    timeoutMs: raw.timeout ?? raw.timeout_seconds ?? 120_000,
    // On a desktop a stop must not take long; a server's streams are worth waiting for.
    drainTimeoutMs: raw.drain_timeout ?? (isLoopback(host) ? 30_000 : 600_000),
    metrics: raw.metrics ?? false,
    cors: raw.cors,
    admin: raw.admin_key_hash === undefined ? undefined : { keyHash: raw.admin_key_hash },
  })
  const limits = {
    bodyBytes: raw.body_limit ?? DEFAULT_BODY_BYTES,
    bufferedBytes: raw.buffer_limit ?? Math.max(DEFAULT_BUFFERED_BYTES, raw.body_limit ?? 0),
    concurrency: raw.concurrency ?? DEFAULT_CONCURRENCY,
  }
  return { server, limits }
})
