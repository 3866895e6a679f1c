import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { hostFault, resolvePaths, userHome } from '@llm-gateway/config'
import { ServerError } from './error.ts'
import { runServer, welcome } from './run.ts'

/** Runs a server by the flags of this process until it is stopped. Never returns: it ends the process. */
export async function main(): Promise<void> {
  try {
    const { values } = parseArgs({
      options: {
        home: { type: 'string' },
        config: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
      },
    })
    const empty = Object.entries(values).find(([, value]) => value.trim() === '')
    if (empty !== undefined) throw new ServerError('CONFIG_INVALID', `--${empty[0]} needs a value`)
    const paths = resolvePaths({
      flags: { home: values.home, config: values.config },
      env: process.env,
      homedir: userHome(),
    })
    const port = values.port === undefined ? {} : { port: portOf(values.port) }
    const host = values.host === undefined ? {} : { host: hostOf(values.host) }
    process.exitCode = await runServer({ ...paths, env: process.env, ...port, ...host }, (server) => {
      process.stdout.write(welcome(server, undefined, process.env.LLM_GATEWAY_COMMAND))
      // A server that is killed would never write it.
      setTimeout(flushCompileCache, 2_000).unref()
    })
    process.exit()
  } catch (cause) {
    process.stderr.write(`${told(cause)}\n`)
    process.exit(1)
  }
}

function portOf(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new ServerError('CONFIG_INVALID', `--port takes a whole number from 0 to 65535, not "${text}"`)
}

function hostOf(text: string): string {
  const fault = hostFault(text)
  if (fault === undefined) return text
  throw new ServerError('CONFIG_INVALID', `--host ${fault}`)
}

/** What is expected to go wrong has a code, and a message for people; only a bug is told by its stack. */
function told(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause ? cause.message : (cause.stack ?? cause.message)
}
