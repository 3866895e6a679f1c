import { flushCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { parseArgs } from 'node:util'
import { resolvePaths } from '@llm-gateway/config'
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
    const paths = resolvePaths({
      flags: { home: values.home, config: values.config },
      env: process.env,
      homedir: homedir(),
    })
    const port = values.port === undefined ? {} : { port: Number(values.port) }
    const host = values.host === undefined ? {} : { host: values.host }
    process.exitCode = await runServer({ ...paths, env: process.env, ...port, ...host }, (server) => {
      process.stdout.write(welcome(server))
      // A server that is killed would never write it.
      setTimeout(flushCompileCache, 2_000).unref()
    })
    process.exit()
  } catch (cause) {
    const known = cause instanceof ServerError || (cause instanceof TypeError && 'code' in cause)
    process.stderr.write(
      `${known && cause instanceof Error ? cause.message : cause instanceof Error ? cause.stack : String(cause)}\n`,
    )
    process.exit(1)
  }
}
