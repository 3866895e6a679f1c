import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from './connection.ts'
import { cores, pinned } from './pin.ts'
import { freePort, start } from './process.ts'
import { chatRequests, type Skipped, type System, wireBytes } from './system.ts'

const version = '1.15.2'

/** Portkey's open gateway, from npm: installed once, into the machine's folder for temporary files. */
export async function portkey(upstreamPort: number): Promise<System | Skipped> {
  const name = `Portkey ${version}`
  const home = join(tmpdir(), `llm-gateway-bench-portkey-${version}`)
  const server = join(home, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  if (!existsSync(server)) {
    const problem = install(home)
    if (problem !== undefined || !existsSync(server)) return { name, skipped: problem ?? 'its package has no server' }
  }
  const port = await freePort()
  const requests = chatRequests(
    headers('openai', `http://127.0.0.1:${upstreamPort}/v1`),
    headers('anthropic', `http://127.0.0.1:${upstreamPort}/v1`),
  )
  return {
    name,
    port,
    requests,
    start: () =>
      start({
        command: pinned(cores.system, [process.execPath, server, `--port=${port}`, '--headless']),
        cwd: home,
        env: { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1' },
        ready: async () => requests.json !== undefined && (await once(port, wireBytes(requests.json))) === 200,
      }),
  }
}

function install(home: string): string | undefined {
  process.stderr.write(`installing @portkey-ai/gateway ${version} with npm\n`)
  mkdirSync(home, { recursive: true })
  const args = ['install', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts', '--prefix', home]
  const npm = spawnSync('npm', [...args, `@portkey-ai/gateway@${version}`], { encoding: 'utf8', timeout: 90_000 })
  if (npm.error) return `npm cannot be run: ${npm.error.message}`
  return npm.status === 0 ? undefined : `npm could not install it: ${npm.stderr.trim().split('\n').at(0) ?? npm.status}`
}

function headers(provider: string, host: string): Readonly<Record<string, string>> {
  return { authorization: 'Bearer bench', 'x-portkey-provider': provider, 'x-portkey-custom-host': host }
}
