import { mintGatewayKey } from '@llm-gateway/access'
import type { KeyInput, Permission, RateLimitConfig } from '@llm-gateway/config'
import { applyToServer, exitCodeOfEffect } from '../../apply.ts'
import { Option, type Usage } from '../../clipanion.ts'
import { CliError } from '../../error.ts'
import { GatewayCommand } from '../../gateway-command.ts'
import { keyJson } from '../../key-view.ts'
import { choicesOf, listOf, wholeNumber } from '../../lists.ts'
import { freeName } from '../../naming.ts'
import { parseMoment } from '../../time.ts'

const permissions: readonly Permission[] = ['read', 'write', 'admin']

export class ApikeyAdd extends GatewayCommand {
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
      ['Into a variable', 'KEY=$($0 apikey add --name=ci)'],
    ],
  }

  name: string | undefined = Option.String('--name', { description: 'what people call it' })
  permissions: string[] | undefined = Option.Array('--permissions', {
    description: 'what it may do: read, write, admin (default read,write)',
  })
  models: string[] | undefined = Option.Array('--models', {
    description: 'models it may use: names or prefix* (default all)',
  })
  expires: string | undefined = Option.String('--expires', {
    description: 'when it stops working: 30d, 12h, 2027-01-31 or 2027-01-31T18:00Z (default never)',
  })
  perMinute: string | undefined = Option.String('--rate-limit-per-minute', { description: 'requests a minute' })
  perHour: string | undefined = Option.String('--rate-limit-per-hour', { description: 'requests an hour' })
  perDay: string | undefined = Option.String('--rate-limit-per-day', { description: 'requests a day' })
  tokensPerMinute: string | undefined = Option.String('--tokens-per-minute', { description: 'tokens a minute' })
  concurrency: string | undefined = Option.String('--concurrency', { description: 'requests at once' })

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
  #wanted(): Pick<KeyInput, 'permissions' | 'models' | 'expiresAt' | 'rateLimit'> {
    const models = listOf(this.models)
    const rateLimit = this.#rateLimit()
    const expiresAt = this.#expiresAt()
    const granted = choicesOf(listOf(this.permissions) ?? ['read', 'write'], permissions, '--permissions')
    if (granted.length === 0)
      throw new CliError('USAGE', `--permissions needs at least one of ${permissions.join(', ')}`)
    return {
      permissions: granted,
      ...(models && { models }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(Object.keys(rateLimit).length > 0 && { rateLimit }),
    }
  }

  #rateLimit(): RateLimitConfig {
    const limits = {
      requestsPerMinute: wholeNumber(this.perMinute, '--rate-limit-per-minute', { min: 1 }),
      requestsPerHour: wholeNumber(this.perHour, '--rate-limit-per-hour', { min: 1 }),
      requestsPerDay: wholeNumber(this.perDay, '--rate-limit-per-day', { min: 1 }),
      tokensPerMinute: wholeNumber(this.tokensPerMinute, '--tokens-per-minute', { min: 1 }),
      concurrency: wholeNumber(this.concurrency, '--concurrency', { min: 1 }),
    }
    return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined))
  }

  #expiresAt(): number | undefined {
    if (this.expires === undefined) return undefined
    const now = this.context.now()
    const at = parseMoment(this.expires, now)
    if (at === undefined) {
      throw new CliError('USAGE', `--expires cannot be "${this.expires}"`, {
        hint: 'give a span such as 30d or 12h, or a date such as 2027-01-31',
      })
    }
    if (at <= now) throw new CliError('USAGE', `--expires is in the past: ${this.expires}`)
    return at
  }
}
