import { describe, expect, it } from 'vitest'
import { callTo, closedPort, finish, limits, openClient, pass, serve, serveTcp, until } from '../../test/loopback.ts'
import { startTls } from '../../test/tls.ts'

describe('connecting', () => {
  it('to a port nobody listens on is refused', async () => {
    const sink = await finish(openClient(), callTo(`http://127.0.0.1:${await closedPort()}`))
    expect(sink.failure).toMatchObject({ kind: 'connect', phase: 'connect', code: 'ECONNREFUSED' })
    expect(sink.failure?.message).toMatch(/^127\.0\.0\.1:\d+ refused the connection/)
  })

  it('to a name that does not resolve says so', async () => {
    const client = openClient({
      lookup: (_host, _options, callback) =>
        callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), ''),
    })
    const sink = await finish(client, callTo('http://llm.test'))
    expect(sink.failure).toMatchObject({ kind: 'connect', code: 'ENOTFOUND' })
    expect(sink.failure?.message).toMatch(/^llm\.test is not a name that can be resolved/)
  })

  it('resolves names by the given means', async () => {
    const server = await serve((request, response) => response.end(request.headers.host))
    const client = openClient({
      lookup: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    })
    const sink = await finish(client, callTo(`http://llm.test:${server.port}`))
    expect(sink.body).toBe(`llm.test:${server.port}`)
  })

  it('has a limit of its own', async () => {
    // A name that never resolves stands for every way in which a connection never comes.
    const client = openClient({ lookup: () => {}, timeouts: limits({ connectMs: 50, tlsMs: 1, requestMs: 1500 }) })
    const started = performance.now()
    const sink = await finish(client, callTo('http://blackhole.test'))
    expect(performance.now() - started).toBeGreaterThan(45)
    expect(sink.failure).toMatchObject({ kind: 'timeout', phase: 'connect', code: 'CONNECT_TIMEOUT' })
    expect(sink.failure?.message).toBe('connecting to blackhole.test took longer than 50 ms')
  })

  it('that fails does not hinder the next call', async () => {
    let up = false
    const server = await serve((_request, response) => response.end('ok'))
    const client = openClient({
      lookup: (_host, _options, callback) =>
        up
          ? callback(null, [{ address: '127.0.0.1', family: 4 }])
          : callback(Object.assign(new Error('try again'), { code: 'EAI_AGAIN' }), ''),
    })
    const call = callTo(`http://llm.test:${server.port}`)
    expect((await finish(client, call)).failure?.code).toBe('EAI_AGAIN')
    up = true
    expect((await finish(client, call)).body).toBe('ok')
  })
})

describe('a connection', () => {
  it('that nobody waits for any more carries the next call', async () => {
    const server = await serve((_request, response) => response.end('ok'))
    let connect = (): void => {}
    const client = openClient({
      connections: 1,
      lookup: (_host, _options, callback) => {
        connect = () => callback(null, [{ address: '127.0.0.1', family: 4 }])
      },
    })
    const call = callTo(`http://llm.test:${server.port}`, { timeouts: limits({ requestMs: 20 }) })
    const abandoned = await finish(client, call)
    expect(abandoned.failure).toMatchObject({ kind: 'timeout', phase: 'connect', code: 'REQUEST_TIMEOUT' })
    const next = finish(client, callTo(`http://llm.test:${server.port}`))
    connect()
    expect((await next).body).toBe('ok')
    expect(abandoned.events).toEqual(['failure'])
    expect(server.accepted).toBe(1)
  })
})

describe('TLS', () => {
  it('serves calls when the certificate is trusted, resuming the session', async () => {
    const resumed: boolean[] = []
    const { server, ca } = await startTls('localhost', (request, response) => {
      resumed.push('isSessionReused' in request.socket && (request.socket.isSessionReused as () => boolean)())
      response.setHeader('connection', 'close')
      response.end('secret')
    })
    const client = openClient({
      ca,
      lookup: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    })
    const call = callTo(`https://localhost:${server.port}`)
    expect((await finish(client, call)).body).toBe('secret')
    await until(() => server.open === 0)
    expect((await finish(client, call)).body).toBe('secret')
    expect(resumed).toEqual([false, true])
  })

  it.each([
    ['not trusted', undefined, 'localhost', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['for another name', 'own', 'other.test', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('refuses a certificate that is %s, and sends nothing', async (_name, trust, host, code) => {
    let requests = 0
    const { server, ca } = await startTls('localhost', () => requests++)
    const client = openClient({
      ...(trust !== undefined && { ca }),
      lookup: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    })
    const sink = await finish(client, callTo(`https://${host}:${server.port}`))
    expect(sink.events).toEqual(['failure'])
    expect(sink.failure).toMatchObject({ kind: 'tls', phase: 'connect', code })
    expect(sink.failure?.message).toMatch(/has a certificate that is not trusted/)
    await pass(10)
    expect(requests).toBe(0)
  })

  it('has a limit for the handshake', async () => {
    const server = await serveTcp((socket) => socket.resume())
    const timeouts = limits({ tlsMs: 50, connectMs: 1500 })
    const sink = await finish(openClient({ timeouts }), callTo(server.origin.replace('http:', 'https:')))
    expect(sink.failure).toMatchObject({ kind: 'timeout', phase: 'connect', code: 'TLS_TIMEOUT' })
    await until(() => server.open === 0)
  })

  it('tells a server that speaks no TLS from one that hangs up', async () => {
    const plain = await serve((_request, response) => response.end())
    const first = await finish(openClient(), callTo(plain.origin.replace('http:', 'https:')))
    expect(first.failure).toMatchObject({ kind: 'tls', phase: 'connect' })
    expect(first.failure?.message).toContain('does not speak TLS on this port')
    const hanging = await serveTcp((socket) => socket.once('data', () => socket.destroy()))
    const second = await finish(openClient(), callTo(hanging.origin.replace('http:', 'https:')))
    expect(second.failure).toMatchObject({ kind: 'tls', phase: 'connect', code: 'ECONNRESET' })
  })
})
