import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openaiAccount, startGateway, type TestGateway } from './harness.ts'
import { anthropicMessages } from './matrix/clients/anthropic.ts'
import { googleGenai } from './matrix/clients/gemini.ts'
import { openaiResponses } from './matrix/clients/openai-responses.ts'
import type { Client } from './matrix/conversation.ts'
import { go, hold, loop, openMoving, results, ways } from './thinking-loop.ts'

/** Vendors of the chat dialect that refuse a tool loop without their reasoning, behind clients of every other dialect. */

type Vendor = 'deepseek' | 'moonshot'
const models: Readonly<Record<Vendor, string>> = { deepseek: 'deepseek-v4-pro', moonshot: 'kimi-k2.6' }
const vendors = ['deepseek', 'moonshot'] as const
const clients: readonly Client[] = [openaiResponses, anthropicMessages, googleGenai]
const cases = vendors.flatMap((vendor) => clients.flatMap((client) => ways.map((way) => ({ vendor, client, way }))))

interface Sent {
  readonly role: string
  readonly reasoning_content?: string
}

let simulators: Readonly<Record<Vendor, Simulator>>
let gateway: TestGateway
beforeAll(async () => {
  const [deepseek, moonshot] = await Promise.all([startSimulator(), startSimulator()])
  simulators = { deepseek, moonshot }
  for (const vendor of vendors) {
    simulators[vendor].variant(vendor)
    simulators[vendor].script(() => true, loop)
  }
  gateway = await startGateway({
    accounts: vendors.map((vendor) =>
      openaiAccount(simulators[vendor].url, {
        id: `upstream_${vendor}`,
        provider: 'openai-compatible',
        models: [`${models[vendor]}*`],
      }),
    ),
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await Promise.all(vendors.map((vendor) => simulators[vendor].close()))
})

function assistantsAt(vendor: Vendor): Sent[] {
  const sent = simulators[vendor].requests.at(-1)?.body as { messages: Sent[] } | undefined
  return (sent?.messages ?? []).filter(({ role }) => role === 'assistant')
}

test.each(cases)('$client.name at $vendor, three turns, $way', async ({ vendor, client, way }) => {
  const [first, second, third] = await hold(client, models[vendor], way, gateway)
  expect([first?.calls, second?.calls].map((calls) => calls?.map(({ input }) => input))).toEqual([
    [{ at: '0' }],
    [{ at: '1' }],
  ])
  expect(third?.text).toBe('Done.')
  expect(assistantsAt(vendor).map((message) => message.reasoning_content)).toEqual(['Thought 0: so?', 'Thought 1: so?'])
  expect([first, second, third].map((answer) => answer?.reasoning)).toEqual(
    [0, 1, 2].map((step) => `Thought ${step}: so?`),
  )
})

test('a stored response goes on with its reasoning, though its client sends none', async () => {
  await using storing = await startGateway({
    accounts: [openaiAccount(simulators.deepseek.url, { provider: 'openai-compatible', models: ['deepseek*'] })],
    config: { responses: { store: 'memory' } },
  })
  const { responses } = storing.openai()
  const parameters = { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] }
  const tools = [{ type: 'function' as const, name: 'look', parameters, strict: false }]
  let last = await responses.create({ model: models.deepseek, input: 'Go.', tools })
  for (let step = 0; step < 2; step++) {
    const call = last.output.find((item) => item.type === 'function_call')
    const input = [{ type: 'function_call_output' as const, call_id: call?.call_id ?? '', output: 'done' }]
    last = await responses.create({ model: models.deepseek, previous_response_id: last.id, input, tools })
  }
  expect(last.output_text).toBe('Done.')
  expect(assistantsAt('deepseek').map((message) => message.reasoning_content)).toEqual([
    'Thought 0: so?',
    'Thought 1: so?',
  ])
})

describe('a conversation that moves', () => {
  // A chat of Google's SDK is with one model.
  test.each([openaiResponses, anthropicMessages])(
    '$name, from one vendor to the other: a blank stands for what is not its own',
    async (client) => {
      const open = openMoving(client, models.deepseek, gateway)
      await open.ask(go)
      open.model = models.moonshot
      await open.ask(results)
      expect(assistantsAt('moonshot').map((message) => message.reasoning_content)).toEqual([' '])
      await open.ask(results)
      expect(assistantsAt('moonshot').map((message) => message.reasoning_content)).toEqual([' ', 'Thought 1: so?'])
    },
  )
})

test.each(clients)('$name without a key to seal with: the loop goes on all the same', async (client) => {
  await using keyless = await startGateway({
    accounts: [openaiAccount(simulators.moonshot.url, { provider: 'openai-compatible', models: ['kimi*'] })],
    env: { LLM_GATEWAY_MASTER_KEY: 'no key' },
  })
  const answers = await hold(client, models.moonshot, 'streamed', keyless)
  expect(answers.at(-1)?.text).toBe('Done.')
  const shown = client !== anthropicMessages
  expect(assistantsAt('moonshot').map((message) => message.reasoning_content)).toEqual(
    shown ? ['Thought 0: so?', 'Thought 1: so?'] : [' ', ' '],
  )
})
