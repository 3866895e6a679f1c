import type { OAuthProfile } from '../profile.ts'

/** Any OAuth 2.0 provider for which an operator configures one profile only. */
export const generic: OAuthProfile = { name: 'generic', title: 'OAuth 2.0' }
