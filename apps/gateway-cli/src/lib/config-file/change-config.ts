import { ConfigEditor } from '@llm-gateway/config'
import { importMasterKey } from '@llm-gateway/credentials'
import { Option } from '../command-line/clipanion.ts'
import { GatewayCommand } from '../command-line/gateway-command.ts'
import { applyToServer, exitCodeOfEffect, type ServerEffect } from './apply.ts'
import { clearSecrets, encryptClear, mixedSecrets } from './config-secrets.ts'
import type { Loaded } from './config-store.ts'
import { lineDiff } from './diff.ts'
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

  /**
   * What encrypts the secrets that stand in clear. The master key is made where there is none, but not in a dry run, which makes
   * nothing and shows its ciphertext to nobody.
   *
   * @throws CredentialError when there is a master key and it cannot be opened; CliError when it is not the file's
   */
  protected async encryption(loaded: Loaded): Promise<(editor: ConfigEditor) => string[]> {
    const { env, random } = this.context
    const before = new ConfigEditor(loaded.text, env)
    for (const place of mixedSecrets(before)) {
      this.output.warn(`${place} is text around a reference and stays: put the whole secret into the variable`)
    }
    if (clearSecrets(before).length === 0) return () => []
    const key = this.dryRun ? importMasterKey(new Uint8Array(32)) : await this.encryptionKey(loaded)
    return (editor) => encryptClear(editor, key, random)
  }

  /** What to say when there is nothing to do, and when it is done. */
  protected abstract readonly words: { readonly nothing: string; readonly done: string }

  async execute(): Promise<number> {
    const store = await this.openConfig()
    const loaded = await store.read()
    const change = await this.change(loaded)
    const editor = new ConfigEditor(loaded.text, this.context.env)
    let changes = change.edit(editor)
    const diff = this.dryRun ? lineDiff(hiddenText(loaded.text), hiddenText(editor.toString())) : ''
    let server: ServerEffect = 'unchanged'
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
