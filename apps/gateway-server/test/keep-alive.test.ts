import type { ServerResponse } from 'node:http'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anthropicAccount, googleAccount, openaiAccount, startGateway, type TestGateway } from './harness.ts'
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts'

let upstream: RawUpstream
let gateway: TestGateway
let waiting: ServerResponse | undefined
beforeAll(async () => {
  upstream = await startRawUpstream((response) => {
    waiting = response
  })
  gateway = await startGateway({
    accounts: [googleAccount(upstream.url), anthropicAccount(upstream.url), openaiAccount(upstream.url)],
    pulse: { keepAliveMs: 20 },
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream.close()
})

interface Pieces {
  /** The events, in two parts with silence between. */
  readonly parts: readonly [string, string]
  ask(fetch: typeof globalThis.fetch): Promise<unknown>
}

const messages = [{ role: 'user' as const, content: 'hi' }]
const output = [
  {
    type: 'message',
    id: 'm',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'hi you', annotations: [] }],
  },
]
const response = { id: 'r', object: 'response', output: [], status: 'in_progress', model: 'gpt-5.4' }
const event = (type: string, more: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`
const gemini = (text: string, more: object = {}): string =>
  `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0, ...more }] })}\r\n\r\n`
const chat = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

const clients: Readonly<Record<string, Pieces>> = {
  'openai chat': {
    parts: [chat({ role: 'assistant', content: 'hi' }), `${chat({ content: ' you' }, 'stop')}data: [DONE]\n\n`],
    ask: async (fetch) => {
      const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, fetch, maxRetries: 0 })
      const done = await client.chat.completions.stream({ model: 'gpt-4o', messages }).finalChatCompletion()
      return done.choices[0]?.message.content
    },
  },
  'openai responses': {
    parts: [
      event('response.created', { response, sequence_number: 0 }) +
        event('response.output_item.added', {
          output_index: 0,
          item: { ...output[0], content: [] },
          sequence_number: 1,
        }) +
        event('response.content_part.added', {
          output_index: 0,
          content_index: 0,
          item_id: 'm',
          part: { type: 'output_text', text: '', annotations: [] },
          sequence_number: 2,
        }) +
        event('response.output_text.delta', {
          output_index: 0,
          content_index: 0,
          item_id: 'm',
          delta: 'hi',
          sequence_number: 3,
        }),
      event('response.output_text.delta', {
        output_index: 0,
        content_index: 0,
        item_id: 'm',
        delta: ' you',
        sequence_number: 4,
      }) + event('response.completed', { response: { ...response, status: 'completed', output }, sequence_number: 5 }),
    ],
    ask: async (fetch) => {
      const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, fetch, maxRetries: 0 })
      return (await client.responses.stream({ model: 'gpt-5.4', input: 'hi' }).finalResponse()).output_text
    },
  },
  anthropic: {
    parts: [
      event('message_start', {
        message: {
          id: 'm',
          type: 'message',
          role: 'assistant',
          model: 'c',
          content: [],
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      }) +
        event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
        event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'hi' } }),
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: ' you' } }) +
        event('content_block_stop', { index: 0 }) +
        event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } }) +
        event('message_stop', {}),
    ],
    ask: async (fetch) => {
      const client = new Anthropic({ baseURL: gateway.url, apiKey: gateway.key, fetch, maxRetries: 0 })
      return client.messages.stream({ model: 'claude-sonnet-5-5', max_tokens: 9, messages }).finalText()
    },
  },
  'google genai': {
    parts: [gemini('hi'), gemini(' you', { finishReason: 'STOP' })],
    ask: async (fetch) => {
      const client = new GoogleGenAI({ apiKey: gateway.key, httpOptions: { baseUrl: gateway.url, fetch } })
      let text = ''
      const stream = await client.models.generateContentStream({ model: 'gemini-3-pro', contents: 'hi' })
      for await (const chunk of stream) text += chunk.text ?? ''
      return text
    },
  },
}

test.each(Object.keys(clients))(
  'the SDK of %s takes the signs of life of a silent stream for nothing',
  async (name) => {
    const client = clients[name]
    if (client === undefined) throw new Error(name)
    const [first, second] = client.parts
    let quiet = 0
    let answered = 0
    /** Lets the upstream go on once the client has read two pieces that hold no content. */
    const spy: typeof globalThis.fetch = async (input, init) => {
      const got = await fetch(input, init)
      const watch = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          controller.enqueue(chunk)
          const text = Buffer.from(chunk).toString()
          quiet = text.includes('hi') || text.includes('you') ? 0 : quiet + 1
          if (quiet < 2 || waiting === undefined) return
          quiet = 0
          if (answered++ === 0) waiting.writeHead(200, { 'content-type': 'text/event-stream' }).write(first)
          else if (answered === 2) waiting.end(second)
        },
      })
      return new Response(got.body?.pipeThrough(watch) ?? null, got)
    }
    expect(await client.ask(spy)).toBe('hi you')
    expect(answered).toBeGreaterThanOrEqual(2)
  },
)
