import { configJsonSchema } from '@llm-gateway/config'
import type { Usage } from '../../command-line/clipanion.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'

export class ConfigSchema extends GatewayCommand {
  static override paths: string[][] = [['config', 'schema']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'print the JSON Schema of the configuration file',
    details: 'Editors use it after a first line such as: # yaml-language-server: $schema=./config.schema.json',
    examples: [['Put it beside the file', '$0 config schema > ~/.llm-gateway/config.schema.json']],
  }

  async execute(): Promise<number> {
    const schema = configJsonSchema()
    this.output.result(schema, JSON.stringify(schema, null, 2))
    return 0
  }
}
