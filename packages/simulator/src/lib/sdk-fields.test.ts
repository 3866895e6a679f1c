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
  ['@anthropic-ai/sdk', 'resources/messages/messages.d.ts', 'MessageCreateParamsBase', '/v1/messages'],
  ['@anthropic-ai/sdk', 'resources/beta/messages/messages.d.ts', 'MessageCreateParamsBase', '/v1/messages'],
  ['@anthropic-ai/sdk', 'resources/messages/messages.d.ts', 'MessageCountTokensParams', '/v1/messages/count_tokens'],
])('knows every field that %s declares in %s as %s', async (sdk, file, name, path) => {
  const fields = await declared(sdk, file, name)
  expect(fields.length).toBeGreaterThan(8)
  const said = path === '/v1/completions' ? { prompt: 'x' } : { messages: [{ role: 'user', content: 'x' }] }
  const required = { model: 'm', ...said, ...(path === '/v1/messages' && { max_tokens: 1 }) }
  const unknown = (field: string): RegExp => new RegExp(`supplied: ${field}"|"${field}: Extra inputs`)
  for (const field of fields) {
    // A value that no field takes: the complaint must be of the value, not of the field.
    expect(await errorOf(path, { ...required, [field]: { nothing: 'takes this' } })).not.toMatch(unknown(field))
  }
  expect(await errorOf(path, { ...required, invented: 1 })).toMatch(unknown('invented'))
})
