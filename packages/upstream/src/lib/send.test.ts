import { describe, expect, it } from 'vitest'
import { callTo, finish, limits, openClient, pass, RecordingSink, serve, start, until } from '../../test/loopback.ts'

const noop = (): void => {}

/** Reads a request's body, then answers. */
function afterBody(request: NodeJS.ReadableStream, answer: (body: Buffer) => void): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => answer(Buffer.concat(chunks)))
}

describe('a call', () => {
  it('sends method, path, headers and body as they are and gives the answer as it comes', async () => {
    const server = await serve((request, response) => {
      afterBody(request, (body) => {
        response.writeHead(201, { 'content-type': 'application/json', 'x-seen': `${request.method} ${request.url}` })
        response.end(`${request.headers['x-api-key']} ${body.toString('base64')}`)
      })
    })
    const body = new Uint8Array([0, 255, 10, 13]).subarray(1)
    const call = callTo(server.origin, { path: '/v1/messages?beta=true', headers: { 'x-api-key': 'k' }, body })
    const sink = await finish(openClient(), call)
    expect(sink.events).toEqual(['head', 'data', 'end'])
    expect(sink.status).toBe(201)
    expect(sink.headers['x-seen']).toBe('POST /v1/messages?beta=true')
    expect(sink.body).toBe(`k ${Buffer.from(body).toString('base64')}`)
  })

  it.each(['GET', 'DELETE'] as const)('sends no body with %s', async (method) => {
    const server = await serve((request, response) => {
      afterBody(request, (body) =>
        response.end(`${request.method} ${body.length} ${request.headers['content-length']}`),
      )
    })
    const sink = await finish(openClient(), callTo(server.origin, { method, body: 'ignored' }))
    expect(sink.body).toBe(`${method} 0 undefined`)
  })

  it('reuses a connection within an account and never across accounts', async () => {
    const server = await serve((_request, response) => response.end('ok'))
    // undici frees a connection one turn after an answer's end, so that a call from within that turn would open another.
    const client = openClient({ connections: 1 })
    for (let i = 0; i < 5; i++) await finish(client, callTo(server.origin))
    expect(server.accepted).toBe(1)
    await finish(client, callTo(server.origin, { accountId: 'a2' }))
    expect(server.accepted).toBe(2)
    expect(client.stats()).toEqual([
      { accountId: 'a1', origin: server.origin, proxied: false, calls: 0, connections: 1 },
      { accountId: 'a2', origin: server.origin, proxied: false, calls: 0, connections: 1 },
    ])
  })

  it('does not follow redirects: a credential goes to its own host only', async () => {
    const other = await serve((_request, response) => response.end('stolen'))
    const server = await serve((_request, response) => response.writeHead(307, { location: other.origin }).end())
    const sink = await finish(openClient(), callTo(server.origin))
    expect(sink.status).toBe(307)
    expect(other.accepted).toBe(0)
  })

  it('does not show informational answers', async () => {
    const server = await serve((_request, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' })
      response.end('after')
    })
    const sink = await finish(openClient(), callTo(server.origin))
    expect(sink.events).toEqual(['head', 'data', 'end'])
    expect(sink.status).toBe(200)
  })

  it('calls nothing back before send returns, not even for a refused request', async () => {
    const { sink } = start(openClient(), callTo('http://127.0.0.1:1', { headers: { 'x-a': 'b\r\nx-injected: 1' } }))
    expect(sink.events).toEqual([])
    await sink.done
    expect(sink.failure).toMatchObject({ kind: 'protocol', phase: 'connect', code: 'UND_ERR_INVALID_ARG' })
  })

  it.each([
    ['a line end in a header', { headers: { 'anthropic-beta': 'a\r\nx-injected: 1' } }],
    ['a NUL in a header', { headers: { 'anthropic-beta': 'a\0' } }],
    ['a line end in a header name', { headers: { 'a\r\nx-injected': '1' } }],
    ['a line end in the path', { path: '/v1/x HTTP/1.1\r\nx-injected: 1\r\n\r\n' }],
    ['a length that is not the body’s', { headers: { 'content-length': '1' } }],
  ])('refuses %s without sending anything', async (_name, some) => {
    const server = await serve((_request, response) => response.end())
    const sink = await finish(openClient(), callTo(server.origin, some))
    expect(sink.failure?.kind).not.toBe(undefined)
    expect(sink.events).toEqual(['failure'])
    expect(sink.failure?.message).not.toContain('injected')
  })

  it('refuses an origin that is no URL', () => {
    expect(() => openClient().send(callTo('nowhere'), new RecordingSink())).toThrow(TypeError)
  })
})

