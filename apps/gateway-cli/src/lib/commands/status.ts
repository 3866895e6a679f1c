import type { GatewayConfig } from '@llm-gateway/config'
import type { AccountStatus, ServerStatus } from '@llm-gateway/server'
import type { Usage } from '../command-line/clipanion.ts'
import { GatewayCommand } from '../command-line/gateway-command.ts'
import {
  type AccountState,
  checkText,
  errorRateText,
  lastErrorText,
  latencyText,
  toneOf,
} from '../running/health-view.ts'
import { type Observation, observe } from '../running/observe.ts'
import type { Column } from '../terminal/table.ts'
import { span, when } from '../terminal/time.ts'
import {
  type AccountUsage,
  accountUsage,
  lastErrorText as failureText,
  type PastHealth,
  pastHealth,
  recentUsage,
} from '../usage/recent-usage.ts'
import { amount, attemptSuccessText, costText, counted, usageLine } from '../usage/usage-view.ts'

interface Row {
  readonly id: string
  readonly name: string
  readonly provider?: string
  readonly state: AccountState
  readonly reason?: string
  readonly health?: AccountStatus
  readonly usage?: AccountUsage
  /** Instead of `health` while no server runs. */
  readonly past?: PastHealth
}

export class Status extends GatewayCommand {
  static override paths: string[][] = [['status']]
  static override usage: Usage = {
    category: 'State',
    description: 'show how the server and every upstream account are',
    details: 'Without a running server the accounts are listed as they are configured.',
    examples: [
      ['Look once', '$0 status'],
      ['Accounts that are not healthy', `$0 status --json | jq '.accounts[] | select(.state != "healthy")'`],
    ],
  }

  async execute(): Promise<number> {
    const store = await this.openConfig()
    const observation = await observe(this.places.home)
    const running = observation.state === 'running' ? observation.status : undefined
    // A server with an older configuration is told about even while the file on disk is not valid.
    const config = await store.read().then(
      (loaded) => loaded.config,
      (cause: unknown) => {
        if (running === undefined) throw cause
        return undefined
      },
    )
    const now = this.context.now()
    const recent = await recentUsage(this.places.home, config?.ledger, { now, output: this.output })
    const listed = running ? rowsOfServer(running, config) : rowsOfConfig(config)
    const rows = listed.map((row) => {
      if (recent === undefined) return row
      const usage = accountUsage(recent, row.id)
      return { ...row, usage, ...(running === undefined && { past: pastHealth(usage, now) }) }
    })
    const accounts = rows.map(({ health, past, ...row }) => ({ ...health, ...past, ...row }))
    this.output.result(
      {
        running: running !== undefined,
        state: observation.state,
        ...(running && { server: serverJson(running) }),
        ...(recent && running === undefined && { accountsFrom: 'ledger' }),
        ...(recent && { lastDay: { source: recent.source, ...recent.total } }),
        accounts,
      },
      [
        headline(observation),
        ...(recent ? [`Last 24 h: ${usageLine(recent.total)}.`] : []),
        ...(rows.length > 0 ? ['', this.output.table(rows, columns(now))] : []),
      ].join('\n'),
    )
    if (running?.configProblem !== undefined) {
      this.output.warn(
        'the file on disk is not valid, so the server goes on with an older configuration; see: llm-gateway config validate',
      )
    }
    if (running === undefined && recent) {
      this.output.note('Errors and latency of accounts: the last 24 h from the ledger, server not running.')
    }
    if (running === undefined) this.output.note('Shown as configured. Start the server with: llm-gateway server start')
    return 0
  }
}

function headline(observation: Observation): string {
  if (observation.state === 'stopped') return 'The server is not running.'
  if (observation.state === 'stopping')
    return `The server (pid ${observation.runtime.pid}) is stopping: open requests run on.`
  if (observation.state === 'stuck') return `The server is not well: ${observation.problem}`
  const { url, pid, version, uptimeSeconds, inFlight, demo, draining } = observation.status
  const mode = demo ? ', DEMO: the simulator answers' : ''
  return `The server ${draining ? 'is stopping' : 'runs'} at ${url} (pid ${pid}, version ${version}, up ${span(uptimeSeconds * 1000)}, ${counted(inFlight, 'open request')}${mode}).`
}

function rowsOfServer(status: ServerStatus, config: GatewayConfig | undefined): Row[] {
  const healthy = status.accounts.map((health): Row => {
    const { id, name, provider, state } = health
    return { id, name, provider, state, health }
  })
  const unusable = status.unusable.map(({ id, name, reason }): Row => ({ id, name, state: 'unusable', reason }))
  const known = new Set([...healthy, ...unusable].map(({ id }) => id))
  const others = rowsOfConfig(config).filter(({ id }) => !known.has(id))
  return [...healthy, ...unusable, ...others]
}

function rowsOfConfig(config: GatewayConfig | undefined): Row[] {
  return (config?.accounts ?? []).map(({ id, name, provider, status }) => ({
    id,
    name,
    provider,
    state: status === 'disabled' ? 'disabled' : 'unknown',
  }))
}

function columns(now: number): Column<Row>[] {
  return [
    { title: 'ID', value: ({ id }) => id },
    { title: 'NAME', value: ({ name }) => name },
    { title: 'PROVIDER', value: ({ provider }) => provider },
    {
      title: 'STATE',
      value: ({ state }) => state,
      paint: ({ state }, cell, style) => style(toneOf(state), cell),
    },
    { title: 'UNTIL', value: ({ health }) => (health?.until === undefined ? undefined : when(health.until, now)) },
    { title: 'REQUESTS', value: ({ health }) => health?.requests.toString(), align: 'right' },
    { title: 'ERRORS', value: ({ health, past }) => errorsOf(health ?? past), align: 'right' },
    { title: 'LATENCY', value: ({ health, past }) => latencyOf(health ?? past), align: 'right' },
    { title: 'OPEN', value: ({ health }) => health?.inFlight.toString(), align: 'right' },
    { title: 'CHECK', value: ({ health }) => health && checkText(health, now) },
    { title: '24 H', value: ({ usage }) => usage?.lastDay && amount(usage.lastDay.attempts), align: 'right' },
    { title: 'OK', value: ({ usage }) => usage?.lastDay && attemptSuccessText(usage.lastDay), align: 'right' },
    { title: 'COST', value: ({ usage }) => usage?.lastDay && costText(usage.lastDay), align: 'right' },
    { title: 'LAST ERROR', value: (row) => row.reason ?? lastErrorOf(row, now) },
  ]
}

/** The server's own memory first: it also knows what left no row. */
function lastErrorOf({ health, usage }: Row, now: number): string | undefined {
  const told = health && lastErrorText(health, now)
  return told ?? (usage?.lastError && failureText(usage.lastError, now))
}

function errorsOf(known: AccountStatus | PastHealth | undefined): string | undefined {
  return errorRateText({ errorRate: known?.errorRate ?? 0, requests: known?.requests ?? 0 })
}

function latencyOf(known: AccountStatus | PastHealth | undefined): string | undefined {
  return known?.latencyMs === undefined ? undefined : latencyText({ latencyMs: known.latencyMs })
}

function serverJson({ accounts: _accounts, unusable: _unusable, ...server }: ServerStatus): object {
  return server
}
