import { Router } from '@llm-gateway/router'
import { providers } from '@llm-gateway/upstream'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError, exitCodes } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { routeScope } from '../../keys/route-view.ts'
import { fields } from '../../terminal/table.ts'
import { printable } from '../../terminal/width.ts'

const rules = {
  'key-route': "a route of the gateway key's",
  'global-route': 'a route for every gateway key',
  'account-models': 'the models an account lists',
  'model-name': 'the name of the model',
  'only-provider': 'the only provider there is',
} as const

export class RouteTest extends GatewayCommand {
  static override paths: string[][] = [['route', 'test']]
  static override usage: Usage = {
    category: 'Model routes',
    description: 'tell where a model name would go, without sending anything',
    details: 'By the file alone: which accounts are well at the moment only the running server knows.',
    examples: [
      ['For any key', '$0 route test gpt-4o'],
      ['For one gateway key', '$0 route test gpt-4o --key="my team"'],
    ],
  }

  model: string = Option.String({ name: 'model' })
  key: string | undefined = Option.String('--key', { description: 'as this gateway key would ask' })

  async execute(): Promise<number> {
    if (this.model.trim() === '') throw new CliError('USAGE', 'the model must not be empty')
    const { config } = await (await this.openConfig()).read()
    const { key } = routeScope(config, this.key)
    const accounts = config.accounts.flatMap((account) => {
      const dialects = account.dialects ?? providers.get(account.provider)?.dialects
      return account.status === 'active' && dialects !== undefined ? [{ ...account, dialects }] : []
    })
    const router = new Router({ accounts, routes: config.routes, strategy: config.routing.strategy, random: () => 0.5 })
    const plan = router.plan({
      model: this.model,
      dialect: 'openai-chat',
      ...(key?.modelRoutes && { keyRoutes: key.modelRoutes }),
      ...(key?.models && { keyModels: key.models }),
    })
    if (!plan.ok) {
      const { reason, message, served } = plan
      this.output.result(
        { ok: false, model: this.model, reason, message, served },
        printable(`${this.model}: ${message}`),
      )
      return exitCodes.failure
    }
    const candidates = plan.candidates.map(({ account: { id, provider } }) => ({
      id,
      name: nameOf(config, id),
      provider,
    }))
    const names = candidates.map(({ name, id }) => `${name} (${id})`).join(', ')
    this.output.result(
      { ok: true, model: this.model, upstreamModel: plan.model, rule: plan.rule, accounts: candidates },
      fields(
        [
          ['Model', this.model],
          ['Sent as', plan.model],
          ['By', rules[plan.rule]],
          ['Accounts', names],
        ],
        this.output.style,
      ),
    )
    return exitCodes.ok
  }
}

function nameOf({ accounts }: { readonly accounts: readonly { id: string; name: string }[] }, id: string): string {
  return accounts.find((account) => account.id === id)?.name ?? id
}
