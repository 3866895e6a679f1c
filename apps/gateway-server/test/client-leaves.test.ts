import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { anthropicAccount, concurrently, openaiAccount, startGateway, type TestGateway, until } from './harness.ts'

const clients = 100
const width = 5
/** The limit a provider's bill is held to after its reader has gone. */
const limitMs = 500

let simulator: Simulator
let gateway: TestGateway
beforeEach(async () => {
  simulator = await startSimulator({ timing: { firstTokenMs: 0, tokenMs: 50 } })
  gateway = await startGateway({ accounts: [anthropicAccount(simulator.url), openaiAccount(simulator.url)] })
})
afterEach(async () => {
  await gateway[Symbol.asyncDispose]()
  await simulator.close()
})

const long = `[[say ${'word '.repeat(200)}]]`
const messages = [{ role: 'user', content: long }]
const calls = [
  { name: 'an openai client at an openai upstream', path: '/v1/chat/completions', model: 'gpt-4o' },
  { name: 'an Anthropic client at an openai upstream', path: '/v1/messages', model: 'gpt-4o' },
]

describe.each(calls)('hazard 116: $name', ({ path, model }) => {
  test('that leaves within a stream ends the upstream call at once, 100 of 100', async () => {
    await expectEndedAtOnce(async () => {
      const abort = new AbortController()
      const response = await request(path, { model, stream: true }, abort.signal)
      const reader = response.body?.getReader()
      await reader?.read()
      const leftAt = Date.now()
      abort.abort()
      return leftAt
    })
  })

  test('that leaves before a whole answer ends the upstream call at once, 100 of 100', async () => {
    await expectEndedAtOnce(async (index) => {
      const abort = new AbortController()
      const response = request(path, { model, stream: false, user: `client-${index}` }, abort.signal)
      const asked = simulator.totals.requests
      await until(() => simulator.totals.requests > Math.max(asked, index), 'the upstream is asked')
      const leftAt = Date.now()
      abort.abort()
      await expect(response).rejects.toThrow('aborted')
      return leftAt
    })
  })
})

test('a client that leaves before failover is not served by a second account', async () => {
  await gateway[Symbol.asyncDispose]()
  simulator.fault({ kind: 'hang' })
  const accounts = ['a', 'b'].map((id) => openaiAccount(simulator.url, { id: `upstream_${id}`, name: id }))
  gateway = await startGateway({ accounts, config: { proxy: { response_timeout: 0.3 } } })
  const abort = new AbortController()
  const response = request('/v1/chat/completions', { model: 'gpt-4o', stream: true }, abort.signal)
  await until(() => simulator.totals.requests === 1, 'the upstream is asked')
  abort.abort()
  await expect(response).rejects.toThrow('aborted')
  await simulator.idle()
  await gateway.stop()
  expect(simulator.totals.requests).toBe(1)
})

function request(path: string, more: object, signal: AbortSignal): Promise<Response> {
  return fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ max_tokens: 8000, messages, ...more }),
    signal,
  })
}

/** Lets a hundred clients come and go, and checks what their going did. */
async function expectEndedAtOnce(visit: (index: number) => Promise<number>): Promise<void> {
  // Client, gateway and provider share this process: what its event loop was held up is nobody's lateness.
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const left = await concurrently(clients, width, visit)
  await until(() => simulator.totals.aborted === clients, 'every upstream call is aborted')
  const aborted = simulator.requests.map((record) => record.abortedAt ?? Number.POSITIVE_INFINITY)
  // Visits overlap and carry no name the upstream sees, so they are compared in the order of their ends.
  const late = aborted.toSorted((a, b) => a - b).map((at, index) => at - (left.toSorted((a, b) => a - b)[index] ?? 0))
  delay.disable()
  expect(Math.max(...late)).toBeLessThanOrEqual(limitMs + delay.max / 1e6)
  expect(simulator.totals).toMatchObject({ requests: clients, completed: 0, broken: 0 })
  const lines = (await gateway.stop()).filter(({ message }) => message === 'request')
  expect(lines).toHaveLength(clients)
  expect(lines.every((line) => line.clientLeft === true)).toBe(true)
  expect(lines.flatMap((line) => line.attempts?.map(({ verdict }) => verdict))).toEqual(Array(clients).fill('neutral'))
}
