import { Option, type Usage } from '../../command-line/clipanion.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { choiceOf } from '../../command-line/lists.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import { routeScope } from '../../keys/route-view.ts'

export class RouteDefault extends GatewayCommand {
  static override paths: string[][] = [['route', 'default']]
  static override usage: Usage = {
    category: 'Model routes',
    description: 'say what becomes of models that no route matches: passthrough or reject',
    examples: [['Only routed models for one gateway key', '$0 route default reject --key="my team"']],
  }

  behavior: string = Option.String({ name: 'behavior' })
  key: string | undefined = Option.String('--key', { description: 'for this gateway key only (default for every one)' })

  async execute(): Promise<number> {
    const behavior = choiceOf(this.behavior, ['passthrough', 'reject'], 'the behaviour')
    const store = await this.openConfig()
    const { key, words } = routeScope((await store.read()).config, this.key)
    const changed = await store.edit((editor) => editor.setDefaultBehavior(behavior, key?.id))
    const server = await applyToServer(this.places, this.output)
    this.output.result({ defaultBehavior: behavior, ...(key && { key: key.id }), changed, server })
    this.output.note(
      `Models without a route ${words} ${behavior === 'reject' ? 'are refused' : 'go where they always go'}.`,
    )
    return exitCodeOfEffect(server)
  }
}
