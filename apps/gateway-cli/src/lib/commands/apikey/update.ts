import type { KeyConfig, Patch } from '@llm-gateway/config'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { modelsOf } from '../../command-line/lists.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import { freeName } from '../../config-file/naming.ts'
import { resolveEntry } from '../../config-file/resolve-id.ts'
import { KeyFlagsCommand } from '../../keys/key-flags.ts'
import { keyJson } from '../../keys/key-view.ts'

export class ApikeyUpdate extends KeyFlagsCommand {
  static override paths: string[][] = [['apikey', 'update']]
  static override usage: Usage = {
    category: 'Gateway keys',
    description: 'change what a gateway key may do; the key itself stays',
    details:
      'What no flag names stays as it is. --expires=never, --models=all and a limit or budget of 0 take the restriction away.',
    examples: [
      [
        'At most 60 requests a minute, for 30 days',
        '$0 apikey update "my team" --rate-limit-per-minute=60 --expires=30d',
      ],
      ['Without limits of time and models again', '$0 apikey update "my team" --expires=never --models=all'],
    ],
  }

  id: string = Option.String({ name: 'id' })

  async execute(): Promise<number> {
    const store = await this.openConfig()
    const { config } = await store.read()
    const key = resolveEntry(config.keys, this.id, 'gateway key')
    const patch = this.#patch(key, config.keys)
    if (Object.keys(patch).length === 0) {
      throw new CliError('USAGE', 'give at least one flag that says what to change', {
        hint: 'llm-gateway apikey update --help',
      })
    }
    const changed = await store.edit((editor) => editor.updateKey(key.id, patch))
    const server = await applyToServer(this.places, this.output)
    const after = (await store.read()).config.keys.find(({ id }) => id === key.id) ?? key
    this.output.result({ ...keyJson(after, this.context.now()), changed, server })
    this.output.note(`${changed ? 'Changed' : 'Nothing changes for'} the gateway key "${after.name}" (${key.id}).`)
    return exitCodeOfEffect(server)
  }

  #patch(key: KeyConfig, all: readonly KeyConfig[]): Patch<KeyConfig> {
    const others = all.filter(({ id }) => id !== key.id)
    const permissions = this.grantedPermissions()
    const models = modelsOf(this.models)
    const limits = this.givenLimits(0)
    const budget = this.givenBudget('0 or more')
    return {
      ...(this.name !== undefined && { name: freeName(this.name, others, 'gateway key') }),
      ...(permissions && { permissions }),
      ...(models && { models: models === 'all' ? undefined : models }),
      ...(this.expires !== undefined && { expiresAt: this.expires === 'never' ? undefined : this.expiry() }),
      ...(Object.keys(limits).length > 0 && { rateLimit: merged(key.rateLimit, limits) }),
      ...(Object.keys(budget).length > 0 && { budget: merged(key.budget, budget) }),
    }
  }
}

/** The limits as they come to be; undefined when none is left. */
function merged<Limits extends object>(before: Limits | undefined, given: Limits): Limits | undefined {
  const left = Object.entries({ ...before, ...given }).filter(([, limit]) => limit > 0)
  return left.length === 0 ? undefined : (Object.fromEntries(left) as Limits)
}
