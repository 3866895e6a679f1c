import { type EnvironmentName, proxyRecord } from '@llm-gateway/config'
import type { MasterKey } from '@llm-gateway/credentials'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { applyToServer, exitCodeOfEffect } from '../../config-file/apply.ts'
import type { Loaded } from '../../config-file/config-store.ts'
import { proxyVariables, readProxyVariable } from '../../config-file/environment.ts'
import { proxyToStore } from '../../config-file/secret-to-store.ts'

export class EnvSet extends GatewayCommand {
  static override paths: string[][] = [['env', 'set']]
  static override usage: Usage = {
    category: 'Configuration',
    description: 'set the proxy between the gateway and its providers',
    examples: [
      ['One proxy for all', '$0 env set --http-proxy=http://proxy:8080 --https-proxy=http://proxy:8080'],
      ['Reach some hosts directly', '$0 env set --no-proxy="localhost,127.0.0.1,.internal"'],
    ],
  }

  httpProxy: string | undefined = Option.String('--http-proxy', { description: 'proxy for http:// upstreams' })
  httpsProxy: string | undefined = Option.String('--https-proxy', { description: 'proxy for https:// upstreams' })
  noProxy: string | undefined = Option.String('--no-proxy', {
    description: 'hosts reached directly, separated by commas',
  })

  override get insteadOfEmpty(): string {
    return 'remove one with: llm-gateway env unset --name=NAME'
  }

  async execute(): Promise<number> {
    const given = { http_proxy: this.httpProxy, https_proxy: this.httpsProxy, no_proxy: this.noProxy }
    const names = proxyVariables.filter((name) => given[name] !== undefined)
    if (names.length === 0) throw new CliError('USAGE', 'give at least one of --http-proxy, --https-proxy, --no-proxy')
    const store = await this.openConfig()
    const loaded = await store.read()
    const written = await Promise.all(
      names.map(async (name) => [name, await this.#toWrite(name, given[name]?.trim() ?? '', loaded)] as const),
    )
    await store.edit((editor) => {
      for (const [name, value] of written) editor.setEnvironment(name, value)
    })
    const server = await applyToServer(this.places, this.output)
    const { config } = await store.read()
    const variables = names.map((name) => readProxyVariable(name, config.environment, this.context.env))
    this.output.result({ variables, server })
    for (const { name, configured } of variables) this.output.note(`Set ${name} to ${configured}.`)
    return exitCodeOfEffect(server)
  }

  #toWrite(name: EnvironmentName, value: string, loaded: Loaded): Promise<string> | string {
    if (name === 'no_proxy') return value
    const masterKey = (): Promise<MasterKey> => this.encryptionKey(loaded)
    return proxyToStore(value, proxyRecord(name), {
      flag: `--${name.replace('_', '-')}`,
      masterKey,
      random: this.context.random,
    })
  }
}
