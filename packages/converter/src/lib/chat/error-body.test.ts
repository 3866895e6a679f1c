import { describe, expect, it } from 'vitest'
import { readErrorBody } from './error-body.ts'

describe('readErrorBody', () => {
  it('reads the envelopes of the vendors', () => {
    expect(
      readErrorBody(429, { type: 'error', error: { type: 'rate_limit_error', message: 'slow' }, request_id: 'req_1' }),
    ).toEqual({ type: 'rate_limit_error', message: 'slow', requestId: 'req_1' })
    expect(
      readErrorBody(400, { error: { message: 'bad', type: 'invalid_request_error', param: 'n', code: 'nope' } }),
    ).toEqual({ message: 'bad', type: 'invalid_request_error', param: 'n', code: 'nope' })
    expect(readErrorBody(400, { error: { code: 400, message: 'bad', status: 'INVALID_ARGUMENT' } })).toEqual({
      message: 'bad',
      type: 'INVALID_ARGUMENT',
    })
  })

  it.each([
    ['{"error":"no such model"}', 'no such model'],
    ['{"detail":"not found"}', 'not found'],
    ['{"detail":[{"loc":["body"],"msg":"field required"}]}', 'field required'],
    ['{"message":"quota"}', 'quota'],
    ['[{"error":{"code":403,"message":"denied","status":"PERMISSION_DENIED"}}]', 'denied'],
    ['plain words', 'plain words'],
    ['<html><head><title>502 Bad Gateway</title></head></html>', '502 Bad Gateway'],
    ['{"error":{"message":"cut', '{"error":{"message":"cut'],
  ])('hazard 119: %s', (body, message) => {
    expect(readErrorBody(502, body).message).toBe(message)
  })

  it.each(['', '   ', '{}', '[]', 'null', '<html></html>', null, undefined, 7])(
    'hazard 119: says something for %j',
    (body) => {
      expect(readErrorBody(503, body).message).not.toBe('')
    },
  )

  it('masks an API key a message quotes', () => {
    const { message } = readErrorBody(401, { error: { message: 'wrong key sk-ant-api03-abcdefghijkl here' } })
    expect(message).toBe('wrong key sk-… here')
  })

  it('cuts a long plain text', () => {
    expect(readErrorBody(500, 'x'.repeat(100_000)).message.length).toBeLessThanOrEqual(2000)
  })
})
