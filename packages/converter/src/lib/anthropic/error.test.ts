import type Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { framesOf } from '../../../test/anthropic-kit.ts'
import type { ErrorKind } from '../chat/error.ts'
import { anthropicCodec } from './index.ts'

const { decodeError, encodeError, errorFrame } = anthropicCodec

describe('decodeError', () => {
  it('reads the envelope, the status leading', () => {
    const body = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'req_1' }
    expect(decodeError(529, body)).toEqual({
      status: 529,
      kind: 'overloaded',
      message: 'Overloaded',
      requestId: 'req_1',
    })
    expect(decodeError(400, body).kind).toBe('invalid-request')
  })

  it('takes the kind from the type where there is no status of failure', () => {
    expect(decodeError(200, { error: { type: 'rate_limit_error', message: 'm' } })).toMatchObject({
      status: 429,
      kind: 'rate-limit',
    })
    expect(decodeError(0, { error: { type: 'toString', message: 'm' } })).toMatchObject({ status: 500, kind: 'server' })
  })

  it('keeps the wording agents match on, and the code', () => {
    const message = 'prompt is too long: 210000 tokens > 200000 maximum'
    const body = {
      type: 'error',
      error: { type: 'invalid_request_error', message, details: { error_code: 'too_long' } },
    }
    expect(decodeError(400, JSON.stringify(body))).toMatchObject({ message, code: 'too_long' })
  })

  it.each([null, undefined, '', '<html><title>Bad Gateway</title></html>', [], 7])(
    'hazard 119: %j gives a whole error',
    (body) => {
      expect(decodeError(502, body)).toMatchObject({
        status: 502,
        kind: 'server',
        message: expect.stringMatching(/./) as string,
      })
    },
  )
})

describe('encodeError', () => {
  it.each<[ErrorKind, Anthropic.ErrorType]>([
    ['invalid-request', 'invalid_request_error'],
    ['authentication', 'authentication_error'],
    ['billing', 'billing_error'],
    ['permission', 'permission_error'],
    ['not-found', 'not_found_error'],
    ['conflict', 'conflict_error'],
    ['too-large', 'invalid_request_error'],
    ['rate-limit', 'rate_limit_error'],
    ['timeout', 'timeout_error'],
    ['server', 'api_error'],
    ['unavailable', 'overloaded_error'],
    ['overloaded', 'overloaded_error'],
  ])('hazards 118 and 120: %s is %s', (kind, type) => {
    expect(encodeError({ status: 500, kind, message: 'm', code: 'INVALID_ARGUMENT' }).body).toEqual({
      type: 'error',
      error: { type, message: 'm' },
      request_id: null,
    })
  })

  it('hazard 121: keeps the status of failure, and has one where there was none', () => {
    expect(encodeError({ status: 529, kind: 'overloaded', message: 'm' }).status).toBe(529)
    expect(encodeError({ status: 200, kind: 'rate-limit', message: 'm' }).status).toBe(429)
  })

  it('tells the codes of threads where the SDK looks for them', () => {
    const error = { status: 400, kind: 'invalid-request' as const, message: 'm', code: 'thread_unsupported_request' }
    const { status, body } = encodeError(error)
    expect(body).toMatchObject({
      error: { details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] } },
    })
    expect(decodeError(status, body)).toEqual(error)
  })

  it('survives the round trip', () => {
    const error = { status: 404, kind: 'not-found' as const, message: 'no such model', requestId: 'req_9' }
    const { status, body } = encodeError(error)
    expect(decodeError(status, body)).toEqual(error)
  })
})

describe('frames', () => {
  it('the error frame is one named event, whatever the message holds', () => {
    const frames = framesOf(errorFrame({ status: 500, kind: 'server', message: 'line\nline\u2028"' }))
    expect(frames).toMatchObject([{ event: 'error', data: { error: { message: 'line\nline\u2028"' } } }])
  })

  it('the keep-alive is a ping', () => {
    expect(framesOf(anthropicCodec.keepAlive)).toEqual([{ event: 'ping', data: { type: 'ping' } }])
  })
})
