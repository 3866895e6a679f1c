import type { Running } from './process.ts'

/** What is asked of a system: each shape goes to the upstream that answers it. */
export const shapes = ['json', 'sse', 'convertedJson', 'convertedSse', 'slow'] as const
export type Shape = (typeof shapes)[number]

/** One request, ready to be written to a socket again and again. */
export interface BenchRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A gateway, a proxy, or the upstream itself. */
export interface System {
  readonly name: string
  readonly port: number
  /** What it is asked for each shape; absent: it cannot do that. */
  readonly requests: Readonly<Partial<Record<Shape, BenchRequest>>>
  /** Starts a fresh instance; the upstream itself has none to start. */
  start?(): Promise<Running>
}

/** A system that cannot be measured here, and why. */
export interface Skipped {
  readonly name: string
  readonly skipped: string
}

/** The upstream's models: what they answer, and in whose dialect. */
export const models = { chat: 'gpt-bench', slow: 'gpt-bench-slow', messages: 'claude-bench' } as const

/** About 1.3 kB, as a short question with its instructions is. */
export function chatBody(model: string, stream: boolean): string {
  const body = {
    model,
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
    messages: [
      { role: 'system', content: 'You answer briefly and to the point. '.repeat(14) },
      { role: 'user', content: 'Which river is the longest of its continent? '.repeat(12) },
    ],
    max_completion_tokens: 512,
    temperature: 0.5,
  }
  return JSON.stringify(body)
}

/** The requests of a client of OpenAI's chat dialect; `converted` where the system can reach the other upstream dialect. */
export function chatRequests(
  headers: Readonly<Record<string, string>>,
  converted?: Readonly<Record<string, string>>,
): System['requests'] {
  const path = '/v1/chat/completions'
  const request = (model: string, stream: boolean, own = headers): BenchRequest => {
    return { path, headers: own, body: chatBody(model, stream) }
  }
  return {
    json: request(models.chat, false),
    sse: request(models.chat, true),
    slow: request(models.slow, true),
    ...(converted && {
      convertedJson: request(models.messages, false, converted),
      convertedSse: request(models.messages, true, converted),
    }),
  }
}

/** The bytes of a request on a connection that stays open. */
export function wireBytes(request: BenchRequest): Buffer {
  const headers = Object.entries({
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(request.body)),
    ...request.headers,
  })
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`POST ${request.path} HTTP/1.1\r\n${head}\r\n${request.body}`)
}
