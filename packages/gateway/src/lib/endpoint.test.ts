import { describe, expect, it } from 'vitest'
import { deploymentOf, endpointOf } from './endpoint.ts'

describe('endpointOf', () => {
  it.each([
    ['/v1/chat/completions', 'openai-chat', 'generate'],
    ['/v1/completions', 'openai-completions', 'generate'],
    ['/v1/messages', 'anthropic', 'generate'],
    ['/v1/messages/count_tokens', 'anthropic', 'count-tokens'],
    ['/v1/models', 'openai-chat', 'list-models'],
    ['/v1/models/org/model', 'openai-chat', 'list-models'],
    ['/openai/deployments/gpt-4o/chat/completions', 'openai-chat', 'generate'],
  ])('%s is %s %s', (path, dialect, operation) => {
    expect(endpointOf(path)).toMatchObject({ dialect, operation })
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

  it('reads the deployment of an Azure path', () => {
    expect(deploymentOf('/openai/deployments/my%20gpt/chat/completions')).toBe('my gpt')
    expect(deploymentOf('/openai/deployments/%zz/chat/completions')).toBe('%zz')
    expect(deploymentOf('/v1/chat/completions')).toBeUndefined()
  })
})
