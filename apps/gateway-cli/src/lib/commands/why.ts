import type { GatewayConfig } from '@llm-gateway/config'
import type { AttemptEntry, RequestDetail, RequestEntry } from '@llm-gateway/ledger'
import { Option, type Usage } from '../command-line/clipanion.ts'
import { CliError } from '../command-line/error.ts'
import { GatewayCommand } from '../command-line/gateway-command.ts'
import { shown } from '../config-file/resolve-id.ts'
import { type Column, fields } from '../terminal/table.ts'
import { latency, when } from '../terminal/time.ts'
import { printable } from '../terminal/width.ts'
import { openLedger, tellSource } from '../usage/ledger-source.ts'
import { amount, costText, dollars } from '../usage/usage-view.ts'

export class Why extends GatewayCommand {
  static override paths: string[][] = [['why']]
  static override usage: Usage = {
    category: 'State',
    description: 'tell what happened to one request: which accounts were tried, and why',
    details:
      'REQUEST-ID is what the answer’s header x-llm-gateway-request-id says. Single requests are kept for ledger.retention_days.',
    examples: [['One request', '$0 why req_4fQ0b1Zk9sXe000012']],
  }

  id: string = Option.String({ name: 'request-id' })

  async execute(): Promise<number> {
    const { config } = await (await this.openConfig()).read()
    const ledger = await openLedger(this.places.home, config.ledger, this.output)
    try {
      const detail = await ledger.reader.request(this.id)
      if (detail === undefined) {
        throw new CliError('NOT_FOUND', `the ledger has no request "${shown(this.id)}"`, {
          hint: 'take the id from the answer’s header x-llm-gateway-request-id; requests without a valid gateway key are only in the log',
        })
      }
      this.output.result({ source: ledger.from, ...detail }, this.#text(detail, config))
      tellSource(ledger, this.output)
    } finally {
      await ledger.reader.close()
    }
    return 0
  }

  #text({ request, attempts }: RequestDetail, config: GatewayConfig): string {
    const { style } = this.output
    const now = this.context.now()
    const accounts = new Map(config.accounts.map(({ id, name }) => [id, name]))
    const name = (id: string): string => accounts.get(id) ?? id
    const parts = [
      printable(story(request, attempts, name)),
      ...(request ? [fields(requestFields(request, config, now), style)] : []),
      ...(attempts.length > 0 ? [this.output.table(attempts, attemptColumns(name))] : []),
    ]
    return parts.join('\n\n')
  }
}

/** The request in one sentence. */
function story(
  request: RequestEntry | undefined,
  attempts: readonly AttemptEntry[],
  name: (id: string) => string,
): string {
  const last = attempts.at(-1)
  if (request === undefined) return `It is still running at "${name(last?.account ?? '')}".`
  const because = request.error ?? request.errorCode
  const reason = because === undefined ? '' : `: ${because}`
  if (request.outcome === 'interrupted') return `It was interrupted${reason}.`
  if (last === undefined) return `No account was tried${reason}.`
  const others = attempts.length - 1
  const after = others === 0 ? '' : ` after ${others} other ${others === 1 ? 'attempt' : 'attempts'}`
  if (request.outcome === 'success') return `"${name(last.account)}" served it${after}.`
  if (request.outcome === 'client-left') return `The client left while "${name(last.account)}" was answering${after}.`
  return `It failed at "${name(last.account)}"${after}${reason}.`
}

function requestFields(
  request: RequestEntry,
  { keys }: GatewayConfig,
  now: number,
): readonly (readonly [string, string | undefined])[] {
  const key = keys.find(({ id }) => id === request.keyId)
  const first = request.firstTokenMs === undefined ? '' : `, first content after ${latency(request.firstTokenMs)}`
  return [
    ['Id', request.id],
    ['When', when(request.at, now)],
    ['Key', key ? `${key.name} (${key.id})` : request.keyId],
    [
      'Asked',
      `${request.operation} of ${request.model ?? 'no model'} in ${request.dialect}${request.stream ? ', streamed' : ''}`,
    ],
    ['Outcome', `${request.outcome}${request.status === undefined ? '' : `, status ${request.status}`}`],
    ['Error', request.errorCode],
    ['Took', `${latency(request.durationMs)}${first}`],
    ['Tokens', `${amount(request.inputTokens)} in, ${amount(request.outputTokens)} out`],
    ['Cost', costText(request)],
    ['Losses', request.losses === undefined ? undefined : String(request.losses)],
    ['Session', request.session],
  ]
}

function attemptColumns(name: (id: string) => string): readonly Column<AttemptEntry>[] {
  return [
    { title: '#', value: ({ number }) => String(number), align: 'right' },
    { title: 'ACCOUNT', value: ({ account }) => name(account) },
    { title: 'MODEL', value: ({ upstreamModel }) => upstreamModel },
    { title: 'DIALECT', value: ({ dialect }) => dialect },
    {
      title: 'OUTCOME',
      value: ({ outcome = 'running' }) => outcome,
      paint: ({ outcome }, cell, style) =>
        style(outcome === 'success' ? 'green' : outcome === 'failure' ? 'red' : 'yellow', cell),
    },
    { title: 'STATUS', value: ({ status }) => status?.toString(), align: 'right' },
    {
      title: 'TOOK',
      value: ({ durationMs }) => (durationMs === undefined ? undefined : latency(durationMs)),
      align: 'right',
    },
    { title: 'TOKENS', value: tokensText },
    {
      title: 'COST',
      value: ({ costNanoUsd }) => (costNanoUsd === undefined ? undefined : dollars(costNanoUsd)),
      align: 'right',
    },
    { title: 'UPSTREAM ID', value: ({ upstreamRequestId }) => upstreamRequestId },
    { title: 'WHY', value: ({ error, errorClass }) => error ?? errorClass },
  ]
}

function tokensText({ usage, estimated }: AttemptEntry): string | undefined {
  if (usage === undefined) return undefined
  const tokens = `${amount(usage.input ?? 0)} in, ${amount(usage.output ?? 0)} out`
  return estimated ? `${tokens} (estimated)` : tokens
}
