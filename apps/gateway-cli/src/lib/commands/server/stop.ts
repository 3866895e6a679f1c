import { setTimeout as sleep } from 'node:timers/promises'
import { readRuntime } from '@llm-gateway/server'
import { AdminClient } from '../../admin-client.ts'
import { Option, type Usage } from '../../clipanion.ts'
import { CliError } from '../../error.ts'
import { GatewayCommand } from '../../gateway-command.ts'
import { wholeNumber } from '../../lists.ts'
import { isRunning } from '../../liveness.ts'

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
    const runtime = readRuntime(this.places.home)
    if (runtime === undefined || !(await isRunning(runtime))) {
      throw new CliError('NOT_FOUND', `no server runs from ${this.places.home}`)
    }
    process.kill(runtime.pid, 'SIGTERM')
    const deadline = this.context.now() + waitMs
    while (readRuntime(this.places.home)?.pid === runtime.pid) {
      if (this.context.now() >= deadline) throw await stillRunning(new AdminClient(runtime), runtime.pid, waitMs)
      await sleep(pollMs)
    }
    this.output.result({ stopped: true, pid: runtime.pid, url: runtime.url })
    this.output.note(`Stopped the server at ${runtime.url} (pid ${runtime.pid}).`)
    return 0
  }
}

async function stillRunning(client: AdminClient, pid: number, waitMs: number): Promise<CliError> {
  const open = await client.status().then(
    ({ inFlight }) => ` with ${inFlight} requests open`,
    () => '',
  )
  return new CliError('FAILED', `the server (pid ${pid}) still runs after ${waitMs / 1000} s${open}`, {
    hint: 'run it again to end them at once, or with a longer --timeout',
  })
}
