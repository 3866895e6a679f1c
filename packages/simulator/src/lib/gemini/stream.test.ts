import { type Content, type GenerateContentConfig, type GenerateContentResponse, GoogleGenAI } from '@google/genai'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { isObject, type JsonObject, objects, parseJson } from '../json.ts'
import { type Simulator, startSimulator } from '../server.ts'

let simulator: Simulator
let client: GoogleGenAI
beforeAll(async () => {
  simulator = await startSimulator()
  client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: simulator.url } })
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

const FLASH = 'gemini-3-flash-preview'
const tools = [{ functionDeclarations: ['f', 'g'].map((name) => ({ name, description: name })) }]

async function raw(method: string, words: string, more: JsonObject = {}, model = 'gemini-2.5-flash'): Promise<string> {
  const response = await fetch(`${simulator.url}/v1beta/models/${model}:${method}`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'k' },
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: words }] }], ...more }),
  })
  expect(response.status).toBe(200)
  return response.text()
}

function chunksOf(stream: string): JsonObject[] {
  expect(stream).not.toMatch(/^event:/m)
  const frames = stream.split('\r\n\r\n').filter((frame) => frame !== '')
  return frames.map((frame) => parseJson(frame.replace(/^data: /, ''))).filter(isObject)
}

test('streams text in chunks of one answer; the last says why it ended', async () => {
  const stream = await raw('streamGenerateContent?alt=sse', '[[say one two]]')
  const chunks = chunksOf(stream)
  expect(chunks.map((chunk) => objects(chunk.candidates)[0])).toEqual([
    { content: { parts: [{ text: 'one' }], role: 'model' }, index: 0 },
    { content: { parts: [{ text: ' two' }], role: 'model' }, finishReason: 'STOP', index: 0 },
  ])
  expect(new Set(chunks.map((chunk) => chunk.responseId)).size).toBe(1)
  expect(chunks.at(-1)).toMatchObject({
    modelVersion: 'gemini-2.5-flash',
    usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 2, totalTokenCount: 13 },
  })
})

test('is one JSON array without alt=sse', async () => {
  const array = parseJson(await raw('streamGenerateContent', '[[say one two]]'))
  expect(objects(array).map((chunk) => objects(chunk.candidates)[0]?.finishReason)).toEqual([undefined, 'STOP'])
  simulator.fault({ kind: 'error-event', afterEvents: 1, status: 503 })
  const broken = objects(parseJson(await raw('streamGenerateContent', '[[say one two]]')))
  expect(broken[1]).toMatchObject({ error: { code: 503, status: 'UNAVAILABLE' } })
  simulator.reset()
  simulator.fault({ kind: 'error-first', status: 500 })
  const first = objects(parseJson(await raw('streamGenerateContent', '[[say one two]]')))
  expect(first).toMatchObject([{ error: { code: 500, status: 'INTERNAL' } }])
})

/** Parts of a stream, neighbouring texts of one kind joined: what an accumulator makes of them. */
function joined(responses: readonly GenerateContentResponse[]): unknown {
  const parts: JsonObject[] = []
  for (const response of responses) {
    for (const part of response.candidates?.[0]?.content?.parts ?? []) {
      const last = parts.at(-1)
      const { text, thoughtSignature } = part
      if (last && typeof last.text === 'string' && text !== undefined && last.thought === part.thought) {
        last.text += text
        if (thoughtSignature !== undefined) last.thoughtSignature = thoughtSignature
      } else parts.push(JSON.parse(JSON.stringify(part)) as JsonObject)
    }
  }
  const last = responses.at(-1)
  const { finishReason, finishMessage, groundingMetadata } = last?.candidates?.[0] ?? {}
  const feedback = responses.map((response) => response.promptFeedback).find((each) => each !== undefined)
  const clean = JSON.parse(JSON.stringify(parts), (key, value: unknown) => (key === 'id' ? 'id' : value)) as unknown
  return { parts: clean, finishReason, finishMessage, groundingMetadata, usage: last?.usageMetadata, feedback }
}

