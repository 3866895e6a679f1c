import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { anthropicAccount, gatewayKey, openaiAccount, type Section, startGateway, type TestGateway } from './harness.ts'

let simulators: Simulator[]
beforeEach(async () => {
  simulators = await Promise.all([startSimulator(), startSimulator(), startSimulator()])
})
afterEach(async () => {
  await Promise.all(simulators.map((simulator) => simulator.close()))
})

const messages = [{ role: 'user' as const, content: 'hi' }]
const url = (index: number): string => simulators[index]?.url ?? ''
const asked = (): readonly number[] => simulators.map(({ totals }) => totals.requests)

async function served(gateway: TestGateway, model: string, apiKey = gateway.key): Promise<string> {
  const response = await gateway.fetch('/v1/chat/completions', {
    headers: { authorization: `Bearer ${apiKey}` },
    body: { model, messages },
  })
  const { model: told, error } = (await response.json()) as { model?: string; error?: { message: string } }
  const account = response.headers.get('x-llm-gateway-upstream')
  return response.status === 200 ? `${account} ${told}` : `${response.status} ${error?.message}`
}

/** The model names that went upstream, in no particular order. */
const sent = (): ReadonlySet<unknown> =>
  new Set(simulators.flatMap(({ requests }) => requests.map(({ model }) => model)))

test('a global route sends a model by another name, a prefix and everything else', async () => {
  await using gateway = await startGateway({
    accounts: [anthropicAccount(url(0)), openaiAccount(url(1))],
    config: {
      model_routes: [
        { source_model: 'fast', target_model: 'gpt-4o-mini' },
        { source_model: 'gpt-4*', target_model: 'claude-sonnet-5-5', target_provider: 'anthropic' },
        { source_model: 'gpt-4o', target_model: 'gpt-4o', priority: 5 },
        { source_model: '*', target_model: 'claude-haiku-4-5', priority: -1 },
        { source_model: 'off', target_model: 'gpt-4o', enabled: false },
      ],
    },
  })
  // The client is told the name it asked for.
  expect(await served(gateway, 'fast')).toBe('upstream_openai fast')
  expect(await served(gateway, 'gpt-4.1')).toBe('upstream_anthropic gpt-4.1')
  expect(await served(gateway, 'gpt-4o')).toBe('upstream_openai gpt-4o')
  expect(await served(gateway, 'whatever')).toBe('upstream_anthropic whatever')
  expect(await served(gateway, 'off')).toBe('upstream_anthropic off')
  expect(sent()).toEqual(new Set(['claude-haiku-4-5', 'claude-sonnet-5-5', 'gpt-4o', 'gpt-4o-mini']))
})

test('a key’s own routes win over the global ones, and may refuse the rest', async () => {
  const own = gatewayKey({
    model_routes: {
      default_behavior: 'reject',
      routes: [{ source_model: 'fast', target_model: 'claude-haiku-4-5' }],
    },
  })
  const other = gatewayKey({ id: 'gw_other' })
  await using gateway = await startGateway({
    accounts: [anthropicAccount(url(0)), openaiAccount(url(1))],
    config: {
      model_routes: [{ source_model: 'fast', target_model: 'gpt-4o-mini' }],
      gateway_keys: [own.section, other.section],
    },
  })
  expect(await served(gateway, 'fast', own.raw)).toBe('upstream_anthropic fast')
  expect(await served(gateway, 'fast', other.raw)).toBe('upstream_openai fast')
  expect(await served(gateway, 'gpt-4o', own.raw)).toMatch(/^404 .*"gpt-4o".*refused/)
})

/** The path, the body, and every name of the model in an answer, by the dialect. */
const calls = {
  chat: { path: '/v1/chat/completions', body: { messages }, names: /"model":\s*"([^"]*)"/g },
  messages: { path: '/v1/messages', body: { messages, max_tokens: 20 }, names: /"model":\s*"([^"]*)"/g },
  responses: { path: '/v1/responses', body: { input: 'hi' }, names: /"model":\s*"([^"]*)"/g },
  gemini: {
    path: '/v1beta/models/mine:',
    body: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
    names: /"modelVersion":\s*"([^"]*)"/g,
  },
} as const

