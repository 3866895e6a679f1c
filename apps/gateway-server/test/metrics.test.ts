import { request as httpRequest } from 'node:http'
import { hashKey } from '@llm-gateway/access'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  anthropicAccount,
  concurrently,
  gatewayKey,
  openaiAccount,
  openaiSecret,
  startGateway,
  type TestGateway,
} from './harness.ts'

const adminSecret = 'admin-canary-77aa88bb99cc'
const user = gatewayKey({ name: 'a-name-nobody-needs' })
const admin = gatewayKey({ permissions: ['admin'] })
const messages = [{ role: 'user', content: 'hi' }]

let simulator: Simulator
let gateway: TestGateway
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())
beforeEach(async () => {
  gateway = await startGateway({
    accounts: [anthropicAccount(simulator.url), openaiAccount(simulator.url)],
    config: {
      server: { drain_timeout: 1, metrics: true, admin_key_hash: hashKey(adminSecret) },
      gateway_keys: [user.section, admin.section],
    },
  })
  return () => gateway[Symbol.asyncDispose]()
})

interface Series {
  readonly type: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, number>>
}

/** Reads Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats); throws at a line that is none of it. */
function parse(text: string): Series {
  const type: Record<string, string> = {}
  const values: Record<string, number> = {}
  expect(text.endsWith('\n')).toBe(true)
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue
    const [, name, kind] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? []
    if (name !== undefined && kind !== undefined) {
      type[name] = kind
      continue
    }
    const [, series, value] = /^([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*\})?) (\S+)$/.exec(line) ?? []
    if (series === undefined || Number.isNaN(Number(value))) throw new Error(`no line of the format: ${line}`)
    expect(values[series]).toBe(undefined)
    values[series] = Number(value)
  }
  return { type, values }
}

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })
const ask = (path: string, body: unknown): Promise<string> =>
  gateway.fetch(path, { headers: bearer(user.raw), body }).then((response) => response.text())
const scrape = async (): Promise<string> =>
  (await fetch(`${gateway.url}/metrics`, { headers: bearer(admin.raw) })).text()

test('metrics tell of requests, attempts, tokens, losses and accounts as they were', async () => {
  await ask('/v1/chat/completions', { model: 'gpt-4o', messages })
  await ask('/v1/chat/completions', { model: 'gpt-4o', messages, stream: true })
  await ask('/v1/messages', { model: 'gpt-4o', max_tokens: 9, messages, top_k: 4 })
  await ask('/v1/chat/completions', { model: 'gpt-4o', messages: [{ role: 'nobody', content: 'hi' }] })
  await gateway.fetch('/v1/models', { headers: bearer('no') })
  const response = await fetch(`${gateway.url}/metrics`, { headers: bearer(admin.raw) })
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const { type, values } = parse(await response.text())
  const account = 'account="upstream_openai"'
  expect(values).toMatchObject({
    'llm_gateway_requests_total{dialect="openai-chat",operation="generate",status_class="2xx"}': 2,
    'llm_gateway_requests_total{dialect="openai-chat",operation="generate",status_class="4xx"}': 1,
    'llm_gateway_requests_total{dialect="openai-chat",operation="list-models",status_class="4xx"}': 1,
    'llm_gateway_requests_total{dialect="anthropic",operation="generate",status_class="2xx"}': 1,
    'llm_gateway_request_duration_seconds_count{dialect="openai-chat",operation="generate"}': 3,
    [`llm_gateway_attempts_total{${account},verdict="success"}`]: 3,
    [`llm_gateway_attempts_total{${account},verdict="neutral"}`]: 1,
    [`llm_gateway_attempt_errors_total{${account},class="http-400"}`]: 1,
    [`llm_gateway_account_state{${account},state="healthy"}`]: 1,
    [`llm_gateway_account_state{${account},state="open"}`]: 0,
    'llm_gateway_account_state{account="upstream_anthropic",state="healthy"}': 1,
    'llm_gateway_losses_total{from="anthropic",to="openai-chat"}': 1,
    llm_gateway_in_flight: 0,
    llm_gateway_accounts_unusable: 0,
  })
  expect(values[`llm_gateway_tokens_total{${account},model="gpt-4o",kind="input"}`]).toBeGreaterThan(5)
  expect(values[`llm_gateway_tokens_total{${account},model="gpt-4o",kind="output"}`]).toBeGreaterThan(5)
  expect(values['llm_gateway_first_content_seconds_count{dialect="openai-chat"}']).toBeGreaterThan(0)
  expect(values.llm_gateway_cost_usd_total).toBeGreaterThan(0)
  expect(values.process_resident_memory_bytes).toBeGreaterThan(1e7)
  expect(Object.keys(values).filter((name) => name.startsWith('llm_gateway_build_info{version="'))).toHaveLength(1)
  expect(type).toMatchObject({
    llm_gateway_requests_total: 'counter',
    llm_gateway_request_duration_seconds: 'histogram',
    llm_gateway_account_state: 'gauge',
    process_cpu_seconds_total: 'counter',
  })
})

