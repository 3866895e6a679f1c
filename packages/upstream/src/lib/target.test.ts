import { describe, expect, it } from 'vitest'
import { UpstreamError } from './error.ts'
import { profileOf, providers } from './providers/index.ts'
import type { CallContext, Provider, UpstreamAccount } from './providers/provider.ts'
import { credentialHeaders, type ResolvedCall, resolveCall } from './target.ts'

function provider(id: string): Provider {
  const found = providers.get(id)
  if (!found) throw new Error(`no provider ${id}`)
  return found
}

function resolve(
  account: Partial<UpstreamAccount> & { provider: string },
  call: Partial<CallContext> = {},
): ResolvedCall {
  const chosen = provider(account.provider)
  return resolveCall({ id: 'upstream_1', ...account }, chosen, {
    dialect: chosen.dialects[0] ?? '',
    operation: 'generate',
    model: 'm1',
    stream: false,
    clientHeaders: {},
    sameDialect: true,
    ...call,
  })
}

function codeOf(act: () => unknown): string {
  try {
    act()
    return 'nothing thrown'
  } catch (error) {
    return UpstreamError.is(error) ? error.code : String(error)
  }
}

describe('addresses', () => {
  it.each([
    ['anthropic', undefined, 'https://api.anthropic.com/v1/messages'],
    ['anthropic', 'https://api.anthropic.com', 'https://api.anthropic.com/v1/messages'],
    ['anthropic', 'https://api.anthropic.com/v1', 'https://api.anthropic.com/v1/messages'],
    ['anthropic', 'https://api.anthropic.com/v1//', 'https://api.anthropic.com/v1/messages'],
    ['anthropic', ' https://relay.example/anthropic/ ', 'https://relay.example/anthropic/v1/messages'],
    ['anthropic', 'https://cf.example/v1/acct/anthropic', 'https://cf.example/v1/acct/anthropic/v1/messages'],
    ['openai', undefined, 'https://api.openai.com/v1/chat/completions'],
    ['openai', 'https://api.openai.com', 'https://api.openai.com/v1/chat/completions'],
    ['openai', 'https://api.openai.com/', 'https://api.openai.com/v1/chat/completions'],
    ['openai', 'https://api.openai.com/v1/', 'https://api.openai.com/v1/chat/completions'],
    ['openai-compatible', 'http://localhost:11434', 'http://localhost:11434/v1/chat/completions'],
    ['openai-compatible', 'https://openrouter.ai/api/v1', 'https://openrouter.ai/api/v1/chat/completions'],
    ['openai-compatible', 'https://api.z.ai/api/paas/v4/', 'https://api.z.ai/api/paas/v4/chat/completions'],
    [
      'openai-compatible',
      'https://generativelanguage.googleapis.com/v1beta/openai',
      'https://generativelanguage.googleapis.com/v1beta/openai/chat/completions',
    ],
    ['openai-compatible', 'https://vllm.example/video', 'https://vllm.example/video/v1/chat/completions'],
    ['simulator', 'http://127.0.0.1:4000', 'http://127.0.0.1:4000/v1/chat/completions'],
    ['simulator', 'http://127.0.0.1:4000/v1', 'http://127.0.0.1:4000/v1/chat/completions'],
  ])('%s with %s calls %s', (id, baseUrl, url) => {
    expect(resolve({ provider: id, ...(baseUrl !== undefined && { baseUrl }) }).url).toBe(url)
  })

  it.each([
    ['openai-chat', 'generate', '/v1/chat/completions'],
    ['openai-responses', 'generate', '/v1/responses'],
    ['openai-completions', 'generate', '/v1/completions'],
    ['openai-chat', 'embed', '/v1/embeddings'],
    ['openai-responses', 'count-tokens', '/v1/responses/input_tokens'],
    ['gemini', 'generate', '/v1beta/models/m1:generateContent'],
    ['gemini', 'count-tokens', '/v1beta/models/m1:countTokens'],
    ['openai-chat', 'list-models', '/v1/models'],
    ['anthropic', 'generate', '/v1/messages'],
    ['anthropic', 'count-tokens', '/v1/messages/count_tokens'],
    ['anthropic', 'list-models', '/v1/models'],
  ] as const)('%s %s is at %s', (dialect, operation, path) => {
    const resolved = resolve({ provider: 'simulator', baseUrl: 'http://127.0.0.1:4000' }, { dialect, operation })
    expect(resolved).toMatchObject({ origin: 'http://127.0.0.1:4000', path })
  })

  it('leaves out the version for servers that have none', () => {
    const account = {
      provider: 'openai-compatible',
      baseUrl: 'https://models.github.ai/inference',
      options: { version_path: '' },
    }
    expect(resolve(account).url).toBe('https://models.github.ai/inference/chat/completions')
  })

  const classic = { api_version: '2024-10-21' }
  it.each([
    ['v1', {}, {}, '/openai/v1/chat/completions', 'gpt-5'],
    ['v1, mapped', { deployments: { 'gpt-5': 'prod' } }, {}, '/openai/v1/chat/completions', 'prod'],
    ['v1 responses', { deployment: 'd' }, { dialect: 'openai-responses' }, '/openai/v1/responses', 'd'],
    ['v1 models', {}, { operation: 'list-models' }, '/openai/v1/models', 'gpt-5'],
    ['classic', classic, {}, '/openai/deployments/gpt-5/chat/completions?api-version=2024-10-21', 'gpt-5'],
    [
      'classic, mapped',
      { ...classic, deployments: { 'gpt-5': 'my prod' }, deployment: 'other' },
      {},
      '/openai/deployments/my%20prod/chat/completions?api-version=2024-10-21',
      'my prod',
    ],
    [
      'classic, one deployment for the rest',
      { ...classic, deployments: { 'gpt-4': 'four' }, deployment: 'other' },
      {},
      '/openai/deployments/other/chat/completions?api-version=2024-10-21',
      'other',
    ],
    [
      'classic responses',
      classic,
      { dialect: 'openai-responses' },
      '/openai/responses?api-version=2024-10-21',
      'gpt-5',
    ],
    ['classic models', classic, { operation: 'list-models' }, '/openai/models?api-version=2024-10-21', 'gpt-5'],
  ] as const)('azure %s', (_name, options, call, path, model) => {
    const bases = [
      'https://r.openai.azure.com',
      'https://r.openai.azure.com/openai/',
      'https://r.openai.azure.com/openai/v1/',
    ]
    for (const baseUrl of bases) {
      const resolved = resolve({ provider: 'azure', baseUrl, options }, { model: 'gpt-5', ...call })
      expect(resolved).toMatchObject({ origin: 'https://r.openai.azure.com', path, model })
    }
  })

  it.each(['../../admin', 'a/b', 'a?b', 'a#b', '%2e%2e', 'a%2fb', 'ü\u{1f600}', 'a\r\nb', '__proto__', 'toString'])(
    'keeps the model %j within its place in the path',
    (model) => {
      const account = { provider: 'azure', baseUrl: 'https://r.example', options: { ...classic, deployments: {} } }
      const resolved = resolve(account, { model })
      const segments = resolved.path.split('?')[0]?.split('/') ?? []
      expect(segments.map(decodeURIComponent)).toEqual(['', 'openai', 'deployments', model, 'chat', 'completions'])
    },
  )

  it.each(['..', '.', '', '\ud800'])('refuses the model %j', (model) => {
    const account = { provider: 'azure', baseUrl: 'https://r.example', options: classic }
    expect(codeOf(() => resolve(account, { model }))).toBe('MODEL_INVALID')
  })

  it.each([
    ['BASE_URL_MISSING', { provider: 'azure' }],
    ['BASE_URL_MISSING', { provider: 'openai-compatible', baseUrl: ' ' }],
    ['BASE_URL_INVALID', { provider: 'openai', baseUrl: 'api.openai.com' }],
    ['BASE_URL_INVALID', { provider: 'openai', baseUrl: 'ftp://api.openai.com' }],
    ['BASE_URL_INVALID', { provider: 'openai', baseUrl: 'file:///etc/passwd' }],
    ['BASE_URL_INVALID', { provider: 'openai', baseUrl: 'https://user:secret@api.openai.com' }],
    ['BASE_URL_INVALID', { provider: 'azure', baseUrl: 'https://r.example/openai?api-version=1' }],
    ['BASE_URL_INVALID', { provider: 'openai', baseUrl: 'https://api.openai.com/#x' }],
    ['OPTION_INVALID', { provider: 'azure', baseUrl: 'https://r.example', options: { api_version: 1 } }],
    ['OPTION_INVALID', { provider: 'azure', baseUrl: 'https://r.example', options: { deployments: ['a'] } }],
    ['OPTION_INVALID', { provider: 'azure', baseUrl: 'https://r.example', options: { deployments: { a: 1 } } }],
    ['OPTION_INVALID', { provider: 'openai', options: { organization: {} } }],
  ])('%s for %j', (code, account) => {
    expect(codeOf(() => resolve(account))).toBe(code)
  })

  it('says which account and what to do, and no secret', () => {
    const account = { provider: 'openai', baseUrl: 'https://user:secret@api.openai.com' }
    expect(() => resolve(account)).toThrow(
      /^the base_url of account upstream_1 holds a password; put the credential into api_key$/,
    )
  })

  it('refuses what the dialect has no path for', () => {
    expect(codeOf(() => resolve({ provider: 'openai' }, { operation: 'count-tokens' }))).toBe('UNSUPPORTED')
    expect(codeOf(() => resolve({ provider: 'openai' }, { dialect: 'toString' }))).toBe('UNSUPPORTED')
  })
})

