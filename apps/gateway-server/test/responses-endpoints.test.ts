import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anthropicAccount, gatewayKey, openaiAccount } from './harness.ts'
import { bytes, startRawUpstream } from './raw-upstream.ts'
import { startTurns, startTwoAccounts, type TwoAccounts } from './two-accounts.ts'

/** What OpenAI's SDK does with responses besides making them, at two accounts of which only one has each. */

const model = 'gpt-5.4'
let two: TwoAccounts
let claude: Simulator
beforeAll(async () => {
  two = await startTwoAccounts(openaiAccount)
  claude = await startSimulator()
})
afterAll(() => Promise.all([two[Symbol.asyncDispose](), claude.close()]))

const storing = { responses: { store: 'memory' } }

/** Responses of both accounts, one after the other. */
async function madeOf(client: OpenAI, more: Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming> = {}) {
  const made: OpenAI.Responses.Response[] = []
  for (let i = 0; i < 4; i++) made.push(await client.responses.create({ model, input: `[[say hello ${i}]]`, ...more }))
  return made
}

describe.each([
  ['without a store', {}],
  ['with a store', storing],
])('of the account that made it, %s', (_, config) => {
  test('a response is shown and deleted', async () => {
    const client = (await startTurns(two.accounts, config)).openai()
    for (const [i, { id }] of (await madeOf(client)).entries()) {
      expect((await client.responses.retrieve(id)).output_text).toBe(`hello ${i}`)
      await client.responses.delete(id)
      await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 })
    }
  })

  test('input items are listed in pages, which the SDK goes through by itself', async () => {
    const client = (await startTurns(two.accounts, config)).openai()
    const input = ['one', 'two', 'three'].map((content) => ({ role: 'user' as const, content }))
    for (const { id } of await madeOf(client, { input })) {
      const page = await client.responses.inputItems.list(id, { limit: 2, order: 'asc' })
      expect([page.data.length, page.has_more]).toEqual([2, true])
      const told: unknown[] = []
      for await (const item of client.responses.inputItems.list(id, { limit: 2, order: 'asc' })) told.push(item)
      expect(told).toMatchObject(
        ['one', 'two', 'three'].map((text) => ({ type: 'message', role: 'user', content: [{ text }] })),
      )
      const [newest] = (await client.responses.inputItems.list(id)).data
      expect(newest).toMatchObject({ content: [{ text: 'three' }] })
    }
  })

  test('a response in the background is fetched, and cancelled', async () => {
    const client = (await startTurns(two.accounts, config)).openai()
    for (const [i, { id, status }] of (await madeOf(client, { background: true })).entries()) {
      expect(status).toBe('queued')
      expect(await client.responses.retrieve(id)).toMatchObject({ status: 'completed', output_text: `hello ${i}` })
      expect((await client.responses.cancel(id)).status).toBe('cancelled')
      expect((await client.responses.retrieve(id)).status).toBe('cancelled')
    }
  })

  test('one that does not run in the background is not cancelled, in the words of OpenAI', async () => {
    const client = (await startTurns(two.accounts, config)).openai()
    const [made] = await madeOf(client)
    await expect(client.responses.cancel(made?.id ?? '')).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('Cannot cancel a synchronous response.'),
    })
  })

  test('a stream in the background is gone back to behind what was seen of it', async () => {
    const client = (await startTurns(two.accounts, config)).openai()
    for (let i = 0; i < 4; i++) {
      const request = { model, input: `[[say one two three four ${i}]]`, stream: true, background: true } as const
      const stream = await client.responses.create(request)
      let id = ''
      let seen = -1
      let text = ''
      for await (const event of stream) {
        if (event.type === 'response.created') id = event.response.id
        if (event.type === 'response.output_text.delta') text += event.delta
        seen = event.sequence_number
        if (text !== '') break
      }
      stream.controller.abort()
      const rest = await client.responses.retrieve(id, { stream: true, starting_after: seen })
      const numbers: number[] = []
      let last = ''
      for await (const event of rest) {
        numbers.push(event.sequence_number)
        if (event.type === 'response.output_text.delta') text += event.delta
        last = event.type
      }
      expect(numbers).toEqual(numbers.map((_number, at) => seen + 1 + at))
      expect([text, last]).toEqual([`one two three four ${i}`, 'response.completed'])
    }
  })
})

test('what the gateway has forgotten since it started is asked of all that keep responses', async () => {
  const client = (await startTurns(two.accounts)).openai()
  const made = await madeOf(client)
  const again = (await startTurns(two.accounts)).openai()
  for (const [i, { id }] of made.entries()) {
    expect((await again.responses.retrieve(id)).output_text).toBe(`hello ${i}`)
    expect(await again.responses.create({ model, previous_response_id: id, input: 'and?' })).toMatchObject({
      previous_response_id: id,
    })
  }
})

test('what was made in the background is counted once, when it is seen to be over', async () => {
  const gateway = await startTurns([openaiAccount(two.first.url)])
  const { responses } = gateway.openai()
  const { id } = await responses.create({ model, input: '[[say one two three]]', background: true })
  const { usage } = await responses.retrieve(id)
  await responses.retrieve(id)
  const counted = (await gateway.stop()).filter(({ operation }) => operation !== undefined).map((line) => line.usage)
  const output = usage?.output_tokens ?? 0
  expect(output).toBeGreaterThan(0)
  expect(counted).toMatchObject([{ output: 0 }, { input: 0, output }, undefined])
})

