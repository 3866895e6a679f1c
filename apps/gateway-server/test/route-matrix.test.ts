import { request as httpRequest } from 'node:http'
import { endpointOf, endpoints } from '@llm-gateway/gateway'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readRuntime } from '../src/index.ts'
import { type AppPorts, createApp } from '../src/lib/http/app.ts'
import { everyDialectAt } from './every-dialect.ts'
import { gatewayKey, startGateway, type TestGateway } from './harness.ts'

const roles = ['nobody', 'read', 'write', 'admin', 'token'] as const
type Statuses = readonly [nobody: number, read: number, write: number, admin: number, token: number]

const keys = {
  read: gatewayKey({ permissions: ['read'] }),
  write: gatewayKey({ permissions: ['write'] }),
  admin: gatewayKey({ permissions: ['admin'] }),
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
type Row = Partial<Readonly<Record<(typeof methods)[number], Statuses>>> & { readonly others: Statuses }

const all = (status: number): Statuses => [status, status, status, status, status]
/** Takes a body, which is missing here: 400 is as far as an empty one gets. */
const call: Row = { POST: [401, 403, 400, 400, 401], OPTIONS: all(204), others: all(405) }
const list: Row = { GET: [401, 200, 403, 200, 401], OPTIONS: all(204), others: all(405) }
const show: Row = { GET: [401, 404, 403, 404, 401], OPTIONS: all(204), others: all(405) }
const open: Row = { GET: all(200), HEAD: all(200), others: all(405) }
const admin = (status: number): Statuses => [401, 403, 403, status, status]
const nowhere: Row = { others: all(404) }
const nowhereForSdks: Row = { OPTIONS: all(204), others: all(404) }

/** Every route there is, what it answers to whom. A route that is not here fails the test below. */
const matrix: Readonly<Record<string, Row>> = {
  '/': open,
  '/api/hello': open,
  '/health': open,
  '/livez': open,
  '/readyz': open,
  '/metrics': nowhere,
  '/admin/api/status': { GET: admin(200), HEAD: admin(200), others: admin(404) },
  '/admin/api/reload': { POST: admin(200), others: admin(404) },
  '/admin/api/usage': { GET: admin(200), HEAD: admin(200), others: admin(404) },
  '/admin/api/requests': { GET: admin(200), HEAD: admin(200), others: admin(404) },
  '/admin/api/errors': { GET: admin(200), HEAD: admin(200), others: admin(404) },
  '/admin/api/requests/:id': { others: admin(404) },
  '/admin/api/oauth': { GET: admin(200), HEAD: admin(200), others: admin(404) },
  '/admin/api/oauth/:id/refresh': { others: admin(404) },
  '/admin/api/*': { others: admin(404) },
  '/v1/chat/completions': call,
  '/v1/completions': call,
  '/v1/responses': call,
  '/v1/responses/input_tokens': call,
  '/v1/responses/compact': call,
  '/v1/embeddings': call,
  '/v1/messages': call,
  '/v1/messages/count_tokens': call,
  '/v1/models': list,
  '/openai/v1/chat/completions': call,
  '/openai/v1/completions': call,
  '/openai/v1/responses': call,
  '/openai/v1/responses/input_tokens': call,
  '/openai/v1/responses/compact': call,
  '/openai/v1/embeddings': call,
  '/openai/v1/models': list,
  '/openai/responses': call,
  '/openai/models': list,
  // One of each family of paths that name something.
  '/v1/models/gpt-none': show,
  '/v1/responses/resp_none': {
    GET: [401, 403, 404, 404, 401],
    DELETE: [401, 403, 404, 404, 401],
    OPTIONS: all(204),
    others: all(405),
  },
  '/v1/responses/resp_none/input_items': {
    GET: [401, 403, 404, 404, 401],
    OPTIONS: all(204),
    others: all(405),
  },
  '/v1/responses/resp_none/cancel': {
    POST: [401, 403, 404, 404, 401],
    OPTIONS: all(204),
    others: all(405),
  },
  '/v1/conversations': { POST: [401, 403, 200, 200, 401], OPTIONS: all(204), others: all(405) },
  '/openai/v1/conversations/conv_none': {
    GET: [401, 403, 404, 404, 401],
    POST: [401, 403, 404, 404, 401],
    DELETE: [401, 403, 404, 404, 401],
    OPTIONS: all(204),
    others: all(405),
  },
  '/v1/conversations/conv_none/items': {
    GET: [401, 403, 404, 404, 401],
    POST: [401, 403, 404, 404, 401],
    OPTIONS: all(204),
    others: all(405),
  },
  '/v1/conversations/conv_none/items/msg_none': {
    GET: [401, 403, 404, 404, 401],
    DELETE: [401, 403, 404, 404, 401],
    OPTIONS: all(204),
    others: all(405),
  },
  '/v1beta/models': list,
  '/v1beta/models/gemini-none': show,
  '/v1beta/models/gemini-2.5-flash:generateContent': call,
  '/v1beta/models/gemini-2.5-flash:streamGenerateContent': call,
  '/v1beta/models/gemini-2.5-flash:countTokens': call,
  '/v1beta/models/gemini-2.5-flash:embedContent': call,
  '/v1beta/models/gemini-2.5-flash:batchEmbedContents': call,
  '/v1/models/gemini-2.5-flash:generateContent': call,
  '/openai/deployments/gpt-4o/chat/completions': call,
  '/openai/deployments/gpt-4o/embeddings': call,
  // What is served nowhere.
  '/v1': nowhereForSdks,
  '/v1/': nowhereForSdks,
  '/v1/files': nowhereForSdks,
  '/v1/chat/completions/': nowhereForSdks,
  '/v1beta/models/gemini-2.5-flash:explode': show,
  '/openai/deployments/gpt-4o/messages': nowhereForSdks,
  '/health/': nowhere,
  '/Health': nowhere,
  '/api/hello/x': nowhere,
  '/admin': nowhere,
  '/admin/apix': nowhere,
  '/debug': nowhere,
  '/config': nowhere,
  '/openapi.json': nowhere,
  '/favicon.ico': nowhere,
}

let simulator: Simulator
let gateway: TestGateway
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())
// One for each row, for whoever asks without a key too often is throttled.
beforeEach(async () => {
  gateway = await startGateway({
    accounts: everyDialectAt(simulator.url),
    config: { gateway_keys: Object.values(keys).map(({ section }) => section) },
  })
  return () => gateway[Symbol.asyncDispose]()
})