describe('the query', () => {
  it('goes up verbatim where the dialect knows it, for a client of that dialect', () => {
    const call = { clientQuery: 'beta=true&key=gw_secret&limit=2' }
    expect(resolve({ provider: 'anthropic' }, call).path).toBe('/v1/messages?beta=true&limit=2')
    expect(resolve({ provider: 'anthropic' }, { ...call, sameDialect: false }).path).toBe('/v1/messages')
    expect(resolve({ provider: 'openai' }, call).path).toBe('/v1/chat/completions')
  })

  it('cannot break out of its place', () => {
    const { path, origin } = resolve(
      { provider: 'anthropic' },
      { clientQuery: 'beta=true#x\r\n/../ &beta=@evil.example' },
    )
    expect(origin).toBe('https://api.anthropic.com')
    expect(path).toBe('/v1/messages?beta=true%23x/../%20&beta=@evil.example')
  })
})

describe('headers', () => {
  const clientHeaders = {
    'user-agent': 'claude-cli/2.1.330',
    accept: '*/*',
    'anthropic-version': '2026-10-21',
    'anthropic-beta': 'a,b',
    'anthropic-new': 'x',
    'openai-organization': 'org-client',
    'content-type': 'text/plain',
    authorization: 'Bearer gw_key',
  }

  it('pass to an upstream of the client’s dialect, any account of it', () => {
    const expected = {
      'user-agent': 'claude-cli/2.1.330',
      accept: '*/*',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'anthropic-version': '2026-10-21',
      'anthropic-beta': 'a,b',
      'anthropic-new': 'x',
    }
    const simulated = { provider: 'simulator', baseUrl: 'http://127.0.0.1:1' }
    expect(resolve({ provider: 'anthropic' }, { clientHeaders }).headers).toEqual(expected)
    expect(resolve(simulated, { clientHeaders, dialect: 'anthropic' }).headers).toEqual(expected)
  })

  it('of another dialect stay behind', () => {
    const converted = resolve({ provider: 'anthropic' }, { clientHeaders, sameDialect: false, stream: true })
    expect(converted.headers).toEqual({
      'user-agent': 'claude-cli/2.1.330',
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
    })
  })

  it('never include the gateway key, whatever the provider', () => {
    const keys = {
      authorization: 'Bearer gw_k',
      'x-api-key': 'gw_k',
      'api-key': 'gw_k',
      'x-goog-api-key': 'gw_k',
      cookie: 'gw_k',
    }
    for (const { id } of providers.values()) {
      const { headers } = resolve({ provider: id, baseUrl: 'http://127.0.0.1:1' }, { clientHeaders: keys })
      expect(JSON.stringify(headers)).not.toContain('gw_k')
    }
  })

  it('of an OpenAI organisation come from the account before the client', () => {
    expect(resolve({ provider: 'openai' }, { clientHeaders }).headers['openai-organization']).toBe('org-client')
    const account = { provider: 'openai', options: { organization: 'org-own', project: 'proj' } }
    expect(resolve(account, { clientHeaders }).headers).toMatchObject({
      'openai-organization': 'org-own',
      'openai-project': 'proj',
    })
    const other = { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:1' }
    expect(resolve(other, { clientHeaders }).headers).not.toHaveProperty('openai-organization')
  })

  it('have defaults where the client says nothing', () => {
    expect(resolve({ provider: 'openai' }, { operation: 'list-models' }).headers).toEqual({
      'user-agent': 'llm-gateway',
      accept: 'application/json',
      'accept-encoding': 'identity',
    })
  })
})

describe('credentials', () => {
  it.each([
    ['anthropic', { 'x-api-key': 'k' }],
    ['openai', { authorization: 'Bearer k' }],
    ['openai-compatible', { authorization: 'Bearer k' }],
    ['azure', { 'api-key': 'k' }],
    ['google', { 'x-goog-api-key': 'k' }],
    ['simulator', { authorization: 'Bearer k' }],
  ])('of %s', (id, headers) => {
    expect(credentialHeaders(provider(id), 'k')).toEqual(headers)
  })

  it('that no header can carry are refused without being shown', () => {
    expect(() => credentialHeaders(provider('openai'), 'sk-secret\r\nx: 1')).toThrow(/^the header authorization holds/)
  })
})

describe('the table of providers', () => {
  it('has every provider under its own id, with a base URL or the need of one', () => {
    expect([...providers.keys()]).toEqual(['anthropic', 'openai', 'openai-compatible', 'azure', 'google', 'simulator'])
    for (const [id, one] of providers) {
      expect(one.id).toBe(id)
      expect(one.needsBaseUrl === true).toBe(one.baseUrl === undefined)
    }
  })
})

describe('a call that goes up as it came', () => {
  const clientHeaders = {
    host: 'gateway',
    authorization: 'Bearer gw_key',
    'x-api-key': 'gw_key',
    'x-llm-gateway-key': 'gw_key',
    'user-agent': 'claude-cli/2.1.330 (external, cli)',
    'x-app': 'cli',
    'x-stainless-retry-count': '0',
    'content-type': 'application/json',
    'content-length': '3',
    'accept-encoding': 'gzip, br',
    'x-forwarded-for': '192.0.2.7',
    forwarded: 'for=192.0.2.7',
    cookie: 'a=b',
  }

  it('has every header of the client’s own and none of ours', () => {
    const { headers } = resolve({ provider: 'anthropic' }, { verbatim: true, clientHeaders })
    expect(headers).toEqual({
      'user-agent': 'claude-cli/2.1.330 (external, cli)',
      'x-app': 'cli',
      'x-stainless-retry-count': '0',
      'content-type': 'application/json',
      'accept-encoding': 'identity',
    })
  })

  it('has its whole query, but for a key to the gateway', () => {
    const call = { verbatim: true, clientQuery: 'beta=true&key=gw_key&new=1' }
    expect(resolve({ provider: 'anthropic' }, call).path).toBe('/v1/messages?beta=true&new=1')
  })
})

describe('what a provider keeps', () => {
  const stored = (segments: readonly string[], more: object = {}) =>
    ({ operation: 'stored', dialect: 'openai-responses', resource: segments, ...more }) as const

  it.each([
    ['openai', {}, '/v1/conversations/conv_1/items'],
    ['azure', { baseUrl: 'https://x.openai.azure.com' }, '/openai/v1/conversations/conv_1/items'],
    ['simulator', { baseUrl: 'http://127.0.0.1:1' }, '/v1/conversations/conv_1/items'],
  ])('%s has it by its path', (provider, account, path) => {
    expect(resolve({ provider, ...account }, stored(['conversations', 'conv_1', 'items'])).path).toBe(path)
  })

  it('at Azure’s classic API belongs to no deployment', () => {
    const account = {
      provider: 'azure',
      baseUrl: 'https://x.openai.azure.com',
      options: { api_version: '2025-04-01-preview' },
    }
    expect(resolve(account, stored(['responses', 'resp_1', 'cancel'])).path).toBe(
      '/openai/responses/resp_1/cancel?api-version=2025-04-01-preview',
    )
  })

  it('is asked of with the whole query, but for a key to the gateway', () => {
    const call = stored(['responses', 'resp_1'], {
      sameDialect: true,
      clientQuery: 'stream=true&key=gw&starting_after=3',
    })
    expect(resolve({ provider: 'openai' }, call).path).toBe('/v1/responses/resp_1?stream=true&starting_after=3')
  })

  it.each([['..'], ['.'], ['']])('by the name %j is refused, which would step out of its folder', (name) => {
    expect(codeOf(() => resolve({ provider: 'openai' }, stored(['responses', name])))).toBe('MODEL_INVALID')
  })

  it('by any other name stays in its folder', () => {
    expect(resolve({ provider: 'openai' }, stored(['responses', '../models?a#b'])).path).toBe(
      '/v1/responses/..%2Fmodels%3Fa%23b',
    )
  })

  it('a conversation is compacted where responses are made', () => {
    const call = { operation: 'compact', dialect: 'openai-responses' } as const
    expect(resolve({ provider: 'openai' }, call).path).toBe('/v1/responses/compact')
    expect(codeOf(() => resolve({ provider: 'openai' }, { ...call, dialect: 'openai-chat' }))).toBe('UNSUPPORTED')
  })
})

describe('what an endpoint is known to accept otherwise', () => {
  it.each([
    ['openai', undefined, []],
    ['azure', 'https://x.openai.azure.com', []],
    ['openai-compatible', 'https://api.deepseek.com', undefined],
    ['openai-compatible', 'https://api.groq.com/openai/v1', ['reasoning']],
    ['openai-compatible', 'https://api.cerebras.ai/v1', ['reasoning']],
    ['openai-compatible', 'https://api.mistral.ai/v1', ['thinking']],
    ['openai-compatible', 'https://openrouter.ai/api/v1', ['reasoning_content', 'reasoning', 'reasoning_details']],
    ['anthropic', undefined, undefined],
    ['nobody', undefined, undefined],
  ])('%s at %s takes back reasoning as %j', (provider, baseUrl, members) => {
    const profile = profileOf({ provider, ...(baseUrl !== undefined && { baseUrl }) })
    expect(profile.reasoningMembers).toEqual(members)
  })

  it('a host with rules of its own keeps those of its kind', () => {
    expect(profileOf({ provider: 'openai-compatible', baseUrl: 'https://api.groq.com/openai' })).toMatchObject({
      openaiExtensions: false,
    })
  })

  it.each([
    ['gpt-5-mini', 'max_completion_tokens'],
    ['o3', 'max_completion_tokens'],
    ['gpt-6', 'max_completion_tokens'],
    ['gpt-4o', 'max_tokens'],
    ['o3something', 'max_tokens'],
    ['openai/gpt-5', 'max_tokens'],
  ])('a compatible server is told the limit of %s as %s', (model, maxTokensField) => {
    expect(profileOf({ provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1' }, model)).toMatchObject({
      maxTokensField,
      openaiExtensions: false,
    })
  })

  it('a host that refuses reasoning insists on none, whosever model it serves', () => {
    expect(profileOf({ provider: 'openai-compatible', baseUrl: 'https://api.groq.com/openai/v1' })).toMatchObject({
      reasoningRequired: false,
    })
    expect(profileOf({ provider: 'openai-compatible', baseUrl: 'https://api.deepseek.com' })).not.toHaveProperty(
      'reasoningRequired',
    )
  })
})
