import { ConfigError } from '@llm-gateway/config'
import { ConversionError } from '@llm-gateway/converter'
import { CredentialError } from '@llm-gateway/credentials'
import { LedgerError } from '@llm-gateway/ledger'
import { OAuthError, type OAuthErrorCode } from '@llm-gateway/oauth'
import { ServerError } from '@llm-gateway/server'
import { UpstreamError } from '@llm-gateway/upstream'
import { CliError, type CliErrorCode } from './error.ts'

/** What a command that failed tells. */
export interface Failure {
  readonly message: string
  readonly hint?: string
  readonly exitCode: number
}

const issues = 'https://github.com/iBreaker/llm-gateway/issues'

/** Puts whatever a command threw into words. Only a bug of ours has none of its own; its stack is shown on request. */
export function failureOf(error: unknown, env: Readonly<Record<string, string | undefined>>): Failure {
  const known = error instanceof CliError ? error : translated(error)
  if (known) {
    return {
      message: known.message,
      exitCode: known.exitCode,
      ...(known.hint !== undefined && { hint: known.hint }),
    }
  }
  const debug = env.LLM_GATEWAY_DEBUG === '1'
  const message = error instanceof Error ? error.message : String(error)
  const stack = debug && error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : ''
  return {
    message: `unexpected failure, which is a bug: ${message.split('\n', 1)[0] ?? ''}${stack}`,
    hint: debug
      ? `report it at ${issues}`
      : `run it again with LLM_GATEWAY_DEBUG=1 and report what it prints at ${issues}`,
    exitCode: 1,
  }
}

const profileHelp =
  "a profile is the provider's addresses and the client id it gave you, and none is shipped: see https://github.com/iBreaker/llm-gateway/blob/main/docs/oauth.md"

const refusedLogins: ReadonlySet<OAuthErrorCode> = new Set<OAuthErrorCode>([
  'PROFILE_INVALID',
  'LOGIN_UNKNOWN',
  'LOGIN_EXPIRED',
  'LOGIN_DENIED',
  'LOGIN_INVALID',
])

/** Errors of the packages are made for people; only the exit code is ours to choose. */
function translated(error: unknown): CliError | undefined {
  const as = (code: CliErrorCode): CliError =>
    new CliError(code, error instanceof Error ? error.message : String(error), { cause: error })
  if (error instanceof ConfigError) return as(error.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'FAILED')
  if (CredentialError.is(error)) return as('FAILED')
  if (LedgerError.is(error)) return as(error.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'FAILED')
  if (UpstreamError.is(error)) return as('FAILED')
  if (OAuthError.is(error)) {
    const { message } = error
    const hint = error.code === 'PROFILE_INVALID' ? { hint: profileHelp } : {}
    return new CliError(refusedLogins.has(error.code) ? 'REFUSED' : 'FAILED', message, { ...hint, cause: error })
  }
  if (error instanceof ServerError) {
    return as(error.code === 'BIND_REFUSED' || error.code === 'ALREADY_RUNNING' ? 'REFUSED' : 'FAILED')
  }
  if (ConversionError.is(error)) {
    return as(error.code === 'LOSSY' || error.code === 'UNSUPPORTED' ? 'REFUSED' : 'FAILED')
  }
  return systemFailure(error)
}

/** What the operating system refuses is no bug: the path and the reason say it all. */
function systemFailure(error: unknown): CliError | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined
  return new CliError('FAILED', error.message, { cause: error })
}
