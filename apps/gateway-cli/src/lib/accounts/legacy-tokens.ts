import type { AccountConfig, ConfigEditor, DataPath } from '@llm-gateway/config'
import { type CredentialStore, Secret } from '@llm-gateway/credentials'
import { type TokenSet, tokenPath, writeTokens } from '@llm-gateway/oauth'
import { providers } from '@llm-gateway/upstream'

/** Where the older program's two logins sent refresh tokens to; both addresses are fixed in its source (`oauth.go`). */
const logins: Readonly<Record<string, { readonly profile: string; readonly tokenUrl: string }>> = {
  anthropic: { profile: 'claude-code', tokenUrl: 'https://console.anthropic.com/v1/oauth/token' },
  'openai-compatible': { profile: 'generic', tokenUrl: 'https://chat.qwen.ai/api/v1/oauth2/token' },
}

/** Whether an account has tokens of the older program that can be used here. */
export function hasUsableTokens(account: AccountConfig | undefined): boolean {
  return account !== undefined && tokensOf(account, 0) !== undefined
}

/**
 * Keeps the OAuth tokens that the older program kept in the configuration in the credential store. A record that is there already
 * is newer and stays.
 */
export async function keepLegacyTokens(
  accounts: readonly AccountConfig[],
  store: CredentialStore,
  now: number,
): Promise<void> {
  for (const account of accounts) {
    const tokens = tokensOf(account, now)
    if (tokens === undefined) continue
    await store.write(tokenPath(account.id), new Secret(writeTokens(tokens)), { ifVersion: 'absent' })
  }
}

/**
 * Takes out of the file what of the older program's secrets is kept elsewhere by now or means nothing here.
 *
 * @returns what was done, for people.
 */
export function dropLegacySecrets(editor: ConfigEditor, accounts: readonly AccountConfig[]): string[] {
  const ofAccounts = accounts.flatMap((account, index) => {
    const at = (name: string): DataPath => ['upstream_accounts', index, name]
    const tokens = hasUsableTokens(account) ? tokenNames.map(at) : []
    return [...tokens, at('client_secret')]
  })
  return [...ofAccounts, ['server', 'web']].flatMap((path) => {
    if (editor.get(path) === undefined) return []
    editor.delete(path)
    const [section, index, name] = path
    const moved = tokenNames.some((each) => each === name)
    const what = name === undefined ? path.join('.') : `${section}.${accounts[Number(index)]?.id}.${name}`
    return [moved ? `moved ${what} to the credential store` : `removed ${what}`]
  })
}

const tokenNames = ['access_token', 'refresh_token', 'expires_at'] as const

function tokensOf({ provider, baseUrl, legacyTokens }: AccountConfig, now: number): TokenSet | undefined {
  const login = logins[provider]
  const resource = baseUrl ?? providers.get(provider)?.baseUrl
  if (login === undefined || resource === undefined || legacyTokens === undefined) return undefined
  const { accessToken, refreshToken, expiresAt } = legacyTokens
  // Encrypted in place when nothing was known of their provider: no token any more.
  if ([accessToken, refreshToken].some((token) => token?.startsWith('enc:'))) return undefined
  return {
    ...login,
    resource: new URL(resource).origin,
    // Without an access token the first thing to do is to refresh: a record wants one, and this one has ended.
    accessToken: accessToken ?? 'none',
    ...(refreshToken !== undefined && { refreshToken }),
    obtainedAt: now,
    ...lifetime(accessToken === undefined ? now : expiresAt, now),
  }
}

function lifetime(expiresAt: number | undefined, now: number): { readonly lifetimeMs?: number } {
  return expiresAt === undefined ? {} : { lifetimeMs: Math.max(0, expiresAt - now) }
}
