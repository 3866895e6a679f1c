import type { GatewayConfig } from '@llm-gateway/config'
import type { ServerStatus } from '@llm-gateway/server'
import type { Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import type { Loaded } from '../../config-file/config-store.ts'
import { type Observation, observe } from '../../running/observe.ts'
import { fields } from '../../terminal/table.ts'
import { span } from '../../terminal/time.ts'

interface Summary {
  readonly address: string
  readonly strategy: string
  readonly keys: { readonly total: number; readonly active: number }
  readonly accounts: { readonly total: number; readonly active: number }
  readonly providers: Readonly<Record<string, number>>
}

export class ServerStatusCommand extends GatewayCommand {
  static override paths: string[][] = [['server', 'status']]
  static override usage: Usage = {
    category: 'Server',
    description: 'show whether the server runs, and what is configured',
    examples: [
      ['Look once', '$0 server status'],
      ['For a script', '$0 server status --json'],
    ],
  }

  async execute(): Promise<number> {
    const store = await this.openConfig()
    const observation = await observe(this.places.home)
    const loaded = await store.read().catch((cause: unknown) => {
      // A server goes on with its older configuration while the file on disk is not valid.
      if (cause instanceof CliError && observation.state !== 'stopped') return cause
      this.output.note('The server is not running.')
      throw cause
    })
    const summary = loaded instanceof CliError ? undefined : summarise(loaded)
    this.output.result(
      {
        running: observation.state === 'running',
        state: observation.state,
        ...(observation.state === 'running' && { server: serverJson(observation.status) }),
        ...(observation.state === 'stuck' && { problem: observation.problem }),
        home: this.places.home,
        configFile: store.path,
        ...(summary && { config: summary }),
      },
      fields(
        [...serverFields(observation), ['Configuration', store.path], ...(summary ? configFields(summary) : [])],
        this.output.style,
      ),
    )
    if (loaded instanceof CliError) {
      this.output.warn(loaded.message)
      return 0
    }
    if (loaded.unset.size > 0) this.output.note(`Not set here, but read by the file: ${[...loaded.unset].join(', ')}`)
    for (const { line, message, hint } of loaded.warnings) {
      this.output.warn(`${store.path}:${line}: ${message}${hint === undefined ? '' : ` (${hint})`}`)
    }
    return 0
  }
}

type Fields = readonly (readonly [string, string | undefined])[]

function serverFields(observation: Observation): Fields {
  if (observation.state === 'stopped') return [['Server', 'not running']]
  if (observation.state === 'stopping')
    return [['Server', `stopping (pid ${observation.runtime.pid}): open requests run on`]]
  if (observation.state === 'stuck') return [['Server', `not well: ${observation.problem}`]]
  const { status } = observation
  return [
    ['Server', status.draining ? 'stopping: open requests run on' : 'running'],
    ['Address', status.url],
    ['Process', `${status.pid}, up ${span(status.uptimeSeconds * 1000)}`],
    ['Version', status.version],
    ['Open requests', String(status.inFlight)],
    ['Mode', status.demo ? 'demo: no upstream account, so the simulator answers' : undefined],
    [
      'Problem',
      status.configProblem &&
        `the file on disk is not valid, an older one is in force; see: llm-gateway config validate`,
    ],
  ]
}

function configFields({ address, strategy, keys, accounts, providers }: Summary): Fields {
  const byProvider = Object.entries(providers).map(([provider, count]) => `${count} ${provider}`)
  return [
    ['Address in file', address],
    ['Strategy', strategy],
    ['Gateway keys', `${keys.total} (${keys.active} active)`],
    [
      'Upstream accounts',
      `${accounts.total} (${accounts.active} active)${byProvider.length > 0 ? `: ${byProvider.join(', ')}` : ''}`,
    ],
  ]
}

function summarise({ config }: Loaded): Summary {
  const active = (entries: GatewayConfig['keys'] | GatewayConfig['accounts']): number =>
    entries.filter(({ status }) => status === 'active').length
  const providers: Record<string, number> = {}
  for (const { provider } of config.accounts) providers[provider] = (providers[provider] ?? 0) + 1
  const { host, port } = config.server
  return {
    address: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    strategy: config.routing.strategy,
    keys: { total: config.keys.length, active: active(config.keys) },
    accounts: { total: config.accounts.length, active: active(config.accounts) },
    providers,
  }
}

function serverJson({ accounts: _accounts, unusable: _unusable, ...server }: ServerStatus): object {
  return server
}
