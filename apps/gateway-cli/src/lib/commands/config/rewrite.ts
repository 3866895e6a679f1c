import { hasUsableTokens, keepLegacyTokens } from '../../accounts/legacy-tokens.ts'
import type { Usage } from '../../command-line/clipanion.ts'
import { ChangeConfigCommand, type ConfigChange } from '../../config-file/change-config.ts'
import type { Loaded } from '../../config-file/config-store.ts'

export class ConfigRewrite extends ChangeConfigCommand {
  static override paths: string[][] = [['config', 'rewrite']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'bring a file of the older program up to date, comments kept',
    details:
      'Renames what is called otherwise by now and removes what means nothing any more. OAuth tokens go to the credential\n' +
      'store, and what stands in clear is encrypted, as by config encrypt. A file that is up to date is left as it is.',
    examples: [
      ['See what would change', '$0 config rewrite --dry-run'],
      ['After an upgrade', '$0 config rewrite'],
    ],
  }

  protected readonly words = { nothing: 'is up to date', done: 'Brought up to date:' }

  protected async change(loaded: Loaded): Promise<ConfigChange> {
    const { accounts } = loaded.config
    const encrypt = await this.encryption(loaded)
    for (const { id, legacyTokens } of accounts.filter((account) => !hasUsableTokens(account))) {
      if (legacyTokens)
        this.output.warn(`the OAuth tokens of ${id} stay in the file: nothing is known of their provider`)
    }
    return {
      before: () => keepLegacyTokens(accounts, this.credentialStore(loaded), this.context.now()),
      edit: (editor) => [
        ...editor.rewriteLegacy({ dropTokens: (index) => hasUsableTokens(accounts[index]) }),
        ...encrypt(editor),
      ],
    }
  }
}
