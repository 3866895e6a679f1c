import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ledger, RequestDetail } from '@llm-gateway/ledger'
import { openSqliteLedger } from '@llm-gateway/ledger'
import { type RequestRecord, type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  anthropicAccount,
  concurrently,
  openaiAccount,
  type Section,
  startGateway,
  type TestGateway,
} from './harness.ts'

/** The whole drill is 10,000; a minute is too long for every run of the suite. */
const drill = Number(process.env.LLM_GATEWAY_TEST_LEDGER_REQUESTS ?? 280)
const words = 'The quick brown fox jumps over the lazy dog and tells the tale to whoever will listen. '

interface Kind {
  readonly path: string
  readonly body: Section
}

/** What clients ask: both dialects, whole and streamed, the provider telling usage or not, converted and not. */
const kinds: readonly Kind[] = [
  { path: '/v1/chat/completions', body: { model: 'gpt-4o' } },
  { path: '/v1/chat/completions', body: { model: 'gpt-4o', stream: true, stream_options: { include_usage: true } } },
  { path: '/v1/chat/completions', body: { model: 'gpt-4o', stream: true } },
  { path: '/v1/messages', body: { model: 'claude-sonnet-4-5', max_tokens: 60 } },
  { path: '/v1/messages', body: { model: 'claude-sonnet-4-5', max_tokens: 60, stream: true } },
  { path: '/v1/messages', body: { model: 'gpt-4o', max_tokens: 60, stream: true } },
  { path: '/v1/chat/completions', body: { model: 'claude-sonnet-4-5' } },
]

function armFaults(simulator: Simulator, seed: number): void {
  for (const [index, fault] of [
    { kind: 'status', status: 503 } as const,
    { kind: 'status', status: 529 } as const,
    { kind: 'status', status: 429, retryAfter: 0.05 } as const,
    { kind: 'reset' } as const,
    { kind: 'error-first', status: 500 } as const,
    { kind: 'truncate', afterEvents: 9 } as const,
    { kind: 'error-event', afterEvents: 9, status: 500 } as const,
    { kind: 'cut', afterBytes: 2_500 } as const,
  ].entries()) {
    simulator.fault({ ...fault, rate: 0.012, seed: seed + index, ...(index > 4 && { stream: true }) })
  }
}