describe('a client', () => {
  it('takes another bound of connections for the calls to come', async () => {
    const server = await serve(noop)
    const client = openClient({ connections: 1, waiting: 0 })
    start(client, callTo(server.origin))
    const refused = start(client, callTo(server.origin))
    await refused.sink.done
    expect(refused.sink.failure).toMatchObject({ code: 'POOL_FULL' })
    client.configure({ connections: 3 })
    for (let call = 0; call < 3; call++) start(client, callTo(server.origin))
    const beyond = start(client, callTo(server.origin))
    await beyond.sink.done
    expect(beyond.sink.failure).toMatchObject({ code: 'POOL_FULL' })
    await until(() => client.stats().some(({ connections }) => connections === 3))
    client.destroy()
  })

  it('refuses more calls than may wait', async () => {
    const server = await serve(noop)
    const client = openClient({ connections: 2, waiting: 1 })
    const calls = Array.from({ length: 4 }, () => start(client, callTo(server.origin)))
    await calls[3]?.sink.done
    expect(calls[3]?.sink.failure).toMatchObject({ kind: 'connect', phase: 'connect', code: 'POOL_FULL' })
    calls[0]?.exchange.abort('room')
    const next = start(client, callTo(server.origin))
    await pass(20)
    expect(next.sink.events).toEqual([])
  })

  it('lets calls end when it is closed, and takes no more', async () => {
    const answers: (() => void)[] = []
    const server = await serve((_request, response) => answers.push(() => response.end('ok')))
    const client = openClient()
    const { sink } = start(client, callTo(server.origin))
    await until(() => answers.length === 1)
    const closed = client.close()
    const refused = await finish(client, callTo(server.origin))
    expect(refused.failure).toMatchObject({ kind: 'closed', code: 'CLIENT_CLOSED' })
    answers[0]?.()
    await sink.done
    await closed
    expect(sink.body).toBe('ok')
    await until(() => server.open === 0)
  })

  it('cuts calls when it is destroyed', async () => {
    const server = await serve((_request, response) => response.write('first'))
    const client = openClient({ connections: 1 })
    const running = start(client, callTo(server.origin, { stream: true }))
    const waiting = start(client, callTo(server.origin))
    await running.sink.next('data')
    client.destroy()
    await Promise.all([running.sink.done, waiting.sink.done])
    expect(running.sink.failure).toMatchObject({ kind: 'closed', phase: 'body' })
    expect(waiting.sink.failure).toMatchObject({ kind: 'closed', phase: 'connect' })
    await until(() => server.open === 0)
  })

  it('gives up the connections of accounts that are gone, after their calls', async () => {
    const answers: (() => void)[] = []
    const server = await serve((_request, response) => answers.push(() => response.end('ok')))
    const client = openClient()
    const gone = start(client, callTo(server.origin))
    const stays = start(client, callTo(server.origin, { accountId: 'a2' }))
    await until(() => answers.length === 2)
    client.configure({ accounts: ['a2'] })
    for (const answer of answers) answer()
    await Promise.all([gone.sink.done, stays.sink.done])
    expect([gone.sink.body, stays.sink.body]).toEqual(['ok', 'ok'])
    await until(() => server.open === 1)
    expect(client.stats().map((pool) => pool.accountId)).toEqual(['a2'])
  })

  it('forgets addresses that an account has no more', async () => {
    const client = openClient()
    for (let address = 0; address < 3; address++) {
      const server = await serve((_request, response) => response.setHeader('connection', 'close').end('ok'))
      await finish(client, callTo(server.origin))
      await until(() => client.stats().every(({ connections }) => connections === 0))
      client.configure({ accounts: ['a1'] })
      expect(client.stats()).toEqual([])
    }
  })

  it('uses new timeouts for calls to come', async () => {
    const server = await serve(noop)
    const client = openClient()
    client.configure({ timeouts: limits({ requestMs: 40 }) })
    expect((await finish(client, callTo(server.origin))).failure?.code).toBe('REQUEST_TIMEOUT')
  })

  it('leaves no timer and no connection behind', async () => {
    const server = await serve((_request, response) => response.end('ok'))
    const client = openClient({ connections: 1 })
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    for (let i = 0; i < 10; i++) await finish(client, callTo(server.origin))
    const before = timers()
    for (let i = 0; i < 500; i++) await finish(client, callTo(server.origin))
    expect(timers()).toBeLessThanOrEqual(before + 2)
    expect(server.accepted).toBe(1)
  })
})
