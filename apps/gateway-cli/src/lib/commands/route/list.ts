import type { GatewayConfig } from '@llm-gateway/config'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { type RouteJson, routeJson, routeScope, targetText } from '../../keys/route-view.ts'
import type { Column } from '../../terminal/table.ts'

export class RouteList extends GatewayCommand {
  static override paths: string[][] = [['route', 'list']]
  static override usage: Usage = {
    category: 'Model routes',
    description: 'list the model routes: those for every gateway key, and those of each',
    examples: [
      ['All of them', '$0 route list'],
      ['Those of one gateway key', '$0 route list --key="my team"'],
    ],
  }

  key: string | undefined = Option.String('--key', { description: 'only those of this gateway key' })

  async execute(): Promise<number> {
    const { config } = await (await this.openConfig()).read()
    const scopes =
      this.key === undefined
        ? [routeScope(config, undefined), ...config.keys.map(({ id }) => routeScope(config, id))]
        : [routeScope(config, this.key)]
    const routes = scopes.flatMap(({ key, set }) => set.routes.map((route) => routeJson(route, key?.id)))
    const rejecting = scopes.filter(({ set }) => set.defaultBehavior === 'reject')
    const defaults = rejecting.map(({ key }) => ({ ...(key && { key: key.id }), defaultBehavior: 'reject' }))
    this.output.result({ routes, defaults }, routes.length === 0 ? '' : this.output.table(routes, columnsOf(config)))
    if (routes.length === 0) this.output.note('There are no model routes. Add one with: llm-gateway route add MODEL')
    for (const { words } of rejecting) this.output.note(`Models without a route ${words} are refused.`)
    return 0
  }
}

function columnsOf({ accounts, keys }: GatewayConfig): readonly Column<RouteJson>[] {
  const names = new Map(keys.map(({ id, name }) => [id, name]))
  return [
    { title: 'ID', value: ({ id }) => id },
    { title: 'MODEL', value: ({ source }) => source },
    { title: 'GOES TO', value: (route) => targetText(route, accounts) },
    {
      title: 'PRIORITY',
      value: ({ priority }) => (priority === undefined ? undefined : String(priority)),
      align: 'right',
    },
    { title: 'KEY', value: ({ key }) => (key === undefined ? undefined : names.get(key)) },
    { title: 'STATE', value: ({ enabled }) => (enabled ? undefined : 'disabled') },
    { title: 'DESCRIPTION', value: ({ description }) => description },
  ]
}