describe('the ledger over a mixed run with faults, failovers and disconnects', () => {
  let simulators: readonly [Simulator, Simulator]
  let gateway: TestGateway
  let ids: readonly string[]
  let details: readonly RequestDetail[]
  let left = 0

  beforeAll(
    async () => {
      simulators = [
        await startSimulator({ seed: 1, maxRecords: 50_000, timing: { tokenMs: 1, chunkTokens: 3 } }),
        await startSimulator({ seed: 2, maxRecords: 50_000, timing: { tokenMs: 1, chunkTokens: 3 } }),
      ]
      for (const [index, simulator] of simulators.entries()) armFaults(simulator, 100 * (index + 1))
      const accounts = simulators.flatMap(({ url }, index) => [
        openaiAccount(url, { id: `upstream_openai_${index}`, models: ['gpt-*'] }),
        anthropicAccount(url, { id: `upstream_anthropic_${index}`, models: ['claude-*'] }),
      ])
      gateway = await startGateway({ accounts, config: { server: { drain_timeout: 5 } } })
      ids = await concurrently(drill, 40, one)
      await Promise.all(simulators.map((simulator) => simulator.idle()))
      await gateway.stop()
      const reader = openSqliteLedger(join(gateway.home, 'ledger.db'))
      details = await Promise.all(ids.map(async (id) => (await reader.request(id)) ?? { attempts: [] }))
      await reader.close()
    },
    60_000 + drill * 300,
  )

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
    await Promise.all(simulators.map((simulator) => simulator.close()))
  })

  /** One request; one in twenty leaves in the middle of its stream. */
  async function one(index: number): Promise<string> {
    const kind = kinds[index % kinds.length] ?? kinds[0]
    if (kind === undefined) throw new Error('there are kinds')
    const { path, body } = kind
    const leaves = index % 20 === 7 && body.stream === true
    const leave = new AbortController()
    const content = words.repeat(1 + (index % 5)) + index
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, messages: [{ role: 'user', content }] }),
      signal: leave.signal,
    })
    const id = response.headers.get('x-llm-gateway-request-id') ?? ''
    if (leaves && response.ok) {
      const reader = response.body?.getReader()
      await reader?.read()
      await reader?.read()
      leave.abort()
      left++
    } else await response.text().catch(() => '')
    return id
  }

  const records = (): RequestRecord[] => simulators.flatMap(({ requests }) => requests)
  const attempts = () => details.flatMap((detail) => detail.attempts)

  test('has every request once, and every attempt that reached a provider', () => {
    expect(new Set(ids).size).toBe(drill)
    expect(details.filter(({ request }) => request === undefined)).toEqual([])
    expect(attempts()).toHaveLength(simulators.reduce((sum, { totals }) => sum + totals.requests, 0))
    expect(details.filter(({ attempts: tried }) => tried.length > 1).length).toBeGreaterThan(drill / 100)
  })

  test('has whatever the provider told exactly as the provider counted it', () => {
    const byId = new Map(records().map((record) => [record.id, record]))
    const told = attempts().filter(({ usage, estimated }) => usage && !estimated)
    expect(told.length).toBeGreaterThan(drill / 2)
    const wrong = told.filter(({ usage, upstreamRequestId }) => {
      const counted = byId.get(upstreamRequestId ?? '')?.usage
      return (
        usage?.input !== counted?.input ||
        usage?.output !== counted?.output ||
        (usage?.cacheRead ?? 0) !== counted?.cached ||
        (usage?.reasoning ?? 0) !== counted.reasoning
      )
    })
    expect(wrong).toEqual([])
  })

  test('takes no answered call for an estimate whose provider told its usage', () => {
    const silent = new Set(
      records()
        .filter(
          ({ body, fault, abortedAt }) =>
            fault || abortedAt || (isSection(body) && body.stream === true && !tells(body)),
        )
        .map(({ id }) => id),
    )
    const estimates = attempts().filter(({ estimated }) => estimated)
    expect(estimates.filter(({ upstreamRequestId }) => !silent.has(upstreamRequestId ?? ''))).toEqual([])
    expect(estimates.length).toBeGreaterThan(0)
  })

  test('adds up to what the providers counted, but for what they never told', () => {
    const byId = new Map(records().map((record) => [record.id, record]))
    const sum = (estimated: boolean, kind: 'input' | 'output'): readonly [number, number] => {
      const mine = attempts().filter((attempt) => Boolean(attempt.estimated) === estimated)
      return [
        mine.reduce((total, { usage }) => total + (usage?.[kind] ?? 0), 0),
        mine.reduce(
          (total, { upstreamRequestId }) => total + (byId.get(upstreamRequestId ?? '')?.usage?.[kind] ?? 0),
          0,
        ),
      ]
    }
    for (const kind of ['input', 'output'] as const) {
      const [told, counted] = sum(false, kind)
      expect(told, kind).toBe(counted)
      const [guessed, really] = sum(true, kind)
      expect(guessed / really, `${kind} ${guessed} ${really}`).toBeGreaterThan(0.7)
      expect(guessed / really, `${kind} ${guessed} ${really}`).toBeLessThan(1.4)
    }
  })

  test('knows who left, and that they used something', () => {
    const gone = details.filter(({ request }) => request?.outcome === 'client-left')
    expect(gone.length).toBeGreaterThan(left / 2)
    expect(gone.filter(({ attempts: tried }) => (tried.at(-1)?.usage?.input ?? 0) === 0)).toEqual([])
  })

  test('has the same in its sums as in its rows', async () => {
    const reader = openSqliteLedger(join(gateway.home, 'ledger.db'))
    const { total } = await reader.usage({})
    await reader.close()
    const sum = (of: (usage: { input?: number; output?: number }) => number | undefined): number =>
      attempts().reduce((all, { usage }) => all + (of(usage ?? {}) ?? 0), 0)
    expect(total).toMatchObject({
      requests: drill,
      attempts: attempts().length,
      inputTokens: sum(({ input }) => input),
      outputTokens: sum(({ output }) => output),
      costNanoUsd: attempts().reduce((all, { costNanoUsd }) => all + (costNanoUsd ?? 0), 0),
      unpricedAttempts: 0,
    })
    expect(total.costNanoUsd).toBeGreaterThan(0)
  })
})

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null
}

function tells(body: Section): boolean {
  return 'stream_options' in body || 'max_tokens' in body
}

