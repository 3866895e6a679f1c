import type { GatewayConfig } from '@llm-gateway/config'
import type { GroupBy, UsageQuery, UsageReport } from '@llm-gateway/ledger'
import { Option, type Usage } from '../command-line/clipanion.ts'
import { CliError } from '../command-line/error.ts'
import { GatewayCommand } from '../command-line/gateway-command.ts'
import { choiceOf } from '../command-line/lists.ts'
import { resolveEntry } from '../config-file/resolve-id.ts'
import { fields } from '../terminal/table.ts'
import { absoluteTime, parsePast } from '../terminal/time.ts'
import { openLedger, tellSource } from '../usage/ledger-source.ts'
import { usageColumns, usageFields } from '../usage/usage-view.ts'

const titles = { key: 'KEY', account: 'ACCOUNT', model: 'MODEL', day: 'DAY' } as const satisfies Record<GroupBy, string>
const groups = Object.keys(titles) as readonly GroupBy[]

export class Stats extends GatewayCommand {
  static override paths: string[][] = [['stats']]
  static override usage: Usage = {
    category: 'State',
    description: 'count requests, latencies, tokens and costs',
    details:
      'Works with the server up and down. WHEN is a span back from now (24h, 7d), "today", or a date such as 2026-11-28\n' +
      'or 2026-11-28T12:00Z; days are those of UTC. A request that failed over is one of the account that served it, and an\n' +
      'attempt at each. Costs are estimates from public prices or those of the configuration; a model without a known price\n' +
      'is shown as unknown, never as free.',
    examples: [
      ['All there was', '$0 stats'],
      ['The last week, a line for each model', '$0 stats --since=7d --by=model'],
      [
        'What one key spent on each day of November',
        '$0 stats --from=2026-11-01 --to=2026-12-01 --key="my team" --by=day',
      ],
    ],
  }

  since: string | undefined = Option.String('--from,--since', { description: 'from this moment on' })
  until: string | undefined = Option.String('--to,--until', { description: 'up to this moment' })
  by: string | undefined = Option.String('--by', { description: `a line for each ${groups.join(', ')}` })
  key: string | undefined = Option.String('--key', { description: 'only this gateway key (id or name)' })
  account: string | undefined = Option.String('--account', { description: 'only this upstream account (id or name)' })
  model: string | undefined = Option.String('--model', { description: 'only this model, as clients name it' })

  async execute(): Promise<number> {
    const { config } = await (await this.openConfig()).read()
    const query = this.#query(config)
    const ledger = await openLedger(this.places.home, config.ledger, this.output)
    try {
      const report = await ledger.reader.usage(query)
      this.output.result({ source: ledger.from, ...report }, this.#text(report, query, config))
      tellSource(ledger, this.output)
    } finally {
      await ledger.reader.close()
    }
    return 0
  }

  #query(config: GatewayConfig): UsageQuery {
    const by = this.by === undefined ? undefined : choiceOf(this.by, groups, '--by')
    const since = this.#moment('--from (--since)', this.since)
    const until = this.#moment('--to (--until)', this.until)
    if (since !== undefined && since >= (until ?? this.context.now()))
      throw new CliError(
        'USAGE',
        `the range begins after it ends: from ${absoluteTime(since)} to ${absoluteTime(until ?? this.context.now())}`,
      )
    return {
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
      ...(by && { by }),
      ...(this.key !== undefined && { key: idOf(config.keys, this.key, 'gateway key') }),
      ...(this.account !== undefined && { account: idOf(config.accounts, this.account, 'upstream account') }),
      ...(this.model !== undefined && { model: this.model }),
    }
  }

  #moment(flag: string, text: string | undefined): number | undefined {
    if (text === undefined) return undefined
    const moment = parsePast(text, this.context.now())
    if (moment !== undefined) return moment
    throw new CliError('USAGE', `${flag} cannot be "${text}"`, {
      hint: 'give a span such as 24h or 7d, "today", or a date such as 2026-11-28',
    })
  }

  #text({ since, until, total, groups: lines }: UsageReport, { by }: UsageQuery, config: GatewayConfig): string {
    const now = this.context.now()
    const range =
      since === undefined && this.until === undefined
        ? undefined
        : `From ${since === undefined ? 'the beginning' : absoluteTime(since)} to ${absoluteTime(until)}`
    const names = namesOf(config, by)
    const named = lines?.map((line) => {
      const name = names.get(line.group)
      return { ...line, ...(name !== undefined && { name }) }
    })
    const parts = [
      range,
      fields(usageFields(total, now), this.output.style),
      by && named && named.length > 0 ? this.output.table(named, usageColumns(titles[by], now)) : undefined,
    ]
    return parts.filter((part) => part !== undefined).join('\n\n')
  }
}

/** Entries that were removed still have their figures: an id that is none of today's is taken as it is. */
export function idOf(
  entries: readonly { readonly id: string; readonly name: string }[],
  text: string,
  thing: string,
): string {
  try {
    return resolveEntry(entries, text, thing).id
  } catch (cause) {
    if (cause instanceof CliError && cause.code === 'NOT_FOUND' && /^(gw|upstream)_./.test(text)) return text
    throw cause
  }
}

function namesOf({ keys, accounts }: GatewayConfig, by: GroupBy | undefined): ReadonlyMap<string, string> {
  const entries = by === 'key' ? keys : by === 'account' ? accounts : []
  return new Map(entries.map(({ id, name }) => [id, name]))
}
