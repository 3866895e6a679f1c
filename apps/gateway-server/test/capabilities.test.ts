import { afterAll, beforeAll, expect, test } from 'vitest'
import { openaiAccount, type Pair, startGateway, startPair, type TestGateway } from './harness.ts'

let pair: Pair
let told: TestGateway
beforeAll(async () => {
  pair = await startPair()
  const account = openaiAccount(pair.openai.url, { capabilities: { sampling: 'none', max_output_tokens: 50 } })
  told = await startGateway({ accounts: [account] })
})
afterAll(async () => {
  await told[Symbol.asyncDispose]()
  await pair[Symbol.asyncDispose]()
})

const messages = [{ role: 'user', content: '[[say hello]]' }]
const body = { model: 'gpt-4o', max_tokens: 100, temperature: 0.5, messages }

test('what an account says of its models is what requests are converted for', async () => {
  const known = await pair.gateway.fetch('/v1/messages', { headers: { 'anthropic-version': '2023-06-01' }, body })
  expect([known.status, known.headers.get('x-llm-gateway-losses')]).toEqual([200, null])
  const other = await told.fetch('/v1/messages', { headers: { 'anthropic-version': '2023-06-01' }, body })
  expect(other.status).toBe(200)
  expect(other.headers.get('x-llm-gateway-losses')).toMatch(/max_tokens.*temperature|temperature.*max_tokens/)
})
