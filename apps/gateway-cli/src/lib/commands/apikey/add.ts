import { mintGatewayKey } from '@llm-gateway/access'
import type { KeyInput } from '@llm-gateway/config'
import type { Usage } from '../../command-line/clipanion.ts'
import { modelsOf } from '../../command-line/lists.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import { freeName } from '../../config-file/naming.ts'
import { KeyFlagsCommand } from '../../keys/key-flags.ts'
import { keyJson } from '../../keys/key-view.ts'

export class ApikeyAdd extends KeyFlagsCommand {
  static override paths: string[][] = [['apikey', 'add']]
  static override usage: Usage = {
    category: 'Gateway keys',
    description: 'make a key for clients and print it, once',
    details: 'Only a hash of the key is kept, so it cannot be shown again.',
    examples: [
      ['A key for a team', '$0 apikey add --name="my team" --permissions=read,write'],
      [
        'For two models, at most 60 requests a minute, for 30 days',
        '$0 apikey add --name=trial --models="claude-*,gpt-4o" --rate-limit-per-minute=60 --expires=30d',
      ],
      ['For 5 dollars a day and 50 a month', '$0 apikey add --name=lab --budget-per-day=5 --budget-per-month=50'],
      ['Into a variable', 'KEY=$($0 apikey add --name=ci)'],
    ],
  }

  async execute(): Promise<number> {
    const wanted = this.#wanted()
    const store = await this.openConfig()
    const { config } = await store.read()
    const name = freeName(
      this.name ?? (await this.prompt.text('Name of the key', '--name')),
      config.keys,
      'gateway key',
    )
    const { key, keyHash, id } = mintGatewayKey(this.context.random)
    const entry: KeyInput = { id, name, keyHash, ...wanted, status: 'active', createdAt: this.context.now() }
    await store.edit((editor) => editor.addKey(entry))
    const server = await applyToServer(this.places, this.output)
    const view = keyJson({ permissions: [], status: 'active', ...entry }, this.context.now())
    this.output.result({ ...view, key, server }, key)
    this.output.note(`Made the gateway key "${name}" (${id}). It is shown this once: keep it safe.`)
    return exitCodeOfEffect(server)
  }

  /** Everything the flags say, checked before anything is asked or written. */
  #wanted(): Pick<KeyInput, 'permissions' | 'models' | 'expiresAt' | 'rateLimit' | 'budget'> {
    const models = modelsOf(this.models)
    const rateLimit = this.givenLimits(1)
    const budget = this.givenBudget('more than 0')
    const expiresAt = this.expiry()
    return {
      permissions: this.grantedPermissions() ?? ['read', 'write'],
      ...(models && models !== 'all' && { models }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(Object.keys(rateLimit).length > 0 && { rateLimit }),
      ...(Object.keys(budget).length > 0 && { budget }),
    }
  }
}
