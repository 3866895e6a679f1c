import type { ServerStatus } from '@llm-gateway/server'
import { AdminClient } from '../admin-client.ts'
import type { Usage } from '../clipanion.ts'
import { CliError, exitCodes } from '../error.ts'
import { GatewayCommand } from '../gateway-command.ts'
import { type AccountState, isUnhealthy, toneOf } from '../health-view.ts'
import { findServer } from '../liveness.ts'
import { type Column, table } from '../table.ts'

interface Row {
  readonly id: string
  readonly name: string
  readonly state: AccountState
  readonly reason?: string
}

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
    if (found === undefined) return this.#report('down', [], 'the server is not running')
    if (found.life === 'stopping') return this.#report('down', [], 'the server is stopping')
    const client = new AdminClient(found.runtime)
    try {
      const [server, status] = await Promise.all([client.health(), client.status()])
      return this.#report(server, rowsOf(status))
    } catch (cause) {
      if (cause instanceof CliError) return this.#report('down', [], cause.message)
      throw cause
    }
  }

  #report(server: string, accounts: readonly Row[], problem?: string): number {
    const healthy = server === 'healthy' && !accounts.some(({ state }) => isUnhealthy(state))
    const { style } = this.output
    const first = `${style('bold', 'Server:')} ${style(server === 'healthy' ? 'green' : 'red', server)}${problem === undefined ? '' : ` (${problem})`}`
    this.output.result(
      { healthy, server, ...(problem !== undefined && { problem }), accounts },
      [first, ...(accounts.length > 0 ? ['', table(accounts, columns, style)] : [])].join('\n'),
    )
    return healthy ? exitCodes.ok : exitCodes.failure
  }
}

function rowsOf({ accounts, unusable }: ServerStatus): Row[] {
  return [
    ...accounts.map(({ id, name, state, lastError }) => ({
      id,
      name,
      state,
      ...(state !== 'healthy' && lastError !== undefined && { reason: lastError }),
    })),
    ...unusable.map(({ id, name, reason }) => ({ id, name, state: 'unusable' as const, reason })),
  ]
}

const columns: readonly Column<Row>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'NAME', value: ({ name }) => name },
  { title: 'STATE', value: ({ state }) => state, paint: ({ state }, cell, style) => style(toneOf(state), cell) },
  { title: 'REASON', value: ({ reason }) => reason },
]
