import { expect, test } from 'vitest'
import { startCallbackServer } from './callback-server.ts'
import type { OAuthFetch } from './port.ts'
import { usableProfile } from './profile.ts'

test('the global fetch will do, and a profile without a redirect_uri', async () => {
  expect(fetch satisfies OAuthFetch).toBeTypeOf('function')
  const profile = usableProfile({
    name: 'corp',
    clientId: 'c',
    authorizeUrl: 'https://idp/a',
    tokenUrl: 'https://idp/t',
  })
  const server = await startCallbackServer({ redirectUri: profile.redirectUri })
  expect(server.redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/)
  server.close()
})
