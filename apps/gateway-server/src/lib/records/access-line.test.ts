import type { AccessRecord, AttemptRecord } from '@llm-gateway/gateway'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { accessLine } from './access-line.ts'

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
}

/** The same record by pino, as every other line of the log is written. */
function byPino({ startedAt: _startedAt, attempts, ...line }: AccessRecord, costUsd?: number): string {
  let written = ''
  const logger = pino(
    {
      base: null,
      timestamp: () => `,"time":"${time}"`,
      messageKey: 'message',
      formatters: { level: (level) => ({ level }) },
    },
    { write: (text: string) => (written = text) },
  )
  const told = attempts.map(({ account, status, verdict, durationMs, error, estimated }) => {
    return { account, status, verdict, durationMs, error, estimated }
  })
  logger.info({ ...line, attempts: told, costUsd }, 'request')
  return written
}

const head = { level: 'info', time }

test('the line is what pino would write, with the least and with the most there can be', () => {
  expect(accessLine(least, head)).toBe(byPino(least))
  expect(accessLine(most, { ...head, costNanoUsd: 5_250_000 })).toBe(byPino(most, 0.00525))
  expect(accessLine(most, { ...head, costNanoUsd: 1 })).toBe(byPino(most, 1e-9))
  for (const cost of [Number.POSITIVE_INFINITY, Number.NaN]) {
    expect(accessLine(most, { ...head, costNanoUsd: cost })).toBe(byPino(most, cost))
  }
  for (const usage of [
    {},
    { output: Number.POSITIVE_INFINITY },
    { input: 0, cacheRead: 1, cacheWrite: 2, cacheWrite1h: 3, output: 4, reasoning: 5 },
  ]) {
    expect(accessLine({ ...most, usage }, head)).toBe(byPino({ ...most, usage }))
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
    const line = accessLine({ ...most, path: text, model: text, error: { code: text, message: text } }, head)
    expect(line.indexOf('\n')).toBe(line.length - 1)
    const read = JSON.parse(line) as AccessRecord
    expect(read.path).toBe(text)
    expect(read.model).toBe(text)
    expect(read.error).toEqual({ code: text, message: text })
  }
})

test('half a surrogate pair survives the way through UTF-8', () => {
  const text = 'half \ud83d of a pair'
  const line = Buffer.from(accessLine({ ...least, path: text }, head)).toString('utf8')
  expect((JSON.parse(line) as AccessRecord).path).toBe(text)
})
