import { keychainNameFault, rotateMasterKey } from '@llm-gateway/credentials'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import { reencrypt } from '../../config-file/config-secrets.ts'
import { counted } from '../../usage/usage-view.ts'

export class ConfigRotateKey extends GatewayCommand {
  static override paths: string[][] = [['config', 'rotate-key']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'replace the master key, and encrypt the file and the credential store anew',
    details:
      'Works beside a running server. When it is interrupted, everything stays readable: run it again. The key before is kept\n' +
      'as master.key.old. A key in LLM_GATEWAY_MASTER_KEY is yours to change: put the new one there, the one before into\n' +
      'LLM_GATEWAY_MASTER_KEY_PREVIOUS, run this, and restart the server with the new one. With --to-keychain the new key lies in\n' +
      'the keychain of the operating system, and master.key names it; that needs @llm-gateway/credentials-keychain installed.',
    examples: [
      ['Every now and then', '$0 config rotate-key'],
      ['Move the key into the keychain', "$0 config rotate-key --to-keychain='gateway at home'"],
      [
        'With keys of your own',
        'LLM_GATEWAY_MASTER_KEY=$NEW LLM_GATEWAY_MASTER_KEY_PREVIOUS=$OLD $0 config rotate-key',
      ],
    ],
  }

  toKeychain: string | undefined = Option.String('--to-keychain', {
    description: 'keep the new key in the keychain, under this name',
  })

  async execute(): Promise<number> {
    const fault = this.toKeychain === undefined ? undefined : keychainNameFault(this.toKeychain)
    if (fault !== undefined) throw new CliError('USAGE', `--to-keychain ${fault}`)
    const store = await this.openConfig()
    const { random } = this.context
    const options = this.secretOptions
    // Made here only where nothing is encrypted yet: beside what a lost key encrypted, a new one would only hide the loss.
    const loaded = await store.read()
    await this.encryptionKey(loaded)
    const credentials = this.credentialStore(loaded)
    const to = this.toKeychain === undefined ? {} : { toKeychain: this.toKeychain }
    const changes = new Set<string>()
    const { keyId, oldFile, passes } = await rotateMasterKey({ ...options, ...to }, async (key) => {
      await store.edit((editor) => {
        for (const change of reencrypt(editor, key, random)) changes.add(change)
      })
      return credentials.rotate(key)
    })
    const server = await applyToServer(this.places, this.output)
    const stored = Math.max(...passes)
    this.output.result({ keyId, oldKeyFile: oldFile, changes: [...changes], storedCredentials: stored, server }, keyId)
    this.output.note(
      `The master key is ${keyId}: ${counted(changes.size, 'secret')} of the file and ${stored} of the store use it.`,
    )
    if (oldFile !== undefined) this.output.note(`The key before is kept as ${oldFile}; older backups need it.`)
    return exitCodeOfEffect(server)
  }
}
