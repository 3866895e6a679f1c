import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { concurrently, openaiAccount, readEvents, startGateway, type TestGateway, until } from './harness.ts'
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts'

const sse = { 'content-type': 'text/event-stream' }
const stop = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

/** One event of a chat stream. */
function delta(content: string): string {
  return `data: {"id":"c","object":"chat.completion.chunk","model":"gpt-4o","choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}}}]}\n\n`
}

/** The same stream passed as it is, and converted. */
const clients = [
  { client: 'openai', path: '/v1/chat/completions', keepAlive: ': ' },
  { client: 'Anthropic', path: '/v1/messages', keepAlive: 'event: ping\n' },
]

let upstream: RawUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startRawUpstream((response) => response.end())
})
afterAll(() => upstream.close())
beforeEach(async () => {
  const impatient = await startGateway({
    accounts: [openaiAccount(upstream.url)],
    pulse: { keepAliveMs: 50, writeStallMs: 400 },
  })
  gateway = impatient
  return () => impatient[Symbol.asyncDispose]()
})

describe.each(clients)('an $client client', ({ path, keepAlive }) => {
  test('has its whole answer as soon as the upstream has said its last word, though that keeps its connection open', async () => {
    upstream.answer((next) => {
      next.writeHead(200, sse)
      next.write(delta('all'))
      next.write(stop)
    })
    const { incoming } = await open(path)
    let seen = ''
    incoming.on('data', (piece: Buffer) => {
      seen += piece.toString()
    })
    await once(incoming, 'end')
    expect(textOf(seen)).toBe('all')
    await until(() => gateway.server.status().inFlight === 0, 'the upstream is let go')
    expect(gateway.server.status().accounts[0]).toMatchObject({ failures: 0, state: 'healthy' })
  })

  test('gets each event as it comes', async () => {
    const sent = ['alpha', 'beta', 'gamma']
    let response: ServerResponse | undefined
    upstream.answer((next) => {
      response = next
      next.writeHead(200, sse)
      next.write(delta(sent[0] ?? ''))
    })
    const { incoming } = await open(path)
    let seen = ''
    incoming.on('data', (piece: Buffer) => {
      seen += piece.toString()
    })
    for (const [index, word] of sent.entries()) {
      // The next event is only sent once this one has arrived.
      await until(() => seen.includes(word), `${word} arrives`)
      const next = sent[index + 1]
      if (next === undefined) response?.end(stop)
      else response?.write(delta(next))
    }
    await once(incoming, 'end')
    expect(textOf(seen)).toBe('alphabetagamma')
  })

  test('is told that a silent stream lives, before its first content and within it', async () => {
    let response: ServerResponse | undefined
    upstream.answer((next) => {
      response = next
    })
    const { incoming } = await open(path)
    expect(incoming.statusCode).toBe(200)
    let seen = ''
    incoming.on('data', (piece: Buffer) => {
      seen += piece.toString()
    })
    const signs = (): number => seen.split(keepAlive).length - 1
    await until(() => signs() >= 2, 'two signs of life before the content')
    response?.writeHead(200, sse)
    response?.write(delta('one'))
    await until(() => seen.includes('one'), 'the content')
    const before = signs()
    await until(() => signs() >= before + 2, 'two signs of life within the content')
    response?.end(delta(' two') + stop)
    await once(incoming, 'end')
    expect(textOf(seen)).toBe('one two')
  })

  test('that is told of life and then of failure gets its dialect’s error in the stream', async () => {
    let response: ServerResponse | undefined
    upstream.answer((next) => {
      response = next
    })
    const { incoming } = await open(path)
    response?.writeHead(500, { 'content-type': 'application/json' })
    response?.end('{"error":{"message":"broken inside","type":"server_error"}}')
    const events = readEvents(await textFrom(incoming))
    expect(events.filter(({ data }) => data.includes('broken inside'))).toHaveLength(1)
    expect(JSON.parse(events.at(-1)?.data ?? '')).toHaveProperty('error.message')
  })

  test('hazard 116: that stops reading stops the upstream, and gets the rest when it reads on', async () => {
    await using patient = await startGateway({ accounts: [openaiAccount(upstream.url)] })
    gateway = patient
    const total = 24 * 1024 * 1024
    const event = delta('x'.repeat(16 * 1024))
    let sent = 0
    upstream.answer((response) => {
      response.writeHead(200, sse)
      const pump = (): void => {
        while (sent < total) {
          sent += event.length
          if (!response.write(event)) {
            response.once('drain', pump)
            return
          }
        }
        response.end(stop)
      }
      pump()
    })
    const { incoming } = await open(path)
    await once(incoming, 'readable')
    let last = -1
    await until(async () => {
      const same = sent === last
      last = sent
      await new Promise((resolve) => setTimeout(resolve, 100))
      return same && sent === last
    }, 'the upstream is held back')
    // What the sockets on both sides and the gateway hold between them.
    expect(sent).toBeLessThan(total / 2)
    const text = await textFrom(incoming)
    expect(textOf(text).length).toBe((sent / event.length) * 16 * 1024)
  })

  test('hazard 116: that never reads on is given up, and its upstream call with it', async () => {
    let closed = false
    upstream.answer((response) => {
      response.writeHead(200, sse)
      response.on('close', () => {
        closed = true
      })
      const pump = (): void => {
        while (!response.destroyed && response.write(delta('x'.repeat(64 * 1024))));
        response.once('drain', pump)
      }
      pump()
    })
    const { incoming } = await open(path)
    incoming.on('error', () => {})
    incoming.pause()
    await until(() => closed, 'the upstream call is closed')
    const lines = (await gateway.stop()).filter(({ message }) => message === 'request')
    expect(lines).toMatchObject([{ clientLeft: true, attempts: [{ verdict: 'neutral' }] }])
  })

  test('gets ten megabytes whole', async () => {
    const words = Array.from({ length: 640 }, (_, index) => `${index}:${'é'.repeat(8 * 1024)}`)
    upstream.answer((response) => {
      response.writeHead(200, sse)
      response.end(words.map(delta).join('') + stop)
    })
    const { incoming } = await open(path)
    expect(textOf(await textFrom(incoming)) === words.join('')).toBe(true)
  })

  test('is one of a hundred whose streams run side by side', async () => {
    const waiting: (() => void)[] = []
    upstream.answer((response, request) => {
      const mark = /client-(\d+)!/.exec(request.body.toString())?.[1] ?? 'none'
      response.writeHead(200, sse)
      response.write(delta(`${mark}:`))
      // No stream goes on before all have begun.
      waiting.push(() => {
        for (let index = 0; index < 20; index++) response.write(delta(`${mark},`))
        response.end(stop)
      })
      if (waiting.length === 100) for (const resume of waiting) resume()
    })
    const texts = await concurrently(100, 100, async (index) => {
      const { incoming } = await open(path, `client-${index}!`)
      return textOf(await textFrom(incoming))
    })
    expect(texts).toEqual(texts.map((_, index) => `${index}:${`${index},`.repeat(20)}`))
  })
})

