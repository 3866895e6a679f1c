import { Option, type Usage } from '../../command-line/clipanion.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import { OAuthCommand } from '../../login/oauth-command.ts'
import { logIn, nextSteps } from '../../login/oauth-login.ts'
import { tokenJson } from '../../login/token-view.ts'
import { isoTime } from '../../terminal/time.ts'

export class OauthStart extends OAuthCommand {
  static override paths: string[][] = [['oauth', 'start']]
  static override usage: Usage = {
    category: 'OAuth logins',
    description: 'log an upstream account in at its provider',
    details:
      'Prints the address to open. On a terminal it waits for the login: the browser comes back to this machine, or you\n' +
      'paste the code that the provider shows. Without a terminal, finish it with: oauth callback.',
    examples: [
      ['Log in', '$0 oauth start claude-code'],
      ['On a machine without a browser, where the provider has a device flow', '$0 oauth start corp --device'],
    ],
  }

  device: boolean = Option.Boolean('--device', false, { description: 'log in by a code that is entered elsewhere' })
  paste: boolean = Option.Boolean('--paste', false, {
    description: 'ask for the code: the browser is on another machine',
  })
  noWait: boolean = Option.Boolean('--no-wait', false, { description: 'print the address and end' })

  execute(): Promise<number> {
    return this.withSession(async (session) => {
      const { id, name } = session.account
      const ways = {
        prompt: this.prompt,
        output: this.output,
        device: this.device,
        paste: this.paste,
        wait: !this.noWait,
      }
      const result = await logIn(session, ways)
      if (!result.done) {
        const { url, endsAt } = result.begun
        this.output.result({ id, name, done: false, url, endsAt: isoTime(endsAt) }, nextSteps(id, result.begun))
        return 0
      }
      await session.tokens.look()
      const server = await applyToServer(this.places, this.output)
      this.output.result({ id, name, done: true, token: tokenJson(session.tokens.state), server })
      this.output.note(`The upstream account "${name}" (${id}) is logged in.`)
      return exitCodeOfEffect(server)
    })
  }
}
