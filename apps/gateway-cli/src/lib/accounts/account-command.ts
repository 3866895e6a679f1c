import { type AccountConfig, accountProxyRecord, unknownOption } from '@llm-gateway/config'
import type { MasterKey } from '@llm-gateway/credentials'
import { Option } from '../command-line/clipanion.ts'
import { CliError } from '../command-line/error.ts'
import { GatewayCommand } from '../command-line/gateway-command.ts'
import type { Loaded } from '../config-file/config-store.ts'
import { optionsToStore, proxyToStore } from '../config-file/secret-to-store.ts'
import { credentialToStore } from './account-credential.ts'

/** What may be said of an upstream account by flags, for the commands that make and change one. */
export abstract class AccountFlagsCommand extends GatewayCommand {
  oauthProfile: string | undefined = Option.String('--oauth-profile', {
    description: "with --type=oauth: the profile (default the provider's)",
  })
  name: string | undefined = Option.String('--name', { description: 'what people call it' })
  key: string | undefined = Option.String('--key', { description: 'the API key, or a reference to it' })
  keyEnv: string | undefined = Option.String('--key-env', { description: 'variable the server reads the key from' })
  keyFile: string | undefined = Option.String('--key-file', { description: 'file the server reads the key from' })
  keyStdin: boolean = Option.Boolean('--key-stdin', false, { description: 'read the key from standard input' })
  baseUrl: string | undefined = Option.String('--base-url', {
    description: "address of the API (default the provider's)",
  })
  proxy: string | undefined = Option.String('--proxy', {
    description: "its own proxy, or direct for none (default the environment's)",
  })
  models: string[] | undefined = Option.Array('--models', {
    description: 'models it serves: names or prefix* (default all)',
  })
  dialects: string[] | undefined = Option.Array('--dialects', {
    description: "dialects it speaks, most wanted first (default the provider's)",
  })
  priority: string | undefined = Option.String('--priority', { description: 'higher is preferred (default 0)' })
  weight: string | undefined = Option.String('--weight', { description: 'share among equals (default 1)' })
  healthCheck: string | undefined = Option.String('--health-check', {
    description: 'look at it by itself this often, such as 5m (default as the file says for all)',
  })
  option: string[] | undefined = Option.Array('--option', {
    description: "a setting of the provider's, such as api_version",
  })

  /** Whether a flag gives the credential. */
  protected get givesKey(): boolean {
    return this.keyStdin || [this.key, this.keyEnv, this.keyFile].some((flag) => flag !== undefined)
  }

  /**
   * What is written to the file for the credential.
   *
   * @param needed whether to ask for it when no flag gives it
   * @throws CliError `USAGE` for an account that takes none
   */
  protected async credential(
    { id, type }: Pick<AccountConfig, 'id' | 'type'>,
    needed: boolean,
    loaded: Loaded,
  ): Promise<string | undefined> {
    if (type === 'api-key') {
      const { places, prompt, output, context } = this
      const masterKey = (): Promise<MasterKey> => this.encryptionKey(loaded)
      return credentialToStore(this, { id, needed, places, masterKey, io: context, prompt, output })
    }
    if (this.givesKey) throw new CliError('USAGE', `an account of type ${type} takes no key`)
    return undefined
  }

  /** What is written for its own proxy; undefined when no flag gives one. @throws CliError `USAGE` */
  protected async ownProxy(id: string, loaded: Loaded): Promise<string | undefined> {
    const proxy = this.proxy?.trim()
    if (proxy === undefined || proxy === 'direct') return proxy
    return proxyToStore(proxy, accountProxyRecord(id), { flag: '--proxy', ...this.#encryption(loaded) })
  }

  /** What is written for options: those that are secrets encrypted. One that the provider does not read is warned of. */
  protected writtenOptions(
    options: Readonly<Record<string, unknown>>,
    { id, provider }: Pick<AccountConfig, 'id' | 'provider'>,
    loaded: Loaded,
  ): Promise<Record<string, unknown>> {
    for (const name of Object.keys(options)) {
      const unknown = unknownOption(provider, name)
      if (unknown) this.output.warn(`${unknown.message}; ${unknown.hint}`)
    }
    return optionsToStore(options, id, this.#encryption(loaded))
  }

  #encryption(loaded: Loaded): Parameters<typeof optionsToStore>[2] {
    return { masterKey: () => this.encryptionKey(loaded), random: this.context.random }
  }
}
