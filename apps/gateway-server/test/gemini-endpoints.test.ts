import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  anthropicAccount,
  googleAccount,
  googleSecret,
  openaiAccount,
  readEvents,
  startGateway,
  type TestGateway,
} from './harness.ts'
import { bytes, type RawRequest, type RawUpstream, startRawUpstream } from './raw-upstream.ts'

const json = { 'content-type': 'application/json; charset=UTF-8' }
const sse = { 'content-type': 'text/event-stream' }

// Spellings that no re-serialiser keeps.
const reply =
  '{\n  "candidates": [ {"content": {"parts":[{"text":"h\\u00e9 \\/ \u2028","novel":1.50}],"role":"model"},"finishReason":"STOP","index":0} ],\n' +
  '"usageMetadata": {"promptTokenCount":1e0,"candidatesTokenCount":2,"totalTokenCount":3} }\n'
const frames = [
  'data: {"candidates": [{"content": {"parts": [{"text": "h\\u00e9"}],"role": "model"},"index": 0}],"novel":1.50}',
  'data: {"candidates": [{"content": {"parts": [{"text": "llo\u2028"}],"role": "model"},"index": 0}]}',
  'data: {"candidates": [{"content": {"parts": [{"text": ""}]},"finishReason": "STOP","index": 0}],"usageMetadata": {"promptTokenCount": 5,"candidatesTokenCount": 7}}',
]
const stream = frames.map((frame) => `${frame}\r\n\r\n`).join('')
const sent =
  '\n{ "novel" : {"z":1,"a":[1.0,-0.0,1E3]} ,"contents":[{"role":"user","parts":[{"text":"\\u0068i \u2028"}]}],"generationConfig":{"topK":4e1} }  \n'

let upstream: RawUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startRawUpstream(bytes(200, json, reply))
  gateway = await startGateway({
    accounts: [googleAccount(upstream.url), anthropicAccount(upstream.url), openaiAccount(upstream.url)],
    config: { model_routes: [{ source_model: 'mine', target_model: 'gemini-3-pro' }] },
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream.close()
})

function last(): RawRequest {
  const request = upstream.requests.at(-1)
  if (request === undefined) throw new Error('the upstream was not asked')
  return request
}

/** A call without an `Authorization` header, as Gemini's clients make it. */
function post(path: string, body = sent, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
}

