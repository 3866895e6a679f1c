import { Option, type Usage } from '../../clipanion.ts'
import { startDetached } from '../../detach.ts'
import { CliError } from '../../error.ts'
import { GatewayCommand } from '../../gateway-command.ts'
import { wholeNumber } from '../../lists.ts'

export class ServerStart extends GatewayCommand {
  static override paths: string[][] = [['server', 'start']]
  static override usage: Usage = {
    category: 'Server',
    description: 'start the server',
    details:
      'Runs until it is stopped; SIGHUP reloads the configuration. With --detach it goes on in the background\n' +
      'and logs to logs/server.log in the home directory.',
    examples: [
      ['Serve in this terminal', '$0 server start'],
      ['Serve in the background, on another port', '$0 server start --detach --port=8080'],
    ],
  }

  host: string | undefined = Option.String('--host', { description: 'address to listen on, instead of server.host' })
  port: string | undefined = Option.String('--port', {
    description: 'port to listen on, instead of server.port; 0 for any',
  })
  detach: boolean = Option.Boolean('--detach', false, { description: 'go on in the background' })

  async execute(): Promise<number> {
    const port = wholeNumber(this.port, '--port', { max: 65_535 })
    if (this.host === '') throw new CliError('USAGE', '--host must not be empty')
    const flags = { ...(this.host !== undefined && { host: this.host }), ...(port !== undefined && { port }) }
    await this.openConfig()
    if (this.detach) {
      const started = await startDetached({ places: this.places, io: this.context, ...flags })
      this.output.result(started, `${startedText(started)}`)
      this.output.note('Stop it with: llm-gateway server stop')
      return 0
    }
    // The server is most of the program, and nothing else needs it.
    const { runServer, welcome } = await import('@llm-gateway/server')
    return runServer({ ...this.places, env: this.context.env, ...flags }, (server) => {
      const { url, demo, demoKey } = server
      const { pid, version } = server.status()
      this.output.result({ url, pid, version, demo, ...(demoKey !== undefined && { demoKey }) }, welcome(server))
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
