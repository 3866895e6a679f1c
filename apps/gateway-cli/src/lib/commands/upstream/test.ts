import { dirname } from 'node:path'
import type { AccountConfig } from '@llm-gateway/config'
import { openMasterKey, Redactor } from '@llm-gateway/credentials'
import { withSecretOptions } from '@llm-gateway/server'
import { providers } from '@llm-gateway/upstream'
import { openCredential } from '../../accounts/open-credential.ts'
import type { ProbeReport } from '../../accounts/probe.ts'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError, exitCodes } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { wholeNumber } from '../../command-line/lists.ts'
import { proxySettings } from '../../config-file/environment.ts'
import { resolveEntry } from '../../config-file/resolve-id.ts'
import { fields } from '../../terminal/table.ts'
import { latency } from '../../terminal/time.ts'

export class UpstreamTest extends GatewayCommand {
  static override paths: string[][] = [['upstream', 'test']]
  static override usage: Usage = {
    category: 'Upstream accounts',
    description: "ask an account's provider whether address and credential are right",
    details:
      'Lists the models, which costs nothing. With --model it asks that model for one token instead, which is paid for.\n' +
      'The call goes from here, through the proxy that is configured.',
    examples: [
      ['For free', '$0 upstream test main'],
      ['With a completion of one token', '$0 upstream test main --model=gpt-4o-mini'],
    ],
  }

  id: string = Option.String({ name: 'id' })
  model: string | undefined = Option.String('--model', { description: 'ask this model for one token' })
  timeout: string | undefined = Option.String('--timeout', {
    description: 'how long to wait for an answer (default 30)',
  })

  async execute(): Promise<number> {
    const requestMs = (wholeNumber(this.timeout, '--timeout', { min: 1, max: 3_600 }) ?? 30) * 1_000
    const loaded = await (await this.openConfig()).read()
    const account = resolveEntry(loaded.config.accounts, this.id, 'upstream account')
    if (account.type !== 'api-key') throw notTested(account)
    if (account.provider === 'simulator' && account.baseUrl === undefined) {
      this.output.result({ ok: true, id: account.id, name: account.name, check: 'none' })
      this.output.note('The built-in simulator answers within the server: there is nothing to reach.')
      return exitCodes.ok
    }
    const { env, keychain } = this.context
    const credential = await openCredential(account, loaded, {
      home: this.places.home,
      baseDir: dirname(this.places.configFile),
      env,
      keychain,
      warn: (message) => this.output.warn(message),
    })
    if (!credential.ok)
      throw new CliError('FAILED', `the key of "${account.name}" cannot be had: ${credential.problem}`)
    // Brings the HTTP client, which no other command needs.
    const { probe } = await import('../../accounts/probe.ts')
    const opening = {
      baseDir: dirname(this.places.configFile),
      masterKey: () => openMasterKey({ home: this.places.home, env, keychain, create: false }),
    }
    const redactor = new Redactor()
    if (credential.secret) redactor.add(credential.secret)
    const told = await probe({
      account: await withSecretOptions(account, { ...opening, learn: (secret) => redactor.add(secret) }),
      secret: credential.secret,
      model: this.model,
      timeouts: { ...loaded.config.timeouts, requestMs },
      proxy: await proxySettings(loaded.config.environment, env, opening, account),
      clock: () => performance.now(),
    })
    const report = withoutSecrets(told, redactor)
    const text = fields(
      reportFields(report, providers.get(account.provider)?.name ?? account.provider),
      this.output.style,
    )
    this.output.result({ id: account.id, name: account.name, ...report }, text)
    return report.ok ? exitCodes.ok : exitCodes.failure
  }
}

/** Requests of the gateway's own are not what these credentials are for. */
function notTested({ id, name, type }: AccountConfig): CliError {
  const why = type === 'oauth' ? 'its login serves clients, not tests' : 'each client brings its own credential'
  const hint = type === 'oauth' ? `see how its login stands: llm-gateway oauth status ${id}` : 'try it with a client'
  return new CliError('REFUSED', `the upstream account "${name}" is of type ${type}: ${why}`, { hint })
}

function reportFields(report: ProbeReport, provider: string): readonly (readonly [string, string | undefined])[] {
  const check = report.check === 'completion' ? 'completion of one token' : 'list of models'
  return [
    ['Result', report.ok ? 'works' : 'does not work'],
    ['Check', `${check} at ${provider}`],
    ['Address', report.url],
    ['Status', report.status?.toString()],
    ['Latency', latency(report.latencyMs)],
    ['Models', report.models?.toString()],
    ['Problem', report.problem],
  ]
}

/** Providers repeat credentials in their errors, whole or in part. */
function withoutSecrets(report: ProbeReport, redactor: Redactor): ProbeReport {
  return report.problem === undefined ? report : { ...report, problem: redactor.redact(report.problem) }
}
