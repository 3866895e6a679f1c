import type { KeyConfig } from '@llm-gateway/config'
import type { Usage } from '../../command-line/clipanion.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { budgetText, keyJson, keyState, limitsText } from '../../keys/key-view.ts'
import type { Column } from '../../terminal/table.ts'
import { when } from '../../terminal/time.ts'

export class ApikeyList extends GatewayCommand {
  static override paths: string[][] = [['apikey', 'list']]
  static override usage: Usage = {
    category: 'Gateway keys',
    description: 'list the gateway keys',
    examples: [
      ['All keys', '$0 apikey list'],
      ['Ids of the disabled ones', `$0 apikey list --json | jq -r '.[] | select(.state == "disabled").id'`],
    ],
  }

  async execute(): Promise<number> {
    const { config } = await (await this.openConfig()).read()
    const now = this.context.now()
    const json = config.keys.map((key) => keyJson(key, now))
    this.output.result(json, config.keys.length > 0 ? this.output.table(config.keys, columns(now)) : undefined)
    if (json.length === 0)
      this.output.note('There is no gateway key. Make one with: llm-gateway apikey add --name=NAME')
    return 0
  }
}

function columns(now: number): Column<KeyConfig>[] {
  return [
    { title: 'ID', value: ({ id }) => id },
    { title: 'NAME', value: ({ name }) => name },
    {
      title: 'STATE',
      value: (key) => keyState(key, now),
      paint: (key, cell, style) => style(keyState(key, now) === 'active' ? 'green' : 'yellow', cell),
    },
    { title: 'PERMISSIONS', value: ({ permissions }) => permissions.join(',') },
    { title: 'MODELS', value: ({ models }) => models?.join(',') },
    { title: 'LIMITS', value: ({ rateLimit }) => limitsText(rateLimit) },
    { title: 'BUDGET', value: ({ budget }) => budgetText(budget) },
    { title: 'EXPIRES', value: ({ expiresAt }) => (expiresAt === undefined ? undefined : when(expiresAt, now)) },
    { title: 'CREATED', value: ({ createdAt }) => (createdAt === undefined ? undefined : when(createdAt, now)) },
  ]
}
