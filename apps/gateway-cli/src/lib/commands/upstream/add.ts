import { type AccountConfig, type AccountInput, accountProxyRecord } from '@llm-gateway/config'
import { usableProfile } from '@llm-gateway/oauth'
import { profileOf } from '@llm-gateway/server'
import { type Provider, providers } from '@llm-gateway/upstream'
import { credentialToStore } from '../../account-credential.ts'
import { readAccountFlags } from '../../account-flags.ts'
import { accountJson } from '../../account-view.ts'
import { applyToServer, exitCodeOfEffect } from '../../apply.ts'
import { Option, type Usage } from '../../clipanion.ts'
import type { Loaded } from '../../config-store.ts'
import { CliError, exitCodes } from '../../error.ts'
import { GatewayCommand } from '../../gateway-command.ts'
import { freeName } from '../../naming.ts'
import { logIn } from '../../oauth-login.ts'
import { openOAuthSession } from '../../oauth-session.ts'
import { proxyToStore } from '../../proxy-to-store.ts'

export class UpstreamAdd extends GatewayCommand {
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
  oauthProfile: string | undefined = Option.String('--oauth-profile', {
    description: "with --type=oauth: the profile (default the provider's)",
  })
  provider: string | undefined = Option.String('--provider', { description: [...providers.keys()].join(', ') })
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
  option: string[] | undefined = Option.Array('--option', {
    description: "a setting of the provider's, such as api_version",
  })

  async execute(): Promise<number> {
    const { type, provider, settings } = readAccountFlags(this)
    const store = await this.openConfig()
    const { config } = await store.read()
    if (type === 'oauth') usableProfile(profileOf({ provider: provider.id, ...settings }, config))
    const name = freeName(
      this.name ?? (await this.prompt.text('Name of the account', '--name')),
      config.accounts,
      'upstream account',
    )
    const id = `upstream_${Buffer.from(this.context.random(8)).toString('hex')}`
    const apiKey = await this.#apiKey(type, id, provider)
    const proxy = await this.#proxy(id)
    const account: AccountInput = {
      id,
      name,
      type,
      provider: provider.id,
      ...(apiKey !== undefined && { apiKey }),
      ...settings,
      ...(proxy !== undefined && { proxy }),
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

  #proxy(id: string): Promise<string> | undefined {
    const { proxy, places, output } = this
    if (proxy?.trim() === '') throw new CliError('USAGE', '--proxy cannot be empty; write direct for none')
    return proxy === undefined
      ? undefined
      : proxyToStore(proxy.trim(), accountProxyRecord(id), { places, io: this.context, output })
  }

  async #apiKey(type: AccountInput['type'], id: string, provider: Provider): Promise<string | undefined> {
    const { key, keyEnv, keyFile, keyStdin } = this
    if (type === 'api-key') {
      return credentialToStore(this, {
        id,
        needed: provider.needsKey ?? true,
        places: this.places,
        io: this.context,
        prompt: this.prompt,
        output: this.output,
      })
    }
    if (keyStdin || [key, keyEnv, keyFile].some((flag) => flag !== undefined)) {
      throw new CliError('USAGE', `an account of type ${type} takes no key`)
    }
    return undefined
  }

  /** The account is there whatever becomes of its login, which can be done again. */
  async #logIn(account: AccountConfig, loaded: Loaded): Promise<number> {
    const { places, output, prompt } = this
    const { id, name } = account
    const later = `Log it in with: llm-gateway oauth start ${id}`
    if (!prompt.possible) {
      output.note(`It needs a login before it can serve. ${later}`)
      return exitCodes.ok
    }
    const session = await openOAuthSession({ account, loaded, places, io: this.context, output })
    try {
      await logIn(session, { prompt, output, device: false, paste: false, wait: true })
    } catch (cause) {
      output.note(later)
      throw cause
    } finally {
      await session.close()
    }
    const server = await applyToServer(places, output)
    output.note(`The upstream account "${name}" (${id}) is logged in.`)
    return exitCodeOfEffect(server)
  }
}
