import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  anthropicAccount,
  anthropicSecret,
  openaiAccount,
  openaiSecret,
  readEvents,
  startGateway,
  type TestGateway,
} from './harness.ts'
import { bytes, type RawRequest, type RawUpstream, startRawUpstream } from './raw-upstream.ts'

const json = { 'content-type': 'application/json' }
const sse = { 'content-type': 'text/event-stream; charset=utf-8' }

// Spellings that no re-serialiser keeps: key order, spaces, number forms, escapes, fields nobody knows yet.
const chatReply =
  '{ "id":"chatcmpl-1","zeta":1.50,"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",\n' +
  '"content":"h\\u00e9llo \\/ \u2028"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1e0,"completion_tokens":2,"total_tokens":3} }\n'
const messageReply =
  '{ "id":"msg_1","type":"message","novel":{"b":1,"a":-0.0},"role":"assistant","model":"m","content":[{"type":"text","text":"h\\u00e9llo"}],\n' +
  '"stop_reason":"end_turn","stop_sequence":null,"usage":{"output_tokens":2,"input_tokens":1.0} }'
const chatStream = [
  'data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}',
  ': a comment that a provider sends',
  'data:{"choices":[{"delta":{"content":"h\\u00e9"  },"index":0}],"novel":1.50}',
  'data: {"choices":[{"delta":{},"index":0,"finish_reason":"stop"}]}',
  'data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}',
  'data: [DONE]',
]
const messageStream = [
  'event: message_start\ndata: {"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","content":[],"model":"m","usage":{"input_tokens":5,"output_tokens":1}}}',
  'event: ping\ndata: {"type": "ping"}',
  'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"novel_block","x":1.50}}',
  'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}',
  'event: content_block_start\ndata: {"index":1,"type":"content_block_start","content_block":{"type":"text","text":""}}',
  'event: content_block_delta\ndata: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"h\\u00e9"}}',
  'event: content_block_stop\ndata: {"type":"content_block_stop","index":1}',
  'event: novel_event\ndata: {"type":"novel_event","a":1}',
  'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}',
  'event: message_stop\ndata: {"type":"message_stop"}',
]

interface DialectCase {
  readonly dialect: 'openai' | 'anthropic'
  readonly path: string
  readonly upstreamPath: string
  readonly model: string
  readonly target: string
  readonly reply: string
  readonly frames: readonly string[]
  readonly secret: string
}

const dialects: readonly DialectCase[] = [
  {
    dialect: 'openai',
    path: '/v1/chat/completions',
    upstreamPath: '/v1/chat/completions',
    model: 'gpt-4o',
    target: 'gpt-4o-2030-01-01',
    reply: chatReply,
    frames: chatStream,
    secret: openaiSecret,
  },
  {
    dialect: 'anthropic',
    path: '/v1/messages',
    upstreamPath: '/v1/messages',
    model: 'claude-sonnet-5-5',
    target: 'claude-sonnet-5-5-20300101',
    reply: messageReply,
    frames: messageStream,
    secret: anthropicSecret,
  },
]

let upstream: RawUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startRawUpstream(bytes(200, json, chatReply))
  gateway = await startGateway({
    accounts: [anthropicAccount(upstream.url), openaiAccount(upstream.url)],
    config: {
      model_routes: [
        { source_model: 'my "own" modél', target_model: 'gpt-4o-2030-01-01' },
        { source_model: 'mine', target_model: 'claude-sonnet-5-5-20300101' },
      ],
    },
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream.close()
})

/** A body no serialiser would write. */
function body(model: string, stream = false): string {
  return (
    `\n{ "novel" : {"z":1,"a":[1.0,-0.0,1E3,12345678901234567890]} ,"messages":[{"role":"user","content":"\\u0068i \u2028 \\ud83d\\ude00 \\"model\\":\\"gpt\\""}],` +
    `${stream ? '"stream": true , ' : ''}"model" : ${model} , "max_tokens":1e2,"inner":{"model":"untouched"} }  \n`
  )
}

