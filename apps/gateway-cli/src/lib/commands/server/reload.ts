import { findServer } from '@llm-gateway/server'
import type { Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { AdminClient } from '../../running/admin-client.ts'

export class ServerReload extends GatewayCommand {
  static override paths: string[][] = [
    ['server', 'reload'],
    ['config', 'reload'],
  ]
  static override usage: Usage = {
    category: 'Server',
    description: 'have the running server read its configuration again',
    details: 'The server also does so by itself when the file changes. A file with a fault changes nothing.',
    examples: [['Make sure that a change is in force', '$0 server reload']],
  }

  async execute(): Promise<number> {
    const found = await findServer(this.places.home)
    if (found?.life !== 'listening') {
      throw new CliError('NOT_FOUND', `no server runs from ${this.places.home}${found ? ': it is stopping' : ''}`)
    }
    const { runtime } = found
    const result = await new AdminClient(runtime).reload()
    if (!result.ok) {
      throw new CliError('FAILED', `the server goes on with its older configuration:\n${result.problem}`)
    }
    const { notes = [] } = result
    this.output.result({ reloaded: true, url: runtime.url, configFile: runtime.configFile, notes })
    this.output.note(`The server at ${runtime.url} has read ${runtime.configFile}.`)
    for (const note of notes) this.output.warn(note)
    return 0
  }
}
