import { readFileSync } from 'node:fs'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { GatewayServer } from '../src/index.ts'
import { Bookkeeping } from '../src/lib/records/bookkeeping.ts'
import { everyDialectAt } from './every-dialect.ts'
import {
  concurrently,
  gatewayKey,
  openaiAccount,
  type Section,
  startGateway,
  type TestGateway,
  until,
} from './harness.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

/** A dollar for each token that is said, so that an answer costs as many dollars as it has tokens. */
const prices = [{ model: '*', input: 0, output: 1_000_000 }]
const said = 'one two three four'
const messages = [{ role: 'user', content: `[[say ${said}]]` }]

interface Spender {
  readonly gateway: TestGateway
  /** What an answer costs, in dollars. */
  readonly cost: number
  /** Asks with the key that has the budget; `more` goes into the body. */
  ask(more?: Section, signal?: AbortSignal): Promise<Response>
  /** Asks another endpoint. */
  askAt(path: string, body?: unknown): Promise<Response>
  [Symbol.asyncDispose](): Promise<void>
}

/** A gateway with a key whose budget is so many answers a day. */
async function spender(answers: number, limit = 'usd_per_day'): Promise<Spender> {
  const free = gatewayKey()
  const { raw, section } = gatewayKey({ name: 'poor' })
  const accounts = everyDialectAt(simulator.url)
  const gateway = await startGateway({ accounts, config: { prices, gateway_keys: [free.section] } })
  const body = { model: 'gpt-4o', messages }
  const reply = await gateway.fetch('/v1/chat/completions', { headers: { authorization: `Bearer ${free.raw}` }, body })
  const { usage } = (await reply.json()) as { usage: { completion_tokens: number } }
  const cost = usage.completion_tokens
  const file = JSON.parse(readFileSync(gateway.configFile, 'utf8')) as Section
  gateway.saveConfig({ ...file, gateway_keys: [free.section, { ...section, budget: { [limit]: cost * answers } }] })
  expect(await gateway.server.reload()).toEqual({ ok: true })
  const headers = { authorization: `Bearer ${raw}` }
  return {
    gateway,
    cost,
    ask: (more = {}, signal?: AbortSignal) =>
      gateway.fetch('/v1/chat/completions', { headers, body: { ...body, ...more }, ...(signal && { signal }) }),
    askAt: (path, own) => gateway.fetch(path, { headers, body: own }),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  }
}

async function statusesOf(count: number, ask: () => Promise<Response>): Promise<number[]> {
  const statuses: number[] = []
  for (let call = 0; call < count; call++) {
    const response = await ask()
    await response.text()
    statuses.push(response.status)
  }
  return statuses
}

test('a budget for three answers gives three, whole or streamed, and refuses the fourth without asking anybody', async () => {
  await using key = await spender(3)
  expect(await statusesOf(2, () => key.ask())).toEqual([200, 200])
  expect(await statusesOf(1, () => key.ask({ stream: true }))).toEqual([200])
  const asked = simulator.totals.requests
  const refused = await key.ask()
  expect(refused.status).toBe(402)
  const wait = Number(refused.headers.get('retry-after'))
  expect(wait > 0 && wait <= 86_400).toBe(true)
  expect(await refused.json()).toMatchObject({
    error: {
      code: 'budget_exceeded',
      message: expect.stringMatching(/used up its budget of \$\d+ a day; the next day/),
    },
  })
  expect(simulator.totals.requests).toBe(asked)
  // Counting tokens and listing models cost nothing.
  const counted = await key.askAt('/v1/messages/count_tokens', { model: 'claude-sonnet-4-5', messages })
  const listed = await key.askAt('/v1/models')
  expect([counted.status, listed.status]).toEqual([200, 200])
})

test('the refusal is in the client’s dialect', async () => {
  await using key = await spender(1)
  expect(await statusesOf(2, () => key.ask())).toEqual([200, 402])
  const anthropic = await key.askAt('/v1/messages', { model: 'claude-sonnet-4-5', max_tokens: 9, messages })
  expect(await anthropic.json()).toMatchObject({ type: 'error', error: { type: 'billing_error' } })
  const contents = [{ role: 'user', parts: [{ text: 'hi' }] }]
  const gemini = await key.askAt('/v1beta/models/gemini-2.5-flash:generateContent', { contents })
  expect([gemini.status, await gemini.json()]).toMatchObject([
    402,
    { error: { message: expect.stringContaining('budget') } },
  ])
})

