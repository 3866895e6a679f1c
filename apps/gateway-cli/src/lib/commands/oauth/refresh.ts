import type { Usage } from '../../command-line/clipanion.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import { OAuthCommand } from '../../login/oauth-command.ts'
import { tokenJson } from '../../login/token-view.ts'
import { when } from '../../terminal/time.ts'

export class OauthRefresh extends OAuthCommand {
  static override paths: string[][] = [['oauth', 'refresh']]
  static override usage: Usage = {
    category: 'OAuth logins',
    description: 'renew the token of an upstream account now',
    details: 'The server renews tokens by itself before they end; this is for when the provider wants a new one.',
    examples: [['By name', '$0 oauth refresh claude-code']],
  }

  execute(): Promise<number> {
    return this.withSession(async ({ account, tokens }) => {
      try {
        await tokens.force()
      } catch (cause) {
        // Else a server goes on to tell of a login that has ended.
        await applyToServer(this.places, { atEnd: () => {} })
        throw cause
      }
      const server = await applyToServer(this.places, this.output)
      const { id, name } = account
      const { expiresAt } = tokens.state
      this.output.result({ id, name, token: tokenJson(tokens.state), server })
      const until = expiresAt === undefined ? '' : ` It expires ${when(expiresAt, this.context.now())}.`
      this.output.note(`Renewed the token of the upstream account "${name}" (${id}).${until}`)
      return exitCodeOfEffect(server)
    })
  }
}
