import type { BudgetConfig, Permission, RateLimitConfig } from '@llm-gateway/config'
import { Option } from '../command-line/clipanion.ts'
import { CliError } from '../command-line/error.ts'
import { GatewayCommand } from '../command-line/gateway-command.ts'
import { choicesOf, listOf, wholeNumber } from '../command-line/lists.ts'
import { shown } from '../config-file/resolve-id.ts'
import { parseMoment } from '../terminal/time.ts'

const permissions: readonly Permission[] = ['read', 'write', 'admin']

/** What may be said of a gateway key by flags, for the commands that make and change one. */
export abstract class KeyFlagsCommand extends GatewayCommand {
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
  budgetPerDay: string | undefined = Option.String('--budget-per-day', { description: 'US dollars a day (UTC)' })
  budgetPerMonth: string | undefined = Option.String('--budget-per-month', { description: 'US dollars a month (UTC)' })

  /** @throws CliError `USAGE` */
  protected grantedPermissions(): Permission[] | undefined {
    if (this.permissions === undefined) return undefined
    const granted = choicesOf(listOf(this.permissions) ?? [], permissions, '--permissions')
    if (granted.length > 0) return granted
    throw new CliError('USAGE', `--permissions needs at least one of ${permissions.join(', ')}`)
  }

  /** The limits that are given, of which the least is `min`. @throws CliError `USAGE` */
  protected givenLimits(min: number): RateLimitConfig {
    const limits = {
      requestsPerMinute: wholeNumber(this.perMinute, '--rate-limit-per-minute', { min }),
      requestsPerHour: wholeNumber(this.perHour, '--rate-limit-per-hour', { min }),
      requestsPerDay: wholeNumber(this.perDay, '--rate-limit-per-day', { min }),
      tokensPerMinute: wholeNumber(this.tokensPerMinute, '--tokens-per-minute', { min }),
      concurrency: wholeNumber(this.concurrency, '--concurrency', { min }),
    }
    return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined))
  }

  /** The budget that is given, in US dollars; 0 takes one away where `min` allows it. @throws CliError `USAGE` */
  protected givenBudget(min: 'more than 0' | '0 or more'): BudgetConfig {
    const budget = {
      usdPerDay: dollars(this.budgetPerDay, '--budget-per-day', min),
      usdPerMonth: dollars(this.budgetPerMonth, '--budget-per-month', min),
    }
    return Object.fromEntries(Object.entries(budget).filter(([, usd]) => usd !== undefined))
  }

  /** @throws CliError `USAGE` when it is no moment, or one in the past */
  protected expiry(): number | undefined {
    if (this.expires === undefined) return undefined
    const now = this.context.now()
    const at = parseMoment(this.expires, now)
    if (at === undefined) {
      throw new CliError('USAGE', `--expires cannot be "${shown(this.expires)}"`, {
        hint: 'give a span such as 30d or 12h, or a date such as 2027-01-31',
      })
    }
    if (at <= now) throw new CliError('USAGE', `--expires is in the past: ${this.expires}`)
    return at
  }
}

function dollars(text: string | undefined, flag: string, min: 'more than 0' | '0 or more'): number | undefined {
  if (text === undefined) return undefined
  const usd = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (usd > 0 || (usd === 0 && min === '0 or more')) return usd
  throw new CliError('USAGE', `${flag} must be an amount of US dollars, ${min}, not "${shown(text)}"`)
}
