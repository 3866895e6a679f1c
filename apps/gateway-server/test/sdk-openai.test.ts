import type { JsonObject } from '@llm-gateway/converter'
import type { Simulator } from '@llm-gateway/simulator'
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Pair, startPair } from './harness.ts'

type Request = OpenAI.ChatCompletionCreateParamsNonStreaming
type Reply = OpenAI.ChatCompletion
type Message = OpenAI.ChatCompletionMessageParam

let pair: Pair
beforeAll(async () => {
  pair = await startPair()
})
afterAll(async () => {
  await pair[Symbol.asyncDispose]()
})

const tools: OpenAI.ChatCompletionFunctionTool[] = [
  tool('get_weather', { city: { type: 'string' } }),
  tool('get_time', { zone: { type: 'string' } }),
]
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const pdf = Buffer.from('%PDF-1.4 a page').toString('base64')

/** Both ways of asking: whole, and as a stream folded by the SDK itself. */
const ways = [
  { way: 'whole', ask: (request: Request): Promise<Reply> => pair.gateway.openai().chat.completions.create(request) },
  {
    way: 'streamed',
    ask: (request: Request): Promise<Reply> =>
      pair.gateway
        .openai()
        .chat.completions.stream({ ...request, stream: true, stream_options: { include_usage: true } })
        .finalChatCompletion(),
  },
]

const upstreams = [
  { upstream: 'anthropic' as const, model: 'claude-sonnet-5-5', thinker: 'claude-sonnet-5-5' },
  { upstream: 'openai' as const, model: 'gpt-4o', thinker: 'gpt-5.4' },
]

describe.each(upstreams)('the openai SDK at an $upstream upstream', ({ upstream, model, thinker }) => {
  const simulator = (): Simulator => pair[upstream]

  describe.each(ways)('$way', ({ ask }) => {
    test('asks with a system prompt and is told usage and stop reason', async () => {
      const reply = await ask({
        model,
        messages: [
          { role: 'system', content: 'Answer in one word.' },
          { role: 'user', content: 'hello there' },
        ],
      })
      const [choice] = reply.choices
      expect(choice?.message.content).toBe(`You said: "hello there" This is the simulator answering as ${model}.`)
      expect(choice?.finish_reason).toBe('stop')
      expect(reply.model).toBe(model)
      expect(reply.object).toBe('chat.completion')
      const counted = lastRequest(simulator()).usage
      expect(reply.usage).toMatchObject({
        prompt_tokens: counted?.input,
        completion_tokens: counted?.output,
        total_tokens: (counted?.input ?? 0) + (counted?.output ?? 0),
      })
      expect(systemOf(lastBody(simulator()))).toBe('Answer in one word.')
    })

    test('carries two parallel calls and their results over three turns', async () => {
      const city = '{"city": "Paris"}'
      const messages: Message[] = [
        { role: 'user', content: `[[call get_weather ${city}]] [[call get_time {"zone":"CET"}]] What is it like?` },
      ]
      const first = await ask({ model, messages, tools })
      const calls = first.choices[0]?.message.tool_calls?.filter((call) => call.type === 'function') ?? []
      expect(first.choices[0]?.finish_reason).toBe('tool_calls')
      expect(calls.map((call) => call.function.name)).toEqual(['get_weather', 'get_time'])
      expect(calls.map((call) => JSON.parse(call.function.arguments) as unknown)).toEqual([
        { city: 'Paris' },
        { zone: 'CET' },
      ])
      expect(new Set(calls.map((call) => call.id)).size).toBe(2)
      for (const call of calls) expect(call.id.length).toBeLessThanOrEqual(40)

      // Results come in the order the calls finished, not the order they were made in.
      messages.push({ role: 'assistant', content: null, tool_calls: calls })
      for (const call of calls.toReversed()) {
        messages.push({ role: 'tool', tool_call_id: call.id, content: `${call.function.name} says yes` })
      }
      const second = await ask({ model, messages, tools })
      const text = second.choices[0]?.message.content ?? ''
      expect(text).toContain('The tool get_weather answered: "get_weather says yes".')
      expect(text).toContain('The tool get_time answered: "get_time says yes".')

      messages.push({ role: 'assistant', content: text }, { role: 'user', content: 'thanks' })
      const third = await ask({ model, messages, tools })
      expect(third.choices[0]?.message.content).toContain('You said: "thanks"')
      expect(third.choices[0]?.finish_reason).toBe('stop')
    })

    test('sends images by data and by address', async () => {
      const reply = await ask({
        model,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'look' },
              { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
              { type: 'image_url', image_url: { url: 'https://images.example/cat.png' } },
            ],
          },
        ],
      })
      expect(reply.choices[0]?.message.content).toContain(
        `I received an image (image/png, ${png.length} encoded characters), an image (https://images.example/cat.png).`,
      )
    })

    test('sends a document', async () => {
      const file = { file_data: `data:application/pdf;base64,${pdf}`, filename: 'page.pdf' }
      const content = [
        { type: 'text' as const, text: 'read' },
        { type: 'file' as const, file },
      ]
      const reply = await ask({ model, messages: [{ role: 'user', content }] })
      expect(reply.choices[0]?.message.content).toMatch(/I received a document \(.*\d+ encoded characters\)\./)
      expect(JSON.stringify(lastBody(simulator()))).toContain(pdf)
    })

    test('asks for reasoning effort and is told what the reasoning cost', async () => {
      const reply = await ask({
        model: thinker,
        reasoning_effort: 'high',
        messages: [{ role: 'user', content: '[[reason one two three four five six]] [[say done]]' }],
      })
      expect(reply.choices[0]?.message.content).toBe('done')
      const counted = lastRequest(simulator()).usage
      expect(counted?.reasoning).toBeGreaterThan(0)
      expect(reply.usage?.completion_tokens).toBe(counted?.output)
      const body = lastBody(simulator())
      expect(upstream === 'openai' ? body.reasoning_effort : member(body.output_config, 'effort')).toBe('high')
    })

    test('tells a length limit, a stop sequence and a refusal apart', async () => {
      const say = (content: string): Message[] => [{ role: 'user', content }]
      const long = '[[say one two three four five six seven eight nine ten]]'
      const cut = await ask({ model, max_tokens: 3, messages: say(long) })
      expect(cut.choices[0]?.finish_reason).toBe('length')
      expect(cut.usage?.completion_tokens).toBe(3)

      const stopped = await ask({ model, stop: ['four'], messages: say(long) })
      expect(stopped.choices[0]?.finish_reason).toBe('stop')
      expect(stopped.choices[0]?.message.content).toBe('one two three ')

      const refused = await ask({ model, messages: say('[[refuse That is not for me.]]') })
      expect(JSON.stringify(refused.choices[0])).toContain('That is not for me.')
      if (upstream === 'anthropic') expect(refused.choices[0]?.finish_reason).toBe('content_filter')
      else expect(refused.choices[0]?.message.refusal).toBe('That is not for me.')
    })

    test('gets structured output that fits its schema', async () => {
      const reply = await ask({
        model,
        messages: [{ role: 'user', content: 'a person' }],
        response_format: {
          type: 'json_schema',
          json_schema: {
            name: 'person',
            strict: true,
            schema: {
              type: 'object',
              properties: { name: { type: 'string' }, age: { type: 'integer' } },
              required: ['name', 'age'],
              additionalProperties: false,
            },
          },
        },
      })
      const person = JSON.parse(reply.choices[0]?.message.content ?? '') as Record<string, unknown>
      expect(Object.keys(person).sort()).toEqual(['age', 'name'])
      expect(typeof person.name).toBe('string')
      expect(Number.isInteger(person.age)).toBe(true)
    })
  })

  test('folds a stream to what the whole answer says', async () => {
    const request: Request = {
      model,
      messages: [{ role: 'user', content: 'Say [[call get_weather {"city":"Köln \\u2028 \\"x\\""}]]' }],
      tools,
    }
    const [whole, streamed] = await Promise.all(ways.map(({ ask }) => ask(request)))
    expect(comparable(streamed)).toEqual(comparable(whole))
    const echo: Request = { model, messages: [{ role: 'user', content: 'line\u2028separator and 日本語 🙂' }] }
    const [wholeEcho, streamedEcho] = await Promise.all(ways.map(({ ask }) => ask(echo)))
    expect(comparable(streamedEcho)).toEqual(comparable(wholeEcho))
    expect(wholeEcho?.choices[0]?.message.content).toContain('line\u2028separator and 日本語 🙂')
  })

  test('streams without usage unless it was asked for', async () => {
    const stream = await pair.gateway
      .openai()
      .chat.completions.create({ model, stream: true, messages: [{ role: 'user', content: 'hi' }] })
    const chunks: OpenAI.ChatCompletionChunk[] = []
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks.every((chunk) => chunk.usage === undefined || chunk.usage === null)).toBe(true)
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop')
  })
})

