import { request as httpRequest } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { mintGatewayKey } from '@llm-gateway/access'
import { GatewayServer } from '@llm-gateway/server'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { expect, onTestFinished, test } from 'vitest'
import { selfSigned } from '../../../test-kit/self-signed.ts'
import { Sandbox } from './kit.ts'
import { startProxy } from './kit-proxy.ts'

const login = 'operator:pa55-canary'
const { key, keyHash, id: keyId } = mintGatewayKey()
const messages = [{ role: 'user', content: 'hi' }]

interface Bench {
  readonly sandbox: Sandbox
  readonly server: GatewayServer
  /** A completion of this model, and by whom. */
  complete(model: string): Promise<string>
}

async function startProvider(): Promise<Simulator> {
  const simulator = await startSimulator()
  onTestFinished(() => simulator.close())
  return simulator
}

/** A server of this configuration, and the command line beside it. */
async function startBench(
  config: Record<string, unknown>,
  options: { env?: Record<string, string>; ca?: string } = {},
): Promise<Bench> {
  const sandbox = new Sandbox()
  sandbox.now = Date.now()
  const keys = [{ id: keyId, name: 'k', key_hash: keyHash, permissions: ['read', 'write'] }]
  sandbox.config = JSON.stringify({
    server: { drain_timeout: 1 },
    proxy: { connect_timeout: 2 },
    logging: { file: `${sandbox.home}/server.log` },
    gateway_keys: keys,
    ...config,
  })
  const { env = {}, ca } = options
  const server = await GatewayServer.start({
    home: sandbox.home,
    configFile: sandbox.configFile,
    env,
    port: 0,
    ...(ca !== undefined && { upstreamCa: ca }),
  })
  onTestFinished(() => server.stop())
  const complete = async (model: string): Promise<string> => {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages }),
    })
    const text = await response.text()
    return response.ok
      ? `${response.status} ${response.headers.get('x-llm-gateway-upstream')}`
      : `${response.status} ${text}`
  }
  return { sandbox, server, complete }
}

const account = (url: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: 'upstream_a',
  name: 'a',
  type: 'api-key',
  provider: 'openai',
  api_key: 'sk-0123456789',
  base_url: `${url}/v1`,
  ...more,
})

test('env set and unset reach a running server, and decide call by call who goes through the proxy', async () => {
  const simulator = await startProvider()
  const proxy = await startProxy(login)
  const { sandbox, complete } = await startBench({ upstream_accounts: [account(simulator.url)] })
  const asked = async (): Promise<string[]> => {
    proxy.asked.length = 0
    expect(await complete('gpt-4o')).toBe('200 upstream_a')
    return proxy.asked
  }
  const through = [`POST ${simulator.url}/v1/chat/completions`]
  expect(await asked()).toEqual([])
  const set = await sandbox.run('env', 'set', `--http-proxy=${proxy.url}`, '--json')
  expect([set.code, set.json()]).toEqual([0, expect.objectContaining({ server: 'reloaded' })])
  expect(await asked()).toEqual(through)
  for (const exempt of ['127.0.0.0/8', '127.0.0.1', `other.example,127.0.0.1:${simulator.port}`, '*']) {
    await sandbox.run('env', 'set', `--no-proxy=${exempt}`)
    expect([exempt, await asked()]).toEqual([exempt, []])
  }
  for (const other of ['10.0.0.0/8', '127.0.0.1:1', '.example.com']) {
    await sandbox.run('env', 'set', `--no-proxy=${other}`)
    expect([other, await asked()]).toEqual([other, through])
  }
  const unset = await sandbox.run('env', 'unset', '--name=http_proxy')
  expect(unset.code).toBe(0)
  expect(await asked()).toEqual([])
  expect(sandbox.config).not.toContain('canary')
})

