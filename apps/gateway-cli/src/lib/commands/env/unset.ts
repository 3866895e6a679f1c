import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import { proxyVariable } from '../../config-file/environment.ts'

export class EnvUnset extends GatewayCommand {
  static override paths: string[][] = [['env', 'unset']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'remove one proxy setting from the file',
    examples: [['Go without a proxy again', '$0 env unset --name=http_proxy']],
  }

  name: string | undefined = Option.String('--name', { description: 'http_proxy, https_proxy or no_proxy' })

  async execute(): Promise<number> {
    if (this.name === undefined) throw new CliError('USAGE', '--name is missing')
    const name = proxyVariable(this.name)
    const store = await this.openConfig()
    const changed = await store.edit((editor) => editor.setEnvironment(name, undefined))
    const server = await applyToServer(this.places, this.output)
    this.output.result({ name, changed, server })
    this.output.note(changed ? `Removed ${name}.` : `${name} was not in the file.`)
    return exitCodeOfEffect(server)
  }
}
