import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contractCases } from '../contract.ts'
import { LedgerError } from '../ledger.ts'
import { contractNow, requestRow } from '../sample-rows.ts'
import { migrate } from './schema.ts'
import { openSqliteLedger, SqliteLedger, type SqliteLedgerOptions } from './sqlite-ledger.ts'

let dir: string
let file: string
let open: SqliteLedger[]
let warnings: string[]

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'llm-gateway-ledger-'))
  file = join(dir, 'data', 'ledger.db')
  open = []
  warnings = []
})

afterEach(async () => {
  await Promise.all(open.map((ledger) => ledger.close()))
  rmSync(dir, { recursive: true, force: true })
})

function start(options: Partial<SqliteLedgerOptions> = {}): SqliteLedger {
  const ledger = new SqliteLedger({
    file,
    warn: (message) => warnings.push(message),
    now: () => contractNow,
    thread: false,
    ...options,
  })
  open.push(ledger)
  return ledger
}

describe('SqliteLedger in this thread', () => {
  it.each(contractCases)('$name', async (each) => {
    await expect(each.run(start())).resolves.toBeUndefined()
  })
})

describe('SqliteLedger in a thread of its own', () => {
  it('answers as the one in this thread does', async () => {
    const ledger = start({ thread: true })
    ledger.finished(requestRow('req_1'))
    expect((await ledger.usage({ by: 'key' })).groups).toMatchObject([{ group: 'gw_a', requests: 1, inputTokens: 10 }])
    expect((await ledger.request('req_1'))?.request?.model).toBe('gpt-5')
    await ledger.close()
    expect(warnings).toEqual([])
  })

  it('tells why the store fails', async () => {
    writeFileSync(join(dir, 'data'), 'a file where the directory should be')
    const ledger = start({ thread: true })
    ledger.finished(requestRow('req_1'))
    await ledger.flush()
    expect(ledger.status()).toMatchObject({ state: 'failing', waiting: 1, failures: 1 })
    await expect(ledger.usage({})).rejects.toThrow(LedgerError)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('1 wait to be counted')
  })
})

describe('SqliteLedger that is closed', () => {
  it('asks a store that failed once more', async () => {
    writeFileSync(join(dir, 'data'), 'a file where the directory should be')
    const ledger = start()
    ledger.finished(requestRow('req_1'))
    await ledger.flush()
    rmSync(join(dir, 'data'))
    await ledger.close()
    expect((await start().usage({})).total.requests).toBe(1)
    expect(warnings.at(-1)).toContain('can be written again')
  })

  it('tells how many requests are lost, and why', async () => {
    writeFileSync(join(dir, 'data'), 'a file where the directory should be')
    const ledger = start()
    ledger.finished(requestRow('req_1'))
    ledger.finished(requestRow('req_2'))
    await ledger.close()
    expect(warnings.at(-1)).toMatch(/ledger\.db .*\. What 2 requests used is not counted/)
  })
})

