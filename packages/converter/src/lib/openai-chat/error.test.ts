import { describe, expect, it } from 'vitest'
import type { ErrorKind } from '../chat/error.ts'
import { decodeError, encodeError, errorFrame } from './error.ts'

const wire = (message: string, type: string, code: string | null = null, param: string | null = null) => ({
  error: { message, type, param, code },
})

describe('decodeError', () => {
  it('keeps message, code and param of the envelope', () => {
    expect(decodeError(400, wire('too long', 'invalid_request_error', 'context_length_exceeded', 'messages'))).toEqual({
      status: 400,
      kind: 'invalid-request',
      message: 'too long',
      code: 'context_length_exceeded',
      param: 'messages',
    })
  })

  it.each([
    [401, 'authentication'],
    [402, 'billing'],
    [403, 'permission'],
    [404, 'not-found'],
    [408, 'timeout'],
    [409, 'conflict'],
    [413, 'too-large'],
    [429, 'rate-limit'],
    [500, 'server'],
    [502, 'server'],
    [503, 'unavailable'],
    [504, 'timeout'],
    [529, 'overloaded'],
  ] as [number, ErrorKind][])('hazard 118: status %i leads, whatever the type says', (status, kind) => {
    expect(decodeError(status, wire('x', 'invalid_request_error'))).toMatchObject({ status, kind })
  })

  it.each([
    ['', /503/],
    ['<html><head><title>503 Service Unavailable</title></head></html>', /^503 Service Unavailable$/],
    ['upstream connect error', /^upstream connect error$/],
    ['[{"error":{"code":503,"message":"Backend","status":"UNAVAILABLE"}}]', /^Backend$/],
    ['{"error":"plain"}', /^plain$/],
    ['{"detail":"Not ready"}', /^Not ready$/],
    ['{"message":"flat"}', /^flat$/],
    ['{"error":', /error/],
    ['null', /./],
    [undefined, /503/],
    [null, /503/],
    [42, /503/],
    [{ error: { message: 5 } }, /503/],
  ] as [unknown, RegExp][])('hazard 119: the body %j gives a message', (body, message) => {
    const error = decodeError(503, body)
    expect(error).toMatchObject({ status: 503, kind: 'unavailable' })
    expect(error.message).toMatch(message)
  })

  it.each([
    [wire('x', 'rate_limit_error'), 429, 'rate-limit'],
    [wire('x', 'server_error'), 500, 'server'],
    [wire('x', 'invalid_request_error', 'insufficient_quota'), 402, 'billing'],
    [{ error: { message: 'x', code: 504 } }, 504, 'timeout'],
    [{ error: { message: 'x', code: '429' } }, 429, 'rate-limit'],
    [{ error: { message: 'x', status: 'RESOURCE_EXHAUSTED' } }, 429, 'rate-limit'],
    [{ error: { message: 'x', type: 'unheard_of' } }, 500, 'server'],
  ] as [object, number, ErrorKind][])('hazard 120: without a status the words of %j decide', (body, status, kind) => {
    expect(decodeError(200, body)).toMatchObject({ status, kind })
  })
})

describe('encodeError', () => {
  it('hazard 118: writes all four keys', () => {
    expect(encodeError({ status: 404, kind: 'not-found', message: 'no such model', code: 'model_not_found' })).toEqual({
      status: 404,
      body: { error: { message: 'no such model', type: 'not_found_error', param: null, code: 'model_not_found' } },
    })
  })

  it('hazard 121: 529 stays 529', () => {
    expect(encodeError({ status: 529, kind: 'overloaded', message: 'busy' })).toMatchObject({
      status: 529,
      body: { error: { type: 'server_error' } },
    })
  })

  it('the frame of a stream is one data line', () => {
    expect(errorFrame({ status: 500, kind: 'server', message: 'a\nb' })).toBe(
      'data: {"error":{"message":"a\\nb","type":"server_error","param":null,"code":null}}\n\n',
    )
  })
})
