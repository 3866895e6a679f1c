import { describe, expect, it } from 'vitest'
import { dialectOfClient, endpointOf, geminiMethodHint, pathHint } from './endpoint.ts'

describe('endpointOf', () => {
  it.each([
    ['/v1/chat/completions', 'openai-chat', 'generate'],
    ['/v1/completions', 'openai-completions', 'generate'],
    ['/v1/responses', 'openai-responses', 'generate'],
    ['/v1/responses/input_tokens', 'openai-responses', 'count-tokens'],
    ['/v1/embeddings', 'openai-chat', 'embed'],
    ['/v1/messages', 'anthropic', 'generate'],
    ['/v1/messages/count_tokens', 'anthropic', 'count-tokens'],
    ['/v1/models', undefined, 'list-models'],
    ['/v1beta/models', 'gemini', 'list-models'],
    ['/openai/v1/chat/completions', 'openai-chat', 'generate'],
    ['/openai/v1/responses', 'openai-responses', 'generate'],
    ['/openai/v1/models', 'openai-chat', 'list-models'],
    ['/openai/responses', 'openai-responses', 'generate'],
  ])('%s is %s %s', (path, dialect, task) => {
    expect(endpointOf(path)).toMatchObject({ task, ...(dialect !== undefined && { dialect }) })
  })

  it.each([
    ['/v1beta/models/gemini-3-pro:generateContent', { task: 'generate', name: 'gemini-3-pro', stream: false }],
    ['/v1/models/gemini-3-pro:streamGenerateContent', { task: 'generate', name: 'gemini-3-pro', stream: true }],
    ['/v1alpha/models/ft%3Ax:countTokens', { task: 'count-tokens', name: 'ft:x' }],
    ['/v1beta/models/org/model:tag:generateContent', { task: 'generate', name: 'org/model:tag' }],
    ['/v1beta/models/e:embedContent', { task: 'embed', name: 'e' }],
    ['/v1beta/models/e:batchEmbedContents', { task: 'embed', name: 'e', batch: true }],
    [
      '/v1beta1/projects/p/locations/l/publishers/google/models/g:generateContent',
      { task: 'generate', name: 'g', stream: false },
    ],
    ['/v1beta/models/gemini-3-pro', { task: 'list-models', name: 'gemini-3-pro' }],
  ])('%s is Gemini’s %j', (path, endpoint) => {
    expect(endpointOf(path)).toMatchObject({ dialect: 'gemini', ...endpoint })
  })

  it.each([
    ['/openai/deployments/gpt-4o/chat/completions', { task: 'generate', dialect: 'openai-chat', name: 'gpt-4o' }],
    ['/openai/deployments/my%20gpt/completions', { dialect: 'openai-completions', name: 'my gpt' }],
    ['/openai/deployments/%zz/embeddings', { task: 'embed', name: '%zz' }],
    ['/openai/deployments/gpt-5/responses', { dialect: 'openai-responses', name: 'gpt-5' }],
  ])('%s names a deployment: %j', (path, endpoint) => {
    expect(endpointOf(path)).toMatchObject({ methods: ['POST'], ...endpoint })
  })

  it.each(['/v1/responses/resp_1', '/openai/v1/responses/resp_1', '/openai/responses/resp_1'])(
    '%s is a stored response',
    (path) => {
      const endpoint = { task: 'stored-response', dialect: 'openai-responses', methods: ['GET', 'DELETE'] }
      expect(endpointOf(path)).toEqual({ ...endpoint, name: 'resp_1', resource: ['responses', 'resp_1'] })
    },
  )

  it('takes a name at /v1/models for a model to show, whatever is in it', () => {
    for (const name of ['org/model', 'ft:gpt-4o:org', 'a:predict']) {
      expect(endpointOf(`/v1/models/${name}`)).toEqual({ task: 'list-models', methods: ['GET'], name })
    }
  })

  it.each([
    '/',
    '/v1',
    '/v1/models/',
    '/v1/chat/completions/',
    '/openai/deployments/a/b/chat/completions',
    '/openai/deployments/a/models',
    '/openai/deployments/a/messages',
    '//v1/messages',
    '/responses/resp_1',
  ])('%s is none', (path) => {
    expect(endpointOf(path)).toBeUndefined()
  })
})

describe('dialectOfClient', () => {
  it.each([
    [{ 'anthropic-version': '2023-06-01' }, '/v1/models', '', 'anthropic'],
    [{ 'anthropic-version': '2023-06-01', 'x-goog-api-key': 'k' }, '/v1/models', '', 'anthropic'],
    [{ 'x-goog-api-key': 'k' }, '/v1/models', '', 'gemini'],
    [{ 'x-goog-api-client': 'google-genai-sdk/3' }, '/v1/models', '', 'gemini'],
    [{}, '/v1/models', 'pageSize=3&key=k', 'gemini'],
    [{}, '/v1beta/nothing', '', 'gemini'],
    [{ 'openai-beta': 'x' }, '/v1/models', 'monkey=1', 'openai-chat'],
  ])('%j at %s?%s is of %s', (headers, path, query, dialect) => {
    expect(dialectOfClient(headers, path, query)).toBe(dialect)
  })
})

describe('pathHint', () => {
  it.each([
    ['/v1/v1/messages', 'should not end in /v1 twice'],
    ['/chat/completions', 'it is /v1/chat/completions, and the base URL given to the client should end in /v1'],
    ['//v1/messages', 'it is /v1/messages, without the slash too many'],
    ['/v1/chat/completions/', 'it is /v1/chat/completions, without the slash too many'],
    ['//responses/', 'it is /v1/responses, and the base URL'],
  ])('%s: %s', (path, hint) => {
    expect([endpointOf(path), pathHint(path)]).toEqual([undefined, expect.stringContaining(hint)])
  })

  it.each(['/', '/favicon.ico', '/v1/audio/speech', '/v2/chat/completions'])('of %s nothing is guessed', (path) => {
    expect([endpointOf(path), pathHint(path)]).toEqual([undefined, undefined])
  })

  it('names what a model can be asked for', () => {
    expect(geminiMethodHint('/v1beta/models/gemini-2.5-flash:predict')).toMatch(/countTokens.*, and not for predict$/)
    expect(geminiMethodHint('/v1beta/models/gemini-2.5-flash')).toBeUndefined()
  })
})
