import { KNOWN_PROVIDERS, type RouteConfig } from '@llm-gateway/config'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { choiceOf, wholeNumber } from '../../command-line/lists.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import { resolveEntry } from '../../config-file/resolve-id.ts'
import { routeJson, routeScope, targetText } from '../../keys/route-view.ts'

export class RouteAdd extends GatewayCommand {
  static override paths: string[][] = [['route', 'add']]
  static override usage: Usage = {
    category: 'Model routes',
    description: 'send a model name to another model, provider or account',
    details:
      'The model is exact, prefix* or *. Higher priority wins, then the more specific name, then the order of the file; a\n' +
      "gateway key's own routes come before those for every key. Clients are answered under the name they asked for.",
    examples: [
      ['One name for another', '$0 route add fast --target=gpt-4o-mini'],
      ['A family to another provider', '$0 route add "gpt-*" --target=claude-sonnet-4-5 --provider=anthropic'],
      [
        'For one gateway key, before others',
        '$0 route add "*" --target=claude-haiku-4-5 --key="my team" --priority=10',
      ],
    ],
  }

  model: string = Option.String({ name: 'model' })
  target: string | undefined = Option.String('--target', {
    description: 'the model to send instead (default the same)',
  })
  provider: string | undefined = Option.String('--provider', { description: 'only accounts of this provider' })
  account: string | undefined = Option.String('--account', { description: 'only this upstream account' })
  priority: string | undefined = Option.String('--priority', { description: 'higher wins (default 0)' })
  description: string | undefined = Option.String('--description', { description: 'what it is for' })
  disabled: boolean = Option.Boolean('--disabled', false, { description: 'add it, but do not use it yet' })
  key: string | undefined = Option.String('--key', { description: 'for this gateway key only (default for every one)' })

  async execute(): Promise<number> {
    refuseModel(this.model)
    const priority = wholeNumber(this.priority, '--priority', { min: Number.MIN_SAFE_INTEGER })
    const provider = this.provider && choiceOf(this.provider, KNOWN_PROVIDERS, '--provider')
    const store = await this.openConfig()
    const { config } = await store.read()
    const { key, set, words } = routeScope(config, this.key)
    const account = this.account && resolveEntry(config.accounts, this.account, 'upstream account').id
    if (this.target === undefined && provider === undefined && account === undefined) {
      throw new CliError('USAGE', 'a route needs --target, --provider or --account')
    }
    const route: RouteConfig = {
      id: `route_${Buffer.from(this.context.random(8)).toString('hex')}`,
      source: this.model,
      ...(this.target !== undefined && { target: this.target }),
      ...(provider !== undefined && { provider }),
      ...(account !== undefined && { account }),
      ...(priority !== undefined && { priority }),
      ...(this.description !== undefined && { description: this.description }),
      enabled: !this.disabled,
    }
    const twin = set.routes.find(({ source, enabled }) => enabled && source === this.model)
    await store.edit((editor) => editor.addRoute(route, key?.id))
    const server = await applyToServer(this.places, this.output)
    this.output.result({ ...routeJson(route, key?.id), server }, route.id)
    this.output.note(`Added a route ${words}: ${this.model} goes to ${targetText(route, config.accounts)}.`)
    if (twin !== undefined && (twin.priority ?? 0) >= (priority ?? 0)) {
      this.output.warn(
        `another route for "${this.model}" comes before it: remove that one, or give this a higher --priority`,
      )
    }
    return exitCodeOfEffect(server)
  }
}

/** @throws CliError `USAGE` */
function refuseModel(model: string): void {
  if (model.trim() === '') throw new CliError('USAGE', 'MODEL must not be empty')
  if (/\p{Cc}/u.test(model)) throw new CliError('USAGE', 'MODEL must be one line, without control characters')
  if (!/^[^*]*\*?$/.test(model)) throw new CliError('USAGE', 'MODEL may end in * but not hold one elsewhere')
}
