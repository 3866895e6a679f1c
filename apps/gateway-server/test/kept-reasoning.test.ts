import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openaiAccount, startGateway, type TestGateway } from './harness.ts'
import { anthropicMessages } from './matrix/clients/anthropic.ts'
import { googleGenai } from './matrix/clients/gemini.ts'
import { openaiResponses } from './matrix/clients/openai-responses.ts'
import type { Client } from './matrix/conversation.ts'
import { go, hold, loop, openMoving, results, ways } from './thinking-loop.ts'

/** Vendors of the chat dialect that check what comes back of their reasoning, behind clients of every other dialect. */

const models = {
  gemini: 'google/gemini-3-pro-preview',
  claude: 'anthropic/claude-sonnet-4.5',
  mistral: 'mistral-medium-3-5',
} as const
type Maker = keyof typeof models
const makers = ['gemini', 'claude', 'mistral'] as const
const clients: readonly Client[] = [anthropicMessages, openaiResponses, googleGenai]
const cases = makers.flatMap((maker) => clients.flatMap((client) => ways.map((way) => ({ maker, client, way }))))

interface Sent {
  readonly role: string
  readonly content: unknown
  readonly reasoning_details?: { readonly type: string; readonly text?: string }[]
}

let openrouter: Simulator
let mistral: Simulator
let gateway: TestGateway
const accounts = (): ReturnType<typeof openaiAccount>[] => [
  openaiAccount(openrouter.url, {
    id: 'upstream_openrouter',
    provider: 'openai-compatible',
    models: ['google/*', 'anthropic/*'],
    capabilities: { reasoning_members: ['reasoning_content', 'reasoning', 'reasoning_details'] },
  }),
  openaiAccount(mistral.url, { id: 'upstream_mistral', provider: 'openai-compatible', models: ['mistral*'] }),
]
beforeAll(async () => {
  ;[openrouter, mistral] = await Promise.all([startSimulator(), startSimulator()])
  openrouter.variant('openrouter')
  mistral.variant('mistral')
  for (const simulator of [openrouter, mistral]) simulator.script(() => true, loop)
  gateway = await startGateway({ accounts: accounts() })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await Promise.all([openrouter.close(), mistral.close()])
})

function assistantsAt(maker: Maker): Sent[] {
  const simulator = maker === 'mistral' ? mistral : openrouter
  const sent = simulator.requests.at(-1)?.body as { messages: Sent[] } | undefined
  return (sent?.messages ?? []).filter(({ role }) => role === 'assistant')
}

test.each(cases)('$client.name at a model of $maker, three turns, $way', async ({ maker, client, way }) => {
  const [first, second, third] = await hold(client, models[maker], way, gateway)
  expect([first?.calls, second?.calls].map((calls) => calls?.map(({ input }) => input))).toEqual([
    [{ at: '0' }],
    [{ at: '1' }],
  ])
  expect(third?.text).toBe('Done.')
  const kept = assistantsAt(maker)
  const texts = ['Thought 0: so?', 'Thought 1: so?']
  if (maker === 'mistral') {
    expect(kept.map(({ content }) => content)).toEqual(
      texts.map((text) => [
        { type: 'thinking', thinking: [{ type: 'text', text }], closed: true, signature: expect.any(String) as string },
      ]),
    )
  } else {
    expect(kept.map(({ reasoning_details: details }) => details?.[0]?.text)).toEqual(texts)
    expect(kept.map(({ reasoning_details: details }) => details?.length)).toEqual(maker === 'gemini' ? [2, 2] : [1, 1])
  }
})

test('what was given to a model of another maker is withheld, and the vendor does not see it', async () => {
  const open = openMoving(anthropicMessages, models.claude, gateway)
  await open.ask(go)
  open.model = models.mistral
  await open.ask(results)
  expect(JSON.stringify(assistantsAt('mistral'))).not.toMatch(/Thought 0|reasoning/)
})

test('without a key to seal with a loop that the vendor does not insist on goes on', async () => {
  await using keyless = await startGateway({ accounts: accounts(), env: { LLM_GATEWAY_MASTER_KEY: 'no key' } })
  const answers = await hold(anthropicMessages, models.claude, 'streamed', keyless)
  expect(answers.at(-1)?.text).toBe('Done.')
  expect(assistantsAt('claude').map(({ reasoning_details: details }) => details)).toEqual([undefined, undefined])
})

test('a chat client that echoes reasoning_details to the account passes as bytes', async () => {
  const call = '{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}'
  const body = `{ "model":"anthropic/claude-sonnet-4.5","messages":[{"role":"user","content":"x"}, {"role":"assistant","content":null,"reasoning_details":[ ],"tool_calls":[${call}]},{"role":"tool","tool_call_id":"call_1","content":"1"}],"seed":1 }`
  const response = await gateway.fetch('/v1/chat/completions', { body })
  expect([response.status, response.headers.get('x-llm-gateway-losses')]).toEqual([200, null])
  expect(openrouter.requests.at(-1)?.body).toEqual(JSON.parse(body))
})
