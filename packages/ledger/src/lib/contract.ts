import assert from 'node:assert/strict'
import type { Ledger } from './ledger.ts'
import { attemptRow, contractNow, dispatchRow, requestRow } from './sample-rows.ts'

/** One thing every store must do. Throws an `AssertionError` where it does not. */
export interface ContractCase {
  readonly name: string
  /** @param ledger empty, with the clock at {@link contractNow} and without retention. */
  run(ledger: Ledger): Promise<void>
}

const dayMs = 86_400_000

/**
 * What every ledger must do, for the tests of any store and with any test runner.
 *
 * @example
 * for (const { name, run } of contractCases) test(name, () => run(emptyLedger()))
 */
export const contractCases: readonly ContractCase[] = [
  {
    name: 'counts nothing at first',
    async run(ledger) {
      const { total, groups } = await ledger.usage({})
      assert.equal(total.requests, 0)
      assert.equal('group' in total, false)
      assert.equal(total.successRate, undefined)
      assert.equal(total.latencyMs, undefined)
      assert.equal(groups, undefined)
      assert.deepEqual((await ledger.usage({ by: 'key' })).groups, [])
      assert.deepEqual(await ledger.requests({}), [])
      assert.deepEqual(await ledger.lastErrors(), [])
      assert.equal(await ledger.request('req_none'), undefined)
    },
  },
  {
    name: 'adds up requests, attempts, tokens, costs and bytes',
    async run(ledger) {
      const usage = { input: 100, cacheRead: 30, cacheWrite: 20, cacheWrite1h: 5, output: 50, reasoning: 10 }
      ledger.finished(requestRow('req_1', {}, { usage, costNanoUsd: 7 }))
      ledger.finished(requestRow('req_2', {}, { usage: { input: 1, output: 2 }, costNanoUsd: 8, estimated: true }))
      const { total } = await ledger.usage({})
      assert.deepEqual(pick(total, ['requests', 'successes', 'errors', 'attempts', 'successRate']), {
        requests: 2,
        successes: 2,
        errors: 0,
        attempts: 2,
        successRate: 1,
      })
      assert.deepEqual(pick(total, ['inputTokens', 'cacheReadTokens', 'cacheWriteTokens']), {
        inputTokens: 101,
        cacheReadTokens: 30,
        cacheWriteTokens: 20,
      })
      assert.deepEqual(pick(total, ['outputTokens', 'reasoningTokens', 'estimatedAttempts', 'costNanoUsd']), {
        outputTokens: 52,
        reasoningTokens: 10,
        estimatedAttempts: 1,
        costNanoUsd: 15,
      })
      assert.deepEqual(pick(total, ['bytesIn', 'bytesOut', 'lastAt']), {
        bytesIn: 2_000,
        bytesOut: 1_000,
        lastAt: contractNow,
      })
    },
  },
  {
    name: 'counts a request that is told twice once',
    async run(ledger) {
      ledger.finished(requestRow('req_1'))
      await ledger.flush()
      ledger.finished(requestRow('req_1', { outcome: 'error' }))
      ledger.finished(requestRow('req_2'))
      ledger.finished(requestRow('req_2'))
      const { total } = await ledger.usage({})
      assert.deepEqual(pick(total, ['requests', 'successes', 'attempts', 'inputTokens']), {
        requests: 2,
        successes: 2,
        attempts: 2,
        inputTokens: 20,
      })
    },
  },
  {
    name: 'gives a failover to both accounts and its request to the one that served',
    async run(ledger) {
      const failed = attemptRow({
        account: 'upstream_b',
        outcome: 'failure',
        status: 529,
        errorClass: 'http-529',
        error: 'overloaded',
      })
      const { usage: _usage, costNanoUsd: _cost, ...unused } = failed
      ledger.finished(requestRow('req_1', { attempts: [unused, attemptRow({ number: 2 })] }))
      const { total, groups } = await ledger.usage({ by: 'account' })
      assert.deepEqual(pick(total, ['requests', 'attempts', 'failedAttempts', 'unpricedAttempts']), {
        requests: 1,
        attempts: 2,
        failedAttempts: 1,
        unpricedAttempts: 0,
      })
      const lines = (groups ?? []).map((line) => pick(line, ['group', 'requests', 'attempts', 'failedAttempts']))
      assert.deepEqual(lines, [
        { group: 'upstream_a', requests: 1, attempts: 1, failedAttempts: 0 },
        { group: 'upstream_b', requests: 0, attempts: 1, failedAttempts: 1 },
      ])
      assert.deepEqual(await ledger.lastErrors(), [
        { account: 'upstream_b', at: contractNow, errorClass: 'http-529', error: 'overloaded', requestId: 'req_1' },
      ])
    },
  },
  {
    name: 'groups by key, model and day, and filters',
    async run(ledger) {
      ledger.finished(requestRow('req_1', { at: contractNow - dayMs }))
      ledger.finished(requestRow('req_2', { keyId: 'gw_b', model: 'claude' }))
      ledger.finished(requestRow('req_3', { keyId: 'gw_b' }))
      assert.deepEqual(await groupsOf(ledger, 'key'), { gw_b: 2, gw_a: 1 })
      assert.deepEqual(await groupsOf(ledger, 'model'), { 'gpt-5': 2, claude: 1 })
      assert.deepEqual(await groupsOf(ledger, 'day'), { '2026-11-27': 1, '2026-11-28': 2 })
      assert.equal((await ledger.usage({ key: 'gw_b', model: 'claude' })).total.requests, 1)
      assert.equal((await ledger.usage({ account: 'upstream_a' })).total.requests, 3)
      assert.equal((await ledger.usage({ account: 'upstream_none' })).total.requests, 0)
    },
  },
  {
    name: 'answers for a range that begins and ends within a day',
    async run(ledger) {
      const hour = 3_600_000
      for (let index = 0; index < 72; index++) {
        ledger.finished(requestRow(`req_${index}`, { at: contractNow - index * hour, durationMs: 200 }))
      }
      // From 5 h ago up to, but not including, 2 h ago.
      const within = await ledger.usage({ since: contractNow - 5 * hour, until: contractNow - 2 * hour, by: 'key' })
      assert.equal(within.total.requests, 3)
      assert.equal(within.total.inputTokens, 30)
      assert.equal(within.groups?.[0]?.requests, 3)
      // Over whole days and two broken ones.
      const across = await ledger.usage({ since: contractNow - 60 * hour, until: contractNow - hour })
      assert.equal(across.total.requests, 59)
      assert.equal(across.total.attempts, 59)
      near(across.total.latencyMs?.p50, 200)
      assert.equal((await ledger.usage({ since: contractNow })).total.requests, 1)
      assert.equal((await ledger.usage({ until: contractNow - 71 * hour })).total.requests, 0)
    },
  },
  {
    name: 'tells the share of successes among those who stayed',
    async run(ledger) {
      ledger.finished(requestRow('req_1'))
      ledger.finished(requestRow('req_2', { outcome: 'error', status: 502, errorCode: 'upstream_unreachable' }))
      ledger.finished(requestRow('req_3', { outcome: 'client-left', status: 499 }))
      const { total } = await ledger.usage({})
      assert.deepEqual(pick(total, ['requests', 'successes', 'errors', 'clientLeft', 'successRate']), {
        requests: 3,
        successes: 1,
        errors: 1,
        clientLeft: 1,
        successRate: 0.5,
      })
      assert.deepEqual(ids(await ledger.requests({ failed: true })), ['req_3', 'req_2'])
    },
  },
  {
    name: 'tells latencies of successes, to the end and to the first content of streams',
    async run(ledger) {
      for (let index = 1; index <= 100; index++) {
        ledger.finished(requestRow(`req_${index}`, { durationMs: index * 10, firstTokenMs: index, stream: true }))
      }
      ledger.finished(requestRow('req_whole', { durationMs: 100, firstTokenMs: 100 }))
      ledger.finished(requestRow('req_error', { outcome: 'error', durationMs: 60_000 }))
      const { latencyMs, firstTokenMs } = (await ledger.usage({})).total
      near(latencyMs?.p50, 500)
      near(latencyMs?.p95, 950)
      near(firstTokenMs?.p50, 50)
      near(firstTokenMs?.p95, 95)
    },
  },
  {
    name: 'does not take an unknown price for nothing',
    async run(ledger) {
      const attempt = attemptRow()
      const { costNanoUsd: _cost, priceVersion: _version, ...unpriced } = attempt
      ledger.finished(requestRow('req_1', { attempts: [unpriced] }))
      ledger.finished(requestRow('req_2', { attempts: [{ ...unpriced, costNanoUsd: 0 }] }))
      const { total } = await ledger.usage({})
      assert.deepEqual(pick(total, ['costNanoUsd', 'unpricedAttempts']), { costNanoUsd: 0, unpricedAttempts: 1 })
      assert.equal((await ledger.request('req_1'))?.request?.unpricedAttempts, 1)
    },
  },
  {
    name: 'lists requests, newest first',
    async run(ledger) {
      for (let index = 0; index < 5; index++) {
        ledger.finished(requestRow(`req_${index}`, { at: contractNow + index, keyId: index % 2 ? 'gw_odd' : 'gw_a' }))
      }
      assert.deepEqual(ids(await ledger.requests({ limit: 2 })), ['req_4', 'req_3'])
      assert.deepEqual(ids(await ledger.requests({ key: 'gw_odd' })), ['req_3', 'req_1'])
      assert.deepEqual(ids(await ledger.requests({ since: contractNow + 1, until: contractNow + 3 })), [
        'req_2',
        'req_1',
      ])
    },
  },
  {
    name: 'gives one request with all its attempts',
    async run(ledger) {
      const usage = { input: 100, cacheRead: 30, cacheWrite: 20, cacheWrite1h: 5, output: 50, reasoning: 10 }
      const row = requestRow('req_1', {
        stream: true,
        firstTokenMs: 40,
        errorCode: 'stream_truncated',
        error: 'the stream broke off',
        outcome: 'error',
        losses: 2,
        session: 'conversation 1',
        attempts: [
          attemptRow({ outcome: 'throttled', status: 429, errorClass: 'http-429', error: 'slow down' }),
          attemptRow({ number: 2, usage, estimated: true, upstreamRequestId: 'up_1', firstTokenMs: 30 }),
        ],
      })
      ledger.finished(row)
      const found = await ledger.request('req_1')
      const { attempts, ...own } = row
      assert.deepEqual(found?.request, {
        ...own,
        account: 'upstream_a',
        attemptCount: 2,
        inputTokens: 110,
        outputTokens: 55,
        costNanoUsd: 2_000,
        unpricedAttempts: 0,
      })
      assert.deepEqual(found?.attempts, attempts)
    },
  },
  {
    name: 'knows an attempt from when it was sent, and settles it',
    async run(ledger) {
      ledger.dispatched(dispatchRow('req_1'))
      await ledger.flush()
      const running = await ledger.request('req_1')
      assert.equal(running?.request, undefined)
      assert.deepEqual(running?.attempts, [
        {
          number: 1,
          at: contractNow,
          account: 'upstream_a',
          provider: 'openai',
          upstreamModel: 'gpt-5',
          dialect: 'openai-chat',
        },
      ])
      assert.equal((await ledger.usage({})).total.attempts, 0)
      ledger.finished(requestRow('req_1'))
      const settled = await ledger.request('req_1')
      assert.equal(settled?.attempts.length, 1)
      assert.equal(settled?.attempts[0]?.outcome, 'success')
      assert.equal((await ledger.usage({})).total.attempts, 1)
    },
  },
  {
    name: 'keeps requests that were refused before they had a model, and makes no group of names nobody serves',
    async run(ledger) {
      const { model: _model, ...refused } = requestRow('req_1', { outcome: 'error', status: 429, attempts: [] })
      ledger.finished(refused)
      ledger.finished(requestRow('req_2', { model: 'made-up', outcome: 'error', status: 404, attempts: [] }))
      assert.deepEqual(await groupsOf(ledger, 'model'), { '': 2 })
      assert.deepEqual(await groupsOf(ledger, 'account'), { '': 2 })
      assert.equal((await ledger.request('req_2'))?.request?.model, 'made-up')
    },
  },
  {
    name: 'says that all is well, and how much was written',
    async run(ledger) {
      ledger.finished(requestRow('req_1'))
      assert.equal(ledger.status().waiting, 1)
      await ledger.flush()
      assert.deepEqual(ledger.status(), { state: 'ok', waiting: 0, written: 1, dropped: 0, failures: 0 })
    },
  },
]

function pick<T extends object, K extends keyof T>(value: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, value[name]])) as Pick<T, K>
}

function ids(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id)
}

async function groupsOf(ledger: Ledger, by: 'key' | 'account' | 'model' | 'day'): Promise<Record<string, number>> {
  const { groups = [] } = await ledger.usage({ by })
  return Object.fromEntries(groups.map(({ group, requests }) => [group, requests]))
}

function near(value: number | undefined, wanted: number): void {
  assert.ok(value !== undefined && Math.abs(value - wanted) <= wanted * 0.06, `${value} is not about ${wanted}`)
}
