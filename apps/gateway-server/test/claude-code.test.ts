import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anthropicAccount, openaiAccount, readEvents, startGateway, type TestGateway } from './harness.ts'

// What Claude Code sends, as seen of its releases 2.1.197 and 2.1.330.
const betas = [
  'claude-code-20250219',
  'interleaved-thinking-2025-05-14',
  'context-management-2025-06-27',
  'prompt-caching-scope-2026-01-05',
  'effort-2025-11-24',
].join(',')
const headers = {
  'anthropic-version': '2023-06-01',
  'anthropic-beta': betas,
  'anthropic-dangerous-direct-browser-access': 'true',
  'x-app': 'cli',
  'x-claude-code-session-id': 'b0c6a1de-0000-4000-8000-000000000001',
  'user-agent': 'claude-cli/2.1.330 (external, cli)',
}
const turn = {
  model: 'claude-opus-5-5',
  max_tokens: 32_000,
  stream: true,
  metadata: { user_id: JSON.stringify({ device: 'd'.repeat(64), account: 'a'.repeat(36), session: 's'.repeat(36) }) },
  system: [{ type: 'text', text: 'You are Claude Code.', cache_control: { type: 'ephemeral' } }],
  thinking: { type: 'adaptive', display: 'omitted' },
  output_config: { effort: 'high' },
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'What is here?' }] },
    { role: 'system', content: 'The tools of the server "files" are there.' },
  ],
  tools: [
    {
      name: 'Read',
      description: 'Reads a file.',
      input_schema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: { path: { type: 'string' } },
        required: ['path'],
        additionalProperties: false,
      },
    },
  ],
}

let simulator: Simulator
let gateway: TestGateway
beforeAll(async () => {
  simulator = await startSimulator()
  gateway = await startGateway({ accounts: [anthropicAccount(simulator.url), openaiAccount(simulator.url)] })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await simulator.close()
})

test.each(['/', '/api/hello'])('finds the gateway by HEAD %s', async (path) => {
  expect((await fetch(gateway.url + path, { method: 'HEAD' })).status).toBe(200)
})

test('discovers models in Anthropic’s shape', async () => {
  const response = await gateway.fetch('/v1/models?limit=1000', { headers })
  const { data, has_more } = (await response.json()) as { data: { type: string; id: string }[]; has_more: boolean }
  expect(data.every(({ type }) => type === 'model')).toBe(true)
  expect(data.map(({ id }) => id)).toContain('claude-opus-5-5')
  expect(has_more).toBe(false)
})

test.each(['authorization', 'x-api-key'])('is known by its key in %s', async (header) => {
  const value = header === 'authorization' ? `Bearer ${gateway.key}` : gateway.key
  const response = await fetch(`${gateway.url}/v1/messages?beta=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers, [header]: value },
    body: JSON.stringify(turn),
  })
  expect(response.status).toBe(200)
  expect(readEvents(await response.text()).at(-1)?.event).toBe('message_stop')
})

test('its request goes to Anthropic as it is, betas, system message in mid conversation and all', async () => {
  const response = await gateway.fetch('/v1/messages?beta=true', { headers, body: turn })
  const events = readEvents(await response.text())
  expect(events.at(-1)?.event).toBe('message_stop')
  const last = simulator.requests.at(-1)
  expect(last?.query).toBe('beta=true')
  expect(last?.headers['anthropic-beta']).toBe(betas)
  expect(last?.headers['user-agent']).toBe(headers['user-agent'])
  expect(last?.body).toEqual(turn)
})

test('thinking that is not shown comes back with its signature and is taken again', async () => {
  const ask = { role: 'user', content: '[[reason quietly]] [[call Read {"path":"a"}]]' }
  const first = await gateway.fetch('/v1/messages?beta=true', {
    headers,
    body: { ...turn, stream: false, messages: [ask] },
  })
  const { content } = (await first.json()) as { content: { type: string; id: string; signature?: string }[] }
  expect(content.map(({ type }) => type)).toEqual(['thinking', 'tool_use'])
  expect(content[0]).toMatchObject({ thinking: '', signature: expect.stringMatching(/./) })
  const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: content[1]?.id, content: 'text of a' }] }
  const messages = [ask, { role: 'assistant', content }, result]
  const second = await gateway.fetch('/v1/messages?beta=true', { headers, body: { ...turn, stream: false, messages } })
  expect(second.status).toBe(200)
  expect(JSON.stringify(await second.json())).toContain('The tool Read answered')
})

describe('served by an OpenAI model', () => {
  test('works, with what cannot be carried named', async () => {
    const body = { ...turn, model: 'gpt-5.4' }
    const response = await gateway.fetch('/v1/messages?beta=true', { headers, body })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-llm-gateway-losses')).toMatch(/^\d+; /)
    const events = readEvents(await response.text())
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['message_start', 'content_block_delta', 'message_delta', 'message_stop']),
    )
    const sent = simulator.requests.at(-1)?.body as Record<string, unknown>
    expect(sent.reasoning_effort).toBe('high')
    expect(JSON.stringify(sent.messages)).toContain('The tools of the server')
    // OpenAI takes 64 characters of user at the most.
    expect(String(sent.user ?? '').length).toBeLessThanOrEqual(64)
  })

  test('calls its tools', async () => {
    const messages = [{ role: 'user', content: '[[call Read {"path":"a"}]]' }]
    const response = await gateway.fetch('/v1/messages', {
      headers,
      body: { ...turn, model: 'gpt-5.4', stream: false, messages },
    })
    expect(await response.json()).toMatchObject({
      stop_reason: 'tool_use',
      content: expect.arrayContaining([
        expect.objectContaining({ type: 'tool_use', name: 'Read', input: { path: 'a' } }),
      ]),
    })
  })
})

test('its session is in the log', async () => {
  await using own = await startGateway({ accounts: [anthropicAccount(simulator.url)] })
  await (await own.fetch('/v1/messages?beta=true', { headers, body: turn })).text()
  const line = (await own.stop()).find(({ message }) => message === 'request')
  expect(line?.session).toBe(headers['x-claude-code-session-id'])
})
