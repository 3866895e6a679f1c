import { describe, expect, it } from 'vitest'
import type { DispatchRow, RequestRow } from '../row.ts'
import { requestRow } from '../sample-rows.ts'
import { type PackedBatch, RequestBatch, without } from './batch.ts'
import { attemptColumns, type Column, requestColumns } from './columns.ts'
import { type Cell, type PackedTable, TableReader } from './table.ts'

/** A batch as another thread gets it. */
function sent(batch: PackedBatch): PackedBatch {
  return structuredClone(batch)
}

function rowsOf(columns: readonly Column[], table: PackedTable): Record<string, Cell>[] {
  const reader = new TableReader(columns, table)
  return Array.from({ length: reader.rows }, (_, row) =>
    Object.fromEntries(columns.map(({ name }, column) => [name, reader.cell(row, column)])),
  )
}

function packed(requests: readonly RequestRow[], intents: readonly DispatchRow[] = []): PackedBatch {
  const batch = new RequestBatch()
  for (const row of requests) batch.add(row)
  return sent(batch.packed(intents))
}

/** With every member there is. */
const full: RequestRow = {
  id: 'req_1',
  at: 1_795_867_200_123,
  keyId: 'gw_a',
  operation: 'generate',
  dialect: 'anthropic',
  stream: true,
  model: 'claude',
  status: 200,
  outcome: 'error',
  errorCode: 'upstream_failed',
  error: 'the answer broke off',
  durationMs: 1_234.5,
  firstTokenMs: 0.25,
  bytesIn: 0,
  bytesOut: Number.MAX_SAFE_INTEGER,
  losses: 3,
  session: 'session-1',
  attempts: [
    {
      number: 2,
      at: 1_795_867_200_124,
      account: 'upstream_a',
      provider: 'openai',
      upstreamModel: 'gpt-5',
      dialect: 'openai-chat',
      outcome: 'failure',
      status: 529,
      durationMs: 1_000,
      firstTokenMs: 20,
      errorClass: 'http-529',
      error: 'overloaded',
      usage: { input: 1, cacheRead: 2, cacheWrite: 3, cacheWrite1h: 4, output: 5, reasoning: 6 },
      estimated: true,
      costNanoUsd: 7,
      priceVersion: 'v1',
      upstreamRequestId: 'up_1',
    },
  ],
}

