import { describe, expect, test } from 'vitest'
import { clientsOf, missingValues, type OAuthProfile, usableProfile } from './profile.ts'
import { builtInProfiles, defaultProfileOf, profilesWith } from './profiles/index.ts'

describe('policy', () => {
  test('the Claude Code profile serves Claude Code and ships nobody’s client id', () => {
    const profile = builtInProfiles.get('claude-code')
    expect(profile && clientsOf(profile)).toEqual(['claude-code'])
    expect(profile && missingValues(profile)).toEqual(['client_id', 'token_url', 'authorize_url'])
  })

  test('an operator cannot open it to other clients', () => {
    const opened = { name: 'claude-code', clients: [] } satisfies OAuthProfile
    expect(profilesWith([opened]).get('claude-code')?.clients).toEqual(['claude-code'])
  })

  test.each([
    'https://claude.ai/token',
    'https://console.anthropic.com/v1/oauth/token',
    'https://platform.claude.com/token',
    'https://CLAUDE.AI./token',
  ])('by whatever name, tokens of %s serve Claude Code only', (tokenUrl) => {
    expect(clientsOf({ name: 'mine', tokenUrl })).toEqual(['claude-code'])
  })

  test.each(['https://idp.example/token', 'https://notclaude.ai/token', 'https://claude.ai.evil.example/token'])(
    'tokens of %s serve any client',
    (tokenUrl) => {
      expect(clientsOf({ name: 'mine', tokenUrl })).toBeUndefined()
    },
  )

  test('a profile of an operator can restrict itself', () => {
    expect(clientsOf({ name: 'mine', tokenUrl: 'https://idp.example', clients: ['claude-code'] })).toEqual([
      'claude-code',
    ])
  })
})

test('what an operator configures for a built-in profile is laid over it', () => {
  const profiles = profilesWith([
    { name: 'claude-code', clientId: 'c', tokenUrl: 'https://a/t', authorizeUrl: 'https://a/a' },
    { name: 'corp', clientId: 'd' },
  ])
  expect(profiles.get('claude-code')).toMatchObject({ title: 'Claude Code', clientId: 'c', clients: ['claude-code'] })
  expect([...profiles.keys()]).toEqual(['claude-code', 'generic', 'corp'])
})

test('accounts at Anthropic log in as Claude Code unless they name a profile', () => {
  expect(defaultProfileOf('anthropic')).toBe('claude-code')
  expect(defaultProfileOf('openai-compatible')).toBe('generic')
})

test('says what is missing by the names of the configuration', () => {
  expect(() => usableProfile({ name: 'corp', clientId: 'c' })).toThrow(
    'the OAuth profile "corp" lacks token_url, authorize_url: set them in the configuration under oauth_profiles: corp:',
  )
  expect(usableProfile({ name: 'corp', clientId: 'c', tokenUrl: 'https://a', deviceUrl: 'https://a' })).toBeDefined()
})

test.each([
  ['https://idp.example', true],
  ['http://127.0.0.1:4000', true],
  ['http://[::1]:4000', true],
  ['http://localhost:4000', true],
  ['http://idp.example', false],
  ['http://127.0.0.1.evil.example', false],
  ['http://localhost.evil.example', false],
  ['javascript:alert(1)', false],
])('an endpoint at %s: %s', (url, allowed) => {
  const make = (): unknown =>
    usableProfile({ name: 'p', clientId: 'c', authorizeUrl: url, tokenUrl: 'https://idp.example' })
  if (allowed) expect(make).not.toThrow()
  else expect(make).toThrow(expect.objectContaining({ code: 'PROFILE_INVALID' }))
})
