import { describe, expect, it } from 'vitest'
import { deploymentOf, dialectOfHeaders, endpointOf } from './endpoint.ts'

describe('endpointOf', () => {
  it.each([
    ['/v1/chat/completions', 'openai-chat', 'generate'],
    ['/v1/completions', 'openai-completions', 'generate'],
    ['/v1/messages', 'anthropic', 'generate'],
    ['/v1/messages/count_tokens', 'anthropic', 'count-tokens'],
    ['/v1/models', undefined, 'list-models'],
    ['/v1/models/org/model', undefined, 'list-models'],
    ['/openai/deployments/gpt-4o/chat/completions', 'openai-chat', 'generate'],
  ])('%s is %s %s', (path, dialect, operation) => {
    const endpoint = endpointOf(path)
    expect([endpoint?.dialect, endpoint?.operation]).toEqual([dialect, operation])
  })

  it.each([
    '/',
    '/v1',
    '/v1/models/',
    '/v1/chat/completions/',
    '/openai/deployments/a/b/chat/completions',
    '//v1/messages',
  ])('%s is none', (path) => {
    expect(endpointOf(path)).toBeUndefined()
  })

  it('takes the dialect from the headers where the path has none', () => {
    expect(dialectOfHeaders({ 'anthropic-version': '2023-06-01' })).toBe('anthropic')
    expect(dialectOfHeaders({ 'openai-beta': 'x' })).toBe('openai-chat')
  })

  it('reads the deployment of an Azure path', () => {
    expect(deploymentOf('/openai/deployments/my%20gpt/chat/completions')).toBe('my gpt')
    expect(deploymentOf('/openai/deployments/%zz/chat/completions')).toBe('%zz')
    expect(deploymentOf('/v1/chat/completions')).toBeUndefined()
  })
})
