import { describe, expect, it } from 'vitest'
import { UpstreamError } from './error.ts'
import { addForwardedHeaders, checkedValue, type HeaderMap, replyHeaders, requestFilter } from './headers.ts'

function forwarded(headers: HeaderMap, names: readonly string[] = ['anthropic-*', 'accept']): Record<string, string> {
  const target: Record<string, string> = {}
  addForwardedHeaders(target, headers, requestFilter(names))
  return target
}

describe('what goes up', () => {
  it.each([
    ['user-agent', 'claude-cli/2.1.330'],
    ['idempotency-key', 'stainless-node-retry-1'],
    ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['x-request-id', 'r1'],
    ['anthropic-version', '2026-10-21'],
    ['anthropic-beta', 'claude-code-20250219,interleaved-thinking-2025-05-14'],
    ['anthropic-not-known-yet', 'ümläut'],
  ])('%s goes up as it is', (name, value) => {
    expect(forwarded({ [name]: value })).toEqual({ [name]: value })
  })

  it.each([
    ['authorization', 'Bearer gw_key'],
    ['x-api-key', 'gw_key'],
    ['api-key', 'gw_key'],
    ['x-goog-api-key', 'gw_key'],
    ['cookie', 'session=1'],
    ['proxy-authorization', 'Basic x'],
    ['host', 'gateway.example'],
    ['connection', 'close'],
    ['keep-alive', 'timeout=5'],
    ['te', 'trailers'],
    ['trailer', 'x'],
    ['transfer-encoding', 'chunked'],
    ['upgrade', 'h2c'],
    ['expect', '100-continue'],
    ['content-length', '3'],
    ['content-encoding', 'zstd'],
    ['accept-encoding', 'gzip, br'],
    ['x-llm-gateway-account', 'a1'],
  ])('%s never goes up, not even where a table lets everything through', (name, value) => {
    expect(forwarded({ [name]: value }, ['*'])).toEqual({})
  })

  it.each([
    'x-forwarded-for',
    'x-stainless-lang',
    'x-claude-code-session-id',
    'origin',
    'referer',
    'openai-organization',
  ])('%s does not go up where no table names it', (name) => {
    expect(forwarded({ [name]: 'v' })).toEqual({})
  })

  it('drops what the Connection header names', () => {
    const headers = {
      connection: 'Keep-Alive, Anthropic-Beta ,accept',
      'anthropic-beta': 'b',
      accept: 'a',
      'anthropic-version': 'v',
    }
    expect(forwarded(headers)).toEqual({ 'anthropic-version': 'v' })
  })

  it('joins a header that came several times', () => {
    expect(forwarded({ 'anthropic-beta': ['a', 'b'] })).toEqual({ 'anthropic-beta': 'a, b' })
  })

  it.each(['a\r\nx-injected: 1', 'a\n', 'a\0b', 'a\x7f', '\u{1f600}', 'a\u2028'])('refuses the value %j', (value) => {
    expect(() => forwarded({ 'anthropic-beta': value })).toThrow(UpstreamError)
  })

  it('refuses a name that is none, without repeating all of it', () => {
    expect(() => forwarded({ [`anthropic-a\r\n${'x'.repeat(500)}`]: '1' })).toThrow(
      /^"anthropic-a.{0,60}" is not the name/,
    )
  })

  it('does not show the value it refuses', () => {
    expect(() => checkedValue('x-api-key', 'sk-secret\n')).toThrow(/^((?!sk-secret).)*$/)
  })
})

describe('what goes back', () => {
  it.each([
    'content-type',
    'retry-after',
    'retry-after-ms',
    'request-id',
    'x-request-id',
    'x-should-retry',
    'anthropic-ratelimit-requests-remaining',
    'x-ratelimit-reset-tokens',
    'openai-processing-ms',
    'openai-version',
  ])('%s', (name) => {
    expect(replyHeaders({ [name]: 'v' })).toEqual({ [name]: 'v' })
  })

  it.each([
    'set-cookie',
    'connection',
    'transfer-encoding',
    'content-length',
    'content-encoding',
    'trailer',
    'server',
    'strict-transport-security',
    'location',
    'x-api-key',
    'authorization',
    'x-llm-gateway-upstream',
    'access-control-allow-origin',
    'openai-organization',
    'anthropic-organization-id',
  ])('hazard 117: but not %s', (name) => {
    expect(replyHeaders({ [name]: 'v' })).toEqual({})
  })

  it('leaves out values that a header could not carry on, and keeps several values apart', () => {
    const headers = { 'request-id': 'a\r\nx-injected: 1', 'openai-model': ['a', 'b\n'], 'retry-after': undefined }
    expect(replyHeaders(headers)).toEqual({ 'openai-model': ['a'] })
  })
})
