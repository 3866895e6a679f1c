import { startSimulator } from '@llm-gateway/simulator'
import { NotFoundError } from 'openai'
import { expect, test } from 'vitest'
import { anthropicAccount, gatewayKey, googleAccount, openaiAccount, startGateway, startPair } from './harness.ts'
import { bytes, startRawUpstream } from './raw-upstream.ts'

const anthropicHeaders = { 'anthropic-version': '2023-06-01' }

async function ids(list: AsyncIterable<{ id: string }>): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { id } of list) found.push(id)
  return found
}

test('both SDKs list what the providers serve, each in its own shape', async () => {
  await using pair = await startPair()
  const listed = await ids(pair.gateway.openai().models.list())
  expect(listed).toContain('gpt-4o')
  expect(listed).toContain('claude-sonnet-5-5')
  expect(await ids(pair.gateway.anthropic().models.list({ limit: 3 }))).toEqual(listed)

  const one = await pair.gateway.openai().models.retrieve('gpt-4o')
  expect(one).toEqual({ id: 'gpt-4o', object: 'model', created: expect.any(Number), owned_by: expect.any(String) })
  const other = await pair.gateway.anthropic().models.retrieve('claude-sonnet-5-5')
  expect(other).toMatchObject({ type: 'model', id: 'claude-sonnet-5-5', display_name: 'claude-sonnet-5-5' })
  expect(Date.parse(other.created_at)).toBeGreaterThan(0)
  await expect(pair.gateway.openai().models.retrieve('llama-9')).rejects.toBeInstanceOf(NotFoundError)
})

test('an agent of any dialect learns how much a model takes, as far as it is known', async () => {
  await using pair = await startPair()
  const anthropic = async (model: string): Promise<unknown[]> => {
    const { max_input_tokens: input, max_tokens: output } = await pair.gateway.anthropic().models.retrieve(model)
    return [input, output]
  }
  expect(await anthropic('claude-sonnet-5-5')).toEqual([1_000_000, 128_000])
  expect(await anthropic('gpt-4o')).toEqual([128_000, 16_384])
  const response = await pair.gateway.fetch('/v1beta/models/claude-sonnet-5-5')
  expect(await response.json()).toMatchObject({ inputTokenLimit: 1_000_000, outputTokenLimit: 128_000 })

  const simulator = await startSimulator({ models: ['novel'] })
  await using gateway = await startGateway({ accounts: [openaiAccount(simulator.url)] })
  expect(await gateway.anthropic().models.retrieve('novel')).toMatchObject({ max_input_tokens: null, max_tokens: null })
  const novel = await gateway.fetch('/v1beta/models/novel')
  expect(Object.keys((await novel.json()) as object)).not.toContain('inputTokenLimit')
  await simulator.close()
})

test('Anthropic’s shape pages as the provider does', async () => {
  const models = Array.from({ length: 45 }, (_, index) => `claude-test-${String(index).padStart(2, '0')}`)
  const simulator = await startSimulator({ models })
  await using gateway = await startGateway({ accounts: [anthropicAccount(simulator.url)] })
  const page = async (query: string): Promise<Record<string, unknown> & { data: { id: string }[] }> => {
    const response = await gateway.fetch(`/v1/models${query}`, { headers: anthropicHeaders })
    return (await response.json()) as Record<string, unknown> & { data: { id: string }[] }
  }
  // All of them, though the provider itself gives twenty unless asked for more.
  const all = await page('?limit=1000')
  expect(all.data.map(({ id }) => id)).toEqual(models)
  expect(all).toMatchObject({ has_more: false, first_id: 'claude-test-00', last_id: 'claude-test-44' })
  const first = await page('')
  expect(first).toMatchObject({ has_more: true, first_id: 'claude-test-00', last_id: 'claude-test-19' })
  const last = await page('?after_id=claude-test-39&limit=20')
  expect(last.data.map(({ id }) => id)).toEqual(models.slice(40))
  expect(last.has_more).toBe(false)
  await simulator.close()
})

test('Google’s SDK lists them in its own shape, page by page, and asks for one', async () => {
  const simulator = await startSimulator()
  await using gateway = await startGateway({ accounts: [googleAccount(simulator.url), openaiAccount(simulator.url)] })
  const listed: string[] = []
  for await (const { name } of await gateway.google().models.list({ config: { pageSize: 2 } })) listed.push(name ?? '')
  const all = await ids(gateway.openai().models.list())
  expect(all.length).toBeGreaterThan(2)
  expect(listed).toEqual(all.map((id) => `models/${id}`))
  const gemini = all.find((id) => id.startsWith('gemini')) ?? ''
  expect((await gateway.google().models.get({ model: gemini })).name).toBe(`models/${gemini}`)
  const beta = await fetch(`${gateway.url}/v1beta/models?key=${gateway.key}&pageSize=1`)
  expect(await beta.json()).toMatchObject({ models: [{ name: listed[0] }], nextPageToken: all[0] })
  await simulator.close()
})

test('what the configuration names is listed without asking anybody', async () => {
  const silent = await startRawUpstream(() => {})
  await using gateway = await startGateway({
    accounts: [
      openaiAccount(silent.url, { models: ['gpt-4o', 'gpt-5*'] }),
      anthropicAccount(silent.url, { models: ['claude-sonnet-5-5'], status: 'disabled' }),
    ],
    config: { model_routes: [{ source_model: 'fast', target_model: 'gpt-4o' }] },
  })
  const listed = await ids(gateway.openai().models.list())
  expect(listed).toEqual(expect.arrayContaining(['gpt-4o', 'fast']))
  expect(listed).not.toContain('claude-sonnet-5-5')
  expect(silent.requests).toEqual([])
  await silent.close()
})

test('a key sees the models it may call', async () => {
  const narrow = gatewayKey({ models: ['claude-*', 'gpt-4o'] })
  await using pair = await startPair({ gateway_keys: [narrow.section] })
  const listed = await ids(pair.gateway.openai({ apiKey: narrow.raw }).models.list())
  expect(listed).toEqual(expect.arrayContaining(['claude-sonnet-5-5', 'gpt-4o']))
  expect(listed.filter((id) => id !== 'gpt-4o' && !id.startsWith('claude-'))).toEqual([])
})

test('a provider that does not list is left out, and asked again only later', async () => {
  const upstream = await startRawUpstream(bytes(500, {}, 'no'))
  const simulator = await startSimulator()
  await using gateway = await startGateway({
    accounts: [anthropicAccount(upstream.url), openaiAccount(simulator.url, { name: 'well' })],
  })
  const first = await ids(gateway.openai().models.list())
  expect(first).toContain('gpt-4o')
  expect(await ids(gateway.openai().models.list())).toEqual(first)
  expect(upstream.requests).toHaveLength(1)
  await Promise.all([upstream.close(), simulator.close()])
})

test('an account that moved is asked where it is at present', async () => {
  const [old, young] = await Promise.all([
    startSimulator({ models: ['gpt-old'] }),
    startSimulator({ models: ['gpt-new'] }),
  ])
  const key = gatewayKey()
  const config = { gateway_keys: [key.section], server: { drain_timeout: 1 } }
  await using gateway = await startGateway({ accounts: [openaiAccount(old.url)], config })
  const client = gateway.openai({ apiKey: key.raw })
  expect(await ids(client.models.list())).toEqual(['gpt-old'])
  gateway.saveConfig({ ...config, upstream_accounts: [openaiAccount(young.url)] })
  expect(await gateway.server.reload()).toEqual({ ok: true })
  expect(await ids(client.models.list())).toEqual(['gpt-new'])
  await Promise.all([old.close(), young.close()])
})
