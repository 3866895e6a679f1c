import { dropLegacySecrets, keepLegacyTokens } from '../../accounts/legacy-tokens.ts'
import type { Usage } from '../../command-line/clipanion.ts'
import { ChangeConfigCommand, type ConfigChange } from '../../config-file/change-config.ts'
import type { Loaded } from '../../config-file/config-store.ts'

export class ConfigEncrypt extends ChangeConfigCommand {
  static override paths: string[][] = [['config', 'encrypt']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'encrypt every secret that stands in the file in clear, comments kept',
    details:
      'API keys, client secrets, secret options and logins of proxies become ciphertext (enc:v1:…). OAuth tokens of the older\n' +
      'program go to the credential store, its web password goes. References to variables and files stay as they are. The master\n' +
      'key is made where there is none; one that cannot be opened is an error, and changes nothing.',
    examples: [
      ['See what would change', '$0 config encrypt --dry-run'],
      ['Do it', '$0 config encrypt'],
    ],
  }

  protected readonly words = { nothing: 'holds no secret in clear', done: 'Encrypted the secrets of' }

  protected async change(loaded: Loaded): Promise<ConfigChange> {
    const encrypt = await this.encryption(loaded)
    const { accounts } = loaded.config
    return {
      before: () => keepLegacyTokens(accounts, this.credentialStore(loaded), this.context.now()),
      edit: (editor) => [...dropLegacySecrets(editor, accounts), ...encrypt(editor)],
    }
  }
}
