// One process of a gateway as far as its tokens go: asks for a token as requests do, and tells what it got, a line each.

import { openCredentialStore } from '@llm-gateway/credentials'
import { OAuthTokens, type TokenAccount, usableProfile } from '@llm-gateway/oauth'
import { tokenStoreOf } from '../src/lib/oauth/token-store.ts'

const [home = '', tokenUrl = '', resource = '', everyMs = '50'] = process.argv.slice(2)

const profile = usableProfile({ name: 'test', clientId: 'client-1', tokenUrl, authorizeUrl: tokenUrl })
const account: TokenAccount = { id: 'upstream_1', name: 'mine', profile, resource }
const store = tokenStoreOf(openCredentialStore({ home, env: {}, warn: () => {} }))
const tokens = new OAuthTokens({
  store,
  fetch: (url, init) => fetch(url, init),
  clock: { now: Date.now, monotonic: () => performance.now() },
  random: Math.random,
})
await tokens.configure([account])
process.stdout.write('ready\n')

const ask = async (): Promise<void> => {
  try {
    const { accessToken } = await tokens.authorize(account.id)
    process.stdout.write(`${accessToken}\n`)
  } catch (cause) {
    process.stdout.write(`failed ${cause instanceof Error ? cause.message : String(cause)}\n`)
  }
}
const asking = setInterval(() => void ask(), Number(everyMs))
// A process that is asked to stop ends what it has begun: a refresh token under way must reach its record.
process.once('SIGTERM', () => {
  clearInterval(asking)
  void tokens.close().then(() => process.exit(0))
})
