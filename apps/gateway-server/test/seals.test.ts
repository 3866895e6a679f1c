import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GatewayServer } from '../src/index.ts'
import { anthropicAccount, openaiAccount, startGateway, type TestGateway } from './harness.ts'
import { sealsIn } from './matrix/seals.ts'

type Message = Record<string, unknown>

/** How an envelope begins, in base64. */
const mark = 'bGxtZ3cx'
const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }]
const question = { role: 'user', content: '[[reason I have to look]] [[call look {}]] well?' }

let claude: Simulator
let gpt: Simulator
beforeAll(async () => {
  ;[claude, gpt] = await Promise.all([startSimulator(), startSimulator()])
})
afterAll(async () => {
  await Promise.all([claude.close(), gpt.close()])
})

const accounts = () => [
  anthropicAccount(claude.url, { models: ['claude*'] }),
  openaiAccount(gpt.url, { models: ['gpt*'], dialects: ['openai-chat'] }),
]

/** Asks, and gives the messages that go on from the answer and the result of its call. */
async function begin(gateway: TestGateway): Promise<Message[]> {
  const body = { model: 'claude-sonnet-5-5', messages: [question], tools, reasoning_effort: 'high' }
  const reply = await gateway.fetch('/v1/chat/completions', { method: 'POST', body })
  const { choices } = (await reply.json()) as { choices: { message: Message & { tool_calls: { id: string }[] } }[] }
  const [message] = choices.map((choice) => choice.message)
  expect(JSON.stringify(message)).toContain(mark)
  return [question, message ?? {}, { role: 'tool', tool_call_id: message?.tool_calls[0]?.id, content: 'seen' }]
}

test('what a provider sealed comes back to it after a restart of the server', async () => {
  await using gateway = await startGateway({ accounts: accounts() })
  const messages = await begin(gateway)
  await gateway.stop()
  expect(statSync(join(gateway.home, 'seal.key')).mode & 0o777).toBe(0o600)
  const { home, configFile, key } = gateway
  const again = await GatewayServer.start({ home, configFile, env: {}, port: 0 })
  try {
    const response = await fetch(`${again.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'claude-sonnet-5-5', messages, tools, reasoning_effort: 'high' }),
    })
    expect(response.status).toBe(200)
    expect(sealsIn(claude.requests.at(-1)?.body, 'anthropic')).toHaveLength(1)
  } finally {
    await again.stop()
  }
})

test('a provider of the dialect that the client speaks is not shown what another one sealed, and the client is told', async () => {
  await using gateway = await startGateway({ accounts: accounts() })
  // A client of OpenAI's own sends no reasoning text back, and its API refuses it.
  const messages = (await begin(gateway)).map(({ reasoning_content: _, ...message }) => message)
  const body = { model: 'gpt-5.4', messages, tools }
  const response = await gateway.fetch('/v1/chat/completions', { method: 'POST', body })
  expect(response.status).toBe(200)
  expect(response.headers.get('x-llm-gateway-losses')).toContain('messages[1].tool_calls[0]')
  const sent = gpt.requests.at(-1)?.body as { messages: Message[] }
  expect(JSON.stringify(sent)).not.toContain(mark)
  expect(sent.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
})

test('a key file that is not whole costs seals, not requests', async () => {
  await using gateway = await startGateway({
    accounts: accounts(),
    env: { LLM_GATEWAY_MASTER_KEY: 'no key' },
  })
  const body = { model: 'claude-sonnet-5-5', messages: [question], tools, reasoning_effort: 'high' }
  const reply = await gateway.fetch('/v1/chat/completions', { method: 'POST', body })
  expect(reply.status).toBe(200)
  expect(await reply.text()).not.toContain(mark)
  expect((await gateway.stop()).map(({ message }) => message).join()).toContain(
    'withheld from clients of other dialects',
  )
})