describe('the ledger of a server', () => {
  test('is asked over the admin API, with what is not written yet', async () => {
    const simulator = await startSimulator()
    await using gateway = await startGateway({
      accounts: [openaiAccount(simulator.url)],
      config: { prices: [{ model: 'gpt-*', input: 1_000, output: 0 }] },
    })
    const response = await gateway.fetch('/v1/chat/completions', {
      body: { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] },
    })
    const { usage } = (await response.json()) as { usage: { prompt_tokens: number } }
    const id = response.headers.get('x-llm-gateway-request-id') ?? ''
    const admin = await adminOf(gateway)
    const { total, groups } = (await admin('/admin/api/usage?by=model')) as Awaited<ReturnType<Ledger['usage']>>
    expect(total).toMatchObject({ requests: 1, successes: 1, costNanoUsd: usage.prompt_tokens * 1_000_000 })
    expect(groups).toMatchObject([{ group: 'gpt-4o', requests: 1 }])
    const detail = (await admin(`/admin/api/requests/${id}`)) as RequestDetail
    expect(detail.request).toMatchObject({ id, outcome: 'success', model: 'gpt-4o' })
    expect(detail.attempts).toMatchObject([{ account: 'upstream_openai', outcome: 'success', priceVersion: 'config' }])
    expect(await admin('/admin/api/requests?limit=5')).toMatchObject([{ id }])
    expect(await admin('/admin/api/usage?by=nothing', 400)).toMatchObject({
      error: { message: expect.stringContaining('"by" is one of') },
    })
    expect(await admin('/admin/api/usage?since=yesterday', 400)).toMatchObject({ error: {} })
    for (const [path, name] of [
      ['/admin/api/usage?from=2026-11-28', 'from'],
      ['/admin/api/usage?limit=5', 'limit'],
      ['/admin/api/requests?by=key', 'by'],
    ] as const) {
      const { error } = (await admin(path, 400)) as { error: { message: string } }
      expect(error.message).toMatch(new RegExp(`no "${name}" to ask by; there is .*since, until`))
    }
    expect(await admin('/admin/api/requests/req_none', 404)).toMatchObject({ error: {} })
    await simulator.close()
  })

  test('is closed to keys without the permission admin', async () => {
    await using gateway = await startGateway({ accounts: [] })
    for (const path of ['usage', 'requests', 'requests/req_1']) {
      expect((await gateway.fetch(`/admin/api/${path}`)).status, path).toBe(403)
    }
  })

  test('says once for each model that its price is not known, and counts no cost', async () => {
    const simulator = await startSimulator()
    await using gateway = await startGateway({ accounts: [openaiAccount(simulator.url)] })
    const ask = () =>
      gateway.fetch('/v1/chat/completions', {
        body: { model: 'gpt-unheard-of', messages: [{ role: 'user', content: 'a' }] },
      })
    await (await ask()).text()
    await (await ask()).text()
    const admin = await adminOf(gateway)
    expect(await admin('/admin/api/usage')).toMatchObject({ total: { costNanoUsd: 0, unpricedAttempts: 2 } })
    const log = await gateway.stop()
    expect(log.filter(({ message }) => message.includes('price of the model "gpt-unheard-of"'))).toHaveLength(1)
    await simulator.close()
  })

  test('keeps nothing of requests without a key, nor anything when it is switched off', async () => {
    await using gateway = await startGateway({ accounts: [] })
    await gateway.fetch('/v1/models', { headers: { authorization: 'Bearer wrong' } })
    const admin = await adminOf(gateway)
    expect(await admin('/admin/api/usage')).toMatchObject({ total: { requests: 0 } })

    await using other = await startGateway({ accounts: [], config: { ledger: { enabled: false } } })
    await (await other.fetch('/v1/models')).text()
    expect(await (await adminOf(other))('/admin/api/usage', 404)).toMatchObject({
      error: { message: 'the ledger is switched off: set ledger.enabled to true' },
    })
    await other.stop()
    expect(existsSync(join(other.home, 'ledger.db'))).toBe(false)
  })

  test('that cannot be written fails no request, is told of and shows in the status', async () => {
    const simulator = await startSimulator()
    await using gateway = await startGateway({
      accounts: [openaiAccount(simulator.url)],
      // A directory stands where the file should be.
      config: { ledger: { file: '.' } },
    })
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] }
    const answers = await concurrently(
      150,
      20,
      async () => (await gateway.fetch('/v1/chat/completions', { body })).status,
    )
    expect(new Set(answers)).toEqual(new Set([200]))
    const admin = await adminOf(gateway)
    await admin('/admin/api/usage', 503)
    expect(await gateway.status()).toMatchObject({ ledger: { state: 'failing', waiting: 150 } })
    const log = await gateway.stop()
    expect(log.some(({ level, message }) => level === 'warn' && message.includes('wait to be counted'))).toBe(true)
    await simulator.close()
  })
})

async function adminOf(gateway: TestGateway): Promise<(path: string, status?: number) => Promise<unknown>> {
  const { readRuntime } = await import('../src/index.ts')
  const token = readRuntime(gateway.home)?.token ?? ''
  return async (path, status = 200) => {
    const response = await fetch(gateway.url + path, { headers: { authorization: `Bearer ${token}` } })
    expect(response.status, path).toBe(status)
    return response.json()
  }
}

test('a change of the ledger that needs a restart is said to, in the log and to whoever asks for the reload', async () => {
  await using gateway = await startGateway({ accounts: [], config: { ledger: { retention_days: 30 } } })
  const { configFile } = gateway
  const sections = JSON.parse(readFileSync(configFile, 'utf8')) as Record<string, unknown>
  const unchanged = await gateway.server.reload()
  expect(unchanged).toEqual({ ok: true })
  gateway.saveConfig({ ...sections, ledger: { retention_days: 60, file: 'other.db' } })
  expect(await gateway.server.reload()).toEqual({
    ok: true,
    notes: [
      'ledger.file was changed: restart the server to put it in force',
      'ledger.retention_days was changed: restart the server to put it in force',
    ],
  })
  gateway.saveConfig(sections)
  expect(await gateway.server.reload()).toEqual({ ok: true })
  expect((await gateway.stop()).map(({ message }) => message)).toContain(
    'ledger.file was changed: restart the server to put it in force',
  )
})