describe('RequestBatch', () => {
  it('keeps every member of a request and of its attempts', () => {
    const { requests, attempts, attemptCounts } = packed([full])
    expect(rowsOf(requestColumns, requests)).toEqual([
      {
        id: 'req_1',
        at: 1_795_867_200_123,
        key_id: 'gw_a',
        operation: 'generate',
        dialect: 'anthropic',
        stream: 1,
        model: 'claude',
        account: 'upstream_a',
        status: 200,
        outcome: 'error',
        error_code: 'upstream_failed',
        error: 'the answer broke off',
        duration_ms: 1_234.5,
        first_token_ms: 0.25,
        duration_bucket: 75,
        first_token_bucket: 0,
        bytes_in: 0,
        bytes_out: Number.MAX_SAFE_INTEGER,
        losses: 3,
        session: 'session-1',
      },
    ])
    expect(rowsOf(attemptColumns, attempts)).toEqual([
      {
        request_id: 'req_1',
        number: 2,
        at: 1_795_867_200_124,
        key_id: 'gw_a',
        account: 'upstream_a',
        provider: 'openai',
        model: 'claude',
        upstream_model: 'gpt-5',
        dialect: 'openai-chat',
        outcome: 'failure',
        status: 529,
        duration_ms: 1_000,
        first_token_ms: 20,
        error_class: 'http-529',
        error: 'overloaded',
        upstream_request_id: 'up_1',
        input: 1,
        cache_read: 2,
        cache_write: 3,
        cache_write_1h: 4,
        output: 5,
        reasoning: 6,
        estimated: 1,
        cost_nano_usd: 7,
        price_version: 'v1',
      },
    ])
    expect(attemptCounts).toEqual([1])
  })

  it('keeps what is not there apart from nothing, zero and an empty text', () => {
    const { requests, attempts } = packed([
      requestRow('bare', { status: 0, attempts: [] }),
      requestRow('empty', { error: '', session: '', losses: 0, firstTokenMs: 0 }, { usage: { input: 0 }, error: '' }),
    ])
    const absent = { error_code: null, error: null, session: null, first_token_ms: null, status: null, account: null }
    expect(rowsOf(requestColumns, requests)).toMatchObject([
      { id: 'bare', ...absent, losses: 0 },
      { id: 'empty', error: '', session: '', first_token_ms: 0, first_token_bucket: 0, status: 200 },
    ])
    expect(rowsOf(attemptColumns, attempts)).toMatchObject([
      { request_id: 'empty', input: 0, output: null, error: '', estimated: null, upstream_request_id: null },
    ])
  })

  it.each([
    ['ASCII', 'req_~\u0000\u007f'],
    ['Latin-1', 'é\u0080'],
    ['text of any script', '日本語 😀 مرحبا'],
    ['half a surrogate pair', 'a\ud800b'],
    ['255 characters', 'x'.repeat(255)],
    ['256 characters', 'x'.repeat(256)],
    ['a long text', 'ü'.repeat(100_000)],
  ])('keeps %s as it is, as an id and as a name', (_, text) => {
    const rows = [requestRow('before'), requestRow(text, { model: text }, { upstreamRequestId: text }), requestRow('z')]
    const { requests, attempts } = packed(rows)
    expect(rowsOf(requestColumns, requests).map(({ id, model }) => [id, model])).toEqual([
      ['before', 'gpt-5'],
      [text, text],
      ['z', 'gpt-5'],
    ])
    expect(rowsOf(attemptColumns, attempts)[1]).toMatchObject({ request_id: text, upstream_request_id: text })
  })

  it('cuts long errors and session names', () => {
    const { requests, attempts } = packed([
      requestRow('a', { error: 'e'.repeat(501), session: 's'.repeat(201) }, { error: 'f'.repeat(501) }),
    ])
    const [request] = rowsOf(requestColumns, requests)
    expect([String(request?.error).length, String(request?.session).length]).toEqual([500, 200])
    expect(String(rowsOf(attemptColumns, attempts)[0]?.error)).toHaveLength(500)
  })

  it('grows with its rows, and begins anew in the same memory without what it held', () => {
    const batch = new RequestBatch()
    const ids = Array.from({ length: 3_000 }, (_, index) => `request-${index}`.padEnd(index % 250, '.'))
    for (const [index, id] of ids.entries()) batch.add(requestRow(id, { model: `model-${index}` }))
    const first = sent(batch.packed())
    batch.clear()
    expect(batch.size).toBe(0)
    batch.add(requestRow('next', { model: 'é' }))
    const second = sent(batch.packed())
    expect(rowsOf(requestColumns, first.requests).map(({ id }) => id)).toEqual(ids)
    expect(rowsOf(requestColumns, first.requests)[2_999]?.model).toBe('model-2999')
    expect(rowsOf(requestColumns, second.requests)).toMatchObject([{ id: 'next', model: 'é' }])
    expect(second.attemptCounts).toEqual([1])
  })

  it('keeps names apart that take turns, and those of the same words in different columns', () => {
    const names = ['a', 'b', 'b', undefined, 'a', 'gw_a']
    const batch = packed(
      names.map((model, index) => ({ ...requestRow(`r${index}`), model: model ?? 'none', session: 'a' })),
    )
    expect(rowsOf(requestColumns, batch.requests).map(({ model, session }) => [model, session])).toEqual(
      names.map((model) => [model ?? 'none', 'a']),
    )
  })

  it('may be written again: a batch that was handed on shares nothing with it', () => {
    const batch = new RequestBatch()
    batch.add(full)
    const once = batch.packed()
    structuredClone(once, { transfer: [once.requests.cells.buffer, once.attempts.texts.bytes.buffer] })
    expect(rowsOf(requestColumns, batch.packed().requests)).toMatchObject([{ id: 'req_1', model: 'claude' }])
  })

  it('takes attempts that run along, with what is known of them', () => {
    const intent = { requestId: 'r', keyId: 'gw_a', model: 'm', number: 1, at: 5, account: 'a', provider: 'openai' }
    const { intents } = packed([], [{ ...intent, upstreamModel: 'u', dialect: 'anthropic' }])
    const [row] = rowsOf(attemptColumns, intents)
    expect(row).toMatchObject({ request_id: 'r', key_id: 'gw_a', model: 'm', number: 1, at: 5, upstream_model: 'u' })
    expect(row).toMatchObject({ outcome: null, duration_ms: null, input: null, estimated: null })
  })
})

describe('without', () => {
  it('leaves out known requests and second ones, with their attempts', () => {
    const attempt = full.attempts.slice(0, 1)
    const two = (id: string): RequestRow => ({ ...full, id, attempts: [...attempt, ...attempt] })
    const batch = packed([two('a'), two('b'), requestRow('c', { attempts: [] }), two('b'), two('d')])
    const rest = without(batch, (id) => id === 'a')
    expect(rowsOf(requestColumns, rest.requests).map(({ id }) => id)).toEqual(['b', 'c', 'd'])
    expect(rowsOf(attemptColumns, rest.attempts).map((row) => row.request_id)).toEqual(['b', 'b', 'd', 'd'])
    expect(rest.attemptCounts).toEqual([2, 0, 2])
  })
})
