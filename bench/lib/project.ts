import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { once } from './connection.ts'
import { cores, pinned } from './pin.ts'
import { freePort, start } from './process.ts'
import { chatRequests, models, type Skipped, type System, wireBytes } from './system.ts'

const main = fileURLToPath(new URL('../../apps/gateway-server/dist/main.js', import.meta.url))

/** The command's launcher, which `--version` is timed with. */
export const launcher: string = fileURLToPath(new URL('../../apps/gateway-cli/bin/llm-gateway.mjs', import.meta.url))
export const launcherBundle: string = fileURLToPath(new URL('../../apps/gateway-cli/dist/cli.js', import.meta.url))

export interface ProjectOptions {
  /** For Node itself, such as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[]
  /** Without ledger, limits and access lines: what these cost is the difference. Default: with all of them. */
  readonly plain?: boolean
}

/**
 * This project as it is built, from a configuration file: a hashed gateway key with limits, two upstream accounts of different
 * dialects, a log file at level info.
 */
export async function project(
  upstreamPort: number,
  dir: string,
  { nodeArgs = [], plain = false }: ProjectOptions = {},
): Promise<System | Skipped> {
  const name = plain ? 'LLM Gateway without ledger, limits and log' : 'LLM Gateway'
  if (!existsSync(main)) return { name, skipped: 'it is not built: run "node scripts/run.mjs build"' }
  const port = await freePort()
  const key = randomBytes(32).toString('hex')
  const authorization = { authorization: `Bearer ${key}` }
  const requests = chatRequests(authorization, authorization)
  return {
    name,
    port,
    requests,
    start: () => {
      // A home of its own for each start: a server that was killed leaves its runtime file.
      const home = mkdtempSync(join(dir, 'project-'))
      const file = join(home, 'config.yaml')
      writeFileSync(file, JSON.stringify(configuration({ port, upstreamPort, key, home, plain }), undefined, 2))
      return start({
        command: pinned(cores.system, [process.execPath, ...nodeArgs, main, '--home', home, '--config', file]),
        cwd: home,
        // As `npm start` and the container run it.
        env: { MALLOC_ARENA_MAX: '1' },
        ready: async () => requests.json !== undefined && (await once(port, wireBytes(requests.json))) === 200,
      })
    },
  }
}

interface Configured {
  readonly port: number
  readonly upstreamPort: number
  readonly key: string
  readonly home: string
  readonly plain: boolean
}

/** Above what a bench can use: kept, and never reached. */
const limits = { requests_per_minute: 1e9, requests_per_day: 2e9, tokens_per_minute: 2e9, concurrency: 1e5 }

/** JSON is YAML. */
function configuration({ port, upstreamPort, key, home, plain }: Configured): unknown {
  const account = { type: 'api-key', status: 'active', api_key: 'sk-bench' }
  return {
    server: { port, concurrency: 4096, drain_timeout: 1 },
    logging: { level: plain ? 'error' : 'info', format: 'json', file: join(home, 'server.log') },
    ...(plain && { ledger: { enabled: false } }),
    gateway_keys: [
      {
        id: 'gw_bench',
        name: 'bench',
        key_hash: createHash('sha256').update(key).digest('hex'),
        permissions: ['read', 'write'],
        ...(!plain && { rate_limit: limits }),
      },
    ],
    upstream_accounts: [
      {
        ...account,
        id: 'upstream_chat',
        name: 'chat',
        provider: 'openai',
        base_url: `http://127.0.0.1:${upstreamPort}/v1`,
        models: [models.chat, models.slow],
      },
      {
        ...account,
        id: 'upstream_messages',
        name: 'messages',
        provider: 'anthropic',
        base_url: `http://127.0.0.1:${upstreamPort}`,
        models: [models.messages],
      },
    ],
  }
}