test('a whole answer in place of a stream is told as the stream that was asked for', async () => {
  upstream.answer((response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      '{"id":"c","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"all at once"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":3,"total_tokens":4}}',
    )
  })
  const messages = [{ role: 'user' as const, content: 'hi' }]
  const reply = await gateway.openai().chat.completions.stream({ model: 'gpt-4o', messages }).finalChatCompletion()
  expect(reply.choices[0]?.message.content).toBe('all at once')
  const message = await gateway.anthropic().messages.stream({ model: 'gpt-4o', max_tokens: 9, messages }).finalMessage()
  expect(message.content).toMatchObject([{ type: 'text', text: 'all at once' }])
})

/** Asks for a stream on a connection of its own, and gives it once its head is here. */
function open(path: string, content = 'hi'): Promise<{ incoming: IncomingMessage }> {
  return new Promise((resolve, reject) => {
    const sending = httpRequest(gateway.url + path, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
    })
    sending.on('response', (incoming) => resolve({ incoming }))
    sending.on('error', reject)
    sending.end(
      JSON.stringify({ model: 'gpt-4o', max_tokens: 10, stream: true, messages: [{ role: 'user', content }] }),
    )
  })
}

async function textFrom(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of incoming) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}

/** The text of a whole stream of either dialect. */
function textOf(stream: string): string {
  const events = readEvents(stream)
  expect(['[DONE]', '{"type":"message_stop"}']).toContain(events.at(-1)?.data)
  return events
    .filter(({ data }) => data.startsWith('{'))
    .map(({ data }) => {
      const { choices, delta: part } = JSON.parse(data) as {
        choices?: { delta: { content?: string } }[]
        delta?: { text?: string }
      }
      return choices?.[0]?.delta.content ?? part?.text ?? ''
    })
    .join('')
}
