import { type FaultRule, type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { concurrently, readEvents, type Section, startGateway, type TestGateway } from './harness.ts'

const concurrency = 32

/** What an upstream does that fails before its first content, in each way there is. */
const faults: readonly FaultRule[] = [
  ...[408, 429, 500, 502, 503, 529].map((status) => ({ kind: 'status' as const, status })),
  { kind: 'status', status: 429, retryAfter: 5 },
  { kind: 'status', status: 401 },
  { kind: 'status', status: 403 },
  { kind: 'html', status: 200 },
  { kind: 'html', status: 502 },
  { kind: 'empty-body' },
  { kind: 'empty-stream' },
  { kind: 'error-first', status: 529 },
  { kind: 'json-error' },
  { kind: 'reset' },
  { kind: 'truncate', afterEvents: 0 },
  { kind: 'cut', afterBytes: 0 },
]
/** Those that only a deadline ends. */
const hangs: readonly FaultRule[] = [{ kind: 'hang' }, { kind: 'hang-stream', afterEvents: 0 }]

const openaiCase = { dialect: 'openai-chat' as const, provider: 'openai', model: 'gpt-4o' }
const anthropicCase = { dialect: 'anthropic' as const, provider: 'anthropic', model: 'claude-sonnet-5-5' }
const dialects = [openaiCase, anthropicCase]

let good: Simulator
let bad: Simulator
let deadUrl: string
beforeAll(async () => {
  good = await startSimulator({ maxRecords: 10 })
  bad = await startSimulator({ maxRecords: 10 })
  const dead = await startSimulator()
  deadUrl = dead.url
  await dead.close()
})
afterAll(async () => {
  await Promise.all([good.close(), bad.close()])
})

/** Short for a test, long for an upstream on the same busy machine. */
const impatient = { proxy: { request_timeout: 2, response_timeout: 2, stream_timeout: 2 } }

/** A gateway whose first choice is the bad account. */
function startTwo(provider: string, badUrl: string, config: Section = {}): Promise<TestGateway> {
  const account = (id: string, url: string, priority: number): Section => {
    return { id, name: id, type: 'api-key', provider, api_key: `key-of-${id}`, base_url: url, priority }
  }
  return startGateway({
    accounts: [account('upstream_bad', badUrl, 10), account('upstream_good', good.url, 0)],
    config,
  })
}

interface Ask {
  readonly dialect: 'openai-chat' | 'anthropic'
  readonly model: string
  readonly stream: boolean
}

async function ask(
  gateway: TestGateway,
  { dialect, model, stream }: Ask,
): Promise<{ response: Response; text: string }> {
  const path = dialect === 'anthropic' ? '/v1/messages' : '/v1/chat/completions'
  const body = { model, max_tokens: 100, stream, messages: [{ role: 'user', content: '[[say all is well]]' }] }
  const response = await gateway.fetch(path, { body })
  return { response, text: await response.text() }
}

/** The text of an answer that is whole by its dialect's own sign; undefined for any other. */
function wholeText(text: string, { dialect, stream }: Ask): string | undefined {
  if (!stream) return /"(?:content|text)":\s*"(all is well)"/.exec(text)?.[1]
  const events = readEvents(text)
  if (dialect === 'openai-chat' && events.at(-1)?.data !== '[DONE]') return undefined
  if (dialect === 'anthropic' && events.at(-1)?.event !== 'message_stop') return undefined
  return events.map(({ data }) => /"(?:content|text)":\s*"([^"]*)"/.exec(data)?.[1] ?? '').join('')
}

describe.each(dialects)('$dialect', ({ dialect, provider, model }) => {
  test.each(faults.map((fault) => ({ fault, name: JSON.stringify(fault) })))(
    'every request is served when one of two accounts commits $name',
    async ({ fault }) => {
      bad.reset()
      bad.fault(fault)
      await using gateway = await startTwo(provider, bad.url)
      await expectAllServed(gateway, 2 * concurrency, { dialect, model }, () => bad.totals.requests)
    },
  )

  test.each(hangs.map((fault) => ({ fault, name: JSON.stringify(fault) })))(
    'every request is served when one of two accounts commits $name',
    async ({ fault }) => {
      bad.reset()
      bad.fault(fault)
      await using gateway = await startTwo(provider, bad.url, impatient)
      await expectAllServed(gateway, 2 * concurrency, { dialect, model }, () => bad.totals.requests)
    },
  )
})

test('a thousand of a thousand requests are served when one of two accounts refuses connections', async () => {
  await using gateway = await startTwo('openai', deadUrl)
  await expectAllServed(gateway, 1000, openaiCase)
})

test('a thousand of a thousand requests are served through a steady outage, for at most a tenth more attempts', async () => {
  bad.reset()
  bad.fault({ kind: 'status', status: 503 })
  await using gateway = await startTwo('anthropic', bad.url)
  const attempts = await expectAllServed(gateway, 1000, anthropicCase, () => bad.totals.requests)
  expect(attempts / 1000).toBeLessThanOrEqual(1.1)
})

/** Asks so many times, every second time for a stream, and gives the number of upstream attempts. */
async function expectAllServed(
  gateway: TestGateway,
  requests: number,
  { dialect, model }: Pick<Ask, 'dialect' | 'model'>,
  badRequests?: () => number,
): Promise<number> {
  const before = good.totals.requests
  const results = await concurrently(requests, concurrency, async (index) => {
    const asked = { dialect, model, stream: index % 2 === 0 }
    const { response, text } = await ask(gateway, asked)
    const served = response.status === 200 && wholeText(text, asked) === 'all is well'
    return served ? 'served' : `${response.status} ${text}`
  })
  expect(results.filter((result) => result !== 'served')).toEqual([])
  const wasted = badRequests?.() ?? 0
  if (badRequests) expect(wasted).toBeGreaterThan(0)
  // Only the requests on their way while the first five failed pay for what nobody knew yet.
  expect(wasted).toBeLessThanOrEqual(concurrency + 5)
  return good.totals.requests - before + wasted
}