function tool(name: string, properties: JsonObject): OpenAI.ChatCompletionFunctionTool {
  const parameters = { type: 'object', properties, required: Object.keys(properties) }
  return { type: 'function', function: { name, description: `Calls ${name}.`, parameters } }
}

function lastRequest(simulator: Simulator): Simulator['requests'][number] {
  const last = simulator.requests.at(-1)
  if (last === undefined) throw new Error('the simulator has not been asked anything')
  return last
}

function lastBody(simulator: Simulator): Record<string, unknown> {
  return lastRequest(simulator).body as Record<string, unknown>
}

function member(value: unknown, key: string): unknown {
  return (value as Record<string, unknown> | undefined)?.[key]
}

/** The system prompt as it went upstream, in either dialect. */
function systemOf(body: Record<string, unknown>): unknown {
  if (Array.isArray(body.system)) return member(body.system[0], 'text')
  if (body.system !== undefined) return body.system
  return member((body.messages as unknown[])[0], 'content')
}

/**
 * What two answers to the same question must have in common. A stream's first chunk says `""` before anybody can know that no
 * text will come, and a provider that answers with an object instead of its JSON leaves the spelling of arguments open.
 */
function comparable(reply: Reply | undefined): unknown {
  const message = reply?.choices[0]?.message
  const calls = message?.tool_calls?.filter((call) => call.type === 'function') ?? []
  return {
    content: message?.content ?? '',
    calls: calls.map(({ function: { name, arguments: json } }) => ({ name, input: JSON.parse(json) as unknown })),
    finish: reply?.choices[0]?.finish_reason,
    usage: reply?.usage,
    model: reply?.model,
  }
}
