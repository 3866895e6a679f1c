import { createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { models } from './system.ts'

// A provider that answers at once and costs next to nothing: node:http alone would take as long as the systems to be measured.

/** Text events in a stream, and how many go out in one write. */
export const streamEvents = 100
const eventsPerWrite = 10
const slowEventMs = 1000

const replyText = 'The Nile is often given as the longest. '.repeat(9)
const eventText = 'the Nile, '

const usage = { prompt_tokens: 260, completion_tokens: 90, total_tokens: 350 }
const chunk = (delta: unknown, finish: string | null): unknown => ({
  id: 'chatcmpl-bench',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: models.chat,
  choices: [{ index: 0, delta, finish_reason: finish }],
})

const chatReply = {
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_760_000_000,
  model: models.chat,
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: replyText, refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage,
  system_fingerprint: 'fp_bench',
}
const messagesReply = {
  id: 'msg_bench',
  type: 'message',
  role: 'assistant',
  model: models.messages,
  content: [{ type: 'text', text: replyText }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 260, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 90 },
}

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
const named = (value: { readonly type: string }): string => `event: ${value.type}\n${data(value)}`

/** A stream's events: what opens it, each text event, what ends it. */
interface Stream {
  readonly head: string
  readonly event: string
  readonly tail: string
}

const chatStream: Stream = {
  head: data(chunk({ role: 'assistant', content: '' }, null)),
  event: data(chunk({ content: eventText }, null)),
  tail: `${data(chunk({}, 'stop'))}${data({ ...(chunk({}, null) as object), choices: [], usage })}data: [DONE]\n\n`,
}
const messagesStream: Stream = {
  head:
    named({ type: 'message_start', message: { ...messagesReply, content: [], stop_reason: null } } as never) +
    named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as never),
  event: named({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: `${eventText}which is long` },
  } as never),
  tail:
    named({ type: 'content_block_stop', index: 0 } as never) +
    named({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 90 } } as never) +
    named({ type: 'message_stop' }),
}

const streamHead = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n' +
    'x-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n',
)

function whole(reply: unknown): Buffer {
  const body = JSON.stringify(reply)
  return Buffer.from(
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\n' +
      'x-ratelimit-limit-requests: 10000\r\nx-ratelimit-remaining-requests: 9999\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

function chunked(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
}

/** The writes one stream consists of. */
function writesOf({ head, event, tail }: Stream): readonly Buffer[] {
  const batch = chunked(event.repeat(eventsPerWrite))
  const batches = Array.from({ length: streamEvents / eventsPerWrite }, () => batch)
  return [Buffer.concat([streamHead, chunked(head)]), ...batches, Buffer.concat([chunked(tail), chunked('')])]
}

interface Answers {
  readonly reply: Buffer
  readonly writes: readonly Buffer[]
}

const chat: Answers = { reply: whole(chatReply), writes: writesOf(chatStream) }
const messages: Answers = { reply: whole(messagesReply), writes: writesOf(messagesStream) }

type Respond = (socket: Socket) => void

/** How a request is answered. */
function respondTo(request: string): Respond {
  const { reply, writes } = request.startsWith('/v1/messages', 5) ? messages : chat
  if (!request.includes('"stream":true')) return (socket) => socket.write(reply)
  if (request.includes(models.slow)) return trickle
  return (socket) => stream(socket, writes, 0)
}

/** Each write in a turn of its own, as the tokens of many streams come mixed. */
function stream(socket: Socket, writes: readonly Buffer[], at: number): void {
  const piece = writes[at]
  if (piece === undefined || socket.destroyed) return
  const more = socket.write(piece)
  const next = (): void => stream(socket, writes, at + 1)
  if (more) setImmediate(next)
  else socket.once('drain', next)
}

/** An answer that never ends: one event a second. */
function trickle(socket: Socket): void {
  socket.write(Buffer.concat([streamHead, chunked(chatStream.head + chatStream.event)]))
  const event = chunked(chatStream.event)
  const timer = setInterval(() => socket.write(event), slowEventMs)
  socket.on('close', () => clearInterval(timer))
}

/** Reads requests off one connection; bodies have a length, and no request comes before the last one is answered. */
function serve(socket: Socket): void {
  let held: Buffer = Buffer.alloc(0)
  // Load generators send the same bytes again and again: comparing them costs a tenth of reading them.
  let known = held
  let respond: Respond = () => {}
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (piece: Buffer) => {
    if (held.length === 0 && piece.equals(known)) {
      respond(socket)
      return
    }
    const bytes = held.length === 0 ? piece : Buffer.concat([held, piece])
    const complete = isComplete(bytes)
    held = complete ? Buffer.alloc(0) : bytes
    if (!complete) return
    known = bytes
    respond = respondTo(bytes.toString('latin1'))
    respond(socket)
  })
}

function isComplete(bytes: Buffer): boolean {
  const head = bytes.indexOf('\r\n\r\n')
  if (head === -1) return false
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, head))?.[1] ?? '0'
  return bytes.length >= head + 4 + Number(length)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  createServer(serve).listen(Number(process.argv[2]), '127.0.0.1', 1024)
