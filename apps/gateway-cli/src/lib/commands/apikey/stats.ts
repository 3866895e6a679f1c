import { Option, type Usage } from '../../command-line/clipanion.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { fields } from '../../terminal/table.ts'
import { openLedger, tellSource } from '../../usage/ledger-source.ts'
import { usageColumns, usageFields } from '../../usage/usage-view.ts'
import { idOf } from '../stats.ts'

const dayMs = 86_400_000

export class ApikeyStats extends GatewayCommand {
  static override paths: string[][] = [['apikey', 'stats']]
  static override usage: Usage = {
    category: 'Gateway keys',
    description: 'count what a gateway key used, in all and in the last 24 hours',
    details:
      'Works with the server up and down, and for keys that were removed when given their id. For other ranges see: llm-gateway stats --key',
    examples: [['By name', '$0 apikey stats "my team"']],
  }

  id: string = Option.String({ name: 'id' })

  async execute(): Promise<number> {
    const { config } = await (await this.openConfig()).read()
    const key = idOf(config.keys, this.id, 'gateway key')
    const now = this.context.now()
    const ledger = await openLedger(this.places.home, config.ledger, this.output)
    try {
      const { total, groups = [] } = await ledger.reader.usage({ key, by: 'model' })
      const { total: lastDay } = await ledger.reader.usage({ key, since: now - dayMs })
      const { style } = this.output
      const parts = [
        `${style('bold', 'In all')}\n${fields(usageFields(total, now), style)}`,
        `${style('bold', 'In the last 24 hours')}\n${fields(usageFields(lastDay, now), style)}`,
        ...(groups.length > 0 ? [this.output.table(groups, usageColumns('MODEL', now))] : []),
      ]
      this.output.result({ source: ledger.from, key, total, lastDay, models: groups }, parts.join('\n\n'))
      tellSource(ledger, this.output)
    } finally {
      await ledger.reader.close()
    }
    return 0
  }
}
