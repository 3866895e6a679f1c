import type { AccessRecord, AttemptRecord } from '@llm-gateway/gateway'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Dice } from '../../../../../test-kit/dice.ts'
import { writeAccessLine } from './access-line.ts'
import { JsonLine } from './json-line.ts'

const time = '2026-11-28T13:06:22.007Z'

const attempt: AttemptRecord = {
  account: 'upstream_a',
  provider: 'openai',
  number: 1,
  startedAt: 1_795_000_000_000,
  dialect: 'openai-chat',
  model: 'gpt-5',
  verdict: 'success',
  durationMs: 812,
}

const least: AccessRecord = {
  requestId: 'req_1',
  startedAt: 1_795_000_000_000,
  method: 'POST',
  path: '/v1/chat/completions',
  operation: 'generate',
  dialect: 'openai-chat',
  stream: false,
  status: 401,
  durationMs: 0,
  bytesIn: 0,
  bytesOut: 61,
  attempts: [],
}

const most: Required<AccessRecord> = {
  ...least,
  stream: true,
  status: 200,
  attempts: [
    { ...attempt, status: 503, verdict: 'failure', error: 'out for "lunch"', estimated: true },
    { ...attempt, number: 2, status: 200, usage: { input: 1 }, upstreamRequestId: 'not told here' },
  ],
  remoteAddress: '::1',
  keyId: 'gw_1',
  keyName: 'Zoë’s laptop',
  upstreamDialect: 'anthropic',
  model: 'fast',
  upstreamModel: 'claude-sonnet-5-5',
  account: 'upstream_a',
  upstreamRequestId: 'req_011',
  firstContentMs: 0.5,
  usage: { input: 1_200, cacheRead: 800, output: 350 },
  stop: { reason: 'stop-sequence', sequence: '\n\nHuman:' },
  losses: ['seed', 'messages.0.name'],
  clientLeft: true,
  error: { code: 'upstream_stream_failed', message: 'line one\nline two' },
  session: 's-1',
  hold: { ok: true, release: () => expect.unreachable() },
}

const writer = new JsonLine()

/** The bytes of a record's line, as text. */
function accessLine(record: AccessRecord, costNanoUsd?: number): string {
  writeAccessLine(writer, record, { level: 'info', time: Buffer.from(time), costNanoUsd })
  return writer.toString()
}

let byPinoWritten = ''
const logger = pino(
  {
    base: null,
    timestamp: () => `,"time":"${time}"`,
    messageKey: 'message',
    formatters: { level: (level) => ({ level }) },
  },
  { write: (text: string) => (byPinoWritten = text) },
)

/** What of a record is told, in the order of its line. */
function toldOf({ startedAt: _startedAt, hold: _hold, attempts, ...told }: AccessRecord): object {
  const attemptsTold = attempts.map(({ account, status, verdict, durationMs, error, estimated }) => {
    return { account, status, verdict, durationMs, error, estimated }
  })
  return { ...told, attempts: attemptsTold }
}

/** The same record by pino, as every other line of the log is written. */
function byPino(record: AccessRecord, costUsd?: number): string {
  logger.info({ ...toldOf(record), costUsd }, 'request')
  return byPinoWritten
}

test('the line is what pino would write, with the least and with the most there can be', () => {
  expect(accessLine(least)).toBe(byPino(least))
  expect(accessLine(most, 5_250_000)).toBe(byPino(most, 0.00525))
  expect(accessLine(most, 1)).toBe(byPino(most, 1e-9))
  for (const cost of [Number.POSITIVE_INFINITY, Number.NaN]) {
    expect(accessLine(most, cost)).toBe(byPino(most, cost))
  }
  for (const usage of [
    {},
    { output: Number.POSITIVE_INFINITY },
    { input: 0, cacheRead: 1, cacheWrite: 2, cacheWrite1h: 3, output: 4, reasoning: 5 },
  ]) {
    expect(accessLine({ ...most, usage })).toBe(byPino({ ...most, usage }))
  }
})

test('whatever a client or a provider puts into a text, the line is one line of JSON that gives it back', () => {
  const texts = Array.from({ length: 0x180 }, (_, unit) => `a${String.fromCharCode(unit)}b`)
  const hard = [
    '',
    '"',
    '\\',
    '\\"',
    '\u2028',
    '\ud83d\ude00',
    'x'.repeat(500),
    `${'y'.repeat(150)}"\n`,
    '","level":"x',
  ]
  for (const text of [...texts, ...hard]) {
    const line = accessLine({ ...most, path: text, model: text, error: { code: text, message: text } })
    expect(line.indexOf('\n')).toBe(line.length - 1)
    const read = JSON.parse(line) as AccessRecord
    expect(read.path).toBe(text)
    expect(read.model).toBe(text)
    expect(read.error).toEqual({ code: text, message: text })
  }
})

