import type { AccountConfig, Patch } from '@llm-gateway/config'
import { usableProfile } from '@llm-gateway/oauth'
import { profileOf } from '@llm-gateway/server'
import { AccountFlagsCommand } from '../../accounts/account-command.ts'
import { readSettings } from '../../accounts/account-flags.ts'
import { accountJson } from '../../accounts/account-view.ts'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { choiceOf } from '../../command-line/lists.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import type { Loaded } from '../../config-file/config-store.ts'
import { freeName } from '../../config-file/naming.ts'
import { resolveEntry } from '../../config-file/resolve-id.ts'

/** Takes a setting out of the file, so that its default holds. */
const unset = 'default'

export class UpstreamUpdate extends AccountFlagsCommand {
  static override paths: string[][] = [['upstream', 'update']]
  static override usage: Usage = {
    category: 'Upstream accounts',
    description: 'change an upstream account: its key, address, models and place among the others',
    details:
      'What no flag names stays as it is. "default" takes a setting away: --base-url=default, --proxy=default,\n' +
      '--dialects=default, --priority=default, --weight=default, --health-check=default, --oauth-profile=default; --models=all\n' +
      'does so too, and --option=NAME= takes away one option. Type and provider belong to an account for good: for others add another one.\n' +
      'A new key is taken like that of upstream add, and is in use from the next request on.',
    examples: [
      ['A new key, from a password manager', 'pass show anthropic | $0 upstream update main --key-stdin'],
      ['Preferred to the others, for two models', '$0 upstream update main --priority=10 --models=gpt-4o,o3*'],
      ['By another way, and out of use for now', '$0 upstream update main --proxy=direct --status=disabled'],
    ],
  }

  id: string = Option.String({ name: 'id' })
  status: string | undefined = Option.String('--status', { description: 'active or disabled' })

  override get insteadOfEmpty(): string {
    return `a setting is taken away with the word: ${unset}`
  }

  async execute(): Promise<number> {
    const store = await this.openConfig()
    const before = await store.read()
    const account = resolveEntry(before.config.accounts, this.id, 'upstream account')
    const patch = await this.#patch(account, before)
    if (Object.keys(patch).length === 0) {
      throw new CliError('USAGE', 'give at least one flag that says what to change', {
        hint: 'llm-gateway upstream update --help',
      })
    }
    const changed = await store.edit((editor) => editor.updateAccount(account.id, patch))
    const server = await applyToServer(this.places, this.output)
    const loaded = await store.read()
    const after = loaded.config.accounts.find(({ id }) => id === account.id) ?? account
    this.output.result({ ...accountJson(after, loaded), changed, server })
    this.output.note(
      `${changed ? 'Changed' : 'Nothing changes for'} the upstream account "${after.name}" (${after.id}).`,
    )
    if (account.type === 'oauth' && ('baseUrl' in patch || 'oauthProfile' in patch)) {
      this.output.note(`Its login was for another address. Log it in anew with: llm-gateway oauth start ${after.id}`)
    }
    return exitCodeOfEffect(server)
  }

  async #patch(account: AccountConfig, loaded: Loaded): Promise<Patch<Omit<AccountConfig, 'legacyTokens'>>> {
    const { id, type } = account
    const { config } = loaded
    const others = config.accounts.filter((each) => each.id !== id)
    if (this.oauthProfile !== undefined && type !== 'oauth') {
      throw new CliError(
        'USAGE',
        `--oauth-profile is for accounts of type oauth, and "${account.name}" is of type ${type}`,
      )
    }
    const settings = this.#settings()
    if (type === 'oauth' && 'oauthProfile' in settings) {
      const { provider } = account
      usableProfile(
        profileOf({ provider, ...(settings.oauthProfile && { oauthProfile: settings.oauthProfile }) }, config),
      )
    }
    const status = this.status === undefined ? undefined : choiceOf(this.status, ['active', 'disabled'], '--status')
    const options = settings.options && (await this.#options(account, settings.options, loaded))
    const proxy = this.proxy?.trim() === unset ? undefined : await this.ownProxy(id, loaded)
    const apiKey = await this.credential(account, false, loaded)
    return {
      ...(this.name !== undefined && { name: freeName(this.name, others, 'upstream account') }),
      ...settings,
      ...(options && { options: Object.keys(options).length === 0 ? undefined : options }),
      ...(apiKey !== undefined && { apiKey }),
      ...(this.proxy !== undefined && { proxy }),
      ...(status && { status }),
    }
  }

  /** What the flags say; undefined for what goes from the file. */
  #settings(): Patch<ReturnType<typeof readSettings>> {
    const drops = {
      oauthProfile: this.oauthProfile === unset,
      baseUrl: this.baseUrl === unset,
      models: this.models?.join() === 'all' || this.models?.join() === unset,
      dialects: this.dialects?.join() === unset,
      priority: this.priority === unset,
      weight: this.weight === unset,
      healthCheckMs: this.healthCheck === unset,
    }
    const given = (name: keyof typeof drops): boolean => !drops[name]
    const settings = readSettings({
      oauthProfile: given('oauthProfile') ? this.oauthProfile : undefined,
      baseUrl: given('baseUrl') ? this.baseUrl : undefined,
      models: given('models') ? this.models : undefined,
      dialects: given('dialects') ? this.dialects : undefined,
      priority: given('priority') ? this.priority : undefined,
      weight: given('weight') ? this.weight : undefined,
      healthCheck: given('healthCheckMs') ? this.healthCheck : undefined,
      option: this.option,
    })
    const dropped = Object.entries(drops).flatMap(([name, drop]) => (drop ? [[name, undefined] as const] : []))
    return { ...settings, ...Object.fromEntries(dropped) }
  }

  /** The options as they come to be: those given over those there are, without those given as nothing. */
  async #options(
    account: AccountConfig,
    given: Readonly<Record<string, unknown>>,
    loaded: Loaded,
  ): Promise<Record<string, unknown>> {
    const before = this.#writtenBefore(account.id, account.options, loaded)
    const taken = Object.fromEntries(Object.entries(given).filter(([, value]) => value === ''))
    const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
    const written = { ...before, ...taken, ...(await this.writtenOptions(set, account, loaded)) }
    return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== ''))
  }

  /** As they stand in the file: a reference stays one. */
  #writtenBefore(id: string, options: AccountConfig['options'], loaded: Loaded): Readonly<Record<string, unknown>> {
    const index = loaded.config.accounts.findIndex((each) => each.id === id)
    const raw = loaded.raw(['upstream_accounts', index, 'options'])
    return typeof raw === 'object' && raw !== null ? (raw as Readonly<Record<string, unknown>>) : (options ?? {})
  }
}
