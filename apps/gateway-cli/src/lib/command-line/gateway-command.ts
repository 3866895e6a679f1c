import { type AccountConfig, type Paths, resolvePaths } from '@llm-gateway/config'
import { type EncryptedFileStore, type MasterKey, openCredentialStore } from '@llm-gateway/credentials'
import { ConfigStore, type Loaded } from '../config-file/config-store.ts'
import { encryptedBy, encryptionKey } from '../config-file/encryption-key.ts'
import { type OAuthSession, openOAuthSession } from '../login/oauth-session.ts'
import type { Io } from '../terminal/io.ts'
import { Output } from '../terminal/output.ts'
import { Prompt } from '../terminal/prompt.ts'
import { type BaseContext, Command, Option } from './clipanion.ts'
import type { CommandSpec } from './command-spec.ts'

/** What clipanion hands every command: the outside world, and what there is to tell of all commands. */
export type CommandContext = BaseContext & Io & { readonly specs: () => readonly CommandSpec[] }

/** What every command has: the global flags, and what they lead to. */
export abstract class GatewayCommand extends Command<CommandContext> {
  home: string | undefined = Option.String('--home', { description: 'the home directory (default ~/.llm-gateway)' })
  configPath: string | undefined = Option.String('--config', {
    description: 'the configuration file (default config.yaml in the home directory)',
  })
  json: boolean = Option.Boolean('--json', false, { description: 'print the result as JSON' })
  quiet: boolean = Option.Boolean('-q,--quiet', false, { description: 'print nothing but the result and failures' })
  noColor: boolean = Option.Boolean('--no-color', false, { description: 'print without colours' })

  #output: Output | undefined

  /** What there is to do in place of giving an option nothing, as a hint; undefined where only the help tells. */
  get insteadOfEmpty(): string | undefined {
    return undefined
  }

  /** @returns the exit code; nothing means 0. */
  abstract override execute(): Promise<number | undefined>

  protected get output(): Output {
    this.#output ??= new Output(this.context, this)
    return this.#output
  }

  /** What remains to be said when the command is over, whether it failed or not. */
  end(): void {
    this.#output?.end()
  }

  protected get places(): Paths {
    const { env, homedir } = this.context
    return resolvePaths({ flags: { home: this.home, config: this.configPath }, env, homedir })
  }

  protected get prompt(): Prompt {
    return new Prompt(this.context, { forbidden: this.json })
  }

  /** What opening, or making, the master key and the credential store takes. */
  protected get secretOptions(): Pick<Io, 'env' | 'keychain' | 'random'> & {
    readonly home: string
    warn(text: string): void
    made(file: string): void
  } {
    const { env, keychain, random } = this.context
    return {
      home: this.places.home,
      env,
      keychain,
      random,
      warn: (text) => this.output.warn(text),
      made: (file) =>
        this.output.note(`Made the master key ${file}: it opens what is encrypted here, so keep a copy of it.`),
    }
  }

  /** The master key to encrypt by for the configuration file. @throws CliError, CredentialError as `encryptionKey` does */
  protected encryptionKey({ text }: Pick<Loaded, 'text'>): Promise<MasterKey> {
    return encryptionKey(text, this.secretOptions)
  }

  /** The credential store, which gets no new master key beside what the configuration file holds encrypted. */
  protected credentialStore({ text }: Pick<Loaded, 'text'>): EncryptedFileStore {
    const elsewhere = (): string[] => encryptedBy(text, this.context.env)
    return openCredentialStore({ ...this.secretOptions, elsewhere })
  }

  /** The login of an account; whoever opens it closes it. @throws as `openOAuthSession` does */
  protected openSession(account: AccountConfig, loaded: Loaded): Promise<OAuthSession> {
    const { places, output, context: io } = this
    return openOAuthSession({ account, loaded, credentials: this.credentialStore(loaded), places, io, output })
  }

  /** The configuration file, made when there is none. */
  protected openConfig(): Promise<ConfigStore> {
    return ConfigStore.open({ places: this.places, env: this.context.env, output: this.output })
  }
}
