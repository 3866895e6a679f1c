import type { IdentityProvider } from './identity-provider.ts'

/**
 * Whether a credential is let in: an access token of the identity provider while it is good, any other as the simulator was told.
 */
export function admits(credential: string, identity: IdentityProvider, keys: readonly string[] | undefined): boolean {
  if (identity.grants.isOurs(credential)) return identity.grants.admits(credential)
  return credential !== '' && (keys === undefined || keys.includes(credential))
}
