import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anthropicAccount, gatewayKey, openaiAccount } from './harness.ts'
import { sealsIn } from './matrix/seals.ts'
import { startTurns, startTwoAccounts, type TwoAccounts } from './two-accounts.ts'

type Request = OpenAI.Responses.ResponseCreateParamsNonStreaming
type Response = OpenAI.Responses.Response

let two: TwoAccounts
let claude: Simulator
beforeAll(async () => {
  two = await startTwoAccounts(openaiAccount)
  claude = await startSimulator()
})
afterAll(() => Promise.all([two[Symbol.asyncDispose](), claude.close()]))

const storing = { responses: { store: 'memory' } }

/** Both ways of asking: whole, and as a stream folded by the SDK itself. */
const ways = [
  { way: 'whole', ask: (client: OpenAI, request: Request): Promise<Response> => client.responses.create(request) },
  {
    way: 'streamed',
    ask: (client: OpenAI, request: Request): Promise<Response> =>
      client.responses.stream({ ...request, stream: true }).finalResponse(),
  },
]

function lastBody(simulator: Simulator): Record<string, unknown> {
  return simulator.requests.at(-1)?.body as Record<string, unknown>
}

describe.each(ways)('$way', ({ ask }) => {
  test('who goes on from a response is sent to the account that made it', async () => {
    const client = (await startTurns(two.accounts)).openai()
    const before = two.asked()
    const made: Response[] = []
    for (let i = 0; i < 4; i++) made.push(await ask(client, { model: 'gpt-5.4', input: 'my name is Ann' }))
    const after = two.asked()
    // A round robin gave both of them some.
    expect(after).toEqual(before.map((count) => count + 2))
    for (const { id } of made) {
      const next = await ask(client, { model: 'gpt-5.4', previous_response_id: id, input: 'hello' })
      expect(next.previous_response_id).toBe(id)
    }
  })

  test('items that are named are looked for where they were made', async () => {
    const client = (await startTurns(two.accounts)).openai()
    const made: Response[] = []
    for (let i = 0; i < 4; i++) made.push(await ask(client, { model: 'gpt-5.4', input: 'hello' }))
    for (const { output } of made) {
      const reference = { type: 'item_reference' as const, id: output.at(-1)?.id ?? '' }
      const input = [{ role: 'user' as const, content: 'hello' }, reference, { role: 'user' as const, content: 'and?' }]
      expect((await ask(client, { model: 'gpt-5.4', input })).output_text).toContain('and?')
    }
  })

  test('without a store an upstream of another dialect cannot go on, and says so', async () => {
    const client = (await startTurns([anthropicAccount(claude.url)])).openai()
    const made = await ask(client, { model: 'claude-sonnet-5-5', input: 'hello' })
    const next = ask(client, { model: 'claude-sonnet-5-5', previous_response_id: made.id, input: 'and?' })
    await expect(next).rejects.toMatchObject({
      status: 400,
      param: 'previous_response_id',
      message: expect.stringContaining('send the items themselves in input'),
    })
  })

  test('items that are named are refused there too, with what to do', async () => {
    const client = (await startTurns([anthropicAccount(claude.url)])).openai()
    const { output } = await ask(client, { model: 'claude-sonnet-5-5', input: 'hello' })
    const reference = { type: 'item_reference' as const, id: output.at(-1)?.id ?? '' }
    const input = [reference, { role: 'user' as const, content: 'and?' }]
    await expect(ask(client, { model: 'claude-sonnet-5-5', input })).rejects.toMatchObject({
      status: 400,
      param: 'input',
      message: expect.stringMatching(/store: false.*responses\.store: memory/),
    })
  })

  test('with a store a conversation goes on at an upstream of another dialect, tools and all', async () => {
    const client = (await startTurns([anthropicAccount(claude.url)], storing)).openai()
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const tools = [{ type: 'function' as const, name: 'get_weather', parameters, strict: false }]
    const ground = { model: 'claude-sonnet-5-5', tools, reasoning: { effort: 'high' as const } }
    const content = '[[reason I must look it up]] [[call get_weather {"city":"Paris"}]] weather?'
    const made = await ask(client, { ...ground, input: content })
    const call = made.output.find((item) => item.type === 'function_call')
    expect(call).toMatchObject({ name: 'get_weather', arguments: expect.stringContaining('Paris') })
    const result = { type: 'function_call_output' as const, call_id: call?.call_id ?? '', output: 'sunny' }
    const next = await ask(client, { ...ground, previous_response_id: made.id, input: [result] })
    expect(next.output_text).toContain('The tool get_weather answered: "sunny".')
    const last = await ask(client, { ...ground, previous_response_id: next.id, input: '[[say bye]]' })
    expect(last.output_text).toBe('bye')
    const messages = lastBody(claude).messages as { role: string }[]
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user'])
    // Its own signature came back to it at both turns after the first: it refuses any other.
    const [second, third] = claude.requests.slice(-2).map(({ body }) => sealsIn(body, 'anthropic'))
    expect(second).toHaveLength(1)
    expect(third).toContain(second?.[0])
  })

  test('with a store a response moves to another account when its own is gone', async () => {
    const key = gatewayKey()
    const config = { ...storing, gateway_keys: [key.section] }
    const gateway = await startTurns([openaiAccount(two.first.url)], config)
    const client = gateway.openai({ apiKey: key.raw })
    const made = await ask(client, { model: 'gpt-5.4', input: '[[reason hm]] [[say noted]]' })
    const moved = { id: 'upstream_moved', name: 'moved' }
    gateway.saveConfig({ ...config, upstream_accounts: [openaiAccount(two.second.url, moved)] })
    expect(await gateway.server.reload()).toEqual({ ok: true })
    const next = await ask(client, { model: 'gpt-5.4', previous_response_id: made.id, input: 'and?' })
    expect(next.output_text).toContain('and?')
    const body = lastBody(two.second)
    expect(body).not.toHaveProperty('previous_response_id')
    expect((body.input as { type?: string; role?: string }[]).map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
    ])
  })
})

