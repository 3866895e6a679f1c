import { expect, it } from 'vitest'
import { readQuota } from './quota.ts'

const now = Date.parse('2026-11-23T12:00:00Z')

it('reads Anthropic’s limits: the tightest of each kind, and when the used-up one is whole again', () => {
  const headers = {
    'retry-after': '12',
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '49',
    'anthropic-ratelimit-requests-reset': '2026-11-23T12:00:01Z',
    'anthropic-ratelimit-input-tokens-remaining': '0',
    'anthropic-ratelimit-input-tokens-reset': '2026-11-23T12:00:30Z',
    'anthropic-ratelimit-output-tokens-remaining': '8000',
    'anthropic-ratelimit-output-tokens-reset': '2026-11-23T12:00:10Z',
  }
  expect(readQuota(headers, now)).toEqual({
    retryAfterMs: 12_000,
    remainingRequests: 49,
    remainingTokens: 0,
    resetMs: 30_000,
  })
})

it('reads OpenAI’s limits', () => {
  const headers = {
    'x-ratelimit-remaining-requests': '59',
    'x-ratelimit-reset-requests': '1s',
    'x-ratelimit-remaining-tokens': '149984',
    'x-ratelimit-reset-tokens': '6m0s',
  }
  expect(readQuota(headers, now)).toEqual({ remainingRequests: 59, remainingTokens: 149_984, resetMs: 1000 })
})

it('waits for the last limit that is used up', () => {
  const headers = {
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '1s',
    'x-ratelimit-remaining-tokens': '0',
    'x-ratelimit-reset-tokens': '6m0s',
  }
  expect(readQuota(headers, now)).toEqual({ remainingRequests: 0, remainingTokens: 0, resetMs: 360_000 })
})

it('reads a subscription’s one limit and limits without a kind', () => {
  expect(readQuota({ 'anthropic-ratelimit-unified-reset': String(now / 1000 + 60) }, now)).toEqual({ resetMs: 60_000 })
  expect(readQuota({ 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': String(now + 5000) }, now)).toEqual({
    remainingRequests: 3,
    resetMs: 5000,
  })
})

it('says nothing where the headers do not, and does not believe nonsense', () => {
  expect(readQuota({}, now)).toEqual({})
  const headers = {
    'x-ratelimit-remaining-requests': '-1',
    'x-ratelimit-remaining-tokens': 'many',
    'x-ratelimit-reset-tokens': 'never',
    'anthropic-ratelimit-tokens-remaining': '',
    'retry-after': 'NaN',
  }
  expect(readQuota(headers, now)).toEqual({})
})
