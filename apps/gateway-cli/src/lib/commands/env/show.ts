import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { proxyVariable, readProxyVariable } from '../../config-file/environment.ts'
import { fields } from '../../terminal/table.ts'

export class EnvShow extends GatewayCommand {
  static override paths: string[][] = [['env', 'show']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'show one proxy setting',
    examples: [['One of http_proxy, https_proxy and no_proxy', '$0 env show --name=http_proxy']],
  }

  name: string | undefined = Option.String('--name', { description: 'http_proxy, https_proxy or no_proxy' })

  async execute(): Promise<number> {
    if (this.name === undefined) throw new CliError('USAGE', '--name is missing')
    const name = proxyVariable(this.name)
    const { config } = await (await this.openConfig()).read()
    const variable = readProxyVariable(name, config.environment, this.context.env)
    this.output.result(
      variable,
      fields(
        [
          ['Name', name],
          ['Configured', variable.configured ?? 'no'],
          ['Environment', variable.environment ?? 'not set here'],
          ['In force', variable.effective ?? 'none'],
          ['Problem', variable.problem],
        ],
        this.output.style,
      ),
    )
    return 0
  }
}