describe('stored responses', () => {
  test('are shown and deleted by their key alone', async () => {
    const [mine, other] = [gatewayKey(), gatewayKey()]
    const config = { ...storing, gateway_keys: [mine.section, other.section] }
    const gateway = await startTurns([anthropicAccount(claude.url)], config)
    const client = gateway.openai({ apiKey: mine.raw })
    const stranger = gateway.openai({ apiKey: other.raw })
    const made = await client.responses.create({ model: 'claude-sonnet-5-5', input: '[[say hello]]' })
    expect((await client.responses.retrieve(made.id)).output_text).toBe('hello')
    await expect(stranger.responses.retrieve(made.id)).rejects.toMatchObject({ status: 404 })
    await expect(stranger.responses.delete(made.id)).rejects.toMatchObject({ status: 404 })
    const request = { model: 'claude-sonnet-5-5', previous_response_id: made.id, input: 'x' }
    await expect(stranger.responses.create(request)).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
      param: 'previous_response_id',
    })
    await client.responses.delete(made.id)
    await expect(client.responses.retrieve(made.id)).rejects.toMatchObject({ status: 404 })
    await expect(client.responses.create(request)).rejects.toMatchObject({ code: 'previous_response_not_found' })
  })

  test('are those that were to be stored', async () => {
    const client = (await startTurns([anthropicAccount(claude.url)], storing)).openai()
    const made = await client.responses.create({ model: 'claude-sonnet-5-5', input: 'hello', store: false })
    await expect(client.responses.retrieve(made.id)).rejects.toMatchObject({ status: 404 })
  })

  test('are none where the store is off', async () => {
    const client = (await startTurns([openaiAccount(two.first.url)])).openai()
    await expect(client.responses.retrieve('resp_1')).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('stores no responses'),
    })
  })

  test('of another key are not gone on from at the provider either', async () => {
    const [mine, other] = [gatewayKey(), gatewayKey()]
    const gateway = await startTurns([openaiAccount(two.first.url)], { gateway_keys: [mine.section, other.section] })
    const made = await gateway.openai({ apiKey: mine.raw }).responses.create({ model: 'gpt-5.4', input: 'a secret' })
    const asked = two.first.totals.requests
    const next = gateway
      .openai({ apiKey: other.raw })
      .responses.create({ model: 'gpt-5.4', previous_response_id: made.id, input: 'what was it?' })
    await expect(next).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found' })
    expect(two.first.totals.requests).toBe(asked)
  })
})
