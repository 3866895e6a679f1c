import { afterAll, beforeAll, expect, test } from 'vitest'
import { openaiAccount, startGateway, type TestGateway } from './harness.ts'
import { bytes, type RawUpstream, startRawUpstream } from './raw-upstream.ts'

const reply =
  '{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}'
// Spellings that no re-serialiser keeps.
const kept =
  '{ "model":"served","messages":[{"role":"user","content":"x"}, {"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"1"}],"seed":1.0 }'

let upstream: RawUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startRawUpstream(bytes(200, { 'content-type': 'application/json' }, reply))
  gateway = await startGateway({
    accounts: [
      openaiAccount(upstream.url, { id: 'upstream_own', models: ['served'] }),
      openaiAccount(upstream.url, { id: 'upstream_vendor', provider: 'openai-compatible', models: ['vendor'] }),
      openaiAccount(upstream.url, {
        id: 'upstream_groq',
        provider: 'openai-compatible',
        models: ['particular'],
        capabilities: { reasoning_members: ['reasoning'] },
      }),
    ],
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream.close()
})

async function sent(model: string): Promise<{ body: string; losses: string | null }> {
  const body = kept.replace('"served"', JSON.stringify(model))
  const response = await gateway.fetch('/v1/chat/completions', { body })
  expect(response.status).toBe(200)
  return {
    body: upstream.requests.at(-1)?.body.toString() ?? '',
    losses: response.headers.get('x-llm-gateway-losses'),
  }
}

test('a client that echoes reasoning gets past OpenAI, which would refuse the member', async () => {
  const { body, losses } = await sent('served')
  expect(body).not.toContain('reasoning_content')
  expect(body).toContain('"seed":1.0')
  expect(losses).toContain('messages[1].reasoning_content')
})

test('a vendor that needs its reasoning back gets the very bytes', async () => {
  expect(await sent('vendor')).toEqual({ body: kept.replace('"served"', '"vendor"'), losses: null })
})

test('the configuration says what an endpoint takes back', async () => {
  expect((await sent('particular')).losses).toContain('messages[1].reasoning_content')
})
