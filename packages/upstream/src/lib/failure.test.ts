import { describe, expect, it } from 'vitest'
import { callTo, finish, openClient, serve, serveTcp, until } from '../../test/loopback.ts'

describe('a broken connection', () => {
  it('is told apart before and within the answer', async () => {
    const before = await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const first = await finish(openClient(), callTo(before.origin))
    expect(first.failure).toMatchObject({ kind: 'reset', phase: 'head', reusedSocket: false })
    const within = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
    })
    const second = await finish(openClient(), callTo(within.origin))
    expect(second.failure).toMatchObject({ kind: 'reset', phase: 'body' })
    expect(second.failure).not.toHaveProperty('reusedSocket')
    expect(second.body).toBe('half')
  })

  it.each([
    ['chunks without the last one', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
    [
      'chunks without the last one on a last connection',
      'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    ],
    ['fewer bytes than announced', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'],
    [
      'fewer bytes than announced on a last connection',
      'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\nhalf',
    ],
  ])('is seen in %s', async (_name, answer) => {
    const server = await serveTcp((socket) => socket.once('data', () => socket.end(answer)))
    const sink = await finish(openClient(), callTo(server.origin, { stream: true }))
    expect(sink.body).toBe('half')
    expect(sink.failure).toMatchObject({ kind: 'reset', phase: 'body' })
  })

  it('on a reused socket before any byte of the answer is marked as safe to try again', async () => {
    let requests = 0
    const server = await serveTcp((socket) => {
      socket.on('data', () => {
        requests++
        if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
        else socket.destroy()
      })
    })
    const client = openClient({ connections: 1 })
    expect((await finish(client, callTo(server.origin))).body).toBe('ok')
    const sink = await finish(client, callTo(server.origin))
    expect(sink.failure).toMatchObject({ kind: 'reset', phase: 'head', reusedSocket: true })
    expect(server.accepted).toBe(1)
  })

  it('is not marked so when the answer had begun', async () => {
    let requests = 0
    const server = await serveTcp((socket) => {
      socket.on('data', () => {
        requests++
        if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
        else socket.end('HTTP/1.1 200')
      })
    })
    const client = openClient({ connections: 1 })
    await finish(client, callTo(server.origin))
    const sink = await finish(client, callTo(server.origin))
    expect(sink.failure).toMatchObject({ kind: 'reset', phase: 'head', reusedSocket: false })
  })

  it('never fails a call for good when idle connections close under it and it is sent once more', async () => {
    // U12: the moment at which the upstream gives up an idle connection is the moment at which it is used.
    const idleMs = 12
    const served: string[] = []
    const server = await serve((request, response) => {
      served.push(String(request.headers['x-request-id']))
      response.on('finish', () => {
        const timer = setTimeout(() => request.socket.destroy(), idleMs)
        request.socket.once('data', () => clearTimeout(timer))
      })
      response.end('ok')
    })
    const client = openClient({ connections: 1 })
    let retries = 0
    for (let i = 0; i < 150; i++) {
      const call = callTo(server.origin, { headers: { 'x-request-id': `r${i}` } })
      let sink = await finish(client, call)
      if (sink.failure?.reusedSocket === true) {
        retries++
        sink = await finish(client, call)
      }
      expect(sink.body).toBe('ok')
      const end = performance.now() + idleMs - 1 + (i % 5) / 2
      while (performance.now() < end) await new Promise(setImmediate)
    }
    expect(new Set(served).size).toBe(150)
    expect(served.length).toBe(150)
    expect(retries).toBeLessThan(150)
  })
})

describe('an answer that is not one', () => {
  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'protocol'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok', 'protocol'],
    ['a chunk of no size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 'protocol', 'body'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', 'protocol'],
    ['too many headers', `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(100_000)}\r\n\r\n`, 'too-large'],
  ])('%s fails', async (_name, answer, kind, phase = 'head') => {
    const server = await serveTcp((socket) => socket.once('data', () => socket.write(answer)))
    const sink = await finish(openClient(), callTo(server.origin))
    expect(sink.events.at(-1)).toBe('failure')
    expect(sink.failure).toMatchObject({ kind, phase })
  })

  it.each([
    ['announced', true],
    ['unannounced', false],
  ])('a body that is too large, %s, is cut', async (_name, announced) => {
    const server = await serve((_request, response) => {
      if (announced) response.setHeader('content-length', 2000)
      response.write('x'.repeat(1000))
      response.end('x'.repeat(1000))
    })
    const sink = await finish(openClient({ maxBodyBytes: 1500 }), callTo(server.origin))
    expect(sink.failure).toMatchObject({ kind: 'too-large', phase: 'body', code: 'BODY_TOO_LARGE' })
    expect(sink.bytes).toBeLessThanOrEqual(1500)
    await until(() => server.open === 0)
  })

  it.each([
    [2 ** 20, 'answered with more than 1 MiB'],
    [1500, 'answered with more than 1500 bytes'],
  ])('tells a body of more than %i bytes in words', async (maxBodyBytes, words) => {
    const server = await serve((_request, response) => response.end('x'.repeat(maxBodyBytes + 1)))
    const sink = await finish(openClient({ maxBodyBytes }), callTo(server.origin))
    expect(sink.failure?.message).toContain(words)
  })

  it('a stream may be longer, an error in its place may not', async () => {
    const server = await serve((request, response) => {
      response.statusCode = request.url === '/error' ? 500 : 200
      response.end('x'.repeat(3000))
    })
    const client = openClient({ maxBodyBytes: 1500 })
    expect((await finish(client, callTo(server.origin, { stream: true }))).bytes).toBe(3000)
    const error = await finish(client, callTo(server.origin, { stream: true, path: '/error' }))
    expect(error.failure?.kind).toBe('too-large')
  })

  it('hazard 117: a packed body is refused; of a packed error the status remains', async () => {
    const server = await serve((request, response) => {
      response.writeHead(request.url === '/error' ? 429 : 200, { 'content-encoding': 'gzip', 'retry-after': '5' })
      response.end('bomb')
    })
    const client = openClient()
    const packed = await finish(client, callTo(server.origin))
    expect(packed.events).toEqual(['failure'])
    expect(packed.failure).toMatchObject({ kind: 'protocol', code: 'CONTENT_ENCODING' })
    const error = await finish(client, callTo(server.origin, { path: '/error' }))
    expect(error.status).toBe(429)
    expect(error.events).toEqual(['head', 'end'])
  })
})
