import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { AzureOpenAI } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openaiAccount, type Section, startGateway, type TestGateway } from './harness.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

const messages = [{ role: 'user' as const, content: '[[say hello]]' }]
const azureKey = 'azure-canary-71c2e09d5b'

describe('an Azure client', () => {
  const client = (gateway: TestGateway): AzureOpenAI =>
    new AzureOpenAI({
      endpoint: gateway.url,
      apiKey: gateway.key,
      apiVersion: '2024-10-21',
      deployment: 'gpt-4o',
      maxRetries: 0,
    })

  test('is served under its own paths and key header', async () => {
    await using gateway = await startGateway({ accounts: [openaiAccount(simulator.url)] })
    const reply = await client(gateway).chat.completions.create({ model: 'gpt-4o', messages })
    expect(reply.choices[0]?.message.content).toBe('hello')
    const stream = client(gateway).chat.completions.stream({ model: 'gpt-4o', messages })
    expect((await stream.finalChatCompletion()).choices[0]?.message.content).toBe('hello')
    expect(simulator.requests.at(-1)?.path).toBe('/v1/chat/completions')
    expect(simulator.requests.at(-1)?.query).not.toContain('api-version')
  })

  test('that names no model in its body means the deployment', async () => {
    await using gateway = await startGateway({ accounts: [openaiAccount(simulator.url)] })
    const response = await fetch(
      `${gateway.url}/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21`,
      {
        method: 'POST',
        headers: { 'api-key': gateway.key, 'content-type': 'application/json' },
        body: JSON.stringify({ messages }),
      },
    )
    expect(response.status).toBe(200)
    expect(simulator.requests.at(-1)?.model).toBe('gpt-4o-mini')
  })
})

describe('an Azure upstream', () => {
  const account = (options: Section): Section => ({
    id: 'upstream_azure',
    name: 'azure',
    type: 'api-key',
    provider: 'azure',
    api_key: azureKey,
    base_url: simulator.url,
    options,
  })

  test('is called at its deployments, with its api-version and its key header', async () => {
    const options = { api_version: '2024-10-21', deployments: { 'gpt-4o': 'my gpt' } }
    await using gateway = await startGateway({ accounts: [account(options)] })
    const reply = await gateway.openai().chat.completions.create({ model: 'gpt-4o', messages })
    expect(reply.choices[0]?.message.content).toBe('hello')
    const streamed = gateway.anthropic().messages.stream({ model: 'gpt-4o', max_tokens: 50, messages })
    expect((await streamed.finalMessage()).content).toMatchObject([{ type: 'text', text: 'hello' }])
    const last = simulator.requests.at(-1)
    expect(decodeURIComponent(last?.path ?? '')).toBe('/openai/deployments/my gpt/chat/completions')
    expect(last?.query).toBe('api-version=2024-10-21')
    expect(last?.headers['api-key']).toBe(azureKey)
    expect(last?.headers.authorization).toBeUndefined()
  })

  test('is called at its v1 API where no version is given', async () => {
    await using gateway = await startGateway({ accounts: [account({})] })
    const reply = await gateway.openai().chat.completions.create({ model: 'gpt-4o', messages })
    expect(reply.choices[0]?.message.content).toBe('hello')
    expect(simulator.requests.at(-1)?.path).toBe('/openai/v1/chat/completions')
  })
})
