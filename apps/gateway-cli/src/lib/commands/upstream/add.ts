import type { AccountConfig, AccountInput } from '@llm-gateway/config'
import { usableProfile } from '@llm-gateway/oauth'
import { profileOf } from '@llm-gateway/server'
import { providers } from '@llm-gateway/upstream'
import { AccountFlagsCommand } from '../../accounts/account-command.ts'
import { readAccountFlags } from '../../accounts/account-flags.ts'
import { accountJson } from '../../accounts/account-view.ts'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { exitCodes } from '../../command-line/error.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import type { Loaded } from '../../config-file/config-store.ts'
import { freeName } from '../../config-file/naming.ts'
import { logIn } from '../../login/oauth-login.ts'

export class UpstreamAdd extends AccountFlagsCommand {
  static override paths: string[][] = [['upstream', 'add']]
  static override usage: Usage = {
    category: 'Upstream accounts',
    description: 'add an account at a provider',
    details:
      'A key given in clear is encrypted before it is written. A reference to a variable (as with --key-env) or to a\n' +
      'file (file:PATH) is written as it is. Without any key flag the key is asked for, unseen.',
    examples: [
      ['Anthropic, key from a prompt', '$0 upstream add --provider=anthropic --name=main'],
      [
        'Key from an environment variable of the server',
        '$0 upstream add --provider=openai --name=main --key-env=OPENAI_API_KEY',
      ],
      [
        'Key from a password manager',
        'pass show anthropic | $0 upstream add --provider=anthropic --name=main --key-stdin',
      ],
      [
        'A local server',
        '$0 upstream add --provider=openai-compatible --name=local --base-url=http://127.0.0.1:11434/v1 --key=none',
      ],
      [
        'Azure',
        '$0 upstream add --provider=azure --name=eu --base-url=https://NAME.openai.azure.com --key-env=AZURE_KEY',
      ],
    ],
  }

  type: string = Option.String('--type', 'api-key', {
    description: 'where its credential comes from: api-key, oauth or passthrough',
  })
  provider: string | undefined = Option.String('--provider', {
    description: `whose it is: ${[...providers.keys()].join(', ')}`,
  })

  async execute(): Promise<number> {
    const { type, provider, settings } = readAccountFlags(this)
    const store = await this.openConfig()
    const before = await store.read()
    const { config } = before
    if (type === 'oauth') usableProfile(profileOf({ provider: provider.id, ...settings }, config))
    const name = freeName(
      this.name ?? (await this.prompt.text('Name of the account', '--name')),
      config.accounts,
      'upstream account',
    )
    const id = `upstream_${Buffer.from(this.context.random(8)).toString('hex')}`
    const proxy = await this.ownProxy(id, before)
    const apiKey = await this.credential({ id, type }, provider.needsKey ?? true, before)
    const options =
      settings.options && (await this.writtenOptions(settings.options, { id, provider: provider.id }, before))
    const account: AccountInput = {
      id,
      name,
      type,
      provider: provider.id,
      ...(apiKey !== undefined && { apiKey }),
      ...settings,
      ...(proxy !== undefined && { proxy }),
      ...(options && { options }),
      status: 'active',
      createdAt: this.context.now(),
    }
    await store.edit((editor) => editor.addAccount(account))
    const server = await applyToServer(this.places, this.output)
    const loaded = await store.read()
    const added = loaded.config.accounts.find((each) => each.id === id)
    this.output.result({ ...(added && accountJson(added, loaded)), server }, id)
    const next = type === 'api-key' ? ` Check it with: llm-gateway upstream test ${id}` : ''
    this.output.note(`Added the upstream account "${name}" (${id}).${next}`)
    if (type === 'oauth' && added) return this.#logIn(added, loaded)
    return exitCodeOfEffect(server)
  }

  /** The account is there whatever becomes of its login, which can be done again. */
  async #logIn(account: AccountConfig, loaded: Loaded): Promise<number> {
    const { output, prompt } = this
    const { id, name } = account
    const later = `Log it in with: llm-gateway oauth start ${id}`
    if (!prompt.possible) {
      output.note(`It needs a login before it can serve. ${later}`)
      return exitCodes.ok
    }
    const session = await this.openSession(account, loaded)
    try {
      await logIn(session, { prompt, output, device: false, paste: false, wait: true })
    } catch (cause) {
      output.note(later)
      throw cause
    } finally {
      await session.close()
    }
    const server = await applyToServer(this.places, output)
    output.note(`The upstream account "${name}" (${id}) is logged in.`)
    return exitCodeOfEffect(server)
  }
}
