import { describe, expect, it } from 'vitest'
import { convertError, type Dialect, type JsonObject, keepAliveFrame, openStream } from '../src/index.ts'
import { dialects } from '../src/lib/chat/dialect.ts'
import { everyCase, fixed } from './corpus.ts'
import { converted, framesOf, gathered, optionsOf } from './streams.ts'

/** Hazards of errors and of the frames around the events, each for every ordered pair of dialects. */

const pairs = dialects.flatMap((from) => dialects.filter((to) => to !== from).map((to) => ({ from, to })))

/** What each status is called; the status leads, whatever the provider's own words are. */
const named: readonly (readonly [status: number, anthropic: string, openai: string, gemini: string])[] = [
  [400, 'invalid_request_error', 'invalid_request_error', 'INVALID_ARGUMENT'],
  [401, 'authentication_error', 'authentication_error', 'UNAUTHENTICATED'],
  [402, 'billing_error', 'insufficient_quota', 'RESOURCE_EXHAUSTED'],
  [403, 'permission_error', 'permission_error', 'PERMISSION_DENIED'],
  [404, 'not_found_error', 'not_found_error', 'NOT_FOUND'],
  [409, 'conflict_error', 'conflict_error', 'ABORTED'],
  [413, 'invalid_request_error', 'invalid_request_error', 'INVALID_ARGUMENT'],
  [429, 'rate_limit_error', 'rate_limit_error', 'RESOURCE_EXHAUSTED'],
  [500, 'api_error', 'server_error', 'INTERNAL'],
  [503, 'overloaded_error', 'server_error', 'UNAVAILABLE'],
  [504, 'timeout_error', 'timeout_error', 'DEADLINE_EXCEEDED'],
  [529, 'overloaded_error', 'server_error', 'UNAVAILABLE'],
]

/** An error in a provider's own envelope, with words that say little. */
function told(from: Dialect, message: string): JsonObject {
  if (from === 'anthropic') return { type: 'error', error: { type: 'api_error', message }, request_id: null }
  if (from === 'gemini') return { error: { code: 500, message, status: 'UNKNOWN' } }
  return { error: { message, type: 'x', param: null, code: null } }
}

/** The envelope of each dialect, whole. */
function envelope(to: Dialect, status: number, message: unknown): unknown {
  const [, anthropic, openai, gemini] = named.find(([code]) => code === status) ?? []
  if (to === 'anthropic') return { type: 'error', error: { type: anthropic, message }, request_id: null }
  if (to === 'gemini') return { error: { code: status, message, status: gemini } }
  return { error: { message, type: openai, param: null, code: null } }
}

const bodies: readonly (readonly [string, unknown, RegExp])[] = [
  ['nothing', '', /503/],
  ['a page', '<html><head><title>503 Backend down</title></head><body>x</body></html>', /^503 Backend down$/],
  ['words', 'upstream connect error', /^upstream connect error$/],
  ['a list', '[{"error":{"code":503,"message":"Busy.","status":"UNAVAILABLE"}}]', /^Busy\.$/],
  ['a string for an error', { error: 'down' }, /^down$/],
  ['a detail', { detail: 'down' }, /^down$/],
  ['a message', { message: 'down' }, /^down$/],
  ['null', null, /503/],
]

describe.each(pairs)('errors, $from to $to', ({ from, to }) => {
  it.each(named)(
    'hazards 118, 120 and 121: %i keeps its status and its message, in the client’s own words',
    (status) => {
      const error = convertError({ status, body: told(from, 'It failed.') }, { from, to })
      expect(error.status).toBe(status)
      expect(error.body).toEqual(envelope(to, status, 'It failed.'))
    },
  )

  it.each(bodies)('hazard 119: of %s the envelope is whole', (_name, body, message) => {
    const error = convertError({ status: 503, body }, { from, to })
    expect(error.status).toBe(503)
    expect(error.body).toEqual(envelope(to, 503, expect.stringMatching(message)))
  })
})

/** What a server sends to keep a connection open, between two events of a stream. */
const signsOfLife: Readonly<Record<Dialect, readonly string[]>> = {
  anthropic: [
    'event: ping\ndata: {"type":"ping"}\n\n',
    ': x\n\n',
    'event: of_tomorrow\ndata: {"type":"of_tomorrow"}\n\n',
  ],
  'openai-chat': [': OPENROUTER PROCESSING\n\n', 'data:\n\n', ':\n\n'],
  'openai-completions': [': x\n\n', 'data:\n\n'],
  'openai-responses': ['event: keepalive\ndata: {"type":"keepalive","sequence_number":3}\n\n', ': x\n\n'],
  gemini: [': x\r\n\r\n', 'data:\r\n\r\n'],
}
const decoder = new TextDecoder()

