import type { z } from 'zod'
import { duration, legacy, legacySeconds, section, setting } from '../fields.ts'
import type { TimeoutConfig } from '../server-config.ts'

/** `proxy`: how long an upstream call may take, and each part of it. */
export const proxySection: z.ZodType<TimeoutConfig> = section({
  request_timeout: setting(duration.optional(), 'A whole call that is not streamed, to its last byte', 600),
  stream_timeout: setting(duration.optional(), 'Silence within a stream; never its length', 300),
  connect_timeout: setting(duration.optional(), 'Opening a connection', 10),
  tls_timeout: setting(duration.optional(), 'The TLS handshake', 10),
  idle_conn_timeout: setting(duration.optional(), 'How long an unused connection is kept', 90),
  response_timeout: setting(duration.optional(), "The wait for a stream's head", 300),
  request_timeout_seconds: legacy(legacySeconds),
  stream_timeout_seconds: legacy(legacySeconds),
  connect_timeout_seconds: legacy(legacySeconds),
  tls_timeout_seconds: legacy(legacySeconds),
  idle_conn_timeout_seconds: legacy(legacySeconds),
  response_timeout_seconds: legacy(legacySeconds),
}).transform((raw) => ({
  requestMs: raw.request_timeout ?? raw.request_timeout_seconds ?? 600_000,
  streamIdleMs: raw.stream_timeout ?? raw.stream_timeout_seconds ?? 300_000,
  connectMs: raw.connect_timeout ?? raw.connect_timeout_seconds ?? 10_000,
  tlsMs: raw.tls_timeout ?? raw.tls_timeout_seconds ?? 10_000,
  idleConnMs: raw.idle_conn_timeout ?? raw.idle_conn_timeout_seconds ?? 90_000,
  responseMs: raw.response_timeout ?? raw.response_timeout_seconds ?? 300_000,
}))
