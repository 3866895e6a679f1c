import { describe, expect, it } from 'vitest'
import { type CredentialHeaders, credentialFrom } from './credential-from.ts'

describe('credentialFrom', () => {
  it.each<[string, CredentialHeaders]>([
    ['the OpenAI SDK', { authorization: 'Bearer KEY' }],
    ['a client that writes the scheme its own way', { authorization: 'bEARER   KEY ' }],
    ['the Anthropic SDK', { 'x-api-key': 'KEY' }],
    ['the Azure SDK', { 'api-key': 'KEY' }],
    ['the Gemini SDK', { 'x-goog-api-key': 'KEY' }],
    ['a client whose own authorization is spoken for', { 'x-llm-gateway-key': 'KEY', authorization: 'Bearer other' }],
    ['Claude Code, which can send it twice', { authorization: 'Bearer KEY', 'x-api-key': 'KEY' }],
    ['a repeated header', { 'x-api-key': ['KEY', 'other'] }],
  ])('reads what %s sends', (_client, headers) => {
    expect(credentialFrom(headers)).toBe('KEY')
  })

  it('takes the first in the documented order when values differ', () => {
    const order: [string, string][] = [
      ['x-llm-gateway-key', '1'],
      ['authorization', 'Bearer 2'],
      ['x-api-key', '3'],
      ['api-key', '4'],
      ['x-goog-api-key', '5'],
    ]
    const read = order.map((_, at) => credentialFrom(Object.fromEntries(order.slice(at).toReversed()), 'key=6'))
    expect(read).toEqual(['1', '2', '3', '4', '5'])
  })

  it.each<[string, CredentialHeaders]>([
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNz', 'x-api-key': 'KEY' }],
    ['a scheme alone', { authorization: 'Bearer', 'x-api-key': 'KEY' }],
    ['a scheme and blanks', { authorization: 'Bearer   ', 'x-api-key': 'KEY' }],
    ['a scheme run into the key', { authorization: 'BearerX', 'x-api-key': 'KEY' }],
    ['an empty header', { 'x-llm-gateway-key': '', authorization: ' ', 'x-api-key': 'KEY' }],
    ['a header repeated no times', { authorization: [], 'x-api-key': 'KEY' }],
  ])('passes over %s', (_what, headers) => {
    expect(credentialFrom(headers)).toBe('KEY')
  })

  it.each([
    ['key=KEY', 'KEY'],
    ['?alt=sse&key=KEY', 'KEY'],
    ['key=a%2Fb', 'a/b'],
    ['key=', undefined],
    ['monkey=KEY', undefined],
    ['', undefined],
  ])('reads the query %j as %j', (query, credential) => {
    expect(credentialFrom({}, query)).toBe(credential)
  })

  it('finds none where there is none', () => {
    expect(credentialFrom({ cookie: 'key=KEY', 'proxy-authorization': 'Bearer KEY' })).toBeUndefined()
  })
})