test('every route is in the matrix', () => {
  const routes = createApp({} as AppPorts).routes.map(({ path }) => path)
  const declared = Object.keys(matrix)
  expect(declared).toEqual(
    expect.arrayContaining([...new Set([...routes, ...endpoints.keys()])].filter((path) => path !== '/*')),
  )
  for (const path of declared)
    expect([path, endpointOf(path) !== undefined]).toEqual([
      path,
      [call, list, show].some((row) => row === matrix[path]) ||
        /\/(responses|conversations)(\/(resp|conv)_none.*)?$/.test(path),
    ])
})

function ask(method: string, path: string, key: string | undefined): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sending = httpRequest(gateway.url + path, {
      method,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    })
    sending.on('response', (response) => {
      let text = ''
      response.on('data', (piece: Buffer) => (text += piece.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sending.on('error', reject)
    sending.end()
  })
}

test.each(Object.entries(matrix))('%s answers each method to each role as declared', async (path, row) => {
  const token = readRuntime(gateway.home)?.token
  const credentials = [undefined, keys.read.raw, keys.write.raw, keys.admin.raw, token]
  const target = path.replace(':id', 'none').replace('*', 'none')
  for (const method of methods) {
    const answers: Awaited<ReturnType<typeof ask>>[] = []
    for (const credential of credentials) answers.push(await ask(method, target, credential))
    const seen = Object.fromEntries(roles.map((role, index) => [role, answers[index]?.status]))
    const declared = row[method] ?? row.others
    expect({ method, ...seen }).toEqual({
      method,
      ...Object.fromEntries(roles.map((role, index) => [role, declared[index]])),
    })
    // Whoever asks, no answer holds a key, and what nobody may see has no body for HEAD.
    for (const { text } of answers)
      for (const credential of credentials) if (credential !== undefined) expect(text).not.toContain(credential)
    if (method === 'HEAD') for (const { text } of answers) expect(text).toBe('')
  }
})
