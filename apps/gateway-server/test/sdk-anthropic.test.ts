import type Anthropic from '@anthropic-ai/sdk'
import type { Simulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Pair, startPair } from './harness.ts'

type Request = Anthropic.MessageCreateParamsNonStreaming
type Reply = Anthropic.Message
type Message = Anthropic.MessageParam
type Block = Anthropic.ContentBlockParam

let pair: Pair
beforeAll(async () => {
  pair = await startPair()
})
afterAll(async () => {
  await pair[Symbol.asyncDispose]()
})

const tools: Anthropic.Tool[] = [tool('get_weather', 'city'), tool('get_time', 'zone')]
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const pdf = Buffer.from('%PDF-1.4 a page').toString('base64')
const max_tokens = 2000

/** Both ways of asking: whole, and as a stream folded by the SDK itself. */
const ways = [
  { way: 'whole', ask: (request: Request): Promise<Reply> => pair.gateway.anthropic().messages.create(request) },
  {
    way: 'streamed',
    ask: (request: Request): Promise<Reply> => pair.gateway.anthropic().messages.stream(request).finalMessage(),
  },
]

const upstreams = [
  { upstream: 'anthropic' as const, model: 'claude-sonnet-5-5', thinker: 'claude-opus-4-5' },
  { upstream: 'openai' as const, model: 'gpt-4o', thinker: 'gpt-5.4' },
]

