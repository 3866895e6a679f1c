import { ConfigEditor } from '@llm-gateway/config'
import { importMasterKey, openCredentialStore, openMasterKey } from '@llm-gateway/credentials'
import { ChangeConfigCommand, type ConfigChange } from '../../change-config.ts'
import type { Usage } from '../../clipanion.ts'
import { encryptClear, mixedSecrets } from '../../config-secrets.ts'
import type { Loaded } from '../../config-store.ts'
import { dropLegacySecrets, keepLegacyTokens } from '../../legacy-tokens.ts'

export class ConfigEncrypt extends ChangeConfigCommand {
  static override paths: string[][] = [['config', 'encrypt']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'encrypt every secret that stands in the file in clear, comments kept',
    details:
      'API keys, secret options of accounts and logins of proxies become ciphertext (enc:v1:…). OAuth tokens of the older\n' +
      'program go to the credential store, its web password goes. References to variables and files stay as they are.',
    examples: [
      ['See what would change', '$0 config encrypt --dry-run'],
      ['Do it', '$0 config encrypt'],
    ],
  }

  protected readonly words = { nothing: 'holds no secret in clear', done: 'Encrypted the secrets of' }

  protected async change(loaded: Loaded): Promise<ConfigChange> {
    const { env, random, now } = this.context
    const options = this.secretOptions
    // A dry run makes no key, and what it encrypts is shown to nobody.
    const key = this.dryRun ? importMasterKey(new Uint8Array(32)) : await openMasterKey({ ...options, create: true })
    for (const place of mixedSecrets(new ConfigEditor(loaded.text, env))) {
      this.output.warn(`${place} is text around a reference and stays: put the whole secret into the variable`)
    }
    const { accounts } = loaded.config
    return {
      before: () => keepLegacyTokens(accounts, openCredentialStore(options), now()),
      edit: (editor) => [...encryptClear(editor, key, random), ...dropLegacySecrets(editor, accounts)],
    }
  }
}