test.each<[string, string, string, GenerateContentConfig]>([
  ['text', FLASH, 'hello', {}],
  ['text of 2.5', 'gemini-2.5-flash', 'hello', {}],
  ['thoughts', FLASH, '[[reason let me see]] [[say yes]]', { thinkingConfig: { includeThoughts: true } }],
  ['hidden thoughts', 'gemini-2.5-pro', '[[reason let me see]] [[say yes]]', {}],
  ['parallel calls', FLASH, '[[call f {"n": 1, "list": [[1]]}]] [[call g]]', { tools }],
  ['text and a call', 'gemini-2.5-flash', '[[say wait]] [[call g]]', { tools }],
  ['arguments that are none', FLASH, '[[call f nonsense]]', { tools }],
  ['a refusal', FLASH, '[[refuse no]]', {}],
  ['a blocked prompt', FLASH, '[[block PROHIBITED_CONTENT]]', {}],
  ['any finish reason', FLASH, '[[finish RECITATION]] [[say half]]', {}],
  ['a length stop', FLASH, '[[say one two three]]', { maxOutputTokens: 2 }],
  ['a cut call', FLASH, '[[call f {"a":"b c d e f g"}]]', { tools, maxOutputTokens: 3 }],
  ['a stop sequence', FLASH, '[[say one two three]]', { stopSequences: ['two'] }],
  ['a search', FLASH, '[[call googleSearch {"query":"x"}]] [[say found]]', { tools: [{ googleSearch: {} }] }],
  ['a run of code', FLASH, '[[call codeExecution {"code":"print(1)"}]]', { tools: [{ codeExecution: {} }] }],
])('streams what it answers without a stream: %s', async (_, model, contents, config) => {
  const whole = await client.models.generateContent({ model, contents, config })
  const chunks: GenerateContentResponse[] = []
  for await (const chunk of await client.models.generateContentStream({ model, contents, config })) chunks.push(chunk)
  expect(joined(chunks)).toEqual(joined([whole]))
})

test('says what ended it', async () => {
  const finish = async (words: string, config: GenerateContentConfig = {}): Promise<unknown> => {
    const { candidates, promptFeedback } = await client.models.generateContent({
      model: FLASH,
      contents: words,
      config,
    })
    return candidates?.[0]?.finishReason ?? promptFeedback?.blockReason
  }
  expect(await finish('[[call f {}]]', { tools })).toBe('STOP')
  expect(await finish('[[call f nonsense]]', { tools })).toBe('MALFORMED_FUNCTION_CALL')
  expect(await finish('[[refuse no]]')).toBe('SAFETY')
  expect(await finish('[[block JAILBREAK]]')).toBe('JAILBREAK')
  expect(await finish('[[finish LANGUAGE]]')).toBe('LANGUAGE')
  expect(await finish('[[say one two]]', { maxOutputTokens: 1 })).toBe('MAX_TOKENS')
})

test('counts thoughts apart from the answer', async () => {
  const { usageMetadata } = await client.models.generateContent({
    model: FLASH,
    contents: '[[reason let me see]] [[say yes]]',
  })
  expect(usageMetadata).toMatchObject({
    promptTokenCount: 20,
    candidatesTokenCount: 1,
    thoughtsTokenCount: 3,
    totalTokenCount: 24,
  })
})

test('carries parallel calls and signatures over three turns', async () => {
  const contents: Content[] = [{ role: 'user', parts: [{ text: '[[call f {}]] [[call g {}]]' }] }]
  const config = { tools }
  const first = await client.models.generateContent({ model: FLASH, contents, config })
  const calls = first.functionCalls ?? []
  expect(calls.map((call) => call.name)).toEqual(['f', 'g'])
  const answer = first.candidates?.[0]?.content
  expect(answer?.parts?.map((part) => typeof part.thoughtSignature)).toEqual(['string', 'undefined'])
  contents.push(answer ?? {})
  contents.push({
    role: 'user',
    parts: calls.map((call) => ({
      functionResponse: { ...(call.id && { id: call.id }), name: call.name ?? '', response: { output: '18C' } },
    })),
  })
  const second = await client.models.generateContent({ model: FLASH, contents, config })
  expect(second.text).toContain('The tool f answered: "18C". The tool g answered: "18C".')
  contents.push(second.candidates?.[0]?.content ?? {}, { role: 'user', parts: [{ text: '[[say three]]' }] })
  expect((await client.models.generateContent({ model: FLASH, contents, config })).text).toBe('three')
})

