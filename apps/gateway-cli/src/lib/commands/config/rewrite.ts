import { applyToServer, exitCodeOfEffect } from '../../apply.ts'
import type { Usage } from '../../clipanion.ts'
import { GatewayCommand } from '../../gateway-command.ts'

export class ConfigRewrite extends GatewayCommand {
  static override paths: string[][] = [['config', 'rewrite']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'bring a file of the older program up to date, comments kept',
    details:
      'Renames what is called otherwise by now and removes what means nothing any more. OAuth tokens stay.\n' +
      'A file that is up to date is left as it is.',
    examples: [['After an upgrade', '$0 config rewrite']],
  }

  async execute(): Promise<number> {
    const store = await this.openConfig()
    let changes: readonly string[] = []
    await store.edit((editor) => {
      changes = editor.rewriteLegacy()
    })
    const server = changes.length > 0 ? await applyToServer(this.places, this.output) : 'not-running'
    this.output.result({ file: store.path, changes, server }, changes.join('\n'))
    this.output.note(changes.length === 0 ? `${store.path} is up to date.` : `Brought ${store.path} up to date.`)
    return exitCodeOfEffect(server)
  }
}
