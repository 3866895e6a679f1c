import type { RouteConfig } from '@llm-gateway/config'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import { routeScope } from '../../keys/route-view.ts'

export class RouteRemove extends GatewayCommand {
  static override paths: string[][] = [['route', 'remove']]
  static override usage: Usage = {
    category: 'Model routes',
    description: 'remove a model route, by its id or its model name',
    examples: [
      ['By the model name', '$0 route remove fast'],
      ['One of a gateway key', '$0 route remove "gpt-*" --key="my team"'],
    ],
  }

  route: string = Option.String({ name: 'route' })
  key: string | undefined = Option.String('--key', { description: 'a route of this gateway key' })

  async execute(): Promise<number> {
    const store = await this.openConfig()
    const { key, set, words } = routeScope((await store.read()).config, this.key)
    const found = this.#found(set.routes, words)
    await store.edit((editor) => editor.removeRoute(found.id ?? found.source, key?.id))
    const server = await applyToServer(this.places, this.output)
    this.output.result({ ...found, ...(key && { key: key.id }), removed: true, server })
    this.output.note(`Removed the route ${words} for ${found.source}.`)
    return exitCodeOfEffect(server)
  }

  /** Several routes may be for one model: which of them is meant, only an id says. */
  #found(routes: readonly RouteConfig[], words: string): RouteConfig {
    const byId = routes.find(({ id }) => id === this.route)
    if (byId) return byId
    const [first, ...others] = routes.filter(({ source }) => source === this.route)
    if (first === undefined) {
      throw new CliError('NOT_FOUND', `no model route ${words} has the id or model name "${this.route}"`, {
        hint: 'list them with: llm-gateway route list',
      })
    }
    const ids = [first, ...others].flatMap(({ id }) => id ?? [])
    if (others.length === 0 || ids.length <= others.length) return first
    throw new CliError('USAGE', `"${this.route}" has several routes ${words}: ${ids.join(', ')}`, {
      hint: 'give the id of one; llm-gateway route list tells where each goes',
    })
  }
}
