import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anthropicAccount, gatewayKey, type LogLine, openaiAccount, startGateway } from './harness.ts'

const directory = mkdtempSync(join(tmpdir(), 'llm-gateway-test-'))
let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(async () => {
  await simulator.close()
  rmSync(directory, { recursive: true, force: true })
})

const prompt = 'a prompt that is nobody else’s business'
const messages = [{ role: 'user', content: prompt }]

function requests(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.filter(({ message }) => message === 'request')
}

test('every request leaves one line that says who asked what of whom, and what became of it', async () => {
  const own = gatewayKey({ id: 'gw_who', name: 'who' })
  await using gateway = await startGateway({
    accounts: [anthropicAccount(simulator.url), openaiAccount(simulator.url)],
    config: {
      gateway_keys: [own.section],
      model_routes: [{ source_model: 'fast', target_model: 'claude-sonnet-5-5' }],
    },
  })
  const headers = { authorization: `Bearer ${own.raw}` }
  const body = { model: 'fast', messages, seed: 4, stream: true }
  const response = await gateway.fetch('/v1/chat/completions', { headers, body })
  await response.text()
  await (await gateway.fetch('/v1/chat/completions', { headers, body: { model: 'llama-9', messages } })).text()
  await (await gateway.fetch('/v1/messages', { headers: { authorization: 'Bearer nobody' }, body: {} })).text()
  await (await gateway.fetch('/v1/models', { headers })).text()
  const [served, unknown, stranger, listed, ...rest] = requests(await gateway.stop())
  expect(rest).toEqual([])
  const usage = simulator.requests.find(({ model }) => model === 'claude-sonnet-5-5')?.usage
  expect(served).toMatchObject({
    level: 'info',
    requestId: response.headers.get('x-llm-gateway-request-id'),
    method: 'POST',
    path: '/v1/chat/completions',
    operation: 'generate',
    keyId: 'gw_who',
    keyName: 'who',
    dialect: 'openai-chat',
    upstreamDialect: 'anthropic',
    model: 'fast',
    upstreamModel: 'claude-sonnet-5-5',
    account: 'upstream_anthropic',
    stream: true,
    status: 200,
    usage: { input: usage?.input, output: usage?.output },
    stop: { reason: 'end' },
    attempts: [{ account: 'upstream_anthropic', verdict: 'success', status: 200 }],
  })
  expect(served?.upstreamRequestId).toBe(response.headers.get('request-id'))
  expect(served?.losses).toContain('seed')
  expect(served?.durationMs).toBeGreaterThanOrEqual(served?.firstContentMs ?? Number.POSITIVE_INFINITY)
  expect(unknown).toMatchObject({ status: 404, attempts: [], error: { code: 'model_not_found' } })
  expect(stranger).toMatchObject({ status: 401, error: { code: 'invalid_key' } })
  expect(stranger).not.toHaveProperty('keyId')
  expect(listed).toMatchObject({ status: 200, operation: 'list-models' })
  const text = readFileSync(join(gateway.home, 'server.log'), 'utf8')
  expect(text).not.toContain(prompt)
  expect(text).not.toContain(own.raw)
})

test('every attempt of a failover is told, with its reason', async () => {
  const bad = await startSimulator()
  bad.fault({ kind: 'status', status: 503, message: 'out for lunch' })
  await using gateway = await startGateway({
    accounts: [
      openaiAccount(bad.url, { id: 'upstream_bad', priority: 1 }),
      openaiAccount(simulator.url, { id: 'upstream_good', name: 'good' }),
    ],
  })
  const response = await gateway.fetch('/v1/chat/completions', { body: { model: 'gpt-4o', messages } })
  expect(response.headers.get('x-llm-gateway-attempts')).toBe('2')
  expect(requests(await gateway.stop())).toMatchObject([
    {
      status: 200,
      account: 'upstream_good',
      attempts: [
        { account: 'upstream_bad', verdict: 'failure', status: 503, error: 'out for lunch' },
        { account: 'upstream_good', verdict: 'success', status: 200 },
      ],
    },
  ])
  await bad.close()
})

test('what went wrong stands out by its level, and at level error nothing else is said', async () => {
  const bad = await startSimulator()
  bad.fault({ kind: 'status', status: 500 })
  const lines = async (level: string): Promise<readonly LogLine[]> => {
    const file = join(directory, `${level}.log`)
    await using gateway = await startGateway({
      accounts: [openaiAccount(bad.url)],
      config: { logging: { level, file } },
    })
    const response = await gateway.fetch('/v1/chat/completions', { body: { model: 'gpt-4o', messages } })
    expect(response.status).toBe(500)
    await gateway.server.stop()
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine)
  }
  expect(await lines('warn')).toMatchObject([{ level: 'warn', message: 'request', status: 500 }])
  expect(await lines('error')).toEqual([])
  await bad.close()
})

test('for people there is a text format', async () => {
  const file = join(directory, 'text.log')
  await using gateway = await startGateway({
    accounts: [openaiAccount(simulator.url)],
    config: { logging: { format: 'text', file } },
  })
  await gateway.fetch('/v1/chat/completions', { body: { model: 'gpt-4o', messages } })
  await gateway.server.stop()
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {2}listening url=http:/)
  expect(lines.filter((line) => / INFO {2}POST \/v1\/chat\/completions 200 .*model=gpt-4o/.test(line))).toHaveLength(1)
})

test('a log file that cannot be written is refused, at the start and at a reload, and shown', async () => {
  // Nothing can lie below a file, whoever the tests run as.
  const file = join(directory, 'plain', 'gateway.log')
  writeFileSync(join(directory, 'plain'), '')
  const config = { logging: { file } }
  const accounts = [openaiAccount(simulator.url)]
  await expect(startGateway({ accounts, config })).rejects.toThrow(`logging.file cannot be written: ${file} (`)
  await using gateway = await startGateway({ accounts })
  gateway.saveConfig({ ...config, upstream_accounts: accounts })
  expect(await gateway.server.reload()).toMatchObject({ ok: false, problem: expect.stringContaining('logging.file') })
  expect(await gateway.status()).toMatchObject({ configProblem: expect.stringContaining(file) })
  gateway.saveConfig({ upstream_accounts: accounts })
  expect(await gateway.server.reload()).toEqual({ ok: true })
})
