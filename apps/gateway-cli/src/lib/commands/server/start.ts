import { hostFault } from '@llm-gateway/config'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { wholeNumber } from '../../command-line/lists.ts'
import { type FirstKey, withFirstKey } from '../../keys/first-key.ts'
import { startDetached } from '../../running/detach.ts'

export class ServerStart extends GatewayCommand {
  static override paths: string[][] = [['server', 'start']]
  static override usage: Usage = {
    category: 'Server',
    description: 'start the server',
    details:
      'Runs until it is stopped; SIGHUP reloads the configuration. With --detach it goes on in the background\n' +
      'and logs to logs/server.log in the home directory.\n' +
      '--first-key is for containers and other places that nobody logs in to: it lets the first start make the\n' +
      'key that the server and its administrator need.',
    examples: [
      ['Serve in this terminal', '$0 server start'],
      ['Serve in the background, on another port', '$0 server start --detach --port=8080'],
      ['Serve other machines, from an empty home', '$0 server start --host=0.0.0.0 --first-key'],
    ],
  }

  host: string | undefined = Option.String('--host', { description: 'address to listen on, instead of server.host' })
  port: string | undefined = Option.String('--port', {
    description: 'port to listen on, instead of server.port; 0 for any',
  })
  detach: boolean = Option.Boolean('--detach', false, { description: 'go on in the background' })
  firstKey: boolean = Option.Boolean('--first-key', false, {
    description: 'when there is no gateway key, make one that may do everything, and print it once',
  })

  async execute(): Promise<number> {
    const port = wholeNumber(this.port, '--port', { max: 65_535 })
    const fault = this.host === undefined || this.host === '' ? 'must not be empty' : hostFault(this.host)
    if (this.host !== undefined && fault !== undefined) throw new CliError('USAGE', `--host ${fault}`)
    const flags = { ...(this.host !== undefined && { host: this.host }), ...(port !== undefined && { port }) }
    const store = await this.openConfig()
    if (!this.firstKey) return this.#start(flags)
    return withFirstKey(store, this.context, (first) => this.#start(flags, first))
  }

  async #start(flags: { readonly host?: string; readonly port?: number }, first?: FirstKey): Promise<number> {
    const made = first && { firstKey: first.key, firstKeyId: first.id }
    if (this.detach) {
      const started = await startDetached({ places: this.places, io: this.context, ...flags })
      this.output.result({ ...started, ...made }, `${startedText(started)}${firstKeyText(first)}`)
      this.output.note('Stop it with: llm-gateway server stop')
      return 0
    }
    // The server is most of the program, and nothing else needs it.
    const { runServer, welcome } = await import('@llm-gateway/server')
    return runServer({ ...this.places, env: this.context.env, ...flags }, (server) => {
      const { url, demo, demoKey } = server
      const { pid, version } = server.status()
      const result = { url, pid, version, demo, ...(demoKey !== undefined && { demoKey }), ...made }
      this.output.result(
        result,
        `${welcome(server, first?.key, this.context.env.LLM_GATEWAY_COMMAND).trimEnd()}${firstKeyText(first)}`,
      )
    })
  }
}

function startedText({ url, pid, log, demo, demoKey }: Awaited<ReturnType<typeof startDetached>>): string {
  const lines = [`LLM Gateway listens at ${url} (pid ${pid}, log ${log})`]
  if (demo)
    lines.push(
      'No upstream account is configured, so every answer comes from the built-in SIMULATOR, not from a model.',
    )
  if (demoKey !== undefined) lines.push(`Gateway key (works until this server stops): ${demoKey}`)
  return lines.join('\n')
}

function firstKeyText(first: FirstKey | undefined): string {
  if (first === undefined) return ''
  return `\n\nMade the first gateway key (${first.id}), which may do everything. It is shown this once: keep it safe.\n${first.key}`
}
