import { dirname } from 'node:path'
import type { AccountConfig } from '@llm-gateway/config'
import { CredentialError } from '@llm-gateway/credentials'
import { OAuthError, type TokenState } from '@llm-gateway/oauth'
import type { AccountStatus } from '@llm-gateway/server'
import { providers } from '@llm-gateway/upstream'
import { accountJson, credentialSource, writtenReference } from '../../accounts/account-view.ts'
import { openCredential } from '../../accounts/open-credential.ts'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import type { Loaded } from '../../config-file/config-store.ts'
import { withoutLogin } from '../../config-file/environment.ts'
import { hiddenOptions } from '../../config-file/hide.ts'
import { resolveEntry } from '../../config-file/resolve-id.ts'
import { tokenFields, tokenJson } from '../../login/token-view.ts'
import { healthFields } from '../../running/health-view.ts'
import { observe } from '../../running/observe.ts'
import { fields } from '../../terminal/table.ts'
import { span, when } from '../../terminal/time.ts'
import { accountUsage, recentFields, recentUsage } from '../../usage/recent-usage.ts'

export class UpstreamShow extends GatewayCommand {
  static override paths: string[][] = [['upstream', 'show']]
  static override usage: Usage = {
    category: 'Upstream accounts',
    description: 'show an upstream account, but of its key only the ends',
    examples: [['By name', '$0 upstream show main']],
  }

  id: string = Option.String({ name: 'id' })

  async execute(): Promise<number> {
    const loaded = await (await this.openConfig()).read()
    const account = resolveEntry(loaded.config.accounts, this.id, 'upstream account')
    const observation = await observe(this.places.home)
    const health =
      observation.state === 'running' ? observation.status.accounts.find(({ id }) => id === account.id) : undefined
    const credential = await openCredential(account, loaded, {
      home: this.places.home,
      baseDir: dirname(this.places.configFile),
      env: this.context.env,
      keychain: this.context.keychain,
      warn: (message) => this.output.warn(message),
    })
    const token = account.type === 'oauth' ? await this.#token(account, loaded) : undefined
    const hint = credential.ok ? credential.secret?.hint() : undefined
    const problem = credential.ok ? undefined : credential.problem
    const now = this.context.now()
    const recent = await recentUsage(this.places.home, loaded.config.ledger, { now, output: this.output })
    const usage = recent && accountUsage(recent, account.id)
    this.output.result(
      {
        ...accountJson(account, loaded),
        ...(hint !== undefined && { keyHint: hint }),
        ...(problem !== undefined && { keyProblem: problem }),
        ...(token && { token: tokenJson(token) }),
        ...(health && { health }),
        ...(usage && { usage }),
      },
      fields(
        [
          ...accountFields(account, credentialText(account, loaded, hint, problem), now),
          ...(token ? tokenFields(token, now) : []),
          ...(health ? healthFields(health satisfies AccountStatus, now) : []),
          ...recentFields(usage, now),
        ],
        this.output.style,
      ),
    )
    return 0
  }

  async #token(account: AccountConfig, loaded: Loaded): Promise<TokenState> {
    try {
      const session = await this.openSession(account, loaded)
      await session.tokens.look()
      await session.close()
      return session.tokens.state
    } catch (cause) {
      if (!OAuthError.is(cause) && !CredentialError.is(cause) && !(cause instanceof CliError)) throw cause
      const { id, oauthProfile = '' } = account
      return { accountId: id, state: 'needs_login', profile: oauthProfile, refreshable: false, problem: cause.message }
    }
  }
}

const sources = {
  environment: 'from the environment',
  file: 'from a file',
  encrypted: 'encrypted in the file',
  clear: 'IN CLEAR in the file; encrypt it with: llm-gateway config encrypt',
  login: 'from a login',
  client: 'of each client',
  none: 'none',
} as const

function credentialText(
  account: AccountConfig,
  loaded: Loaded,
  hint: string | undefined,
  problem: string | undefined,
): string {
  const names = writtenReference(account, loaded)
  const source = names === undefined ? sources[credentialSource(account, loaded)] : `from ${names}`
  if (problem !== undefined) return `${source}: ${problem}`
  return hint === undefined ? source : `${hint} (${source})`
}

type Fields = readonly (readonly [string, string | undefined])[]

function accountFields(account: AccountConfig, credential: string, now: number): Fields {
  const provider = providers.get(account.provider)
  return [
    ['Id', account.id],
    ['Name', account.name],
    ['Provider', provider ? `${provider.name} (${provider.id})` : `${account.provider}, not served by this version`],
    ['Type', account.type],
    ['Status', account.status],
    ['Key', credential],
    ['Base URL', account.baseUrl ?? (provider?.baseUrl && `${provider.baseUrl} (default)`)],
    ['Proxy', account.proxy && withoutLogin(account.proxy)],
    ['Dialects', account.dialects?.join(', ') ?? (provider && `${provider.dialects.join(', ')} (default)`)],
    ['Models', account.models?.join(', ') ?? 'all'],
    ['Priority', String(account.priority ?? 0)],
    ['Weight', String(account.weight ?? 1)],
    ['Health check', account.healthCheckMs === undefined ? undefined : `every ${span(account.healthCheckMs)}`],
    ['Options', account.options && JSON.stringify(hiddenOptions(account.options))],
    ['Created', account.createdAt === undefined ? undefined : when(account.createdAt, now)],
  ]
}
