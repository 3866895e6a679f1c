import type { Call } from '../call.ts'
import { GatewayError } from '../error.ts'
import { headerOf } from '../port.ts'
import type { Account, Audience } from '../state.ts'
import { ownCredentialOf } from './own-credential.ts'

/** Which of the kinds that accounts are kept for a call is. Costs nothing where no account is kept for any. */
export function audiencesOf(call: Call): readonly Audience[] {
  if (!hasAudiences(call.state.accounts)) return []
  const audiences: Audience[] = []
  if (comesFromClaudeCode(call)) audiences.push('claude-code')
  call.ownCredential = ownCredentialOf(call)
  if (call.ownCredential) audiences.push('own-credential')
  return audiences
}

const known = new WeakMap<ReadonlyMap<string, Account>, boolean>()

function hasAudiences(accounts: ReadonlyMap<string, Account>): boolean {
  let has = known.get(accounts)
  if (has === undefined) {
    has = [...accounts.values()].some(({ audience }) => audience !== undefined)
    known.set(accounts, has)
  }
  return has
}

const claudeCodePaths: readonly string[] = ['/v1/messages', '/v1/messages/count_tokens']

/**
 * Whether a request comes from Claude Code, by what it sends of itself and no other client does: its User-Agent, `x-app`, and its
 * session's id or its beta. Whoever forges them breaks the provider's terms himself; the gateway never adds any of them.
 *
 * Source: what releases 2.1.197 and 2.1.330 were seen to send.
 */
export function comesFromClaudeCode({ request, dialect }: Pick<Call, 'request' | 'dialect'>): boolean {
  const { headers, path } = request
  if (dialect !== 'anthropic' || !claudeCodePaths.includes(path)) return false
  if (!/^claude-cli\/\d+\.\d+/.test(headerOf(headers, 'user-agent') ?? '')) return false
  if (!/^cli\b/.test(headerOf(headers, 'x-app') ?? '')) return false
  const betas = headerOf(headers, 'anthropic-beta') ?? ''
  return headerOf(headers, 'x-claude-code-session-id') !== undefined || /(^|,)\s*claude-code-\d/.test(betas)
}

/** Why none of the accounts for a model may serve this call: it is not of their kind, or could not go to them as it is. */
export function wrongAudience(call: Call, wanted: readonly string[], own: readonly Audience[]): GatewayError {
  const { model } = call
  if (wanted.some((audience) => own.some((each) => each === audience))) {
    return new GatewayError(
      'client_not_allowed',
      `the upstream account for model ${JSON.stringify(model)} takes requests only as they are: neither converted from another API nor under another model name. Ask in its own API and by its own model name`,
    )
  }
  if (wanted.includes('own-credential')) {
    return new GatewayError(
      'missing_own_credential',
      `the upstream account for model ${JSON.stringify(model)} passes on each client's own credential, and this request brings none: send the provider's credential in its usual header, and the gateway key in x-llm-gateway-key`,
    )
  }
  return new GatewayError(
    'client_not_allowed',
    `the upstream account for model ${JSON.stringify(model)} is a Claude Code login, which by its provider's terms serves requests of Claude Code itself only, and this request does not come from it. Use Claude Code, or have the gateway's operator add an account with an API key`,
  )
}
