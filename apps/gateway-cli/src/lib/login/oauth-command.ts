import { Option } from '../command-line/clipanion.ts'
import { GatewayCommand } from '../command-line/gateway-command.ts'
import { resolveEntry } from '../config-file/resolve-id.ts'
import type { OAuthSession } from './oauth-session.ts'

/** A command about the login of one account. */
export abstract class OAuthCommand extends GatewayCommand {
  id: string = Option.String({ name: 'id' })

  /** Runs an action with the account's login, and lets go of its connections after it. */
  protected async withSession<T>(action: (session: OAuthSession) => Promise<T>): Promise<T> {
    const loaded = await (await this.openConfig()).read()
    const account = resolveEntry(loaded.config.accounts, this.id, 'upstream account')
    const session = await this.openSession(account, loaded)
    try {
      return await action(session)
    } finally {
      await session.close()
    }
  }
}