test('an account’s own proxy wins over the environment’s, and direct over both', async () => {
  const simulator = await startProvider()
  const [common, own] = [await startProxy(login), await startProxy('other:0wn-canary')]
  const { sandbox, complete } = await startBench({
    environment: { http_proxy: common.url },
    upstream_accounts: [
      account(simulator.url, { id: 'upstream_plain', models: ['gpt-4o'] }),
      account(simulator.url, { id: 'upstream_direct', models: ['gpt-5'], proxy: 'direct' }),
    ],
  })
  const where = [`--base-url=${simulator.url}/v1`, `--proxy=${own.url}`]
  const what = ['--provider=openai', '--name=own', '--key=sk-abcdef0123', '--models=gpt-4.1']
  const added = await sandbox.run('upstream', 'add', ...what, ...where)
  expect([added.code, sandbox.config.includes('0wn-canary')]).toEqual([0, false])
  const id = added.stdout.trim()
  expect(await complete('gpt-5')).toBe('200 upstream_direct')
  expect([common.asked.length, own.asked.length]).toEqual([0, 0])
  expect(await complete('gpt-4o')).toBe('200 upstream_plain')
  expect([common.asked.length, own.asked.length]).toEqual([1, 0])
  expect(await complete('gpt-4.1')).toBe(`200 ${id}`)
  expect([common.asked.length, own.asked.length]).toEqual([1, 1])

  const tested = await sandbox.run('upstream', 'test', 'own', '--json')
  expect([tested.code, own.asked.at(-1)]).toEqual([0, `GET ${simulator.url}/v1/models`])
  const shown = [await sandbox.run('upstream', 'show', 'own'), await sandbox.run('upstream', 'show', 'own', '--json')]
  const listed = await sandbox.run('upstream', 'list', '--json')
  for (const ran of [added, tested, listed, ...shown]) expect(ran.stdout + ran.stderr).not.toContain('0wn-canary')
  expect((await sandbox.run('upstream', 'show', 'upstream_direct')).stdout).toMatch(/Proxy: +direct/)
})

