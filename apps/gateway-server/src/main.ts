#!/usr/bin/env node
import { homedir } from 'node:os'
import { parseArgs } from 'node:util'
import { resolvePaths } from '@llm-gateway/config'
import { ServerError } from './lib/error.ts'
import { runServer, welcome } from './lib/run.ts'

// What `npm start` runs. The `llm-gateway` command starts the same server with more around it.
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
  })
  process.exit()
} catch (cause) {
  const known = cause instanceof ServerError || (cause instanceof TypeError && 'code' in cause)
  process.stderr.write(
    `${known && cause instanceof Error ? cause.message : cause instanceof Error ? cause.stack : String(cause)}\n`,
  )
  process.exit(1)
}
