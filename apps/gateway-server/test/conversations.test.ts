import { startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anthropicAccount, gatewayKey, openaiAccount } from './harness.ts'
import { startTurns, startTwoAccounts, type TwoAccounts } from './two-accounts.ts'

const model = 'gpt-5.4'
let two: TwoAccounts
beforeAll(async () => {
  two = await startTwoAccounts(openaiAccount)
})
afterAll(() => two[Symbol.asyncDispose]())

test('a conversation is begun, gone on in, shown, changed and ended, all at the account that keeps it', async () => {
  const client = (await startTurns(two.accounts)).openai()
  const message = { type: 'message' as const, role: 'user' as const, content: 'my name is Ann' }
  const made = await client.conversations.create({ metadata: { a: 'b' }, items: [message] })
  const { id } = made
  expect(made.object).toBe('conversation')
  // A round robin would send every second one to the account that knows nothing of it.
  for (let i = 0; i < 4; i++) {
    const response = await client.responses.create({ model, conversation: id, input: `[[say ${i}]]` })
    expect([response.output_text, response.conversation]).toEqual([`${i}`, { id }])
  }
  const items: { id?: string | null; type: string }[] = []
  for await (const item of client.conversations.items.list(id, { limit: 3, order: 'asc' })) items.push(item)
  expect(items).toHaveLength(9)
  const added = await client.conversations.items.create(id, { items: [{ ...message, content: 'or Bea' }] })
  const [item] = added.data
  const place = { conversation_id: id }
  expect(await client.conversations.items.retrieve(item?.id ?? '', place)).toMatchObject({ content: 'or Bea' })
  expect((await client.conversations.items.delete(item?.id ?? '', place)).id).toBe(id)
  await expect(client.conversations.items.retrieve(item?.id ?? '', place)).rejects.toMatchObject({ status: 404 })
  expect((await client.conversations.update(id, { metadata: { a: 'c' } })).metadata).toEqual({ a: 'c' })
  expect((await client.conversations.retrieve(id)).metadata).toEqual({ a: 'c' })
  expect((await client.conversations.delete(id)).deleted).toBe(true)
  await expect(client.conversations.retrieve(id)).rejects.toMatchObject({ status: 404 })
})

test('a conversation that the gateway has forgotten since it started is found again', async () => {
  const { id } = await (await startTurns(two.accounts.slice(1))).openai().conversations.create({})
  const client = (await startTurns(two.accounts)).openai()
  expect((await client.conversations.retrieve(id)).id).toBe(id)
  for (let i = 0; i < 3; i++) {
    expect((await client.responses.create({ model, conversation: id, input: 'x' })).conversation).toEqual({ id })
  }
})

test('another key’s conversation is none', async () => {
  const [mine, other] = [gatewayKey(), gatewayKey()]
  const gateway = await startTurns(two.accounts, { gateway_keys: [mine.section, other.section] })
  const { id } = await gateway.openai({ apiKey: mine.raw }).conversations.create({})
  const stranger = gateway.openai({ apiKey: other.raw }).conversations
  await expect(stranger.retrieve(id)).rejects.toMatchObject({ status: 404 })
  await expect(stranger.items.list(id)).rejects.toMatchObject({ status: 404 })
  await expect(stranger.delete(id)).rejects.toMatchObject({ status: 404 })
})

test('an account that is down is passed over for one that can begin it', async () => {
  const gone = await startSimulator()
  const { url } = gone
  await gone.close()
  const client = (
    await startTurns([openaiAccount(url, { id: 'upstream_gone', name: 'gone' }), openaiAccount(two.first.url)])
  ).openai()
  expect((await client.conversations.create({})).object).toBe('conversation')
})

test('a key whose routes lead to some accounts alone has its conversations there', async () => {
  const routes = [{ source_model: '*', account: 'upstream_second' }]
  const key = gatewayKey({ model_routes: { default_behavior: 'reject', routes } })
  const gateway = await startTurns(two.accounts, { gateway_keys: [key.section] })
  const client = gateway.openai({ apiKey: key.raw })
  const asked = two.first.totals.requests
  const { id } = await client.conversations.create({})
  expect((await client.responses.create({ model, conversation: id, input: 'x' })).conversation).toEqual({ id })
  await expect(client.conversations.retrieve('conv_none')).rejects.toMatchObject({ status: 404 })
  expect(two.first.totals.requests).toBe(asked)
})

test('where no account keeps conversations, the client is told what to do instead', async () => {
  const client = (await startTurns([anthropicAccount(two.first.url)])).openai()
  const refused = { status: 400, message: expect.stringMatching(/previous_response_id.*responses\.store: memory/) }
  await expect(client.conversations.create({})).rejects.toMatchObject(refused)
})

test('what the provider refuses is told in its own words', async () => {
  const client = (await startTurns(two.accounts)).openai()
  const metadata = { a: 'x'.repeat(1000) }
  await expect(client.conversations.create({ metadata })).rejects.toMatchObject({
    status: 400,
    param: 'metadata.a',
  })
})
