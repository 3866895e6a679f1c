import { constants } from 'node:os'
import { GatewayServer, type ServerOptions } from './server.ts'

/**
 * Starts a server and keeps the process to it. SIGINT and SIGTERM stop it; SIGHUP reloads the configuration and opens the log
 * file anew; SIGUSR1 and SIGUSR2 do the latter alone.
 *
 * @returns the exit code, once it has stopped.
 */
export async function runServer(options: ServerOptions, onListening: (server: GatewayServer) => void): Promise<number> {
  const server = await GatewayServer.start(options)
  return new Promise((resolve) => {
    let stopping = false
    let hurry: NodeJS.Timeout | undefined
    const reopen = (): void => server.reopenLog()
    const reload = (): void => {
      reopen()
      void server.reload().catch(() => {})
    }
    const stop = (signal: NodeJS.Signals): void => {
      if (stopping) {
        // The second signal means now.
        void server.stop()
        hurry ??= setTimeout(() => process.exit(128 + constants.signals[signal]), 1_500).unref()
        return
      }
      stopping = true
      const code = server.stop().then(
        () => 0,
        () => 1,
      )
      resolve(
        code.finally(() => {
          // Whoever embeds this goes on.
          clearTimeout(hurry)
          process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', reload)
          process.off('SIGUSR1', reopen).off('SIGUSR2', reopen)
        }),
      )
    }
    process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', reload).on('SIGUSR2', reopen)
    // What other servers open their logs at; without a listener Node.js opens its debugger, to every user of this machine.
    process.on('SIGUSR1', reopen)
    onListening(server)
  })
}

/**
 * What a person who has just started the server needs to read.
 *
 * @param ownKey a gateway key of the file that this person knows, to try the demo with.
 * @param command what this person types for the `llm-gateway` command.
 */
export function welcome(server: GatewayServer, ownKey?: string, command: string = 'llm-gateway'): string {
  const lines = [`LLM Gateway listens at ${server.url}`]
  if (!server.demo) return `${lines.join('\n')}\n`
  lines.push(
    '',
    'No upstream account is configured, so every answer comes from the built-in SIMULATOR, not from a model.',
    `Add an account with: ${command} upstream add --provider=anthropic --type=api-key --name=NAME --key=KEY`,
  )
  const key = server.demoKey ?? ownKey
  if (server.demoKey !== undefined) lines.push('', `Gateway key (works until this server stops): ${server.demoKey}`)
  if (key !== undefined) {
    lines.push(
      ...(server.demoKey === undefined ? [''] : []),
      'Try it:',
      '',
      `curl -s ${server.url}/v1/chat/completions \\`,
      `  -H "Authorization: Bearer ${key}" \\`,
      '  -H "Content-Type: application/json" \\',
      `  -d '{"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 100}'`,
    )
  }
  return `${lines.join('\n')}\n`
}