test('fifty at once spend no more than the budget, by estimates that are right', async () => {
  await using key = await spender(10)
  const statuses = await concurrently(50, 50, async () => {
    const response = await key.ask({ max_tokens: key.cost })
    await response.text()
    return response.status
  })
  expect(statuses.filter((status) => status === 200)).toHaveLength(10)
  expect(statuses.filter((status) => status === 402)).toHaveLength(40)
})

test('what fails costs nothing, and what was held for it is given back', async () => {
  await using key = await spender(2)
  simulator.fault({ kind: 'status', status: 400, times: 3 })
  expect(await statusesOf(3, () => key.ask({ max_tokens: 9_000 }))).toEqual([400, 400, 400])
  expect(await statusesOf(3, () => key.ask())).toEqual([200, 200, 402])
})

test('nothing stays held for a client that left', async () => {
  await using key = await spender(2)
  simulator.fault({ kind: 'hang', times: 1 })
  const asked = simulator.totals.requests
  const leave = new AbortController()
  const left = key.ask({ max_tokens: 9_000 }, leave.signal)
  await until(() => simulator.totals.requests > asked, 'the request arrives upstream')
  expect((await key.ask()).status).toBe(402)
  leave.abort()
  await expect(left).rejects.toThrow('aborted')
  await until(async () => (await key.ask()).status === 200, 'the key may spend again')
})

test('nothing stays held for a request that could not be entered', async () => {
  await using key = await spender(2)
  const enter = vi.spyOn(Bookkeeping.prototype, 'enter').mockImplementationOnce(() => {
    throw new Error('a bug')
  })
  try {
    expect(await statusesOf(2, () => key.ask({ max_tokens: 9_000 }))).toEqual([200, 200])
  } finally {
    enter.mockRestore()
  }
})

test('what was spent before a restart counts for a budget that is given after it', async () => {
  const { raw, section } = gatewayKey()
  const accounts = [openaiAccount(simulator.url)]
  await using gateway = await startGateway({ accounts, config: { prices, gateway_keys: [section] } })
  const ask = (url: string): Promise<Response> =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${raw}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o', messages }),
    })
  expect((await ask(gateway.url)).status).toBe(200)
  await gateway.stop()
  const { home, configFile } = gateway
  const again = await GatewayServer.start({ home, configFile, env: {}, port: 0 })
  try {
    const file = JSON.parse(readFileSync(configFile, 'utf8')) as Section
    gateway.saveConfig({ ...file, gateway_keys: [{ ...section, budget: { usd_per_day: 0.01 } }] })
    expect(await again.reload()).toEqual({ ok: true })
    expect((await ask(again.url)).status).toBe(402)
  } finally {
    await again.stop()
  }
})

test('what was spent is known after a restart, and a higher budget counts at once', async () => {
  await using key = await spender(1, 'usd_per_month')
  expect(await statusesOf(2, () => key.ask())).toEqual([200, 402])
  await key.gateway.stop()
  const { home, configFile } = key.gateway
  const again = await GatewayServer.start({ home, configFile, env: {}, port: 0 })
  try {
    const { gateway_keys, ...file } = JSON.parse(readFileSync(configFile, 'utf8')) as { gateway_keys: Section[] }
    const admin = gatewayKey({ budget: { usd_per_month: key.cost * 2 } })
    const poor = { ...gateway_keys[1], key_hash: admin.section.key_hash }
    key.gateway.saveConfig({ ...file, gateway_keys: [poor] })
    await again.reload()
    const ask = (): Promise<Response> =>
      fetch(`${again.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${admin.raw}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-4o', messages }),
      })
    expect(await statusesOf(1, ask)).toEqual([402])
    key.gateway.saveConfig({ ...file, gateway_keys: [{ ...poor, budget: { usd_per_month: key.cost * 2 } }] })
    await again.reload()
    expect(await statusesOf(2, ask)).toEqual([200, 402])
  } finally {
    await again.stop()
  }
})
