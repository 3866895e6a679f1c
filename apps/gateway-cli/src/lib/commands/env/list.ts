import type { Usage } from '../../command-line/clipanion.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { type ProxyVariable, proxyVariables, readProxyVariable } from '../../config-file/environment.ts'
import type { Column } from '../../terminal/table.ts'

export class EnvList extends GatewayCommand {
  static override paths: string[][] = [['env', 'list']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'list the proxy settings: those of the file, and those of this environment',
    examples: [['Which proxy upstream calls take', '$0 env list']],
  }

  async execute(): Promise<number> {
    const { config } = await (await this.openConfig()).read()
    const variables = proxyVariables.map((name) => readProxyVariable(name, config.environment, this.context.env))
    this.output.result(variables, this.output.table(variables, columns))
    return 0
  }
}

const columns: readonly Column<ProxyVariable>[] = [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'CONFIGURED', value: ({ configured }) => configured ?? '-' },
  { title: 'ENVIRONMENT', value: ({ environment }) => environment ?? '-' },
  { title: 'IN FORCE', value: ({ effective }) => effective ?? '-' },
  { title: 'PROBLEM', value: ({ problem }) => problem },
]
