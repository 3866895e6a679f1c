import { MemoryCredentialStore } from '@llm-gateway/credentials'
import { expect, test } from 'vitest'
import { OAuthService } from './oauth-service.ts'
import { tokenStoreOf } from './token-store.ts'

test('an account that was taken out and put back is told of as a new one', async () => {
  const told: string[] = []
  const service = new OAuthService({
    store: tokenStoreOf(new MemoryCredentialStore()),
    fetch: () => Promise.reject(new Error('nothing is asked')),
    onChange: ({ accountId, state }) => told.push(`${accountId} ${state}`),
  })
  const profile = { name: 'p', clientId: 'c1', tokenUrl: 'http://127.0.0.1:9/token' }
  const account = { id: 'a1', name: 'one', profile, resource: '' }
  for (const accounts of [[account], [account], [], [account]]) await service.configure(accounts)
  expect(told).toEqual(['a1 needs_login', 'a1 needs_login'])
  await service.close()
})