const eventsOf = (text: string): string => text.replaceAll('\r\n', '\n')

/** Other ways to write the same events. */
const spellings: Readonly<Record<string, (text: string) => string>> = {
  'CRLF for the end of a line': (text) => eventsOf(text).replaceAll('\n', '\r\n'),
  'LF for the end of a line': eventsOf,
  'CR for the end of a line': (text) => eventsOf(text).replaceAll('\n', '\r'),
  'a byte order mark': (text) => `\ufeff${text}`,
  'no space behind a colon': (text) => text.replaceAll(/^(data|event): /gm, '$1:'),
  'data in two lines': (text) => text.replaceAll(/^data: \{/gm, 'data: {\ndata:'),
  'other fields': (text) => text.replaceAll(/^data: /gm, 'id: 7\nretry: 9\ndata: '),
  'no blank line at the end': (text) => text.trimEnd(),
  'no trailer': (text) =>
    text
      .replace('data: [DONE]', '')
      .replace(/event: message_stop\ndata: .*\n/, '')
      .trimEnd(),
}

function* bytesOf(all: Uint8Array): Generator<Uint8Array> {
  for (let i = 0; i < all.length; i++) yield all.subarray(i, i + 1)
}

/** How a stream is read is the same for every client: one is enough. */
describe.each(pairs.filter(({ from, to }) => to === dialects.find((other) => other !== from)))(
  'reading frames, $from to $to',
  ({ from, to }) => {
    const streams = everyCase.filter((each) => each.dialect === from)

    it('hazard 115: signs of life between and within the events of a stream change nothing a client gets', () => {
      for (const { stream } of streams) {
        const text = decoder.decode(stream)
        const quiet = converted([stream], optionsOf(from, to)).text
        const events = text.split(/(?<=\r?\n\r?\n)/)
        const signs = signsOfLife[from]
        const between = events
          .map((event, i) => (/\n\r?\n$/.test(event) ? event + (signs[i % signs.length] ?? '') : event))
          .join('')
        const within = text.replaceAll(/^data:/gm, ': still here\ndata:')
        for (const noisy of [between, within]) {
          expect(converted([new TextEncoder().encode(noisy)], optionsOf(from, to)).text).toBe(quiet)
        }
      }
    })

    it.each(Object.entries(spellings))('hazards 94 and 96: %s changes nothing a client gets', (_name, spell) => {
      for (const { stream } of streams) {
        const plain = converted([stream], optionsOf(from, to)).text
        const spelled = new TextEncoder().encode(spell(decoder.decode(stream)))
        expect(converted([spelled], optionsOf(from, to)).text).toBe(plain)
        // In single bytes it is cut within every character and every line end.
        expect(converted(bytesOf(spelled), optionsOf(from, to)).text).toBe(plain)
      }
    })
  },
)

describe.each(pairs)('frames, $from to $to', ({ from, to }) => {
  const streams = everyCase.filter((each) => each.dialect === from)

  it('hazard 112: events have the names and the trailer of the client’s dialect, and no others', () => {
    for (const { stream } of streams) {
      const { text } = converted([stream], optionsOf(from, to))
      const blocks = text.split(/\r?\n\r?\n/).filter((block) => block !== '')
      for (const block of blocks) {
        const [, name, data = ''] = /^(?:event: ([^\r\n]*)\r?\n)?data: (.*)$/s.exec(block) ?? []
        const type = data === '[DONE]' ? undefined : (JSON.parse(data) as JsonObject).type
        expect(name).toBe(to === 'anthropic' || to === 'openai-responses' ? type : undefined)
      }
      const hasTrailer = (to === 'openai-chat' || to === 'openai-completions') && gathered(text, to) !== undefined
      expect(blocks.filter((block) => block === 'data: [DONE]')).toHaveLength(hasTrailer ? 1 : 0)
      if (hasTrailer) expect(blocks.at(-1)).toBe('data: [DONE]')
    }
  })
})

describe('signs of life that are written', () => {
  it.each(dialects)('hazard 115: mean nothing to a client of %s', (dialect) => {
    const sign = keepAliveFrame(dialect)
    expect(sign).not.toBe('')
    const named = framesOf(sign)
    expect(named).toEqual(dialect === 'anthropic' ? ['{"type":"ping"}'] : [])
    const stream = openStream({ from: dialect, to: dialect === 'gemini' ? 'anthropic' : 'gemini', ...fixed })
    expect(stream.push(sign + sign)).toBe('')
    expect(stream.phase).toBe('waiting')
  })
})
