import { KeyRing, mintGatewayKey } from '@llm-gateway/access'
import { describe, expect, test } from 'vitest'
import type { Call } from '../call.ts'
import { comesFromClaudeCode } from './audience.ts'
import { ownCredentialOf } from './own-credential.ts'

/** What Claude Code 2.1.330 was seen to send of itself. */
const claudeCode = {
  'user-agent': 'claude-cli/2.1.330 (external, sdk-cli)',
  'x-app': 'cli',
  'x-claude-code-session-id': '85d15a89-410a-4a2d-9f1d-b30dd70d3338',
  'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14',
}

const call = (headers: object, dialect = 'anthropic', path = '/v1/messages'): Call =>
  ({ dialect, request: { headers, path } }) as unknown as Call

describe('a request comes from Claude Code', () => {
  test.each<[string, object]>([
    ['as it sends it', claudeCode],
    ['of an older release, without a session', { ...claudeCode, 'x-claude-code-session-id': undefined }],
    ['of its helpers, without its beta', { ...claudeCode, 'anthropic-beta': 'oauth-2025-04-20' }],
  ])('%s', (_what, headers) => {
    expect(comesFromClaudeCode(call(headers))).toBe(true)
    expect(comesFromClaudeCode(call(headers, 'anthropic', '/v1/messages/count_tokens'))).toBe(true)
  })

  test.each<[string, object, string?, string?]>([
    ['curl', { 'user-agent': 'curl/8.5.0' }],
    ['Anthropic’s SDK', { 'user-agent': 'Anthropic/JS 1.12.0', 'x-stainless-lang': 'js' }],
    ['another User-Agent', { ...claudeCode, 'user-agent': 'my-agent (claude-cli/2.1.330)' }],
    ['no x-app', { ...claudeCode, 'x-app': undefined }],
    ['the User-Agent alone', { 'user-agent': claudeCode['user-agent'] }],
    [
      'neither session nor beta',
      { ...claudeCode, 'x-claude-code-session-id': undefined, 'anthropic-beta': 'x-claude-code-1' },
    ],
    ['another API', claudeCode, 'openai-chat', '/v1/chat/completions'],
    ['its dialect on another path', claudeCode, 'anthropic', '/v1/chat/completions'],
  ])('not with %s', (_what, headers, dialect, path) => {
    expect(comesFromClaudeCode(call(headers, dialect, path))).toBe(false)
  })
})

describe('a client’s own credential', () => {
  const now = Date.UTC(2026, 10, 28)
  const [key, disabled, expired] = [mintGatewayKey(), mintGatewayKey(), mintGatewayKey()]
  const ring = new KeyRing(
    [
      { id: 'a', name: 'a', keyHash: key.keyHash, permissions: ['write'], status: 'active' },
      { id: 'b', name: 'b', keyHash: disabled.keyHash, permissions: ['write'], status: 'disabled' },
      { id: 'c', name: 'c', keyHash: expired.keyHash, permissions: ['write'], status: 'active', expiresAt: now - 1 },
    ],
    { now: () => now },
  )
  const own = (headers: object, dialect = 'anthropic'): unknown =>
    ownCredentialOf({ dialect, request: { headers }, state: { keys: ring } } as unknown as Call)
  const ours = { 'x-llm-gateway-key': key.key }

  test.each<[string, object, string, object]>([
    ['a Bearer token', { authorization: 'Bearer sk-ant-oat-1' }, 'anthropic', { authorization: 'Bearer sk-ant-oat-1' }],
    ['an API key', { 'x-api-key': 'sk-ant-1' }, 'anthropic', { 'x-api-key': 'sk-ant-1' }],
    ['OpenAI’s', { authorization: 'Bearer sk-1' }, 'openai-chat', { authorization: 'Bearer sk-1' }],
    ['Azure’s', { 'api-key': 'k' }, 'openai-chat', { 'api-key': 'k' }],
    ['Gemini’s', { 'x-goog-api-key': 'k' }, 'gemini', { 'x-goog-api-key': 'k' }],
  ])('is %s', (_what, headers, dialect, expected) => {
    expect(own({ ...ours, ...headers }, dialect)).toEqual(expected)
  })

  test('is none without the gateway key in a header of its own', () => {
    expect(own({ authorization: 'Bearer sk-ant-1' })).toBeUndefined()
    expect(own(ours)).toBeUndefined()
  })

  test.each([
    ['the same', key.key],
    ['a disabled', disabled.key],
    ['an expired', expired.key],
  ])('is never a gateway key: %s', (_what, raw) => {
    expect(own({ ...ours, authorization: `Bearer ${raw}` })).toBeUndefined()
    expect(own({ ...ours, authorization: `bearer  ${raw} `, 'x-api-key': raw })).toBeUndefined()
    expect(own({ ...ours, authorization: `Bearer ${raw}`, 'x-api-key': 'sk-ant-1' })).toEqual({
      'x-api-key': 'sk-ant-1',
    })
  })
})
