import type { Usage } from '../../command-line/clipanion.ts'
import { exitCodes } from '../../command-line/error.ts'
import { OAuthCommand } from '../../login/oauth-command.ts'
import { tokenFields, tokenJson } from '../../login/token-view.ts'
import { fields } from '../../terminal/table.ts'

export class OauthStatus extends OAuthCommand {
  static override paths: string[][] = [['oauth', 'status']]
  static override usage: Usage = {
    category: 'OAuth logins',
    description: 'tell how the login of an upstream account stands, but never its token',
    details: 'Exits with 1 when the account needs a login.',
    examples: [['By name', '$0 oauth status claude-code']],
  }

  execute(): Promise<number> {
    return this.withSession(async ({ account, tokens }) => {
      await tokens.look()
      const { state } = tokens
      const { id, name } = account
      const rows = [['Id', id] as const, ['Name', name] as const, ...tokenFields(state, this.context.now())]
      this.output.result({ id, name, ...tokenJson(state) }, fields(rows, this.output.style))
      return state.state === 'needs_login' ? exitCodes.failure : exitCodes.ok
    })
  }
}
