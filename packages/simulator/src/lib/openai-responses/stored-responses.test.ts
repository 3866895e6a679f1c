import OpenAI from 'openai'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../server.ts'

let simulator: Simulator
let client: OpenAI
beforeEach(async () => {
  simulator = await startSimulator()
  client = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'k', maxRetries: 0 })
})
afterEach(() => simulator.close())

const model = 'gpt-5.4'

test('only what runs in the background is cancelled', async () => {
  const { id } = await client.responses.create({ model, input: 'x' })
  await expect(client.responses.cancel(id)).rejects.toMatchObject({
    status: 400,
    message: '400 Cannot cancel a synchronous response.',
  })
  const queued = await client.responses.create({ model, input: 'x', background: true })
  expect((await client.responses.cancel(queued.id)).status).toBe('cancelled')
  expect(await client.responses.retrieve(queued.id)).toMatchObject({ status: 'cancelled', output: [] })
})

test('a stream in the background is gone back to, one that is not is not', async () => {
  const request = { model, input: '[[say one two]]', stream: true } as const
  const seen: OpenAI.Responses.ResponseStreamEvent[] = []
  for await (const event of await client.responses.create({ ...request, background: true })) seen.push(event)
  const [created] = seen
  if (created?.type !== 'response.created') throw new TypeError('the stream did not begin')
  const again: OpenAI.Responses.ResponseStreamEvent[] = []
  const stream = await client.responses.retrieve(created.response.id, { stream: true, starting_after: 4 })
  for await (const event of stream) again.push(event)
  expect(again).toEqual(seen.slice(5))
  const { id } = await client.responses.create({ model, input: 'x' })
  await expect(client.responses.retrieve(id, { stream: true })).rejects.toMatchObject({ status: 400, param: 'stream' })
})

test('a conversation is compacted to what the user said and an item that is sealed', async () => {
  const { id } = await client.responses.create({ model, input: 'my name is Ann' })
  const { output, object, usage } = await client.responses.compact({ model, previous_response_id: id })
  expect([object, usage.output_tokens]).toEqual(['response.compaction', 1])
  expect(output).toMatchObject([{ role: 'user' }, { type: 'compaction', encrypted_content: expect.any(String) }])
  const input = [...output, { role: 'user', content: 'x' }] as OpenAI.Responses.ResponseInput
  expect((await client.responses.create({ model, input })).status).toBe('completed')
  const forged = output.map((item) => (item.type === 'compaction' ? { ...item, encrypted_content: 'gAAAAAx' } : item))
  const refused = client.responses.create({ model, input: forged as OpenAI.Responses.ResponseInput })
  await expect(refused).rejects.toMatchObject({ status: 400, code: 'invalid_encrypted_content' })
  const wrong = { model, input: 'x', tools: [] } as OpenAI.Responses.ResponseCompactParams
  await expect(client.responses.compact(wrong)).rejects.toMatchObject({ status: 400, code: 'unknown_parameter' })
})

test('a conversation and its items are changed one by one', async () => {
  const { id } = await client.conversations.create({})
  const items = [{ type: 'message' as const, role: 'user' as const, content: 'x' }]
  const [item] = (await client.conversations.items.create(id, { items })).data
  const place = { conversation_id: id }
  expect(await client.conversations.items.retrieve(item?.id ?? '', place)).toMatchObject({ role: 'user' })
  await client.conversations.items.delete(item?.id ?? '', place)
  await expect(client.conversations.items.retrieve(item?.id ?? '', place)).rejects.toMatchObject({ status: 404 })
  expect((await client.conversations.update(id, { metadata: { a: 'b' } })).metadata).toEqual({ a: 'b' })
  await expect(client.conversations.items.create(id, { items: [] })).rejects.toMatchObject({ status: 400 })
})
