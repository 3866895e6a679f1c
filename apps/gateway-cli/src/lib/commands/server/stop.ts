import { setTimeout as sleep } from 'node:timers/promises'
import { findServer, readRuntime } from '@llm-gateway/server'
import { Option, type Usage } from '../../command-line/clipanion.ts'
import { CliError } from '../../command-line/error.ts'
import { GatewayCommand } from '../../command-line/gateway-command.ts'
import { wholeNumber } from '../../command-line/lists.ts'

const pollMs = 50

export class ServerStop extends GatewayCommand {
  static override paths: string[][] = [['server', 'stop']]
  static override usage: Usage = {
    category: 'Server',
    description: 'stop the server once its open requests have ended',
    details: 'A second stop, while the first still waits for open requests, ends them at once.',
    examples: [['Give long streams five minutes', '$0 server stop --timeout=300']],
  }

  timeout: string | undefined = Option.String('--timeout', { description: 'how long to wait for its end (default 30)' })

  async execute(): Promise<number> {
    const waitMs = (wholeNumber(this.timeout, '--timeout') ?? 30) * 1000
    const found = await findServer(this.places.home)
    if (found === undefined) throw new CliError('NOT_FOUND', `no server runs from ${this.places.home}`)
    const { runtime } = found
    process.kill(runtime.pid, 'SIGTERM')
    const deadline = this.context.now() + waitMs
    while (readRuntime(this.places.home)?.pid === runtime.pid) {
      if (this.context.now() >= deadline) throw stillRunning(runtime.pid, waitMs)
      await sleep(pollMs)
    }
    this.output.result({ stopped: true, pid: runtime.pid, url: runtime.url })
    this.output.note(`Stopped the server at ${runtime.url} (pid ${runtime.pid}).`)
    return 0
  }
}

function stillRunning(pid: number, waitMs: number): CliError {
  return new CliError('FAILED', `the server (pid ${pid}) still waits for open requests after ${waitMs / 1000} s`, {
    hint: 'run it again to end them at once, or with a longer --timeout',
  })
}
