import { join } from 'node:path'
import { hashKey } from '@llm-gateway/access'
import { type AttemptRow, type RequestRow, SqliteLedger } from '@llm-gateway/ledger'
import { GatewayServer } from '@llm-gateway/server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { now, Sandbox } from './kit.ts'

const rawKey = 'a-gateway-key-of-this-test'

/** A home with one key and two accounts. */
function home(): Sandbox {
  const sandbox = new Sandbox()
  sandbox.config = JSON.stringify({
    server: { port: 0, drain_timeout: 1 },
    logging: { file: join(sandbox.home, 'server.log') },
    gateway_keys: [{ id: 'gw_team', name: 'my team', key_hash: hashKey(rawKey), permissions: ['read', 'write'] }],
    upstream_accounts: [
      { id: 'upstream_sim', name: 'sim', type: 'api-key', provider: 'simulator' },
      { id: 'upstream_down', name: 'down', type: 'api-key', provider: 'simulator', status: 'disabled' },
    ],
  })
  return sandbox
}

const attempt: AttemptRow = {
  number: 1,
  at: now - 3_600_000,
  account: 'upstream_sim',
  provider: 'simulator',
  upstreamModel: 'gpt-5',
  dialect: 'openai-chat',
  outcome: 'success',
  status: 200,
  durationMs: 900,
  usage: { input: 12_345, cacheRead: 10_000, output: 678, reasoning: 78 },
  costNanoUsd: 12_345_678,
  priceVersion: 'test',
}

function requestRow(id: string, more: Partial<RequestRow> = {}): RequestRow {
  return {
    id,
    at: attempt.at,
    keyId: 'gw_team',
    operation: 'generate',
    dialect: 'openai-chat',
    stream: false,
    model: 'gpt-5',
    status: 200,
    outcome: 'success',
    durationMs: 1_000,
    bytesIn: 10,
    bytesOut: 20,
    attempts: [attempt],
    ...more,
  }
}

/** Leaves a ledger as a server that has stopped does. */
async function leave(sandbox: Sandbox, rows: readonly RequestRow[]): Promise<void> {
  const ledger = new SqliteLedger({ file: join(sandbox.home, 'ledger.db'), warn: () => {}, thread: false })
  for (const row of rows) ledger.finished(row)
  await ledger.close()
}

