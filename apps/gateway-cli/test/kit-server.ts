import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { defaultConfigText } from '@llm-gateway/config'
import type { Runtime, ServerStatus } from '@llm-gateway/server'
import { onTestFinished } from 'vitest'
import { now, type Sandbox } from './kit.ts'

/** A server's side of the admin API: what it answers can be set, and what it was asked is kept. */
export interface FakeServer {
  readonly url: string
  readonly asked: { readonly call: string; readonly authorization: string | undefined }[]
  status: Partial<ServerStatus>
  reload: { readonly code: number; readonly body: unknown }
  health: string
}

/** Starts what looks like the running server of a home directory. */
export async function startFakeServer(sandbox: Sandbox): Promise<FakeServer> {
  const server = createServer((request, response) => {
    const { code, body } = answer(fake, request)
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakeServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    status: {},
    reload: { code: 200, body: { ok: true } },
    health: 'healthy',
  }
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  writeRuntime(sandbox, fake.url)
  return fake
}

/** The file a server leaves beside its configuration; its process is this one, which certainly lives. */
export function writeRuntime(
  sandbox: Sandbox,
  url: string,
  life: Partial<Pick<Runtime, 'pid' | 'startedAt'>> = {},
): void {
  if (!existsSync(sandbox.configFile)) sandbox.config = defaultConfigText()
  mkdirSync(join(sandbox.home, 'run'), { recursive: true })
  const { configFile } = sandbox
  const runtime = { pid: process.pid, url, version: '0.1.0', startedAt: now, configFile, token: 'the-token', ...life }
  writeFileSync(join(sandbox.home, 'run', 'server.json'), JSON.stringify(runtime))
}

function answer(fake: FakeServer, request: IncomingMessage): { code: number; body: unknown } {
  const call = `${request.method} ${request.url}`
  fake.asked.push({ call, authorization: request.headers.authorization })
  switch (call) {
    case 'GET /admin/api/status':
      return { code: 200, body: { ...idle(fake.url), ...fake.status } }
    case 'POST /admin/api/reload':
      return fake.reload
    case 'GET /health':
      return { code: 200, body: { status: fake.health } }
    default:
      return { code: 404, body: {} }
  }
}

function idle(url: string): ServerStatus {
  return {
    service: 'llm-gateway',
    version: '0.1.0',
    pid: process.pid,
    url,
    uptimeSeconds: 93_784,
    configFile: '/etc/gateway.yaml',
    demo: false,
    draining: false,
    inFlight: 2,
    keys: { total: 1, active: 1 },
    accounts: [],
    unusable: [],
  }
}
