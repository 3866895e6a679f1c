import { finishLogin, isPending, OAuthError, readCallbackText } from '@llm-gateway/oauth'
import { tokenStoreOf } from '@llm-gateway/server'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import type { Loaded } from '../../config-file/config-store.ts'
import { resolveEntry } from '../../config-file/resolve-id.ts'
import { tokenJson } from '../../login/token-view.ts'
import { readAll } from '../../terminal/prompt.ts'

export class OauthCallback extends GatewayCommand {
  static override paths: string[][] = [['oauth', 'callback']]
  static override usage: Usage = {
    category: 'OAuth logins',
    description: 'finish a login with what the provider ended it with',
    details:
      'Takes the code as the provider shows it (code#state), or the whole address the browser was led to. The account is\n' +
      'known by the state, so its id may be left out. "-" reads it from standard input.',
    examples: [
      ['With the code from the page', "$0 oauth callback --code 'CODE#STATE'"],
      ['With the address from the browser', "$0 oauth callback main --code 'http://127.0.0.1/callback?code=...'"],
    ],
  }

  id: string | undefined = Option.String({ name: 'id', required: false })
  code: string | undefined = Option.String('--code', { description: 'code#state, or the address that ended the login' })

  async execute(): Promise<number> {
    const parameters = answerIn(await this.#text())
    const loaded = await (await this.openConfig()).read()
    const account = await this.#account(loaded, parameters.get('state'))
    const { places, output } = this
    const session = await this.openSession(account, loaded)
    try {
      await finishLogin(session.account, { parameters }, session.login)
      await session.tokens.look()
      const server = await applyToServer(places, output)
      const { id, name } = account
      output.result({ id, name, done: true, token: tokenJson(session.tokens.state), server })
      output.note(`The upstream account "${name}" (${id}) is logged in.`)
      return exitCodeOfEffect(server)
    } finally {
      await session.close()
    }
  }

  async #text(): Promise<string> {
    if (this.code === '-') return readAll(this.context.stdin)
    return this.code ?? this.prompt.secret('Paste the code (code#state)', '--code')
  }

  async #account(loaded: Loaded, state: string | null): Promise<Loaded['config']['accounts'][number]> {
    const { accounts } = loaded.config
    if (this.id !== undefined) return resolveEntry(accounts, this.id, 'upstream account')
    const store = tokenStoreOf(this.credentialStore(loaded))
    for (const account of accounts) {
      if (account.type === 'oauth' && (await isPending(account.id, state, store))) return account
    }
    throw new CliError('REFUSED', 'no login waits for this answer: its state is unknown, or was used before', {
      hint: 'begin it again with: llm-gateway oauth start UPSTREAM-ID',
    })
  }
}

/** What is no answer to any login is a mistake of the command line; nobody has refused anything yet. */
function answerIn(text: string): URLSearchParams {
  try {
    return readCallbackText(text)
  } catch (cause) {
    if (OAuthError.is(cause)) throw new CliError('USAGE', `--code: ${cause.message}`, { cause })
    throw cause
  }
}