describe('SqliteLedger and its file', () => {
  it('is read by another program while it is written, and after', async () => {
    const ledger = start()
    ledger.finished(requestRow('req_1'))
    await ledger.flush()
    const reader = openSqliteLedger(file)
    expect((await reader.usage({})).total.requests).toBe(1)
    ledger.finished(requestRow('req_2'))
    await ledger.close()
    expect((await reader.usage({})).total.requests).toBe(2)
    await reader.close()
    const later = openSqliteLedger(file)
    expect((await later.requests({})).map(({ id }) => id)).toEqual(['req_2', 'req_1'])
    await later.close()
  })

  it('is readable by its owner only', async () => {
    const ledger = start()
    ledger.finished(requestRow('req_1'))
    await ledger.flush()
    const modes = [join(dir, 'data'), file, `${file}-wal`].map((path) => statSync(path).mode & 0o777)
    expect(modes.map((mode) => mode.toString(8))).toEqual(['700', '600', '600'])
  })

  it('that is not there is told of', () => {
    expect(() => openSqliteLedger(file)).toThrow(/there is no ledger at .*ledger\.db/)
  })

  it('that is no database is moved aside, and a new one is begun', async () => {
    const other = join(dir, 'ledger.db')
    writeFileSync(other, 'not a database at all, but long enough to be taken for one'.repeat(100))
    const ledger = start({ file: other })
    ledger.finished(requestRow('req_1'))
    expect((await ledger.usage({})).total.requests).toBe(1)
    const aside = readdirSync(dir).find((name) => name.includes('damaged')) ?? ''
    expect(readFileSync(join(dir, aside), 'utf8')).toContain('not a database')
    expect(warnings).toEqual([expect.stringContaining(aside)])
  })

  it('that is damaged within costs its history, not the rows that come', async () => {
    const first = start()
    for (let index = 0; index < 2_000; index++) first.finished(requestRow(`req_${index}`))
    await first.close()
    const bytes = readFileSync(file)
    bytes.fill(0xa5, 4_096)
    writeFileSync(file, bytes)
    const second = start()
    second.finished(requestRow('req_new'))
    await second.flush()
    await second.flush()
    expect((await second.usage({})).total.requests).toBe(1)
    expect(warnings.join()).toContain('damaged')
  })

  it.each([1, 50, 400])('loses at most what was last written when its log is cut short by %d bytes', async (cut) => {
    const ledger = start()
    for (let index = 0; index < 20; index++) {
      ledger.finished(requestRow(`req_${index}`))
      await ledger.flush()
    }
    // A copy of both files is what a power cut leaves: nothing was closed.
    const copy = join(dir, 'copy.db')
    writeFileSync(copy, readFileSync(file))
    writeFileSync(`${copy}-wal`, readFileSync(`${file}-wal`).subarray(0, -cut))
    const after = start({ file: copy })
    const { requests } = (await after.usage({})).total
    expect(requests).toBeGreaterThanOrEqual(19)
    expect((await after.requests({ limit: 100 })).length).toBe(requests)
  })

  it('of a newer version is left alone, loudly', async () => {
    const ledger = start()
    ledger.finished(requestRow('req_1'))
    await ledger.close()
    const db = new DatabaseSync(file)
    db.exec('PRAGMA user_version = 99')
    db.close()
    expect(() => openSqliteLedger(file)).toThrow(/of version 99, made by a newer/)
    const older = start()
    older.finished(requestRow('req_2'))
    await older.flush()
    expect(older.status().state).toBe('failing')
    expect(warnings[0]).toContain('newer')
  })

  it('of the first version is brought up to date with all it holds', async () => {
    mkdirSync(join(dir, 'data'))
    const db = new DatabaseSync(file)
    migrate(db, 1)
    db.exec(`
      INSERT INTO requests (id, at, key_id, operation, dialect, stream, outcome, duration_ms, duration_bucket, bytes_in, bytes_out, losses)
      VALUES ('req_old', ${contractNow}, 'gw_a', 'generate', 'anthropic', 1, 'success', 20, 30, 1, 2, 0);
      INSERT INTO attempts (request_id, number, at, key_id, account, provider, model, upstream_model, dialect, outcome, input, price_version)
      VALUES ('req_old', 1, ${contractNow}, 'gw_a', 'upstream_a', 'anthropic', 'claude', 'claude', 'anthropic', 'success', 7, 'v1'),
             ('req_ran', 1, ${contractNow}, 'gw_a', 'upstream_a', 'anthropic', 'claude', 'claude', 'anthropic', NULL, NULL, NULL);
    `)
    db.close()
    const ledger = start()
    expect(await ledger.request('req_old')).toMatchObject({
      request: { id: 'req_old', stream: true, inputTokens: 7 },
      attempts: [{ account: 'upstream_a', usage: { input: 7 }, priceVersion: 'v1' }],
    })
    expect((await ledger.request('req_ran'))?.request?.outcome).toBe('interrupted')
    ledger.finished(requestRow('req_new'))
    expect((await ledger.requests({})).map(({ id }) => id).toSorted()).toEqual(['req_new', 'req_old', 'req_ran'])
  })

  it('that another program locks costs no row', async () => {
    const ledger = start({ thread: true, flushMs: 20 })
    ledger.finished(requestRow('req_1'))
    await ledger.flush()
    const other = new DatabaseSync(file)
    other.exec('BEGIN EXCLUSIVE')
    ledger.finished(requestRow('req_2'))
    await ledger.flush()
    expect(ledger.status()).toMatchObject({ state: 'failing', waiting: 1 })
    expect(warnings[0]).toContain('locked by another program')
    other.exec('COMMIT')
    other.close()
    await ledger.flush()
    expect(ledger.status()).toMatchObject({ state: 'ok', waiting: 0, written: 2, dropped: 0 })
    expect(warnings[1]).toContain('can be written again')
  })
})

