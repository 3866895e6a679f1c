import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const entrypoint = fileURLToPath(new URL('./entrypoint.mjs', import.meta.url))

/** The folder of the image with a command that tells who runs it, and a volume as Docker makes one. */
function container(): { app: string; home: string; env: NodeJS.ProcessEnv } {
  const root = mkdtempSync(join(tmpdir(), 'entrypoint-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  chmodSync(root, 0o755)
  const home = join(root, 'config')
  mkdirSync(join(root, 'cli', 'bin'), { recursive: true })
  mkdirSync(home)
  cpSync(entrypoint, join(root, 'entrypoint.mjs'))
  const tells = `import { writeFileSync } from 'node:fs'
writeFileSync(process.env.LLM_GATEWAY_HOME + '/made', '')
console.log(JSON.stringify({ uid: process.getuid(), groups: process.getgroups(), home: process.env.HOME, argv: process.argv.slice(2) }))`
  writeFileSync(join(root, 'cli', 'bin', 'llm-gateway.mjs'), tells)
  return { app: join(root, 'entrypoint.mjs'), home, env: { PATH: process.env.PATH, LLM_GATEWAY_HOME: home } }
}

test('started as root, it gives the volume away and runs the command as another user', (context) => {
  if (process.getuid?.() !== 0) context.skip('needs root, as a container has it')
  const { app, home, env } = container()
  const outside = join(home, '..', 'outside')
  writeFileSync(outside, '')
  writeFileSync(join(home, 'config.yaml'), '')
  symlinkSync(outside, join(home, 'link'))
  const told: unknown = JSON.parse(execFileSync(process.execPath, [app, 'server', 'start'], { env, encoding: 'utf8' }))
  expect(told).toEqual({ uid: 1000, groups: [1000], home, argv: ['server', 'start'] })
  expect([home, join(home, 'config.yaml'), join(home, 'made')].map((path) => lstatSync(path).uid)).toEqual([
    1000, 1000, 1000,
  ])
  expect(lstatSync(outside).uid).toBe(0)
})

test('started as another user, it stays that one', (context) => {
  if (process.getuid?.() !== 0) context.skip('needs root, to become somebody else')
  const { app, home, env } = container()
  chmodSync(home, 0o777)
  const ran = spawnSync(process.execPath, [app, 'status'], { env, uid: 4711, gid: 4711, encoding: 'utf8' })
  expect([ran.stderr, JSON.parse(ran.stdout)]).toEqual(['', expect.objectContaining({ uid: 4711, argv: ['status'] })])
})

test('the health check asks the server by the address it wrote down', async () => {
  const { app, home, env } = container()
  const check = (): number | null => spawnSync(process.execPath, [app, '--check'], { env }).status
  expect(check()).toBe(1)
  let status = 200
  const server = createServer((request, response) => response.writeHead(request.url === '/livez' ? status : 404).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  mkdirSync(join(home, 'run'))
  const { port } = server.address() as AddressInfo
  writeFileSync(join(home, 'run', 'server.json'), JSON.stringify({ url: `http://127.0.0.1:${port}` }))
  // Not spawnSync: the server answers from this process.
  const later = (): Promise<number | null> =>
    new Promise((resolve) => spawn(process.execPath, [app, '--check'], { env }).once('exit', resolve))
  expect(await later()).toBe(0)
  status = 503
  expect(await later()).toBe(1)
})