test('another key’s is none, also at the provider', async () => {
  const [mine, other] = [gatewayKey(), gatewayKey()]
  const gateway = await startTurns(two.accounts, { gateway_keys: [mine.section, other.section] })
  const { id } = await gateway.openai({ apiKey: mine.raw }).responses.create({ model, input: 'x', background: true })
  const stranger = gateway.openai({ apiKey: other.raw }).responses
  const asked = two.asked()
  for (const attempt of [
    () => stranger.retrieve(id),
    () => stranger.retrieve(id, { stream: true }),
    () => stranger.cancel(id),
    () => stranger.inputItems.list(id),
    () => stranger.delete(id),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ status: 404 })
  }
  expect(two.asked()).toEqual(asked)
})

test('of an upstream of another dialect, the store has what it needs and says what it has not', async () => {
  const client = (await startTurns([anthropicAccount(claude.url)], storing)).openai()
  const begun = await client.responses.create({ model: 'claude-sonnet-5-5', input: '[[say hello]]' })
  const request = { model: 'claude-sonnet-5-5', previous_response_id: begun.id, input: 'and?' }
  const { id } = await client.responses.create(request)
  const { data } = await client.responses.inputItems.list(id, { order: 'asc' })
  expect(data.map((item) => ('role' in item ? item.role : item.type))).toEqual(['user', 'assistant', 'user'])
  expect(new Set(data.map((item) => item.id)).size).toBe(3)
  await expect(client.responses.cancel(id)).rejects.toMatchObject({ status: 400 })
  await expect(client.responses.retrieve(id, { stream: true })).rejects.toMatchObject({ status: 400, param: 'stream' })
  for (const query of [{ limit: 0 }, { limit: 101 }, { order: 'up' as 'asc' }]) {
    await expect(client.responses.inputItems.list(id, query)).rejects.toMatchObject({ status: 400 })
  }
  await expect(client.responses.inputItems.list(id, { after: 'msg_none' })).rejects.toMatchObject({ status: 404 })
})

test('a provider that cannot be reached is told as that, and not as a response there is not', async () => {
  const gone = await startSimulator()
  const gateway = await startTurns([openaiAccount(gone.url)])
  const { id } = await gateway.openai().responses.create({ model, input: 'x' })
  await gone.close()
  const response = await gateway.fetch(`/v1/responses/${id}`)
  expect(response.status).toBe(502)
  expect(response.headers.get('x-llm-gateway-error-source')).toBe('gateway')
})

test('a stream gone back to that breaks off is told as that, and not as a response that is over', async () => {
  const event = (type: string, more: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`
  const rest = event('response.output_text.delta', {
    item_id: 'm',
    output_index: 0,
    content_index: 0,
    delta: 'x',
    sequence_number: 4,
  })
  const upstream = await startRawUpstream(bytes(200, { 'content-type': 'text/event-stream' }, rest))
  const gateway = await startTurns([openaiAccount(upstream.url)])
  const response = await gateway.fetch('/v1/responses/resp_1?stream=true&starting_after=3')
  const text = await response.text()
  expect([upstream.requests.at(-1)?.method, upstream.requests.at(-1)?.target]).toEqual([
    'GET',
    '/v1/responses/resp_1?stream=true&starting_after=3',
  ])
  expect(text.startsWith(rest)).toBe(true)
  expect(text.slice(rest.length)).toMatch(/^event: (error|response\.failed)\n/)
  await upstream.close()
})

test('a name that would step out of its folder is none', async () => {
  const gateway = await startTurns(two.accounts)
  for (const name of ['%2e%2e', '%2E', '..%2f..%2fmodels']) {
    const asked = two.asked()
    expect((await gateway.fetch(`/v1/responses/${name}/input_items`)).status).toBe(404)
    expect(two.asked()).toEqual(asked)
  }
})

describe('compacting', () => {
  test('is the provider’s, which goes on from what it sealed', async () => {
    const client = (await startTurns([openaiAccount(two.first.url)])).openai()
    const { id } = await client.responses.create({ model, input: 'my name is Ann' })
    const compacted = await client.responses.compact({ model, previous_response_id: id })
    expect(compacted).toMatchObject({
      object: 'response.compaction',
      output: [{ role: 'user' }, { type: 'compaction' }],
    })
    const input = [...compacted.output, { role: 'user' as const, content: '[[say yes]]' }]
    const next = await client.responses.create({ model, input: input as OpenAI.Responses.ResponseInput })
    expect(next.output_text).toBe('yes')
  })

  test('costs what the provider says', async () => {
    const gateway = await startTurns([openaiAccount(two.first.url)])
    await gateway.openai().responses.compact({ model, input: 'a conversation' })
    const line = (await gateway.stop()).find(({ operation }) => operation === 'compact')
    expect(line).toMatchObject({ status: 200, usage: { input: expect.any(Number), output: 1 } })
  })

  test('is refused where the model’s provider cannot, with what to do', async () => {
    const client = (await startTurns([anthropicAccount(claude.url)])).openai()
    await expect(client.responses.compact({ model: 'claude-sonnet-5-5', input: 'x' })).rejects.toMatchObject({
      status: 400,
      param: 'model',
      message: expect.stringContaining('send the whole of it'),
    })
  })
})

test('tokens are counted', async () => {
  const client = (await startTurns(two.accounts)).openai()
  expect(await client.responses.inputTokens.count({ model, input: 'hello' })).toMatchObject({
    object: 'response.input_tokens',
    input_tokens: expect.any(Number),
  })
})
