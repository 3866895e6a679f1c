import type { Usage } from '../../command-line/clipanion.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { hiddenConfig, hiddenText } from '../../config-file/hide.ts'

export class ConfigShow extends GatewayCommand {
  static override paths: string[][] = [['config', 'show']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'print the configuration file, secrets hidden; with --json what it comes to',
    details: 'As text: the file with its comments. As JSON: every setting with its default, variables resolved.',
    examples: [
      ['The file', '$0 config show'],
      ['The timeouts in force', '$0 config show --json | jq .timeouts'],
    ],
  }

  async execute(): Promise<number> {
    const { config, text } = await (await this.openConfig()).read()
    this.output.result(hiddenConfig(config), hiddenText(text))
    return 0
  }
}
