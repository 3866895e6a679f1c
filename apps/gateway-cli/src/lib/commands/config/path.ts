import { existsSync } from 'node:fs'
import type { Usage } from '../../command-line/clipanion.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'

export class ConfigPath extends GatewayCommand {
  static override paths: string[][] = [['config', 'path']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'print where the configuration file is',
    examples: [['Edit it', '$EDITOR "$($0 config path)"']],
  }

  async execute(): Promise<number> {
    const { home, configFile } = this.places
    this.output.result({ home, configFile, exists: existsSync(configFile) }, configFile)
    return 0
  }
}