test('half a surrogate pair survives the way through UTF-8', () => {
  const text = 'half \ud83d of a pair'
  expect((JSON.parse(accessLine({ ...least, path: text })) as AccessRecord).path).toBe(text)
})

const characters = [
  'a',
  'Z',
  '0',
  ' ',
  '~',
  '"',
  '\\',
  '\n',
  '\0',
  '\u001f',
  '\u007f',
  'é',
  '’',
  '日',
  '\u2028',
  '😀',
  '\ud800',
  '\udfff',
]
const numbers = [0, -0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 1e21, -1, 0.5, 1e-7, 5e-324, -(2 ** 31)]
const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

/** Records with and without each member, of values that need escaping and that JSON has no word for. */
class Maker {
  readonly dice: Dice

  constructor(seed: number) {
    this.dice = new Dice(seed)
  }

  text(): string {
    const length = this.dice.pick([0, 1, 5, 20, 40, 99, 100, 101, 300])
    const known = this.dice.pick([1, 5, characters.length])
    return Array.from({ length }, () => characters[this.dice.below(known)]).join('')
  }

  number(): number {
    return this.dice.pick([
      this.dice.below(10),
      this.dice.below(1_000),
      this.dice.below(1e9),
      this.dice.pick(numbers),
      this.dice.pick(odd),
    ])
  }

  /** Any of the members, in their order. */
  some<T extends object>(members: T): T {
    return Object.fromEntries(Object.entries(members).filter(() => this.dice.below(3) > 0)) as T
  }

  #attempt(): AttemptRecord {
    const { status, error, estimated } = this.some({
      status: this.number(),
      error: this.text(),
      estimated: true as const,
    })
    const told = { status, durationMs: this.number(), error, estimated }
    return { ...attempt, ...told, account: this.text(), verdict: this.dice.pick(['success', 'failure', 'neutral']) }
  }

  record(): AccessRecord {
    const { number, text } = { number: () => this.number(), text: () => this.text() }
    const texts = (): string[] => Array.from({ length: this.dice.pick([0, 1, 3, 200]) }, text)
    return {
      requestId: text(),
      startedAt: 0,
      method: this.dice.pick(['GET', 'POST', text()]),
      path: text(),
      operation: text(),
      dialect: text(),
      stream: this.dice.below(2) === 0,
      status: number(),
      durationMs: number(),
      bytesIn: number(),
      bytesOut: number(),
      ...this.some({
        remoteAddress: text(),
        keyId: text(),
        keyName: text(),
        upstreamDialect: text(),
        model: text(),
        upstreamModel: text(),
        account: text(),
        upstreamRequestId: text(),
        firstContentMs: number(),
        usage: this.some({
          input: number(),
          cacheRead: number(),
          cacheWrite: number(),
          cacheWrite1h: number(),
          output: number(),
          reasoning: number(),
        }),
        stop: {
          reason: this.dice.pick(['end', 'length']),
          ...this.some({ said: text(), sequence: text(), explanation: text() }),
        },
        losses: texts(),
        clientLeft: true as const,
        error: { code: text(), message: text() },
        session: text(),
      }),
      attempts: Array.from({ length: this.dice.pick([0, 1, 1, 2, 40]) }, () => this.#attempt()),
    }
  }
}

test('whatever a record holds, its line is what JSON.stringify makes of it', () => {
  const maker = new Maker(7)
  for (let count = 0; count < 300; count++) {
    const record = maker.record()
    const cost = maker.dice.below(3) === 0 ? undefined : maker.number()
    const costUsd = cost === undefined ? undefined : cost / 1e9
    const whole = { level: 'info', time, ...toldOf(record), costUsd, message: 'request' }
    expect(accessLine(record, cost)).toBe(`${JSON.stringify(whole)}\n`)
  }
})

test('a line that cannot be made leaves nothing in the next', () => {
  const broken = { ...most, error: { code: 'a', message: 'b', toJSON: () => expect.unreachable('no') } }
  expect(() => accessLine(broken)).toThrow('no')
  expect(accessLine(least)).toBe(byPino(least))
})