describe('SqliteLedger and time', () => {
  it('deletes single requests after their days, and keeps the sums', async () => {
    let now = contractNow
    const ledger = start({ retentionDays: 30, now: () => now })
    for (let index = 0; index < 5_000; index++) ledger.finished(requestRow(`req_${index}`))
    await ledger.flush()
    now += 29 * 86_400_000
    await ledger.expire()
    expect((await ledger.requests({ limit: 1 })).length).toBe(1)
    now += 2 * 86_400_000
    ledger.finished(requestRow('req_late', { at: now }))
    await ledger.flush()
    await ledger.expire()
    expect((await ledger.requests({})).map(({ id }) => id)).toEqual(['req_late'])
    expect((await ledger.usage({})).total.requests).toBe(5_001)
    expect((await ledger.usage({ by: 'day' })).groups?.map(({ group, requests }) => [group, requests])).toEqual([
      ['2026-11-28', 5_000],
      ['2026-12-29', 1],
    ])
  })

  it('widens a range to whole days where single requests are gone', async () => {
    let now = contractNow
    const ledger = start({ retentionDays: 1, now: () => now })
    ledger.finished(requestRow('req_1'))
    await ledger.flush()
    now += 3 * 86_400_000
    await ledger.expire()
    const report = await ledger.usage({ since: contractNow + 3_600_000 })
    expect(report.since).toBe(Date.UTC(2026, 10, 28))
    expect(report.total.requests).toBe(1)
  })
})

describe('SqliteLedger and processes that die', () => {
  it('loses no row that waited a flush, counts none twice, and marks what ran', async () => {
    const script = `
      import { SqliteLedger } from ${JSON.stringify(new URL('../../index.ts', import.meta.url).href)}
      import { requestRow } from ${JSON.stringify(new URL('../sample-rows.ts', import.meta.url).href)}
      const ledger = new SqliteLedger({ file: ${JSON.stringify(file)}, warn: console.error, flushMs: 50 })
      const dispatch = (requestId) => ledger.dispatched({ requestId, number: 1, at: Date.now(), keyId: 'gw_a',
        account: 'upstream_a', provider: 'openai', model: 'gpt-5', upstreamModel: 'gpt-5', dialect: 'openai-chat' })
      dispatch('req_running')
      for (let index = 0; index < 500; index++) {
        dispatch('req_' + index)
        ledger.finished(requestRow('req_' + index))
      }
      await ledger.flush()
      console.log('flushed')
      setInterval(() => {}, 1000)
    `
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise<void>((resolve) => child.stdout.on('data', () => resolve()))
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    const ledger = start()
    const { total } = await ledger.usage({})
    expect(total).toMatchObject({ requests: 501, successes: 500, interrupted: 1, attempts: 501 })
    expect((await ledger.request('req_running'))?.request).toMatchObject({
      outcome: 'interrupted',
      errorCode: 'interrupted',
      model: 'gpt-5',
    })
    expect((await ledger.request('req_running'))?.attempts).toMatchObject([{ outcome: 'interrupted' }])
  })

  it('says nothing of SQLite on standard error', () => {
    const script = `
      import { SqliteLedger } from ${JSON.stringify(new URL('../../index.ts', import.meta.url).href)}
      const ledger = new SqliteLedger({ file: ${JSON.stringify(file)}, warn: console.error })
      await ledger.usage({})
      await ledger.close()
    `
    const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  })
})