test('answers several candidates, and structured ones that conform', async () => {
  const { candidates } = await client.models.generateContent({
    model: 'gemini-2.5-flash',
    contents: '[[say one]]',
    config: { candidateCount: 3 },
  })
  expect(candidates?.map((candidate) => candidate.index)).toEqual([0, 1, 2])
  const config = {
    responseMimeType: 'application/json',
    responseSchema: { type: 'OBJECT', properties: { n: { type: 'INTEGER' } }, required: ['n'] },
  }
  const asked = { contents: [{ parts: [{ text: 'x' }] }], generationConfig: config }
  expect(await raw('generateContent', '', asked)).toContain('{\\"n\\":1}')
  const json = {
    responseMimeType: 'application/json',
    responseJsonSchema: { type: 'object', properties: { s: { type: 'string' } } },
  }
  expect((await client.models.generateContent({ model: FLASH, contents: 'x', config: json })).text).toBe(
    '{"s":"simulated"}',
  )
  const choice = { response_mime_type: 'text/x.enum', response_schema: { type: 'STRING', enum: ['red', 'blue'] } }
  expect(await raw('generateContent', 'x', { generation_config: choice })).toContain('"text":"red"')
})

test('counts tokens, lists models, and lets a key in from anywhere', async () => {
  const { totalTokens } = await client.models.countTokens({ model: FLASH, contents: 'hello' })
  const { usageMetadata } = await client.models.generateContent({ model: FLASH, contents: 'hello' })
  expect(totalTokens).toBe(usageMetadata?.promptTokenCount)
  const names: (string | undefined)[] = []
  for await (const model of await client.models.list({ config: { pageSize: 5 } })) names.push(model.name)
  expect(names).toContain('models/gemini-2.5-pro')
  expect(new Set(names).size).toBe(names.length)
  expect(await client.models.get({ model: FLASH })).toMatchObject({ name: `models/${FLASH}`, thinking: true })
  const byQuery = await fetch(`${simulator.url}/v1beta/models?key=k`)
  expect(await byQuery.json()).toHaveProperty('models')
})

test('streams arguments piece by piece at Vertex when asked to', async () => {
  const path = `/v1/projects/p/locations/global/publishers/google/models/${FLASH}:streamGenerateContent?alt=sse`
  const words = '[[call f {"city":"S\u00e3o Paulo","n":2,"on":true,"off":null,"list":[{"a b":"x"}]}]]'
  const response = await fetch(simulator.url + path, {
    method: 'POST',
    headers: { authorization: 'Bearer k' },
    body: JSON.stringify({
      contents: [{ role: 'user', parts: [{ text: words }] }],
      tools,
      toolConfig: { functionCallingConfig: { streamFunctionCallArguments: true } },
    }),
  })
  const parts = chunksOf(await response.text()).flatMap((chunk) => {
    const content = objects(chunk.candidates)[0]?.content
    return isObject(content) ? objects(content.parts) : []
  })
  const calls = parts.map((part) => part.functionCall).filter(isObject)
  expect(parts[0]).toMatchObject({
    functionCall: { name: 'f', willContinue: true },
    thoughtSignature: expect.any(String),
  })
  expect(calls.at(-1)).toEqual({})
  const pieces = calls.flatMap((call) => objects(call.partialArgs))
  const city = pieces.filter((piece) => piece.jsonPath === '$.city')
  expect(city.map((piece) => piece.stringValue).join('')).toBe('S\u00e3o Paulo')
  expect(city.at(-1)).not.toHaveProperty('willContinue')
  expect(pieces.slice(city.length)).toEqual([
    { jsonPath: '$.n', numberValue: 2 },
    { jsonPath: '$.on', boolValue: true },
    { jsonPath: '$.off', nullValue: 'NULL_VALUE' },
    { jsonPath: "$.list[0]['a b']", stringValue: 'x' },
  ])
})

test('is Vertex under its paths', async () => {
  const path = `/v1/projects/p/locations/global/publishers/google/models/${FLASH}`
  const body = JSON.stringify({ contents: { role: 'user', parts: { text: '[[say yes]]' } }, labels: { team: 'a' } })
  const headers = { authorization: 'Bearer k' }
  const answer = await fetch(`${simulator.url}${path}:generateContent`, { method: 'POST', headers, body })
  expect(await answer.json()).toMatchObject({
    candidates: [{ content: { parts: [{ text: 'yes' }] } }],
    createTime: expect.any(String),
  })
  const keyless = await fetch(`${simulator.url}${path}:generateContent`, { method: 'POST', body })
  expect(keyless.status).toBe(403)
})
