import { Option, type Usage } from '../../command-line/clipanion.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { resolveEntry } from '../../config-file/resolve-id.ts'
import { budgetText, keyJson, keyState, limitsText } from '../../keys/key-view.ts'
import { spentOf } from '../../keys/spent.ts'
import { fields } from '../../terminal/table.ts'
import { when } from '../../terminal/time.ts'

export class ApikeyShow extends GatewayCommand {
  static override paths: string[][] = [['apikey', 'show']]
  static override usage: Usage = {
    category: 'Gateway keys',
    description: 'show a gateway key and what it has spent of its budget, but not the key itself',
    examples: [['By name', '$0 apikey show "my team"']],
  }

  id: string = Option.String({ name: 'id' })

  async execute(): Promise<number> {
    const { config } = await (await this.openConfig()).read()
    const key = resolveEntry(config.keys, this.id, 'gateway key')
    const now = this.context.now()
    const { models, modelRoutes, expiresAt, createdAt } = key
    const spent = await spentOf(key, this.places.home, config.ledger, { now, output: this.output })
    this.output.result(
      { ...keyJson(key, now), ...(spent && { spent }) },
      fields(
        [
          ['Id', key.id],
          ['Name', key.name],
          ['State', keyState(key, now)],
          ['Permissions', key.permissions.join(', ')],
          ['Models', models?.join(', ') ?? 'all'],
          ['Limits', limitsText(key.rateLimit) ?? 'none'],
          ['Budget', budgetText(key.budget, spent) ?? 'none'],
          ['Routes of its own', modelRoutes && String(modelRoutes.routes.length)],
          ['Expires', expiresAt === undefined ? 'never' : when(expiresAt, now)],
          ['Created', createdAt === undefined ? undefined : when(createdAt, now)],
        ],
        this.output.style,
      ),
    )
    return 0
  }
}