test('what clients invent makes no series, and no key, name, secret or text is told', async () => {
  for (let count = 0; count < 30; count++) {
    await ask('/v1/chat/completions', {
      model: `gpt-invented-${count}-canary`,
      messages: [{ role: 'nobody', content: 'text-canary' }],
    })
    await ask(`/v1/path-canary-${count}`, {})
  }
  await ask('/v1/chat/completions', { model: `gpt-4o-${'long'.repeat(60)}`, messages })
  const text = await scrape()
  const forbidden = [
    'canary',
    'long',
    user.raw,
    openaiSecret,
    'a-name-nobody-needs',
    String(user.section.id),
    gateway.url,
  ]
  for (const word of forbidden) expect(text).not.toContain(word)
  parse(text)
})

test('names of models are kept up to a bound', async () => {
  await concurrently(230, 8, (count) =>
    ask('/v1/chat/completions', { model: `gpt-4o-${count}`, messages, max_tokens: 1 }),
  )
  const models = new Set(
    Array.from((await scrape()).matchAll(/tokens_total\{[^}]*model="([^"]+)"/g), ([, model]) => model),
  )
  expect(models.size).toBe(201)
  expect(models).toContain('other')
})

/** From loopback, as the gateway sees it, with headers that fetch would not let through. */
function scrapeWith(headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = httpRequest(`${gateway.url}/metrics`, { headers, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sending.on('error', reject)
    sending.end()
  })
}

test('they open to administrators alone, from wherever they come', async () => {
  for (const proxy of [
    {},
    { host: 'localhost:1' },
    { 'x-forwarded-for': '8.8.8.8' },
    { forwarded: 'for=8.8.8.8' },
    { via: '1.1 p' },
    { host: 'gateway.example' },
  ]) {
    expect([proxy, await scrapeWith(proxy)]).toEqual([proxy, 401])
    expect(await scrapeWith({ ...proxy, ...bearer(user.raw) })).toBe(403)
    expect(await scrapeWith({ ...proxy, ...bearer(admin.raw) })).toBe(200)
    expect(await scrapeWith({ ...proxy, ...bearer(adminSecret) })).toBe(200)
  }
})

test('no page of any origin reads them, by whatever name it reaches this machine', async () => {
  for (const headers of [
    { origin: 'null' },
    { origin: gateway.url },
    { 'sec-fetch-site': 'same-origin' },
    { host: 'evil.example:3847' },
    { host: '127.0.0.1.evil.example' },
  ]) {
    expect([headers, await scrapeWith(headers)]).toEqual([headers, 401])
  }
})

test('they are not there unless switched on, and come and go with a reload', async () => {
  const { server: _server, ...rest } = {
    server: 0,
    upstream_accounts: [openaiAccount(simulator.url)],
    gateway_keys: [admin.section],
  }
  const status = async (): Promise<number> =>
    (await fetch(`${gateway.url}/metrics`, { headers: bearer(admin.raw) })).status
  gateway.saveConfig({ ...rest, server: { drain_timeout: 1 } })
  await gateway.server.reload()
  expect(await status()).toBe(404)
  expect(await scrapeWith(bearer(admin.raw))).toBe(404)
  gateway.saveConfig({ ...rest, server: { drain_timeout: 1, metrics: true } })
  await gateway.server.reload()
  expect(await status()).toBe(200)
  expect(await scrape()).not.toContain('upstream_anthropic')
})
