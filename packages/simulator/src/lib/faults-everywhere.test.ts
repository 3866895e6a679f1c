import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Fault } from './faults.ts'
import { isObject, type JsonObject, parseJson } from './json.ts'
import { type Simulator, startSimulator } from './server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

interface Seen {
  status: number
  type: string
  body: string
  /** How the answer ended: whole, torn, or not at all. */
  ending: 'whole' | 'torn' | 'none'
}

const WORDS = '[[say one two three four five six]]'
const openAiBody = { message: expect.any(String), type: expect.any(String), param: null }
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: WORDS }] }] }
const google = '/v1beta/models/gemini-2.5-flash'

interface Place {
  path: string
  body: JsonObject
  stream: boolean
  /** An error's body, as this provider has it. */
  error: unknown
  /** How an error looks inside a stream. */
  frame?: RegExp
  /** What only a finished stream holds. */
  sign?: string
}

const openAi = { error: { error: expect.objectContaining(openAiBody) } }
const gemini = { error: { error: expect.objectContaining({ code: 503, status: 'UNAVAILABLE' }) } }
const PLACES: Record<string, Place> = {
  responses: { path: '/v1/responses', body: { model: 'gpt-5.4', input: WORDS }, stream: false, ...openAi },
  'streamed responses': {
    path: '/v1/responses',
    body: { model: 'gpt-5.4', input: WORDS, stream: true },
    stream: true,
    frame:
      /event: error\ndata: {"type":"error","code":"[^"]+","message":"[^"]+","param":null,"sequence_number":\d+}\n\n$/,
    sign: 'response.completed',
    ...openAi,
  },
  embeddings: {
    path: '/v1/embeddings',
    body: { model: 'text-embedding-3-small', input: 'x' },
    stream: false,
    ...openAi,
  },
  gemini: { path: `${google}:generateContent`, body: CONTENTS, stream: false, ...gemini },
  'streamed gemini': {
    path: `${google}:streamGenerateContent?alt=sse`,
    body: CONTENTS,
    stream: true,
    frame: /data: {"error":{"code":503,"message":"[^"]+","status":"UNAVAILABLE"}}\r\n\r\n$/,
    sign: 'finishReason',
    ...gemini,
  },
  'gemini as an array': {
    path: `${google}:streamGenerateContent`,
    body: CONTENTS,
    stream: true,
    frame: /[[\n]{"error":{"code":503,"message":"[^"]+","status":"UNAVAILABLE"}}\]$/,
    sign: 'finishReason',
    ...gemini,
  },
  "gemini's embeddings": {
    path: `${google}:embedContent`,
    body: { content: { parts: [{ text: 'x' }] } },
    stream: false,
    ...gemini,
  },
}

/** Asks by bare sockets, so that what is torn shows. */
function ask({ path, body }: Place): Promise<Seen> {
  return new Promise((resolve) => {
    const headers = { authorization: 'Bearer k' }
    const outgoing = request(simulator.url + path, { method: 'POST', headers, agent: false }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => {
        text += chunk
      })
      const seen = (ending: Seen['ending']): void => {
        const type = incoming.headers['content-type'] ?? ''
        resolve({ status: incoming.statusCode ?? 0, type, body: text, ending })
      }
      incoming.on('end', () => seen('whole'))
      incoming.on('error', () => seen('torn'))
    })
    outgoing.on('error', () => resolve({ status: 0, type: '', body: '', ending: 'none' }))
    outgoing.end(JSON.stringify(body))
  })
}

function under(fault: Fault, place: Place): Promise<Seen> {
  simulator.fault(fault)
  return ask(place)
}

describe.each(Object.entries(PLACES))('%s', (_, place) => {
  test('answers whole when nothing is wrong', async () => {
    expect(await ask(place)).toMatchObject({ status: 200, ending: 'whole' })
  })

  test.each([400, 401, 403, 404, 413, 429, 500, 502, 503, 529])('answers %i in its own words', async (status) => {
    const seen = await under({ kind: 'status', status }, place)
    expect(seen).toMatchObject({ status, type: 'application/json', ending: 'whole' })
    const body = parseJson(seen.body)
    const code = isObject(body) && isObject(body.error) ? body.error.code : undefined
    if (place.path.startsWith('/v1beta')) expect(code).toBe(status)
    else expect(body).toMatchObject({ error: openAiBody })
  })

  test('answers with no answer, a page, or nothing', async () => {
    expect(await under({ kind: 'reset' }, place)).toMatchObject({ ending: 'none' })
    simulator.reset()
    expect(await under({ kind: 'html' }, place)).toMatchObject({ status: 502, type: 'text/html' })
    simulator.reset()
    expect(await under({ kind: 'empty-body' }, place)).toMatchObject({ status: 200, body: '' })
    simulator.reset()
    expect(await under({ kind: 'empty-stream' }, place)).toMatchObject({ status: 200, body: '', ending: 'whole' })
  })

  test('answers an error under 200, first or as JSON', async () => {
    const json = await under({ kind: 'json-error', status: 503 }, place)
    expect([json.status, parseJson(json.body)]).toEqual([200, place.error])
    simulator.reset()
    const first = await under({ kind: 'error-first', status: 503 }, place)
    expect(first.status).toBe(200)
    if (place.frame) expect(first.body).toMatch(place.frame)
    else expect(parseJson(first.body)).toEqual(place.error)
  })

  test('is cut, dripped and mislabelled', async () => {
    const cut = await under({ kind: 'cut', afterBytes: 50 }, place)
    expect([cut.ending, cut.body.length]).toEqual(['torn', 50])
    simulator.reset()
    const dripped = await under({ kind: 'drip', bytes: 4000, intervalMs: 1 }, place)
    expect(dripped).toMatchObject({ status: 200, ending: 'whole' })
    simulator.reset()
    expect(await under({ kind: 'content-type' }, place)).toMatchObject({ status: 200, type: 'text/plain' })
  })

  test('ends in the middle, silently or with an error', async () => {
    const short = await under({ kind: 'truncate', afterEvents: 3 }, place)
    expect(short).toMatchObject({ status: 200, ending: 'whole' })
    if (place.sign) expect(short.body).not.toContain(place.sign)
    else expect(parseJson(short.body)).toBeUndefined()
    if (!place.frame) return
    simulator.reset()
    const broken = await under({ kind: 'error-event', afterEvents: 3, status: 503 }, place)
    expect(broken.body).toMatch(place.frame)
    expect(broken.body).not.toContain(place.sign)
  })
})