describe('a Gemini client', () => {
  test.each([
    ['/v1beta', 'gemini-3-pro'],
    ['/v1', 'gemini-3-pro'],
    ['/v1alpha', 'models%2Fgemini-3-pro'],
    ['/v1beta1/projects/p/locations/l/publishers/google', 'gemini-3-pro'],
    ['/v1beta', 'mine'],
  ])('at %s with %s passes byte for byte, the model in the path', async (version, model) => {
    upstream.answer(bytes(200, json, reply))
    const response = await post(`${version}/models/${model}:generateContent`, sent, { 'x-goog-api-key': gateway.key })
    expect(await response.text()).toBe(reply)
    expect(last().body.toString()).toBe(sent)
    expect(last().target).toBe('/v1beta/models/gemini-3-pro:generateContent')
    expect(last().headers['x-goog-api-key']).toBe(googleSecret)
    expect(last().headers.authorization).toBeUndefined()
  })

  test('streams byte for byte', async () => {
    upstream.answer(bytes(200, sse, stream))
    const path = `/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse&key=${gateway.key}`
    const response = await post(path)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    expect(await response.text()).toBe(stream)
    expect(last().target).toBe('/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse')
    expect(JSON.stringify(last())).not.toContain(gateway.key)
  })

  test('that does not ask for events gets one array, element by element as they are', async () => {
    upstream.answer(bytes(200, sse, stream))
    const response = await post(`/v1beta/models/gemini-3-pro:streamGenerateContent?key=${gateway.key}`)
    expect(response.headers.get('content-type')).toBe('application/json; charset=UTF-8')
    expect(await response.text()).toBe(`[${frames.map((frame) => frame.slice(6)).join(',\r\n')}]`)
    expect(last().target).toBe('/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse')
  })

  test('whose stream breaks is told so in its array, or after its events', async () => {
    upstream.answer((response) => {
      response.writeHead(200, sse)
      response.write(`${frames[0]}\r\n\r\n`, () => response.destroy())
    })
    const path = `/v1beta/models/gemini-3-pro:streamGenerateContent?key=${gateway.key}`
    const array = (await (await post(path)).json()) as Record<string, unknown>[]
    expect(array).toEqual([
      expect.objectContaining({ novel: 1.5 }),
      { error: expect.objectContaining({ code: 502, status: expect.any(String), message: expect.any(String) }) },
    ])
    const events = readEvents(await (await post(`${path}&alt=sse`)).text())
    expect(JSON.parse(events.at(-1)?.data ?? '')).toHaveProperty('error.code', 502)
  })

  test('gets errors as Google writes them', async () => {
    const noKey = await post('/v1beta/models/gemini-3-pro:generateContent')
    expect(noKey.status).toBe(401)
    expect(await noKey.json()).toMatchObject({ error: { code: 401, status: 'UNAUTHENTICATED' } })
    const headers = { 'x-goog-api-key': gateway.key }
    const noModel = await post('/v1beta/models/llama-9:generateContent', sent, headers)
    expect(noModel.status).toBe(404)
    expect(await noModel.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } })
    const noContents = await post('/v1beta/models/gemini-3-pro:generateContent', '{}', headers)
    expect(await noContents.json()).toMatchObject({ error: { code: 400, message: 'contents is required' } })
    const unknown = await post('/v1beta/models/gemini-3-pro:predict', sent, headers)
    expect(unknown.status).toBe(405)
    expect(await unknown.json()).toMatchObject({ error: { code: 405 } })
  })

  test('gets the upstream’s own error, and a refused prompt is an answer', async () => {
    const headers = { 'x-goog-api-key': gateway.key }
    const error = '{ "error": {"code": 400, "message": "Invalid value", "status": "INVALID_ARGUMENT", "details":[] } }'
    upstream.answer(bytes(400, json, error))
    const refused = await post('/v1beta/models/gemini-3-pro:generateContent', sent, headers)
    expect([refused.status, await refused.text()]).toEqual([400, error])
    const blocked = '{"promptFeedback": {"blockReason": "SAFETY"},"usageMetadata": {"promptTokenCount": 4}}'
    upstream.answer(bytes(200, json, blocked))
    const answer = await post('/v1beta/models/gemini-3-pro:generateContent', sent, headers)
    expect([answer.status, await answer.text()]).toEqual([200, blocked])
  })

  test('is not told of the operator’s key, which Google refuses with 400', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }]
    const error = { code: 400, message: `API key not valid: ${googleSecret}`, status: 'INVALID_ARGUMENT', details }
    upstream.answer(bytes(400, json, JSON.stringify({ error })))
    const path = `/v1beta/models/gemini-3-pro:generateContent?key=${gateway.key}`
    const response = await post(path)
    const text = await response.text()
    expect(response.status).toBe(502)
    expect(text).toContain('the provider refused the credential of upstream account')
    expect(text).not.toContain(googleSecret)
  })

  test('that speaks another dialect at this path is served in that one', async () => {
    const chat =
      '{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}'
    upstream.answer(bytes(200, json, chat))
    const body = '{"messages":[{"role":"user","content":"hi"}],"max_completion_tokens":9}'
    const response = await post(`/v1beta/models/gpt-4o:generateContent?key=${gateway.key}`, body)
    expect(await response.text()).toBe(chat)
    expect(last().target).toBe('/v1/chat/completions')
    expect(JSON.parse(last().body.toString())).toMatchObject({ model: 'gpt-4o', stream: false })
  })
})

test('a Gemini body at another path has its model and its stream there, and Google gets neither', async () => {
  upstream.answer(bytes(200, sse, stream))
  const body = '{"model":"gemini-3-pro", "stream":true, "contents":[{"parts":[{"text":"hi"}]}] }'
  const response = await gateway.fetch('/v1/chat/completions', { body })
  expect(await response.text()).toBe(stream)
  expect(last().target).toBe('/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse')
  expect(last().body.toString()).toBe('{  "contents":[{"parts":[{"text":"hi"}]}] }')
})

test('the key in a query is in no line of the log', async () => {
  upstream.answer(bytes(200, json, reply))
  await using other = await startGateway({ accounts: [googleAccount(upstream.url)] })
  const response = await fetch(`${other.url}/v1beta/models/gemini-3-pro:generateContent?key=${other.key}`, {
    method: 'POST',
    body: sent,
  })
  expect(response.status).toBe(200)
  const log = await other.stop()
  expect(log.some(({ path }) => path === '/v1beta/models/gemini-3-pro:generateContent')).toBe(true)
  expect(JSON.stringify(log)).not.toContain(other.key)
})