describe.each(dialects)('$dialect', ({ dialect, path, upstreamPath, model, target, reply, frames, secret }) => {
  const last = (): RawRequest => {
    const request = upstream.requests.at(-1)
    if (request === undefined) throw new Error('the upstream was not asked')
    return request
  }

  test('a request and its reply pass byte for byte', async () => {
    upstream.answer(bytes(200, { ...json, 'x-ratelimit-limit-requests': '60' }, reply))
    const sent = body(JSON.stringify(model))
    const response = await gateway.fetch(path, { body: sent })
    expect(await response.text()).toBe(reply)
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('60')
    expect(response.headers.get('x-llm-gateway-losses')).toBeNull()
    expect(last().body.toString()).toBe(sent)
    expect(last().target).toBe(upstreamPath)
    expect(last().headers['content-length']).toBe(String(Buffer.byteLength(sent)))
  })

  test('a routed model changes its own bytes only', async () => {
    upstream.answer(bytes(200, json, reply))
    const spelt = dialect === 'openai' ? '"my \\"own\\" mod\\u00e9l"' : '"m\\u0069ne"'
    const response = await gateway.fetch(path, { body: body(spelt) })
    expect(response.status).toBe(200)
    expect(last().body.toString()).toBe(body(JSON.stringify(target)))
  })

  test('a stream passes byte for byte', async () => {
    const stream = `${frames.join('\n\n')}\n\n`
    upstream.answer((response) => {
      response.writeHead(200, sse)
      // In pieces that respect neither events nor characters.
      const all = Buffer.from(stream)
      for (let at = 0; at < all.length; at += 37) response.write(all.subarray(at, at + 37))
      response.end()
    })
    const sent = body(JSON.stringify(model), true)
    const response = await gateway.fetch(path, { body: sent })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(await response.text()).toBe(stream)
    expect(last().body.toString()).toBe(sent)
  })

  test('a stream with CRLF line ends passes byte for byte', async () => {
    const stream = `${frames.join('\n\n')}\n\n`.replaceAll('\n', '\r\n')
    upstream.answer(bytes(200, sse, stream))
    const response = await gateway.fetch(path, { body: body(JSON.stringify(model), true) })
    expect(await response.text()).toBe(stream)
  })

  test.each([400, 404, 413, 422, 429, 500, 529])('an error body of %i passes unmodified', async (status) => {
    const error =
      '{ "error" : {"type":"novel_error","code":null,"message":"no\\u002e","novel":1.50} , "type":"error"}\n'
    upstream.answer(bytes(status, { ...json, 'retry-after': '3', 'request-id': 'req_upstream' }, error))
    // Errors are learnt from by model; each has its own here.
    const response = await gateway.fetch(path, { body: body(JSON.stringify(`${model}-error-${status}`)) })
    expect(response.status).toBe(status)
    expect(await response.text()).toBe(error)
    expect(response.headers.get('x-llm-gateway-error-source')).toBe('upstream')
    expect(response.headers.get('request-id')).toBe('req_upstream')
    expect(response.headers.get('x-llm-gateway-request-id')).toMatch(/^req_/)
    expect(response.headers.get('retry-after')).toBe('3')
  })

  test.each(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'])(
    'the gateway key in %s never goes to the provider',
    async (header) => {
      upstream.answer(bytes(200, json, reply))
      const response = await fetch(`${gateway.url}${path}`, {
        method: 'POST',
        headers: {
          ...json,
          [header]: header === 'authorization' ? `Bearer ${gateway.key}` : gateway.key,
          cookie: 'a=b',
        },
        body: body(JSON.stringify(model)),
      })
      expect(response.status).toBe(200)
      expect(last().rawHeaders.join('\n')).not.toContain(gateway.key)
      expect(last().target).not.toContain(gateway.key)
      expect(last().headers.cookie).toBeUndefined()
      const credentials = [last().headers.authorization, last().headers['x-api-key']].filter(
        (value) => value !== undefined,
      )
      expect(credentials).toEqual([dialect === 'openai' ? `Bearer ${secret}` : secret])
    },
  )

  test('the gateway key in the query never goes to the provider', async () => {
    upstream.answer(bytes(200, json, reply))
    const response = await fetch(`${gateway.url}${path}?key=${gateway.key}`, {
      method: 'POST',
      headers: json,
      body: body(JSON.stringify(model)),
    })
    expect(response.status).toBe(200)
    expect(last().target).toBe(upstreamPath)
    expect(last().rawHeaders.join('\n')).not.toContain(gateway.key)
  })
})

test('what Anthropic’s headers and query say passes verbatim, also what is not known yet', async () => {
  upstream.answer(bytes(200, json, messageReply))
  const betas = 'claude-code-20250219,oauth-2025-04-20, interleaved-thinking-2025-05-14,novel-2031-01-01'
  const response = await gateway.fetch('/v1/messages?beta=true', {
    headers: {
      'anthropic-version': '2026-10-21',
      'anthropic-beta': betas,
      'anthropic-novel-header': 'kept: "as is"',
      'x-llm-gateway-own': 'not for the provider',
    },
    body: body('"claude-sonnet-5-5"'),
  })
  expect(response.status).toBe(200)
  const { target, headers } = upstream.requests.at(-1) ?? { target: '', headers: {} }
  expect(target).toBe('/v1/messages?beta=true')
  expect(headers).toMatchObject({
    'anthropic-version': '2026-10-21',
    'anthropic-beta': betas,
    'anthropic-novel-header': 'kept: "as is"',
  })
  expect(headers).not.toHaveProperty('x-llm-gateway-own')
})

test('a client in another dialect sends none of its own headers', async () => {
  upstream.answer(bytes(200, json, chatReply))
  const response = await gateway.fetch('/v1/messages?beta=true', {
    headers: { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'context-1m' },
    body: { model: 'gpt-4o', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] },
  })
  expect(response.status).toBe(200)
  const { target, headers } = upstream.requests.at(-1) ?? { target: '', headers: {} }
  expect(target).toBe('/v1/chat/completions')
  expect(Object.keys(headers).filter((name) => name.startsWith('anthropic'))).toEqual([])
})

test('usage is read on the way of what passes', async () => {
  await using own = await startGateway({ accounts: [anthropicAccount(upstream.url), openaiAccount(upstream.url)] })
  upstream.answer(bytes(200, sse, `${chatStream.join('\n\n')}\n\n`))
  await (await own.fetch('/v1/chat/completions', { body: body('"gpt-4o"', true) })).text()
  upstream.answer(bytes(200, sse, `${messageStream.join('\n\n')}\n\n`))
  const text = await (await own.fetch('/v1/messages', { body: body('"claude-sonnet-5-5"', true) })).text()
  expect(readEvents(text).at(-1)?.event).toBe('message_stop')
  const lines = (await own.stop()).filter(({ message }) => message === 'request')
  expect(lines.map(({ usage }) => [usage?.input, usage?.output])).toEqual([
    [5, 7],
    [5, 7],
  ])
})