test('an https upstream is tunnelled to by name, its certificate checked, and its models listed so too', async () => {
  const simulator = await startProvider()
  const arrived: string[] = []
  const { cert, key: privateKey } = selfSigned('llm.test')
  const secure = createServer({ cert, key: privateKey }, (request, response) => {
    const { url = '', method = '', headers } = request
    arrived.push(`${method} ${url}`)
    const onward = httpRequest(simulator.url + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  secure.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    secure.closeAllConnections()
    secure.close()
  })
  const proxy = await startProxy(login, { 'llm.test': (secure.address() as AddressInfo).port })
  const config = { upstream_accounts: [account('https://llm.test')] }
  const trusted = await startBench(config, { env: { HTTPS_PROXY: proxy.url }, ca: cert })
  expect(await trusted.complete('gpt-4o')).toBe('200 upstream_a')
  const models = await fetch(`${trusted.server.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
  expect(await models.text()).toContain('gpt-4o')
  expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT llm.test:443']))
  expect(arrived.sort()).toEqual(['GET /v1/models', 'POST /v1/chat/completions'])

  const stranger = await startBench(config, { env: { all_proxy: proxy.url } })
  expect(await stranger.complete('gpt-4o')).toMatch(/^502 .*certificate that is not trusted/)
})

test('a proxy that refuses the login is named without it, by server and command line', async () => {
  const simulator = await startProvider()
  const proxy = await startProxy(login)
  const wrong = proxy.url.replace(login, 'operator:wr0ng-canary')
  const { sandbox, server, complete } = await startBench({
    environment: { http_proxy: wrong },
    upstream_accounts: [account(simulator.url)],
  })
  const refused = await complete('gpt-4o')
  expect(refused).toMatch(/^502 /)
  const tested = await sandbox.run('upstream', 'test', 'a')
  expect([tested.code, tested.stdout]).toEqual([1, expect.stringMatching(/Problem: the proxy .*407/)])
  const status = await sandbox.run('status', '--json')
  for (const text of [refused, tested.stdout, tested.stderr, status.stdout, JSON.stringify(server.status())]) {
    expect(text).not.toContain('wr0ng-canary')
  }
  expect(simulator.requests).toEqual([])
})

test('logins and their renewals go through the account’s own proxy', async () => {
  const simulator = await startProvider()
  const { identity } = simulator
  const [common, own] = [await startProxy(login), await startProxy('other:0wn')]
  const { sandbox } = await startBench({
    environment: { http_proxy: common.url },
    upstream_accounts: [
      {
        id: 'upstream_login',
        name: 'mine',
        type: 'oauth',
        provider: 'anthropic',
        base_url: simulator.url,
        proxy: own.url,
      },
    ],
    oauth_profiles: {
      'claude-code': {
        client_id: 'client-1',
        authorize_url: identity.authorizeUrl,
        token_url: identity.tokenUrl,
        redirect_uri: identity.codePageUrl,
      },
    },
  })
  const started = await sandbox.run('oauth', 'start', 'mine')
  const address = /https?:\/\/\S+\/oauth\/authorize\S+/.exec(started.stdout)?.[0] ?? ''
  const page = new URL((await fetch(address, { redirect: 'manual' })).headers.get('location') ?? '')
  const code = `${page.searchParams.get('code')}#${page.searchParams.get('state')}`
  expect((await sandbox.run('oauth', 'callback', '--code', code)).code).toBe(0)
  expect(own.asked).toEqual([`POST ${identity.tokenUrl}`])
  const refreshed = await sandbox.run('oauth', 'refresh', 'mine')
  expect([refreshed.code, own.asked]).toEqual([0, [`POST ${identity.tokenUrl}`, `POST ${identity.tokenUrl}`]])
  expect(common.asked).toEqual([])
})

test('a proxy of a kind that is not supported is named with its variable by whatever meets it', async () => {
  const simulator = await startProvider()
  const sandbox = new Sandbox()
  sandbox.config = JSON.stringify({ upstream_accounts: [account(simulator.url)] })
  sandbox.env = { HTTP_PROXY: 'socks5://me:s0cks-canary@127.0.0.1:1' }
  const told = /the environment variable HTTP_PROXY is a proxy of the kind socks5:\/\/.*unset it.*env set --http-proxy=/
  const started = await sandbox.run('server', 'start', '--port=0')
  expect([started.code, started.stderr]).toEqual([1, expect.stringMatching(told)])
  const tested = await sandbox.run('upstream', 'test', 'a')
  expect([tested.code, tested.stderr]).toEqual([1, expect.stringMatching(told)])
  const listed = await sandbox.run('env', 'list')
  expect([listed.code, listed.stdout]).toEqual([0, expect.stringMatching(/http_proxy .*socks5:.*not supported/)])
  for (const { stdout, stderr } of [started, tested, listed]) expect(stdout + stderr).not.toContain('canary')
  // What the file says counts first.
  expect((await sandbox.run('env', 'set', '--http-proxy=http://127.0.0.1:1')).code).toBe(0)
  expect((await sandbox.run('env', 'list')).stdout).not.toContain('not supported')
})

test('a proxy of such a kind is not written, and one that was written otherwise changes nothing at a running server', async () => {
  const simulator = await startProvider()
  const { sandbox, server, complete } = await startBench({ upstream_accounts: [account(simulator.url)] })
  const before = sandbox.config
  const socks = 'socks5://me:s0cks-canary@127.0.0.1:1'
  for (const argv of [
    ['env', 'set', `--https-proxy=${socks}`],
    ['env', 'set', '--https-proxy=socks5://127.0.0.1:1'],
    ['upstream', 'update', 'a', `--proxy=${socks}`],
    ['upstream', 'add', '--provider=openai', '--name=b', '--key=none', `--proxy=${socks}`],
  ]) {
    const ran = await sandbox.run(...argv)
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('http:// or https:// proxy')])
    expect(ran.stderr).not.toContain('canary')
  }
  expect(sandbox.config).toBe(before)
  sandbox.write('proxy.txt', socks)
  const set = await sandbox.run('env', 'set', '--http-proxy=file:proxy.txt')
  expect([set.code, set.stderr]).toEqual([
    1,
    expect.stringMatching(/environment\.http_proxy is a proxy of the kind socks5/),
  ])
  expect(set.stderr).not.toContain('canary')
  expect(await complete('gpt-4o')).toBe('200 upstream_a')
  expect(server.status().configProblem).toMatch(/environment\.http_proxy/)
})
