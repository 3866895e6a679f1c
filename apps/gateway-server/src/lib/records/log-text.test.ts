import { expect, test } from 'vitest'
import { steerless, toText } from './log-text.ts'

const at = { level: 'info', time: '2026-11-23T20:00:00.000Z' }

test('a message is followed by its fields', () => {
  const line = JSON.stringify({ ...at, level: 'warn', message: 'configuration reloaded', accounts: 2, name: 'a b' })
  expect(toText(line)).toBe('2026-11-23T20:00:00.000Z WARN  configuration reloaded accounts=2 name="a b"\n')
})

test('a request is told in the order people look for', () => {
  const line = JSON.stringify({
    ...at,
    message: 'request',
    requestId: 'req_1',
    method: 'POST',
    path: '/v1/messages',
    operation: 'generate',
    status: 200,
    durationMs: 812,
    firstContentMs: 95,
    model: 'fast',
    upstreamModel: 'claude-haiku-4-5',
    keyName: '团队API',
    account: 'upstream_a',
    attempts: [
      { account: 'upstream_b', verdict: 'failure' },
      { account: 'upstream_a', verdict: 'success' },
    ],
    usage: { input: 1200, output: 350 },
    losses: ['seed'],
  })
  expect(toText(line)).toBe(
    '2026-11-23T20:00:00.000Z INFO  POST /v1/messages 200 ms=812 first=95 model=fast as=claude-haiku-4-5 ' +
      'key=团队API account=upstream_a tries=2 tokens=1200/350 losses=1 id=req_1\n',
  )
})

test('a request that failed says why: what the gateway found, else what the last attempt met', () => {
  const request = { ...at, message: 'request', method: 'POST', path: '/v1/messages', status: 502, attempts: [] }
  const refused = { ...request, status: 404, error: { code: 'model_not_found', message: 'no such model' } }
  expect(toText(JSON.stringify(refused))).toContain(' 404 error="no such model"')
  const failed = { ...request, attempts: [{ account: 'a', verdict: 'failure', error: 'HTTP 500' }] }
  expect(toText(JSON.stringify(failed))).toContain(' 502 error="HTTP 500"')
})

test('what clients choose cannot forge a line', () => {
  const model = 'x\n2026-11-23T20:00:00.000Z INFO  all is well \u001b[2J'
  const line = toText(
    JSON.stringify({ ...at, message: 'request', method: 'POST', path: '/v1/messages', status: 200, model }),
  )
  expect(line.split('\n')).toHaveLength(2)
  expect(line).not.toContain('\u001b')
})

test.each(['{\u001b[2J', '[\u009b2J', '\u009b31mred', 'a\u007f', '\u202etxt.exe'])(
  'no field steers the terminal: %j',
  (text) => {
    const request = { ...at, message: 'request', method: 'POST', path: text, status: 200, model: text, keyName: text }
    for (const line of [request, { ...at, message: text, [text]: text, nested: { text } }]) {
      const shown = toText(JSON.stringify(line)).trimEnd()
      expect(shown).not.toMatch(/\p{Cc}|\u202e/u)
      expect(steerless(JSON.stringify(line))).not.toMatch(/\p{Cc}|\u202e/u)
    }
    expect(JSON.parse(steerless(JSON.stringify(request)))).toEqual(request)
  },
)

test('colours are only there when asked for', () => {
  const line = JSON.stringify({ ...at, message: 'listening', url: 'http://127.0.0.1:1' })
  expect(toText(line)).not.toContain('\u001b')
  expect(toText(line, true)).toContain('\u001b[32mINFO')
})
