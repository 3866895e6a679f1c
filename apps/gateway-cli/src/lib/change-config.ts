import { ConfigEditor } from '@llm-gateway/config'
import { applyToServer, exitCodeOfEffect, type ServerEffect } from './apply.ts'
import { Option } from './clipanion.ts'
import type { Loaded } from './config-store.ts'
import { lineDiff } from './diff.ts'
import { GatewayCommand } from './gateway-command.ts'
import { hiddenText } from './hide.ts'

/** What a command does to the file: `edit` may run more than once, and gives what it did, for people. */
export interface ConfigChange {
  edit(editor: ConfigEditor): readonly string[]
  /** What must be done before the file is written, such as keeping elsewhere what goes from it; not in a dry run. */
  before?(): Promise<void>
}

/** A command that rewrites the whole file, and can show beforehand what would come of it. */
export abstract class ChangeConfigCommand extends GatewayCommand {
  dryRun: boolean = Option.Boolean('--dry-run', false, { description: 'show what would change, and change nothing' })

  /** Done to the file as it stands. */
  protected abstract change(loaded: Loaded): Promise<ConfigChange>

  /** What to say when there is nothing to do, and when it is done. */
  protected abstract readonly words: { readonly nothing: string; readonly done: string }

  async execute(): Promise<number> {
    const store = await this.openConfig()
    const loaded = await store.read()
    const change = await this.change(loaded)
    const editor = new ConfigEditor(loaded.text, this.context.env)
    let changes = change.edit(editor)
    const diff = lineDiff(hiddenText(loaded.text), hiddenText(editor.toString()))
    let server: ServerEffect = 'not-running'
    if (!this.dryRun && changes.length > 0) {
      await change.before?.()
      await store.edit((each) => {
        changes = change.edit(each)
      })
      server = await applyToServer(this.places, this.output)
    }
    const result = { file: store.path, dryRun: this.dryRun, changes, ...(this.dryRun && { diff }), server }
    this.output.result(result, this.dryRun ? diff : changes.join('\n'))
    if (changes.length === 0) this.output.note(`${store.path} ${this.words.nothing}.`)
    else if (this.dryRun) this.output.note(`Nothing was changed. Without --dry-run: ${changes.join('; ')}.`)
    else this.output.note(`${this.words.done} ${store.path}.`)
    return exitCodeOfEffect(server)
  }
}
