import { describe, expect, it } from 'vitest'
import { UpstreamError } from './error.ts'
import { google } from './providers/google.ts'
import type { CallContext, UpstreamAccount } from './providers/provider.ts'
import { credentialHeaders, resolveCall } from './target.ts'

type Settings = Pick<UpstreamAccount, 'baseUrl' | 'options'>

function urlOf(settings: Settings, call: Partial<CallContext> = {}): string {
  const account = { id: 'upstream_g', provider: 'google', ...settings }
  const context = {
    dialect: 'gemini',
    operation: 'generate',
    model: 'gemini-3-pro',
    stream: false,
    clientHeaders: {},
    sameDialect: true,
    ...call,
  } as const
  return resolveCall(account, google, context).url
}

const host = 'https://generativelanguage.googleapis.com'
const publisher = 'https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/publishers/google'

describe('the Gemini API', () => {
  it.each([
    [undefined, `${host}/v1beta/models/gemini-3-pro:generateContent`],
    [host, `${host}/v1beta/models/gemini-3-pro:generateContent`],
    [`${host}/v1beta`, `${host}/v1beta/models/gemini-3-pro:generateContent`],
    [`${host}/v1/`, `${host}/v1/models/gemini-3-pro:generateContent`],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000/v1beta/models/gemini-3-pro:generateContent'],
  ])('at %s is called at %s', (baseUrl, url) => {
    expect(urlOf(baseUrl === undefined ? {} : { baseUrl })).toBe(url)
  })

  it.each([
    [{ stream: true }, '/models/gemini-3-pro:streamGenerateContent?alt=sse'],
    [{ operation: 'count-tokens' }, '/models/gemini-3-pro:countTokens'],
    [{ operation: 'embed' }, '/models/gemini-3-pro:embedContent'],
    [{ operation: 'embed-batch' }, '/models/gemini-3-pro:batchEmbedContents'],
    [{ operation: 'list-models', model: '' }, '/models'],
    [{ operation: 'list-models', model: '', clientQuery: 'pageSize=1000&limit=9' }, '/models?pageSize=1000'],
    [{ model: 'models/gemini-3-pro' }, '/models/gemini-3-pro:generateContent'],
    [{ model: '../../files/x' }, '/models/..%2F..%2Ffiles%2Fx:generateContent'],
  ] as const)('%j is at %s', (call, path) => {
    expect(urlOf({}, call)).toBe(`${host}/v1beta${path}`)
  })

  it('never gets the client’s key or way of streaming from its query', () => {
    const clientQuery = 'key=gw_secret&alt=json&$alt=media'
    expect(urlOf({}, { stream: true, clientQuery })).toBe(
      `${host}/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse`,
    )
  })

  it('refuses a model that would leave the folder', () => {
    expect(() => urlOf({}, { model: '..' })).toThrow(UpstreamError)
  })
})

describe('Vertex AI', () => {
  it.each([
    [{ options: { project: 'p', location: 'us-central1' } }, `${publisher}/models/gemini-3-pro:generateContent`],
    [
      { options: { project: 'p' } },
      'https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google/models/gemini-3-pro:generateContent',
    ],
    [
      { options: { project: 'p', location: 'eu' } },
      'https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/publishers/google/models/gemini-3-pro:generateContent',
    ],
    [{ baseUrl: `${publisher}/` }, `${publisher}/models/gemini-3-pro:generateContent`],
    [
      { baseUrl: 'https://proxy.example/v1beta1', options: { project: 'p', location: 'l' } },
      'https://proxy.example/v1beta1/projects/p/locations/l/publishers/google/models/gemini-3-pro:generateContent',
    ],
    // Express mode: a key and no project.
    [
      { baseUrl: 'https://aiplatform.googleapis.com' },
      'https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-3-pro:generateContent',
    ],
  ])('with %j is called at %s', (settings, url) => {
    expect(urlOf(settings)).toBe(url)
  })

  it.each([{ options: { project: 'p', location: 'us-central1' } }, { baseUrl: publisher }])(
    'lists its models outside of projects: %j',
    (settings) => {
      expect(urlOf(settings, { operation: 'list-models', model: '' })).toBe(
        'https://us-central1-aiplatform.googleapis.com/v1beta1/publishers/google/models',
      )
    },
  )

  it('says that it embeds one input at a time', () => {
    expect(() => urlOf({ options: { project: 'p' } }, { operation: 'embed-batch' })).toThrow('one input per request')
  })

  it('refuses options that are no texts', () => {
    expect(() => urlOf({ options: { project: 7 } })).toThrow('options.project of account upstream_g must be a text')
  })
})

describe('the credential', () => {
  const vertex = { options: { project: 'p' } }
  it.each([
    ['a key of the Gemini API', 'AIzaSyExample', {}, { 'x-goog-api-key': 'AIzaSyExample' }],
    ['any key of the Gemini API', 'opaque', {}, { 'x-goog-api-key': 'opaque' }],
    ['an express key at Vertex', 'AQ.Example', vertex, { 'x-goog-api-key': 'AQ.Example' }],
    ['an access token at Vertex', 'ya29.example', vertex, { authorization: 'Bearer ya29.example' }],
    ['any token at Vertex', 'eyJexample', { baseUrl: publisher }, { authorization: 'Bearer eyJexample' }],
    ['an access token at the Gemini API', 'ya29.example', {}, { authorization: 'Bearer ya29.example' }],
  ])('%s', (_what, credential, account, headers) => {
    expect(credentialHeaders(google, credential, account)).toEqual(headers)
  })
})
