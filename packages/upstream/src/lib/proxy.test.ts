import { createServer, request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import {
  callTo,
  closedPort,
  finish,
  type Loopback,
  limits,
  listen,
  openClient,
  serve,
  serveTcp,
  until,
} from '../../test/loopback.ts'
import { startTls } from '../../test/tls.ts'
import { UpstreamError } from './error.ts'
import { ProxyRules, shownProxy } from './proxy.ts'

describe('which proxy', () => {
  const settings = { httpProxy: 'http://plain:3128', httpsProxy: 'secure:8080' }

  it('goes by the scheme of the upstream', () => {
    const rules = new ProxyRules(settings)
    expect(rules.proxyFor('http://a.example')).toBe('http://plain:3128/')
    expect(rules.proxyFor('https://a.example')).toBe('http://secure:8080/')
    expect(new ProxyRules({ httpProxy: 'http://plain:3128' }).proxyFor('https://a.example')).toBe(undefined)
    expect(new ProxyRules({ httpProxy: ' ', httpsProxy: '' }).proxyFor('http://a.example')).toBe(undefined)
    expect(new ProxyRules().proxyFor('http://a.example')).toBe(undefined)
  })

  it.each([
    ['*', 'https://any.example', true],
    ['example.com', 'https://example.com', true],
    ['example.com', 'https://api.example.com', true],
    ['example.com', 'https://notexample.com', false],
    ['Example.COM', 'https://api.EXAMPLE.com.', true],
    ['.example.com', 'https://api.example.com', true],
    ['.example.com', 'https://example.com', false],
    ['*.example.com', 'https://api.example.com', true],
    ['*.example.com', 'https://example.com', false],
    ['example.com:8443', 'https://example.com:8443', true],
    ['example.com:8443', 'https://example.com', false],
    ['example.com:443', 'https://example.com', true],
    ['example.com:80', 'http://example.com', true],
    ['localhost,127.0.0.1,::1', 'http://localhost:11434', true],
    ['localhost,127.0.0.1,::1', 'http://127.0.0.1:11434', true],
    ['localhost,127.0.0.1,::1', 'http://[::1]:11434', true],
    ['localhost,127.0.0.1,::1', 'http://127.0.0.2', false],
    ['[::1]:80', 'http://[::1]', true],
    ['[::1]:81', 'http://[::1]', false],
    ['0:0:0:0:0:0:0:1', 'http://[::1]', true],
    ['10.0.0.0/8', 'https://10.200.3.4', true],
    ['10.0.0.0/8', 'https://11.0.0.1', false],
    ['fd00::/8', 'http://[fd12::1]', true],
    ['10.0.0.0/8', 'https://10.example', false],
    ['10.0.0.0/99, a.example', 'https://10.1.1.1', false],
    ['127.0.0.1', 'http://1.127.0.0.1.example', false],
    [' a.example , b.example  c.example', 'https://c.example', true],
    [',,', 'https://a.example', false],
  ])('no_proxy %j and %s: direct is %s', (noProxy, origin, direct) => {
    expect(new ProxyRules({ ...settings, noProxy }).proxyFor(origin) === undefined).toBe(direct)
  })

  it('of an account of its own wins over the scheme and over no_proxy', () => {
    const accounts = new Map([
      ['own', 'me:pw@own:1'],
      ['none', 'direct'],
    ])
    const rules = new ProxyRules({ ...settings, noProxy: '*', accounts })
    expect(rules.proxyFor('https://a.example', 'own')).toBe('http://me:pw@own:1/')
    expect(rules.proxyFor('https://a.example', 'other')).toBe(undefined)
    expect(new ProxyRules({ ...settings, accounts }).proxyFor('https://a.example', 'none')).toBe(undefined)
    expect(() => new ProxyRules({ accounts: new Map([['bad', 'socks5://p']]) })).toThrow(
      /account bad is not the address/,
    )
  })

  it.each(['socks5://p:1', 'http://', 'ftp://p', 'http://a b'])('refuses the proxy %j', (proxy) => {
    expect(() => new ProxyRules({ httpProxy: proxy })).toThrow(UpstreamError)
    expect(() => new ProxyRules({ httpsProxy: proxy })).toThrow(/^https_proxy is not the address of an HTTP proxy/)
  })

  it('is shown without its password', () => {
    expect(shownProxy('http://me:secret@proxy:3128/')).toBe('http://proxy:3128')
  })
})

interface TestProxy extends Loopback {
  /** What the proxy was asked for, in order. */
  readonly asked: readonly string[]
}

/** A forwarding and tunnelling proxy for which every host is the given loopback port. */
async function startProxy(port: number, credentials?: string): Promise<TestProxy> {
  const asked: string[] = []
  const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (expected !== undefined && request.headers['proxy-authorization'] !== expected) {
      response.writeHead(407).end('who are you?')
      return
    }
    const { pathname, search } = new URL(request.url ?? '')
    const headers = { ...request.headers }
    delete headers['proxy-authorization']
    const onward = httpRequest({ port, path: pathname + search, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  server.on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`)
    socket.on('error', () => {})
    if (expected !== undefined && request.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
      return
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('close', () => onward.destroy())
  })
  return Object.assign(await listen(server), { asked })
}

describe('through a proxy', () => {
  it('plain HTTP is forwarded with the upstream’s own host', async () => {
    const server = await serve((request, response) => response.end(`${request.headers.host} ${request.url}`))
    const proxy = await startProxy(server.port)
    const client = openClient({ proxy: { httpProxy: proxy.origin } })
    const sink = await finish(client, callTo('http://llm.test', { path: '/v1/messages?beta=true' }))
    expect(sink.body).toBe('llm.test /v1/messages?beta=true')
    expect(proxy.asked).toEqual(['POST http://llm.test/v1/messages?beta=true'])
    expect(client.stats()).toMatchObject([{ origin: 'http://llm.test', proxied: true, connections: 1 }])
  })

  it('HTTPS is tunnelled, and the certificate checked is the upstream’s', async () => {
    const { server, ca } = await startTls('llm.test', (request, response) =>
      response.end(`hello ${request.headers.host}`),
    )
    const proxy = await startProxy(server.port, 'me:se cret')
    const httpsProxy = proxy.origin.replace('http://', 'http://me:se%20cret@')
    const client = openClient({ proxy: { httpsProxy }, ca, connections: 1 })
    for (let i = 0; i < 3; i++) expect((await finish(client, callTo('https://llm.test'))).body).toBe('hello llm.test')
    expect(proxy.asked).toEqual(['CONNECT llm.test:443'])
    const other = await finish(client, callTo('https://other.test'))
    expect(other.failure).toMatchObject({ kind: 'tls', phase: 'connect', code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  })

  it.each([
    ['http', 'PROXY_407'],
    ['https', 'PROXY_407'],
  ])('a proxy that wants credentials is named as the one at fault (%s)', async (scheme, code) => {
    const server = await serve((_request, response) => response.end('ok'))
    const proxy = await startProxy(server.port, 'me:right')
    const address = proxy.origin.replace('http://', 'http://me:wrong@')
    const client = openClient({ proxy: { httpProxy: address, httpsProxy: address } })
    const sink = await finish(client, callTo(`${scheme}://llm.test`))
    expect(sink.events).toEqual(['failure'])
    expect(sink.failure).toMatchObject({ kind: 'connect', phase: 'connect', code })
    expect(sink.failure?.message).toMatch(/proxy.*407/)
    expect(sink.failure?.message).not.toContain('wrong')
    expect(server.accepted).toBe(0)
  })

  it('a proxy that is not there is named', async () => {
    const proxy = `http://127.0.0.1:${await closedPort()}`
    const sink = await finish(openClient({ proxy: { httpsProxy: proxy } }), callTo('https://llm.test'))
    expect(sink.failure).toMatchObject({ kind: 'connect', phase: 'connect', code: 'ECONNREFUSED' })
    expect(sink.failure?.message).toContain(`the proxy ${proxy} refused the connection`)
  })

  it.each([
    ['that hangs up', 'reset', 'connect'],
    ['that says nothing', 'hang', 'timeout'],
  ])('a proxy %s fails the call', async (_name, how, kind) => {
    const proxy = await serveTcp((socket) => socket.on('data', () => how === 'reset' && socket.destroy()))
    const client = openClient({ proxy: { httpsProxy: proxy.origin }, timeouts: limits({ connectMs: 40, tlsMs: 40 }) })
    const sink = await finish(client, callTo('https://llm.test'))
    expect(sink.failure).toMatchObject({ kind, phase: 'connect' })
  })

  it('is changed for the calls to come, while those under way go on', async () => {
    const answers: (() => void)[] = []
    const server = await serve((_request, response) => answers.push(() => response.end('ok')))
    const proxy = await startProxy(server.port)
    const client = openClient({ proxy: { httpProxy: proxy.origin } })
    const first = finish(client, callTo(server.origin))
    await until(() => answers.length === 1)
    client.configure({ proxy: { httpProxy: proxy.origin, noProxy: '127.0.0.0/8' } })
    const second = finish(client, callTo(server.origin))
    await until(() => answers.length === 2)
    for (const answer of answers) answer()
    expect([(await first).body, (await second).body]).toEqual(['ok', 'ok'])
    expect(proxy.asked).toHaveLength(1)
    expect(client.stats()).toMatchObject([{ proxied: false }])
  })

  it('a wrong setting changes nothing', async () => {
    const client = openClient()
    expect(() => client.configure({ proxy: { httpProxy: 'socks5://x' }, timeouts: limits({ requestMs: 1 }) })).toThrow(
      UpstreamError,
    )
    const server = await serve((_request, response) => setTimeout(() => response.end('ok'), 30))
    expect((await finish(client, callTo(server.origin))).body).toBe('ok')
  })
})