describe('without a server', () => {
  test('apikey show tells what a key has spent of its budget', async () => {
    const sandbox = home()
    sandbox.config = JSON.stringify({
      gateway_keys: [{ id: 'gw_team', name: 'team', key_hash: 'h', budget: { usd_per_day: 5, usd_per_month: 50 } }],
    })
    const show = async (): Promise<string> => (await sandbox.run('apikey', 'show', 'team')).stdout
    expect(await show()).toMatch(/Budget: +\$5 a day \(\$0\.00 spent\), \$50 a month \(\$0\.00 spent\)/)
    const before = now - 48 * 3_600_000
    const older = requestRow('req_2', {
      at: before,
      attempts: [{ ...attempt, at: before, costNanoUsd: 4_000_000_000 }],
    })
    await leave(sandbox, [requestRow('req_1'), older])
    expect(await show()).toMatch(/Budget: +\$5 a day \(\$0\.0123 spent\), \$50 a month \(\$4\.01 spent\)/)
    expect((await sandbox.run('apikey', 'show', 'team', '--json')).json()).toMatchObject({
      budget: { usdPerDay: 5, usdPerMonth: 50 },
      spent: { dayNanoUsd: 12_345_678, monthNanoUsd: 4_012_345_678 },
    })
  })

  test('health and status tell of accounts what the ledger knows, and say that it is from there', async () => {
    const sandbox = home()
    const { usage: _usage, ...rest } = attempt
    const failed: AttemptRow = { ...rest, outcome: 'failure', status: 529, errorClass: 'http-529', error: 'overloaded' }
    await leave(sandbox, [
      requestRow('req_1'),
      requestRow('req_2', { outcome: 'error', status: 502, attempts: [failed] }),
    ])
    const account = {
      id: 'upstream_sim',
      state: 'unknown',
      requests: 2,
      errorRate: 0.5,
      reason: expect.stringContaining('http-529: overloaded'),
    }
    const untried = { id: 'upstream_down', name: 'down', state: 'disabled' }
    const health = (await sandbox.run('health', '--json')).json() as { accounts: readonly Record<string, unknown>[] }
    expect(health).toMatchObject({
      healthy: false,
      server: 'down',
      accountsFrom: 'ledger',
      accounts: [account, untried],
    })
    expect(health.accounts[1]).toEqual(untried)
    expect(Number(health.accounts[0]?.latencyMs)).toBeGreaterThan(900)
    const text = await sandbox.run('health')
    expect(text.code).toBe(1)
    expect(text.stdout).toContain('from the ledger, server not running')
    expect(text.stdout).toMatch(/upstream_sim +sim +unknown +50\.0% +\d/)
    expect((await sandbox.run('status', '--json')).json()).toMatchObject({
      running: false,
      accountsFrom: 'ledger',
      accounts: [account, untried],
    })
    const status = await sandbox.run('status')
    expect(status.stderr).toContain('from the ledger, server not running')
    expect(status.stdout).toMatch(/upstream_sim .*50\.0% +\d.* http-529: overloaded/)
  })

  test('what failed at one account and was served by another is no success of the first', async () => {
    const sandbox = home()
    const { usage: _usage, ...rest } = attempt
    const failed: AttemptRow = { ...rest, outcome: 'failure', status: 500, errorClass: 'http-500' }
    const throttled: AttemptRow = { ...rest, outcome: 'throttled', status: 429, errorClass: 'http-429' }
    const served: AttemptRow = { ...attempt, number: 2, account: 'upstream_down' }
    await leave(sandbox, [
      requestRow('req_1'),
      requestRow('req_2', { attempts: [failed, served] }),
      requestRow('req_3', { attempts: [failed, served] }),
      requestRow('req_4', { attempts: [throttled, served] }),
    ])
    const stats = (await sandbox.run('stats', '--by=account')).stdout
    expect(stats).toMatch(/ACCOUNT +NAME +REQUESTS +SUCCESS +ATTEMPTS +FAILED +THROTTLED/)
    expect(stats).toMatch(/upstream_sim +sim +1 +100% +4 +2 +1 /)
    expect(stats).toMatch(/upstream_down +down +3 +100% +3 +- +- /)
    expect((await sandbox.run('stats', '--by=model')).stdout).not.toContain('ATTEMPTS')
    expect((await sandbox.run('upstream', 'show', 'sim')).stdout).toMatch(
      /Last 24 h: +4 attempts \(2 failed, 1 throttled\), 25\.0% ok/,
    )
    expect((await sandbox.run('status')).stdout).toMatch(/upstream_sim +sim .* 4 +25\.0% +\$/)
  })

  test('a range that ends before it begins is refused', async () => {
    const sandbox = home()
    for (const flags of [['--since=1h', '--until=2h'], ['--from=2999-01-01']]) {
      const { code, stderr } = await sandbox.run('stats', ...flags)
      expect([code, stderr]).toEqual([2, expect.stringContaining('begins after it ends')])
    }
  })

  test('stats reads the file, and says so', async () => {
    const sandbox = home()
    await leave(sandbox, [requestRow('req_1'), requestRow('req_2', { outcome: 'error', status: 502, attempts: [] })])
    const { code, stdout, stderr } = await sandbox.run('stats', '--by=key')
    expect(code).toBe(0)
    expect(stderr).toContain('No server runs: read from its ledger file.')
    expect(stdout).toMatch(/Requests: +2 \(1 failed\)/)
    expect(stdout).toMatch(/Success: +50\.0%/)
    expect(stdout).toMatch(/Input tokens: +12\.3k \(10\.0k cached\)/)
    expect(stdout).toMatch(/Output tokens: +678 \(78 reasoning\)/)
    expect(stdout).toMatch(/Cost: +\$0\.0123/)
    expect(stdout).toMatch(/gw_team +my team +2 +50\.0%/)
    const json = (await sandbox.run('stats', '--json')).json()
    expect(json).toMatchObject({ source: 'file', total: { requests: 2, inputTokens: 12_345, costNanoUsd: 12_345_678 } })
  })

  test('stats takes ranges, keys, accounts and models', async () => {
    const sandbox = home()
    const dayAgo = now - 86_400_000
    await leave(sandbox, [
      requestRow('req_1'),
      requestRow('req_2', { at: dayAgo - 1_000 }),
      requestRow('req_3', { keyId: 'gw_gone', model: 'claude' }),
    ])
    const count = async (...flags: string[]): Promise<unknown> =>
      (await sandbox.run('stats', '--json', ...flags)).json<{ total: { requests: number } }>().total.requests
    expect(await count()).toBe(3)
    expect(await count('--since=24h')).toBe(2)
    expect(await count('--from=today')).toBe(2)
    expect(await count('--since=2026-11-22', '--until=2026-11-23')).toBe(1)
    expect(await count('--key', 'my team')).toBe(2)
    expect(await count('--key=gw_gone')).toBe(1)
    expect(await count('--account=sim', '--model=claude')).toBe(1)
    const days = (await sandbox.run('stats', '--by=day', '--json')).json()
    expect(days).toMatchObject({ groups: [{ group: '2026-11-22' }, { group: '2026-11-23' }] })
  })

  test('an unknown price is told as unknown, not as nothing', async () => {
    const sandbox = home()
    const { costNanoUsd: _cost, ...unpriced } = attempt
    await leave(sandbox, [requestRow('req_1', { attempts: [unpriced] })])
    expect((await sandbox.run('stats')).stdout).toMatch(/Cost: +unknown/)
    await leave(sandbox, [requestRow('req_2')])
    expect((await sandbox.run('stats')).stdout).toMatch(/Cost: +\$0\.0123 \+ unknown/)
  })

  test('before the first request there is nothing, which is no failure', async () => {
    const sandbox = home()
    const { code, stdout, stderr } = await sandbox.run('stats', '--by=model')
    expect(code).toBe(0)
    expect(stdout).toMatch(/Requests: +0/)
    expect(stderr).toContain('Nothing was counted yet')
    expect((await sandbox.run('status')).code).toBe(0)
  })

  test.for<readonly [string, readonly string[], number, string]>([
    [
      'a group there is not',
      ['stats', '--by=colour'],
      2,
      '--by cannot be "colour"; it is one of key, account, model, day',
    ],
    ['a moment that is none', ['stats', '--since=soon'], 2, '--from (--since) cannot be "soon"'],
    ['an end that is none', ['stats', '--to=2026-13-01'], 2, '--to (--until) cannot be "2026-13-01"'],
    ['a key there is not', ['stats', '--key=nobody'], 3, 'no gateway key has the id or name "nobody"'],
    ['a request there is not', ['why', 'req_none'], 3, 'the ledger has no request "req_none"'],
    ['a key of which nothing is known', ['apikey', 'stats', 'nobody'], 3, 'no gateway key'],
  ])('%s is told of', async ([, argv, code, message]) => {
    const sandbox = home()
    await leave(sandbox, [requestRow('req_1')])
    expect(await sandbox.run(...argv)).toMatchObject({ code, stderr: expect.stringContaining(message) })
  })

  test('a ledger that is switched off is told of', async () => {
    const sandbox = home()
    sandbox.config = 'ledger: { enabled: false }'
    expect(await sandbox.run('stats')).toMatchObject({ code: 1, stderr: expect.stringContaining('ledger.enabled') })
    expect((await sandbox.run('status')).code).toBe(0)
  })

  test('why tells which accounts were tried and why', async () => {
    const sandbox = home()
    const { usage: _usage, costNanoUsd: _cost, ...unused } = attempt
    const failed = { ...unused, account: 'upstream_down', outcome: 'failure' as const, status: 529 }
    await leave(sandbox, [
      requestRow('req_1', {
        attempts: [
          { ...failed, errorClass: 'http-529', error: 'Overloaded' },
          { ...attempt, number: 2, estimated: true },
        ],
      }),
    ])
    const { stdout } = await sandbox.run('why', 'req_1')
    expect(stdout).toContain('"sim" served it after 1 other attempt.')
    expect(stdout).toMatch(/1 +down +gpt-5 +openai-chat +failure +529 .* Overloaded/)
    expect(stdout).toMatch(/2 +sim +gpt-5 +openai-chat +success +200 .*12\.3k in, 678 out \(estimated\)/)
    expect((await sandbox.run('why', 'req_1', '--json')).json()).toMatchObject({
      request: { id: 'req_1' },
      attempts: [{ errorClass: 'http-529' }, { estimated: true }],
    })
    const shown = await sandbox.run('upstream', 'show', 'down')
    expect(shown.stdout).toMatch(/Last failure: +http-529: Overloaded \(1h ago, req_1\)/)
    expect((await sandbox.run('status')).stdout).toContain('http-529: Overloaded')
  })

  test.for<readonly [Partial<RequestRow>, string]>([
    [{ outcome: 'client-left' }, 'The client left while "sim" was answering.'],
    [{ outcome: 'error', error: 'no more' }, 'It failed at "sim": no more.'],
    [
      { outcome: 'error', errorCode: 'rate_limit_exceeded', attempts: [] },
      'No account was tried: rate_limit_exceeded.',
    ],
    [{ outcome: 'interrupted', error: 'the gateway ended' }, 'It was interrupted: the gateway ended.'],
  ])('why tells the story of %o', async ([more, story]) => {
    const sandbox = home()
    await leave(sandbox, [requestRow('req_1', more)])
    expect((await sandbox.run('why', 'req_1')).stdout).toContain(story)
  })
})

