import type { Ledger, LedgerReader, UsageQuery } from '@llm-gateway/ledger'
import { LedgerError } from '@llm-gateway/ledger'
import { type Context, Hono } from 'hono'

/** A question in a URL that makes no sense, for people. */
class QueryError extends Error {}

/** `GET /usage`, `/errors`, `/requests` and `/requests/{id}` of the admin API: what the ledger knows, as JSON. */
export function usageApi(ledger: () => Ledger | undefined): Hono {
  const app = new Hono()
  const answer = async (c: Context, read: (reader: LedgerReader) => Promise<unknown>): Promise<Response> => {
    const reader = ledger()
    if (reader === undefined) return refuse(c, 404, 'the ledger is switched off: set ledger.enabled to true')
    try {
      const value = await read(reader)
      return value === undefined ? refuse(c, 404, 'the ledger has no request of this id') : c.json(value as object)
    } catch (cause) {
      if (cause instanceof QueryError) return refuse(c, 400, cause.message)
      if (LedgerError.is(cause)) return refuse(c, 503, cause.message)
      throw cause
    }
  }
  app.get('/usage', (c) =>
    answer(c, async (reader) => {
      refuseUnknown(c, ['by', ...filters])
      return reader.usage(usageQuery(c))
    }),
  )
  app.get('/requests', (c) =>
    answer(c, async (reader) => {
      refuseUnknown(c, [...filters, 'limit', 'failed'])
      const filter = usageQuery(c)
      const limit = c.req.query('limit')
      return reader.requests({
        ...filter,
        ...(limit !== undefined && { limit: wholeNumber('limit', limit) }),
        ...(c.req.query('failed') === 'true' && { failed: true }),
      })
    }),
  )
  app.get('/errors', (c) => answer(c, (reader) => reader.lastErrors()))
  app.get('/requests/:id', (c) => answer(c, (reader) => reader.request(c.req.param('id'))))
  return app
}

const groups = ['key', 'account', 'model', 'day'] as const

const filters = ['since', 'until', 'key', 'account', 'model'] as const

/** A question that was mistyped must not be answered as another one. */
function refuseUnknown(c: Context, known: readonly string[]): void {
  const unknown = Object.keys(c.req.query()).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new QueryError(`there is no "${unknown}" to ask by; there is ${known.join(', ')}`)
}

function usageQuery(c: Context): UsageQuery {
  const { since, until, by, key, account, model } = c.req.query()
  const group = groups.find((each) => each === by)
  if (by !== undefined && group === undefined) throw new QueryError(`"by" is one of ${groups.join(', ')}, not "${by}"`)
  return {
    ...(since !== undefined && { since: moment('since', since) }),
    ...(until !== undefined && { until: moment('until', until) }),
    ...(group && { by: group }),
    ...(key !== undefined && { key }),
    ...(account !== undefined && { account }),
    ...(model !== undefined && { model }),
  }
}

/** Milliseconds since the epoch, or a date as ISO 8601 writes it. */
function moment(name: string, text: string): number {
  const ms = /^\d{10,}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isSafeInteger(ms)) return ms
  throw new QueryError(`"${name}" is a date such as 2026-11-28T12:00:00Z or milliseconds since 1970, not "${text}"`)
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new QueryError(`"${name}" is a whole number of 1 or more, not "${text}"`)
}

function refuse(c: Context, status: 400 | 404 | 503, message: string): Response {
  return c.json({ error: { message } }, status)
}
