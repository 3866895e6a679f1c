import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { ConversionError, convertRequest, type Dialect, dialects, type JsonObject } from '@llm-gateway/converter'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/**
 * What the converter writes for each dialect, held to the rules of its provider: the simulator refuses unknown members, illegal
 * orders, what a model does not take. Converted is every request of the corpus and what agents were seen to send.
 */

interface Sent {
  readonly name: string
  readonly from: Dialect
  readonly request: JsonObject
}

const fixtures = new URL('../../../fixtures/', import.meta.url)

function read(path: string): JsonObject {
  return JSON.parse(readFileSync(new URL(path, fixtures), 'utf8')) as JsonObject
}

const corpus: readonly Sent[] = dialects.flatMap((from) =>
  readdirSync(new URL(`${from}/`, fixtures))
    .filter((name) => existsSync(new URL(`${from}/${name}/request.json`, fixtures)))
    .map((name) => ({ name: `${from}/${name}`, from, request: read(`${from}/${name}/request.json`) })),
)

const clients: readonly Sent[] = readdirSync(new URL('clients/', fixtures))
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const { client, from, request } = read(`clients/${file}`) as unknown as Omit<Sent, 'name'> & { client: string }
    return { name: client, from, request }
  })

const targets: readonly { readonly to: Dialect; readonly model: string; readonly path: string }[] = [
  ...['claude-sonnet-4-5', 'claude-opus-4-8', 'claude-opus-5-5'].map((model) => ({
    to: 'anthropic' as const,
    model,
    path: '/v1/messages',
  })),
  ...['gpt-4.1', 'gpt-5.6-sol'].flatMap((model) => [
    { to: 'openai-chat' as const, model, path: '/v1/chat/completions' },
    { to: 'openai-responses' as const, model, path: '/v1/responses' },
  ]),
  ...['gemini-2.5-pro', 'gemini-3-pro'].map((model) => ({
    to: 'gemini' as const,
    model,
    path: `/v1beta/models/${model}:generateContent`,
  })),
  { to: 'openai-completions', model: 'gpt-3.5-turbo-instruct', path: '/v1/completions' },
]

/** What its own provider would refuse as well. */
const refused: ReadonlyMap<string, string> = new Map([
  ['openai-chat/refusal', 'asks for JSON mode without the word JSON'],
  ['openai-chat/reasoning-sealed', 'bears a signature that no provider gave'],
])

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ models: targets.map(({ model }) => model) })
})
afterAll(() => simulator.close())

/** The body for a target; undefined where the converter refuses, which is an answer of its own. */
function converted({ from, request }: Sent, to: Dialect, model: string): string | undefined {
  try {
    return JSON.stringify(convertRequest(JSON.stringify(request), { from, to, model }).body)
  } catch (cause) {
    if (ConversionError.is(cause)) return undefined
    throw cause
  }
}

async function refusal(path: string, body: string): Promise<string | undefined> {
  const headers = {
    'content-type': 'application/json',
    'x-api-key': 'k',
    authorization: 'Bearer k',
    'x-goog-api-key': 'k',
  }
  const response = await fetch(simulator.url + path, {
    method: 'POST',
    headers: { ...headers, 'anthropic-version': '2023-06-01' },
    body,
  })
  const text = await response.text()
  return response.status === 200 ? undefined : `${response.status} ${text}`
}

describe.each(targets)('$to, $model', ({ to, model, path }) => {
  test.each([...corpus, ...clients].filter(({ from, name }) => from !== to && !refused.has(name)))(
    'takes $name',
    async (sent) => {
      const body = converted(sent, to, model)
      expect(body === undefined ? undefined : await refusal(path, body)).toBeUndefined()
    },
  )
})

test.each(targets)('most of it can be put in $to at all, $model', ({ to, model }) => {
  const others = corpus.filter(({ from }) => from !== to)
  const put = others.filter((sent) => converted(sent, to, model) !== undefined)
  // A legacy completion is one text.
  expect(put.length).toBeGreaterThan(others.length * (to === 'openai-completions' ? 0.1 : 0.6))
})

test('the simulator refuses what no provider takes, or all this would prove nothing', async () => {
  const body = { model: 'gpt-4.1', messages: [{ role: 'user', content: 'x', cache_control: {} }] }
  expect(await refusal('/v1/chat/completions', JSON.stringify(body))).toMatch(/^400 /)
})
