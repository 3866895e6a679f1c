import { describe, expect, it } from 'vitest'
import type { ErrorKind } from '../chat/error.ts'
import { geminiCodec } from './index.ts'

const { decodeError, encodeError, errorFrame } = geminiCodec

describe('reading errors', () => {
  it.each([
    [
      429,
      { error: { code: 429, message: 'Quota.', status: 'RESOURCE_EXHAUSTED' } },
      { status: 429, kind: 'rate-limit', message: 'Quota.' },
    ],
    [
      503,
      [{ error: { code: 503, message: 'Busy.', status: 'UNAVAILABLE' } }],
      { status: 503, kind: 'unavailable', message: 'Busy.' },
    ],
    [
      400,
      '{"error":{"code":400,"message":"Bad.","status":"FAILED_PRECONDITION"}}',
      { status: 400, kind: 'invalid-request', message: 'Bad.' },
    ],
    [502, '<html><title>Bad Gateway</title></html>', { status: 502, kind: 'server', message: 'Bad Gateway' }],
    [500, '', { status: 500, kind: 'server' }],
    [404, { message: 'no such model' }, { status: 404, kind: 'not-found', message: 'no such model' }],
  ] as const)('hazards 118 and 119: %i with %j', (status, body, error) => {
    expect(decodeError(status, body)).toMatchObject(error)
  })

  it('hazard 120: in a stream the body’s own words decide', () => {
    expect(decodeError(0, { error: { code: 503, message: 'x', status: 'UNAVAILABLE' } })).toMatchObject({
      status: 503,
      kind: 'unavailable',
    })
    expect(decodeError(0, { error: { message: 'x', status: 'DEADLINE_EXCEEDED' } })).toMatchObject({
      status: 504,
      kind: 'timeout',
    })
    expect(decodeError(0, { error: { message: 'x', code: 3, status: 'NEW' } })).toMatchObject({
      status: 500,
      kind: 'server',
    })
  })

  it('the reason and the field at fault are read from the details', () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED' },
      {
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [{ field: 'contents[0]', description: 'x' }],
      },
      'odd',
    ]
    expect(decodeError(400, { error: { code: 400, message: 'x', details } })).toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      param: 'contents[0]',
    })
  })

  it('a key Google does not take is a matter of the credential, though it says 400', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }]
    const body = { error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT', details } }
    expect(decodeError(400, body)).toEqual({
      status: 401,
      kind: 'authentication',
      message: 'API key not valid.',
      code: 'API_KEY_INVALID',
    })
  })

  it('a key that a message quotes is masked', () => {
    expect(decodeError(400, { error: { message: 'key AIzaSyA1234567890abcdefg is bad' } }).message).toBe(
      'key AIza… is bad',
    )
  })
})

describe('writing errors', () => {
  it.each([
    ['invalid-request', 400, 'INVALID_ARGUMENT'],
    ['authentication', 401, 'UNAUTHENTICATED'],
    ['billing', 402, 'RESOURCE_EXHAUSTED'],
    ['permission', 403, 'PERMISSION_DENIED'],
    ['not-found', 404, 'NOT_FOUND'],
    ['conflict', 409, 'ABORTED'],
    ['too-large', 413, 'INVALID_ARGUMENT'],
    ['rate-limit', 429, 'RESOURCE_EXHAUSTED'],
    ['timeout', 504, 'DEADLINE_EXCEEDED'],
    ['server', 500, 'INTERNAL'],
    ['unavailable', 503, 'UNAVAILABLE'],
    ['overloaded', 529, 'UNAVAILABLE'],
  ] as const satisfies readonly (readonly [ErrorKind, number, string])[])(
    'hazard 121: %s is %i %s',
    (kind, status, word) => {
      expect(encodeError({ status, kind, message: 'm' })).toEqual({
        status,
        body: { error: { code: status, message: 'm', status: word } },
      })
    },
  )

  it('what is written reads as it was', () => {
    const error = {
      status: 422,
      kind: 'invalid-request',
      message: 'm',
      code: 'context_length_exceeded',
      param: 'contents',
    } as const
    const { status, body } = encodeError(error)
    expect(decodeError(status, body)).toEqual(error)
  })

  it('hazard 112: the frame of an error has no name and a status the SDK throws on', () => {
    expect(errorFrame({ status: 0, kind: 'server', message: 'm' })).toBe(
      'data: {"error":{"code":500,"message":"m","status":"INTERNAL"}}\r\n\r\n',
    )
  })
})