test.each(
  Object.entries(calls).flatMap(([name, call]) => [false, true].map((stream) => [name, stream, call] as const)),
)(
  'a routed answer of %s (streamed: %s) that passes as bytes names the client’s model, and only it',
  async (name, stream, call) => {
    const base = { name: 'n', type: 'api-key', api_key: 'sk-1234567890' }
    await using gateway = await startGateway({
      accounts: [
        openaiAccount(url(0)),
        anthropicAccount(url(1)),
        { ...base, id: 'upstream_google', provider: 'google', base_url: url(2) },
      ],
      config: {
        model_routes: [
          {
            source_model: 'mine',
            target_model: 'gpt-4o',
            target_provider: 'openai',
            priority: name === 'chat' || name === 'responses' ? 1 : 0,
          },
          {
            source_model: 'mine',
            target_model: 'claude-haiku-4-5',
            target_provider: 'anthropic',
            priority: name === 'messages' ? 1 : 0,
          },
          {
            source_model: 'mine',
            target_model: 'gemini-2.5-flash',
            target_provider: 'google',
            priority: name === 'gemini' ? 1 : 0,
          },
        ],
      },
    })
    const verb = stream ? 'streamGenerateContent?alt=sse' : 'generateContent'
    const response = await gateway.fetch(call.path + (name === 'gemini' ? verb : ''), {
      body: name === 'gemini' ? call.body : { ...call.body, model: 'mine', stream },
    })
    const text = await response.text()
    expect([response.status, text.includes('data:')]).toEqual([200, stream])
    const told = Array.from(text.matchAll(call.names), ([, model]) => model)
    expect(new Set(told)).toEqual(new Set(['mine']))
  },
)

test('an account serves its models only, and a named one alone gets its route', async () => {
  await using gateway = await startGateway({
    accounts: [
      openaiAccount(url(0), { id: 'upstream_a', models: ['gpt-4o'] }),
      openaiAccount(url(1), { id: 'upstream_b', models: ['gpt-5*', 'local'] }),
      openaiAccount(url(2), { id: 'upstream_off', status: 'disabled' }),
    ],
    config: { model_routes: [{ source_model: 'mine', target_model: 'local', account: 'upstream_b' }] },
  })
  expect(await served(gateway, 'gpt-4o')).toMatch(/^upstream_a/)
  expect(await served(gateway, 'gpt-5.4')).toMatch(/^upstream_b/)
  expect(await served(gateway, 'mine')).toMatch(/^upstream_b/)
  expect(await served(gateway, 'o4-mini')).toMatch(/^404 .*"o4-mini" is not served.*gpt-4o/)
  expect(asked()[2]).toBe(0)
})

const threeAccounts = (more: readonly Section[]): readonly Section[] =>
  more.map((section, index) => openaiAccount(url(index), { id: `upstream_${index}`, name: `n${index}`, ...section }))

test('the account of higher priority is asked first', async () => {
  const accounts = threeAccounts([{ priority: 1 }, { priority: 9 }, {}])
  await using gateway = await startGateway({ accounts })
  for (let count = 0; count < 10; count++) await served(gateway, 'gpt-4o')
  expect(asked()).toEqual([0, 10, 0])
})

test('round-robin takes turns', async () => {
  await using gateway = await startGateway({
    accounts: threeAccounts([{}, {}, {}]),
    config: { routing: { strategy: 'round-robin' } },
  })
  for (let count = 0; count < 12; count++) await served(gateway, 'gpt-4o')
  expect(asked()).toEqual([4, 4, 4])
})

test('weighted shares out by weight', async () => {
  await using gateway = await startGateway({
    accounts: threeAccounts([{ weight: 1 }, { weight: 3 }, { weight: 0 }]),
    config: { routing: { strategy: 'weighted' } },
  })
  for (let count = 0; count < 80; count++) await served(gateway, 'gpt-4o')
  const [light = 0, heavy = 0, none = 0] = asked()
  expect(none).toBe(0)
  expect(light).toBeGreaterThan(5)
  expect(heavy).toBeGreaterThan(light)
})

test('a body in another dialect than its path is served in the dialect of the body', async () => {
  await using gateway = await startGateway({ accounts: [openaiAccount(url(0))] })
  const tools = [{ name: 'f', input_schema: { type: 'object', properties: {} } }]
  const response = await gateway.fetch('/v1/chat/completions', {
    body: { model: 'gpt-4o', max_tokens: 50, system: 'Be brief.', messages, tools },
  })
  expect(await response.json()).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' })
})
