import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Simulator, startSimulator } from './server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

const require = createRequire(import.meta.url)

/** The fields that an SDK declares for a request, but for those it sends as headers. */
async function declared(sdk: string, file: string, name: string): Promise<string[]> {
  const source = await readFile(join(dirname(require.resolve(sdk)), file), 'utf8')
  const start = source.indexOf(`export interface ${name} {`)
  const body = source.slice(start, source.indexOf('\n}\n', start))
  const fields = [...body.matchAll(/^ {4}(\w+)\??:/gm)].map((match) => match[1] ?? '')
  const headers = ['betas', 'user_profile_id', 'workspace_id']
  return fields.filter((field) => !headers.includes(field))
}

/** What a request must hold besides its model, where that is not `messages`. */
const SAID: Readonly<Record<string, object>> = {
  '/v1/completions': { prompt: 'x' },
  '/v1/responses': { input: 'x' },
  '/v1/responses/input_tokens': { input: 'x' },
  '/v1/embeddings': { input: 'x' },
}

async function errorOf(path: string, body: unknown): Promise<string> {
  const betas =
    'user-profiles-2026-09-04,compact-2026-01-12,context-management-2025-06-27,fallback-credit-2026-06-01,server-side-fallback-2026-06-01,mcp-client-2025-11-20,structured-outputs-2025-11-13,message-threads-2026-08-12'
  const headers = { authorization: 'Bearer k', 'anthropic-version': '2023-06-01', 'anthropic-beta': betas }
  const response = await fetch(simulator.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  return response.text()
}

test.each([
  ['openai', 'resources/chat/completions/completions.d.ts', 'ChatCompletionCreateParamsBase', '/v1/chat/completions'],
  ['openai', 'resources/completions.d.ts', 'CompletionCreateParamsBase', '/v1/completions'],
  ['openai', 'resources/responses/responses.d.ts', 'ResponseCreateParamsBase', '/v1/responses'],
  ['openai', 'resources/responses/input-tokens.d.ts', 'InputTokenCountParams', '/v1/responses/input_tokens'],
  ['openai', 'resources/embeddings.d.ts', 'EmbeddingCreateParams', '/v1/embeddings'],
  ['@anthropic-ai/sdk', 'resources/messages/messages.d.ts', 'MessageCreateParamsBase', '/v1/messages'],
  ['@anthropic-ai/sdk', 'resources/beta/messages/messages.d.ts', 'MessageCreateParamsBase', '/v1/messages'],
  ['@anthropic-ai/sdk', 'resources/messages/messages.d.ts', 'MessageCountTokensParams', '/v1/messages/count_tokens'],
])('knows every field that %s declares in %s as %s', async (sdk, file, name, path) => {
  const fields = await declared(sdk, file, name)
  expect(fields.length).toBeGreaterThanOrEqual(5)
  const said = SAID[path] ?? { messages: [{ role: 'user', content: 'x' }] }
  const required = { model: 'm', ...said, ...(path === '/v1/messages' && { max_tokens: 1 }) }
  const unknown = (field: string): RegExp => {
    return new RegExp(`supplied: ${field}"|"${field}: Extra inputs|Unknown parameter: '${field}'`)
  }
  for (const field of fields) {
    // A value that no field takes: the complaint must be of the value, not of the field.
    expect(await errorOf(path, { ...required, [field]: { nothing: 'takes this' } })).not.toMatch(unknown(field))
  }
  expect(await errorOf(path, { ...required, invented: 1 })).toMatch(unknown('invented'))
})

/** The fields an SDK of Google declares for a message, but for those it does not send. */
async function googleFields(name: string): Promise<string[]> {
  const file = join(dirname(require.resolve('@google/genai')), '..', 'genai.d.ts')
  const source = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n')
  const start = source.search(new RegExp(`export declare (interface|class) ${name} \\{`))
  expect(start).toBeGreaterThan(0)
  const body = source.slice(start, source.indexOf('\n}\n', start))
  const local = ['httpOptions', 'abortSignal', 'automaticFunctionCalling']
  const fields = [...body.matchAll(/^ {4}(\w+)\??:/gm)].map((match) => match[1] ?? '')
  return fields.filter((field) => !local.includes(field))
}

/** Where the fields of a request's configuration lie that are not sampling: beside it. */
const BESIDE = [
  'systemInstruction',
  'tools',
  'toolConfig',
  'safetySettings',
  'cachedContent',
  'labels',
  'serviceTier',
  'store',
  'continuationToken',
  'automaticContinuation',
  'modelArmorConfig',
]

test.each<[string, (value: unknown) => object]>([
  ['Content', (value) => ({ contents: [value] })],
  ['Part', (value) => ({ contents: [{ parts: [value] }] })],
  ['FunctionCall', (functionCall) => ({ contents: [{ parts: [{ functionCall }] }] })],
  ['FunctionResponse', (functionResponse) => ({ contents: [{ parts: [{ functionResponse }] }] })],
  ['FunctionDeclaration', (value) => ({ tools: [{ functionDeclarations: [value] }] })],
  ['Tool', (value) => ({ tools: [value] })],
  ['ToolConfig', (toolConfig) => ({ toolConfig })],
  ['FunctionCallingConfig', (functionCallingConfig) => ({ toolConfig: { functionCallingConfig } })],
  ['SafetySetting', (value) => ({ safetySettings: [value] })],
  ['Schema', (parameters) => ({ tools: [{ functionDeclarations: [{ name: 'f', parameters }] }] })],
  ['ThinkingConfig', (thinkingConfig) => ({ generationConfig: { thinkingConfig } })],
  ['GenerationConfig', (generationConfig) => ({ generationConfig })],
  ['GenerateContentConfig', (value) => ({ ...split(value) })],
])("knows every field that Google's SDK declares in %s", async (name, place) => {
  const paths = ['/v1beta', '/v1/projects/p/locations/l/publishers/google']
  const unknown = (field: string): RegExp => new RegExp(`Unknown name \\\\"${field}\\\\"`)
  const fields = await googleFields(name)
  expect(fields.length).toBeGreaterThan(1)
  // Some fields are of one platform only: known to either is known.
  const ask = async (field: string): Promise<string> => {
    const body = { contents: [{ parts: [{ text: 'x' }] }], ...place({ [field]: [['nothing takes this']] }) }
    const answers = await Promise.all(paths.map((path) => errorOf(`${path}/models/m:generateContent`, body)))
    return answers.find((answer) => !unknown(field).test(answer)) ?? answers.join('')
  }
  for (const field of fields) expect(await ask(field)).not.toMatch(unknown(field))
  expect(await ask('invented')).toMatch(unknown('invented'))
})

function split(value: unknown): object {
  const entries = Object.entries(value as object)
  const own = entries.filter(([field]) => BESIDE.includes(field))
  return {
    ...Object.fromEntries(own),
    generationConfig: Object.fromEntries(entries.filter(([field]) => !BESIDE.includes(field))),
  }
}
