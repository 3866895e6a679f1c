import type { OAuthProfile } from '../profile.ts'

/**
 * Claude Code's login at Anthropic. Endpoints, client id, scopes and redirect are the operator's to configure: this project
 * ships nobody's client id. Its tokens serve Claude Code and no other client.
 */
export const claudeCode: OAuthProfile = {
  name: 'claude-code',
  title: 'Claude Code',
  providers: ['anthropic'],
  clients: ['claude-code'],
}
