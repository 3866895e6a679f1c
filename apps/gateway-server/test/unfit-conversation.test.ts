import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { expect, onTestFinished, test } from 'vitest'
import { readEvents, type Section, startGateway, type TestGateway } from './harness.ts'

async function simulator(options: Parameters<typeof startSimulator>[0] = {}): Promise<Simulator> {
  const started = await startSimulator(options)
  onTestFinished(() => started.close())
  return started
}

function compatible(id: string, { url }: Simulator, priority: number, more: Section = {}): Section {
  return {
    id,
    name: id,
    type: 'api-key',
    provider: 'openai-compatible',
    api_key: `sk-${id}`,
    base_url: `${url}/v1`,
    models: ['deepseek-v4-pro'],
    priority,
    ...more,
  }
}

async function gatewayOf(...accounts: readonly Section[]): Promise<TestGateway> {
  const gateway = await startGateway({ accounts: [...accounts] })
  onTestFinished(() => gateway[Symbol.asyncDispose]())
  return gateway
}

/** The second step of a tool loop, by a client that does not know of reasoning. */
function step(stream: boolean): Section {
  const calls = [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }]
  return {
    model: 'deepseek-v4-pro',
    stream,
    messages: [
      { role: 'user', content: '[[say all is well]]' },
      { role: 'assistant', content: null, tool_calls: calls },
      { role: 'tool', tool_call_id: 'call_1', content: 'seen' },
    ],
    tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }],
  }
}

test.each([false, true])('goes on at an account that does not ask for its reasoning (stream: %s)', async (stream) => {
  const [insisting, other] = [await simulator({ variant: 'deepseek' }), await simulator()]
  const gateway = await gatewayOf(
    compatible('upstream_insisting', insisting, 10),
    compatible('upstream_twin', insisting, 5),
    compatible('upstream_other', other, 0),
  )
  const response = await gateway.fetch('/v1/chat/completions', { body: step(stream) })
  const text = await response.text()
  expect([response.status, text]).toEqual([200, expect.stringContaining('"finish_reason":"stop"')])
  if (stream) expect(readEvents(text).at(-1)?.data).toBe('[DONE]')
  expect(response.headers.get('x-llm-gateway-upstream')).toBe('upstream_other')
  // The twin would have refused it as well.
  expect(response.headers.get('x-llm-gateway-attempts')).toBe('2')
  expect(insisting.totals.requests).toBe(1)
})

test('and nothing is held against the one that refused it', async () => {
  const [insisting, other] = [await simulator({ variant: 'deepseek' }), await simulator()]
  const gateway = await gatewayOf(
    compatible('upstream_insisting', insisting, 10),
    compatible('upstream_other', other, 0),
  )
  for (let index = 0; index < 6; index++) {
    const response = await gateway.fetch('/v1/chat/completions', { body: step(false) })
    await response.text()
  }
  const first = { model: 'deepseek-v4-pro', messages: [{ role: 'user', content: 'x' }] }
  const response = await gateway.fetch('/v1/chat/completions', { body: first })
  await response.text()
  expect(response.headers.get('x-llm-gateway-upstream')).toBe('upstream_insisting')
})

test('where no other account is left the client gets the provider’s own words', async () => {
  const gateway = await gatewayOf(compatible('upstream_insisting', await simulator({ variant: 'deepseek' }), 0))
  const response = await gateway.fetch('/v1/chat/completions', { body: step(false) })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('reasoning_content') } })
})

test.each([
  ['before', 20],
  ['after', 0],
])('of an account that is down %s it the client is told that, and can ask again', async (_when, priority) => {
  const [insisting, broken] = [await simulator({ variant: 'deepseek' }), await simulator()]
  broken.fault({ kind: 'status', status: 503 })
  const gateway = await gatewayOf(
    compatible('upstream_insisting', insisting, 10),
    compatible('upstream_broken', broken, priority),
  )
  const response = await gateway.fetch('/v1/chat/completions', { body: step(false) })
  await response.text()
  expect([response.status, response.headers.get('x-llm-gateway-attempts')]).toEqual([503, '2'])
})
