import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redactor } from '@llm-gateway/credentials'
import { type Endpoint, endpoints } from '@llm-gateway/gateway'
import { onTestFinished } from 'vitest'

/** Secrets of every kind there is, each with a text that is found nowhere else. */
export const secrets = {
  'provider key': 'sk-prov-Q7vX2mZp9LkT4wRb',
  'provider key that replaced another': 'sk-next-J4hG8sWq1NcB6yTf',
  'provider key in a file': 'sk-file-8NcD3hYs6GqJ1uEa',
  'access token': 'at-Ko5Bf0WnV8xTz2Pr',
  'refresh token': 'rt-Hs3Ye9LmC6vQd1Ju',
  'access token of a login': 'al-Vq8Zr3MtX5pLk0Sd',
  'refresh token of a login': 'rl-Cw6Hf1YnB9gTe4Ja',
  'authorisation code': 'ac-Ez2Uk7DqP4xRs9Mv',
  'id token': 'idt-Xw4Ra7NgZ0kPb5Ty',
  'client secret': 'cs-Mf2Uq8JtE1oSh6Vc',
  'token parameter': 'tp-Ls5Io0GhW3vNm8Bx',
  'secret option': 'so-Ry7Ft4KzQ1jCd6Xe',
  'admin secret': 'adm-Gd9Xi4BwL7yNe0Zk',
  'master key': '7c1e5a90f3b8d2467c1e5a90f3b8d2465d3f0a9be7c48126a1b2c3d4e5f60718',
  'next master key': '91d7b3f5608ac2e491d7b3f5608ac2e4e07f5b3d9a1c2846f8e6d4c2b0a19375',
  'proxy password': 'px-Tn6Ol3RsA5jFv8Wd',
  'proxy password of an account': 'pa-Dk9Wu2BmJ6sXh3Qz',
  'web password of the older program': 'wp-Oe4Na7VyC1rGt5Lf',
  'key in a query': 'qk-Yb1Cm7HxP4zKg9Lt',
} as const

/** Whether a text holds a secret, in any spelling, or any twelve characters of it. */
export function holds(text: string, secret: string): boolean {
  const redactor = new Redactor()
  redactor.add(secret)
  return redactor.redact(text) !== text
}

export interface EchoServer {
  readonly url: string
  /** What it was sent, headers and body, newest last. */
  readonly received: string[]
}

/** A provider and its identity provider, which say in their errors what they were sent, in every way vendors do. */
export async function startEcho(): Promise<EchoServer> {
  const received: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      received.push(`${JSON.stringify(request.headers)} ${body}`)
      if (request.url === '/token') answerLogin(body, response)
      else answerCall(request, body, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

const json = { 'content-type': 'application/json' }
const reply = {
  id: 'c',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
}

function answerCall(request: IncomingMessage, body: string, response: ServerResponse): void {
  const { authorization = '' } = request.headers
  const told = `bad key ${authorization} (${encodeURIComponent(authorization)})`
  if (body.includes('echo-401'))
    response.writeHead(401, { ...json, 'x-request-id': told }).end(JSON.stringify({ error: { message: told } }))
  else if (body.includes('echo-400'))
    response.writeHead(400, json).end(JSON.stringify({ error: { message: told, type: 'x' } }))
  else if (body.includes('echo-html')) response.writeHead(500).end(`<html>${told}</html>`)
  else if (body.includes('"stream":true')) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(
      `data: {"choices":[{"index":0,"delta":{"content":"so"}}]}\n\ndata: ${JSON.stringify({ error: { message: told } })}\n\n`,
    )
  } else response.writeHead(200, json).end(JSON.stringify(reply))
}

/** Trades the code for tokens; of a refresh it complains, with all that it was sent. */
function answerLogin(body: string, response: ServerResponse): void {
  if (new URLSearchParams(body).get('grant_type') !== 'authorization_code') {
    response.writeHead(400, json).end(JSON.stringify({ error: 'invalid_request', error_description: `bad: ${body}` }))
    return
  }
  const tokens = {
    access_token: secrets['access token of a login'],
    refresh_token: secrets['refresh token of a login'],
  }
  response.writeHead(200, json).end(JSON.stringify({ ...tokens, token_type: 'bearer', expires_in: 3600 }))
}

/** A request to a server, as `fetch` is asked. */
export interface Ask {
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

const messages = [{ role: 'user', content: 'hi' }]
/** Models that make the echo server say what it was sent, each in another way. */
export const models: readonly string[] = ['m', 'echo-401', 'echo-400', 'echo-html']

/** Every model endpoint of the gateway's own table, asked rightly, and so that the provider's error echoes the credential. */
export function modelCalls(): Ask[] {
  return [...endpoints].flatMap(([path, endpoint]) => {
    if (endpoint.methods[0] !== 'POST') return [{ path }]
    return models.flatMap((model) => [
      { path, body: bodyOf(endpoint, model) },
      { path, body: { ...bodyOf(endpoint, model), stream: true } },
    ])
  })
}

function bodyOf({ dialect, task }: Endpoint, model: string): Record<string, unknown> {
  if (task === 'embed' || dialect === 'openai-responses') return { model, input: 'hi' }
  if (dialect === 'openai-completions') return { model, prompt: 'hi' }
  return { model, messages, ...(task === 'generate' && { max_tokens: 9 }) }
}

/** One of each family of endpoints whose path names something. */
export const namedCalls: readonly Ask[] = models.flatMap((model): Ask[] => [
  { path: `/v1/models/${model}` },
  { path: `/v1beta/models/${model}:generateContent`, body: { contents: [{ parts: [{ text: 'hi' }] }] } },
  { path: `/v1beta/models/${model}:streamGenerateContent`, body: { contents: [{ parts: [{ text: 'hi' }] }] } },
  { path: `/openai/deployments/${model}/chat/completions`, body: { messages } },
  { path: `/v1/responses/${model}` },
])