test('with a server, all of it is told by the server, and the same after it has stopped', async () => {
  const sandbox = home()
  sandbox.now = Date.now()
  const server = await GatewayServer.start({ home: sandbox.home, configFile: sandbox.configFile, env: {} })
  let stopped = false
  const stop = async (): Promise<void> => {
    if (!stopped) await server.stop()
    stopped = true
  }
  onTestFinished(stop)
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rawKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] }),
  })
  expect(response.status).toBe(200)
  await response.text()
  sandbox.now = Date.now() + 1_000
  const id = response.headers.get('x-llm-gateway-request-id') ?? ''
  const ask = async (source: string): Promise<readonly unknown[]> => {
    const stats = (await sandbox.run('stats', '--by=model', '--json')).json<Record<string, unknown>>()
    expect(stats).toMatchObject({ source, groups: [{ group: 'gpt-4o', requests: 1 }] })
    const key = (await sandbox.run('apikey', 'stats', 'my team', '--json')).json<Record<string, unknown>>()
    expect(key).toMatchObject({ source, key: 'gw_team', total: { requests: 1 }, lastDay: { requests: 1 } })
    const why = (await sandbox.run('why', id, '--json')).json<Record<string, unknown>>()
    expect(why).toMatchObject({ source, request: { id, outcome: 'success' } })
    expect((await sandbox.run('apikey', 'stats', 'my team')).stdout).toContain('In the last 24 hours')
    expect((await sandbox.run('upstream', 'show', 'sim')).stdout).toMatch(/Last 24 h: +1 attempt, 100% ok/)
    expect((await sandbox.run('status')).stdout).toContain('Last 24 h: 1 request, 100% ok')
    return [stats.total, key.total, why.attempts]
  }
  const told = await ask('server')
  expect(await sandbox.run('why', 'req_none')).toMatchObject({ code: 3 })
  expect((await sandbox.run('health')).stdout).toContain('version 0.1.0 at http://127.0.0.1:')
  await stop()
  expect(await ask('file')).toEqual(told)
  expect(await sandbox.run('health', '--json')).toMatchObject({ code: 1 })
}, 60_000)