describe.each(upstreams)('the Anthropic SDK at an $upstream upstream', ({ upstream, model, thinker }) => {
  const simulator = (): Simulator => pair[upstream]

  describe.each(ways)('$way', ({ ask }) => {
    test('asks with a system prompt and is told usage and stop reason', async () => {
      const reply = await ask({ model, max_tokens, system: 'Answer in one word.', messages: [user('hello there')] })
      expect(textOf(reply)).toBe(`You said: "hello there" This is the simulator answering as ${model}.`)
      expect(reply).toMatchObject({ type: 'message', role: 'assistant', model, stop_reason: 'end_turn' })
      const counted = lastRequest(simulator()).usage
      expect(reply.usage).toMatchObject({ input_tokens: counted?.input, output_tokens: counted?.output })
      expect(JSON.stringify(lastRequest(simulator()).body)).toContain('Answer in one word.')
    })

    test('carries two parallel calls and their results over three turns', async () => {
      const messages: Message[] = [
        user('[[call get_weather {"city": "Paris"}]] [[call get_time {"zone":"CET"}]] What is it like?'),
      ]
      const first = await ask({ model, max_tokens, messages, tools })
      const calls = first.content.filter((block) => block.type === 'tool_use')
      expect(first.stop_reason).toBe('tool_use')
      expect(calls.map(({ name, input }) => ({ name, input }))).toEqual([
        { name: 'get_weather', input: { city: 'Paris' } },
        { name: 'get_time', input: { zone: 'CET' } },
      ])
      expect(new Set(calls.map((call) => call.id)).size).toBe(2)

      // Results come in the order the calls finished, not the order they were made in.
      const results: Block[] = calls.toReversed().map((call) => ({
        type: 'tool_result',
        tool_use_id: call.id,
        content: `${call.name} says yes`,
      }))
      messages.push({ role: 'assistant', content: first.content }, { role: 'user', content: results })
      const second = await ask({ model, max_tokens, messages, tools })
      expect(textOf(second)).toContain('The tool get_weather answered: "get_weather says yes".')
      expect(textOf(second)).toContain('The tool get_time answered: "get_time says yes".')

      messages.push({ role: 'assistant', content: second.content }, user('thanks'))
      const third = await ask({ model, max_tokens, messages, tools })
      expect(textOf(third)).toContain('You said: "thanks"')
      expect(third.stop_reason).toBe('end_turn')
    })

    test('sends images by data and by address', async () => {
      const content: Block[] = [
        { type: 'text', text: 'look' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
        { type: 'image', source: { type: 'url', url: 'https://images.example/cat.png' } },
      ]
      const reply = await ask({ model, max_tokens, messages: [{ role: 'user', content }] })
      expect(textOf(reply)).toContain(
        `I received an image (image/png, ${png.length} encoded characters), an image (https://images.example/cat.png).`,
      )
    })

    test('sends a document', async () => {
      const source = { type: 'base64' as const, media_type: 'application/pdf' as const, data: pdf }
      const content: Block[] = [
        { type: 'document', source },
        { type: 'text', text: 'read' },
      ]
      const reply = await ask({ model, max_tokens, messages: [{ role: 'user', content }] })
      expect(textOf(reply)).toMatch(/I received a document \(application\/pdf, \d+ encoded characters\)\./)
      expect(JSON.stringify(lastRequest(simulator()).body)).toContain(pdf)
    })

    test('gives the error flag and the image of a tool result', async () => {
      const first = await ask({ model, max_tokens, tools, messages: [user('[[call get_time {"zone":"CET"}]]')] })
      const call = first.content.find((block) => block.type === 'tool_use')
      const result: Block = {
        type: 'tool_result',
        tool_use_id: call?.id ?? '',
        is_error: true,
        content: [
          { type: 'text', text: 'no clock' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
        ],
      }
      const messages: Message[] = [
        user('[[call get_time {"zone":"CET"}]]'),
        { role: 'assistant', content: first.content },
        { role: 'user', content: [result] },
      ]
      const second = await ask({ model, max_tokens, tools, messages })
      expect(textOf(second)).toContain('no clock')
      expect(textOf(second)).toContain(`image/png, ${png.length} encoded characters`)
      if (upstream === 'anthropic') expect(textOf(second)).toContain('The tool get_time failed')
    })

    test('tells a length limit, a stop sequence and a refusal apart', async () => {
      const long = [user('[[say one two three four five six seven eight nine ten]]')]
      const cut = await ask({ model, max_tokens: 3, messages: long })
      expect(cut.stop_reason).toBe('max_tokens')
      expect(cut.usage.output_tokens).toBe(3)

      const stopped = await ask({ model, max_tokens, stop_sequences: ['four'], messages: long })
      expect(textOf(stopped)).toBe('one two three ')
      // Chat's "stop" does not say which of the two it was.
      const told = upstream === 'anthropic' ? ['stop_sequence', 'four'] : ['end_turn', null]
      expect([stopped.stop_reason, stopped.stop_sequence]).toEqual(told)

      const refused = await ask({ model, max_tokens, messages: [user('[[refuse That is not for me.]]')] })
      expect(refused.stop_reason).toBe('refusal')
    })

    test('gets structured output that fits its schema', async () => {
      const schema = {
        type: 'object',
        properties: { name: { type: 'string' }, age: { type: 'integer' } },
        required: ['name', 'age'],
        additionalProperties: false,
      }
      const output_config: Anthropic.OutputConfig = { format: { type: 'json_schema', schema } }
      const reply = await ask({ model, max_tokens, messages: [user('a person')], output_config })
      const person = JSON.parse(textOf(reply)) as Record<string, unknown>
      expect(Object.keys(person).sort()).toEqual(['age', 'name'])
      expect(typeof person.name).toBe('string')
      expect(Number.isInteger(person.age)).toBe(true)
    })

    test('thinks, and takes its thinking back with a tool result', async () => {
      const messages: Message[] = [user('[[reason about time]] [[call get_time {"zone":"CET"}]]')]
      const thinking: Anthropic.ThinkingConfigParam = { type: 'enabled', budget_tokens: 1024 }
      const first = await ask({ model: thinker, max_tokens, thinking, tools, messages })
      expect(first.stop_reason).toBe('tool_use')
      const call = first.content.find((block) => block.type === 'tool_use')
      const result: Block = { type: 'tool_result', tool_use_id: call?.id ?? '', content: 'noon' }
      messages.push({ role: 'assistant', content: first.content }, { role: 'user', content: [result] })
      const second = await ask({ model: thinker, max_tokens, thinking, tools, messages })
      expect(textOf(second)).toContain('The tool get_time answered: "noon".')

      const sent = JSON.stringify(lastRequest(simulator()).body)
      const thought = first.content.find((block) => block.type === 'thinking')
      if (upstream === 'anthropic') {
        expect(thought?.thinking).toBe('about time')
        // The simulator refuses a signature that is not its own, letter for letter.
        expect(sent).toContain(thought?.signature)
      } else {
        expect(sent).not.toContain('signature')
        expect(first.usage.output_tokens).toBeGreaterThan(0)
      }
    })
  })

  test('folds a stream to what the whole answer says', async () => {
    const call: Request = {
      model,
      max_tokens,
      tools,
      messages: [user('[[call get_weather {"city":"Köln \\u2028 \\"x\\""}]] [[call get_time {}]]')],
    }
    const echo: Request = { model, max_tokens, messages: [user('line\u2028separator and 日本語 🙂')] }
    for (const request of [call, echo]) {
      const [whole, streamed] = await Promise.all(ways.map(({ ask }) => ask(request)))
      expect(comparable(streamed)).toEqual(comparable(whole))
      expect(whole?.content.length).toBeGreaterThan(0)
    }
  })
})

test('adaptive thinking with effort reaches an OpenAI model as its reasoning effort', async () => {
  await pair.gateway.anthropic().messages.create({
    model: 'gpt-5.4',
    max_tokens,
    thinking: { type: 'adaptive' },
    output_config: { effort: 'low' },
    messages: [user('hi')],
  })
  expect(lastRequest(pair.openai).body).toMatchObject({ reasoning_effort: 'low' })
})

test('a signature of another provider stays away from an Anthropic upstream that would refuse it', async () => {
  const foreign: Block = { type: 'thinking', thinking: 'from elsewhere', signature: 'bm90IHlvdXJz' }
  const messages: Message[] = [
    user('hi'),
    { role: 'assistant', content: [foreign, { type: 'text', text: 'hello' }] },
    user('[[say again]]'),
  ]
  // The same dialect passes as bytes: the provider itself says what is wrong.
  const refused = pair.gateway.anthropic().messages.create({ model: 'claude-opus-4-5', max_tokens, messages })
  await expect(refused).rejects.toMatchObject({ status: 400 })
  // Where the conversation goes to somebody else, the seal is withheld and the rest is understood.
  const { data, response } = await pair.gateway
    .anthropic()
    .messages.create({ model: 'gpt-4o', max_tokens, messages })
    .withResponse()
  expect(textOf(data)).toBe('again')
  expect(response.headers.get('x-llm-gateway-losses')).toMatch(/^\d+; .*messages/)
  expect(JSON.stringify(lastRequest(pair.openai).body)).not.toContain('bm90IHlvdXJz')
})

function tool(name: string, property: string): Anthropic.Tool {
  const input_schema = { type: 'object' as const, properties: { [property]: { type: 'string' } } }
  return { name, description: `Calls ${name}.`, input_schema }
}

function user(content: string): Message {
  return { role: 'user', content }
}

function textOf(reply: Reply): string {
  return reply.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
}

function lastRequest(simulator: Simulator): Simulator['requests'][number] {
  const last = simulator.requests.at(-1)
  if (last === undefined) throw new Error('the simulator has not been asked anything')
  return last
}

/** What two answers to the same question must have in common; ids are fresh each time. */
function comparable(reply: Reply | undefined): unknown {
  return {
    content: reply?.content.map((block) =>
      block.type === 'tool_use' ? { name: block.name, input: block.input } : block.type === 'text' && block.text,
    ),
    stop: [reply?.stop_reason, reply?.stop_sequence],
    usage: [reply?.usage.input_tokens, reply?.usage.output_tokens],
    model: reply?.model,
  }
}
