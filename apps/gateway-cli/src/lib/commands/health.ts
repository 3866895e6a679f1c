import { type AccountStatus, findServer, type ServerStatus } from '@llm-gateway/server'
import type { Usage } from '../command-line/clipanion.ts'
import { CliError, exitCodes } from '../command-line/error.ts'
import { GatewayCommand } from '../command-line/gateway-command.ts'
import { AdminClient } from '../running/admin-client.ts'
import {
  type AccountState,
  checkText,
  errorRateText,
  isUnhealthy,
  lastErrorText,
  latencyText,
  toneOf,
} from '../running/health-view.ts'
import type { Column } from '../terminal/table.ts'
import { span, when } from '../terminal/time.ts'
import { accountUsage, pastHealth, recentUsage } from '../usage/recent-usage.ts'
import { counted } from '../usage/usage-view.ts'

interface Row {
  readonly id: string
  readonly name: string
  readonly state: AccountState
  readonly reason?: string
  readonly errorRate?: number
  readonly latencyMs?: number
  readonly requests?: number
  /** When the breaker lets the account be tried again, in milliseconds since the epoch. */
  readonly until?: number
  readonly lastError?: string
  /** Milliseconds since the epoch. */
  readonly lastErrorAt?: number
  /** The last look at it that was no request. */
  readonly check?: NonNullable<AccountStatus['check']>
}

/** What is known of the server itself. */
type Server = Pick<ServerStatus, 'version' | 'url' | 'pid' | 'uptimeSeconds'>

export class Health extends GatewayCommand {
  static override paths: string[][] = [['health']]
  static override usage: Usage = {
    category: 'State',
    description: 'fail unless the server runs and every upstream account can serve',
    details: 'Exit code 0 when all is well, 1 otherwise. It calls no provider and costs nothing.',
    examples: [['In a script', '$0 health --quiet || echo "look at the gateway"']],
  }

  async execute(): Promise<number> {
    const found = await findServer(this.places.home)
    if (found === undefined)
      return this.#report('down', await this.#configured(), { problem: 'the server is not running', past: true })
    if (found.life === 'stopping')
      return this.#report('down', await this.#configured(), { problem: 'the server is stopping', past: true })
    const client = new AdminClient(found.runtime)
    try {
      const [server, status] = await Promise.all([client.health(), client.status()])
      return this.#report(server, rowsOf(status), { status })
    } catch (cause) {
      if (cause instanceof CliError) return this.#report('down', [], { problem: cause.message })
      throw cause
    }
  }

  /** Without a server the file tells which accounts there are, and the ledger how they were. */
  async #configured(): Promise<readonly Row[]> {
    const { config } = await (await this.openConfig()).read()
    const now = this.context.now()
    const recent = await recentUsage(this.places.home, config.ledger, { now, output: this.output })
    return config.accounts.map(({ id, name, status }) => ({
      id,
      name,
      state: status === 'disabled' ? 'disabled' : 'unknown',
      ...(recent && pastHealth(accountUsage(recent, id), now)),
    }))
  }

  #report(
    server: string,
    accounts: readonly Row[],
    { problem, status, past }: { readonly problem?: string; readonly status?: ServerStatus; readonly past?: boolean },
  ): number {
    const failing = accounts.filter(({ state }) => isUnhealthy(state))
    const healthy = server === 'healthy' && failing.length === 0
    const { style } = this.output
    const detail = problem ?? (status && serverText(status))
    const first = `${style('bold', 'Server:')} ${style(server === 'healthy' ? 'green' : 'red', server)}${detail === undefined ? '' : ` (${detail})`}`
    this.output.result(
      {
        healthy,
        server,
        ...(problem !== undefined && { problem }),
        ...(status && serverFacts(status)),
        ...(past && { accountsFrom: 'ledger' }),
        accounts,
      },
      [
        first,
        ...(past && accounts.length > 0 ? ['Accounts: the last 24 h from the ledger, server not running'] : []),
        ...(accounts.length > 0 ? ['', this.output.table(accounts, columns(this.context.now()))] : []),
      ].join('\n'),
    )
    if (failing.length > 0) {
      const names = failing.map(({ name, state }) => `"${name}" (${state})`).join(', ')
      this.output.note(`Of ${counted(accounts.length, 'account')} cannot serve: ${names}.`)
    }
    return healthy ? exitCodes.ok : exitCodes.failure
  }
}

function rowsOf({ accounts, unusable }: ServerStatus): Row[] {
  return [
    ...accounts.map(({ id, name, state, lastError, lastErrorAt, errorRate, latencyMs, requests, until, check }) => ({
      id,
      name,
      state,
      errorRate,
      requests,
      ...(latencyMs !== undefined && { latencyMs }),
      ...(until !== undefined && { until }),
      ...(check && { check }),
      ...(lastError !== undefined && { lastError }),
      ...(lastErrorAt !== undefined && { lastErrorAt }),
      ...(state !== 'healthy' && lastError !== undefined && { reason: lastError }),
    })),
    ...unusable.map(({ id, name, reason }) => ({ id, name, state: 'unusable' as const, reason })),
  ]
}

function serverFacts({ version, url, pid, uptimeSeconds }: Server): Server {
  return { version, url, pid, uptimeSeconds }
}

function serverText({ version, url, uptimeSeconds }: Server): string {
  return `version ${version} at ${url}, up ${span(uptimeSeconds * 1_000)}`
}

function columns(now: number): readonly Column<Row>[] {
  return [
    { title: 'ID', value: ({ id }) => id },
    { title: 'NAME', value: ({ name }) => name },
    { title: 'STATE', value: ({ state }) => state, paint: ({ state }, cell, style) => style(toneOf(state), cell) },
    { title: 'UNTIL', value: ({ until }) => (until === undefined ? undefined : when(until, now)) },
    {
      title: 'ERRORS',
      value: ({ errorRate, requests }) => errorRateText({ errorRate: errorRate ?? 0, requests: requests ?? 0 }),
      align: 'right',
    },
    { title: 'LATENCY', value: latencyText, align: 'right' },
    { title: 'CHECK', value: (row) => checkText(row, now) },
    { title: 'LAST ERROR', value: (row) => lastErrorText(row, now) ?? row.reason },
  ]
}
