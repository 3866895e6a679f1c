import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  callTo,
  finish,
  limits,
  openClient,
  pass,
  RecordingSink,
  serve,
  serveTcp,
  start,
  until,
} from '../../test/loopback.ts'

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

  it('sends no body with GET', async () => {
    const server = await serve((request, response) => {
      afterBody(request, (body) =>
        response.end(`${request.method} ${body.length} ${request.headers['content-length']}`),
      )
    })
    const sink = await finish(openClient(), callTo(server.origin, { method: 'GET', body: 'ignored' }))
    expect(sink.body).toBe('GET 0 undefined')
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

describe('backpressure', () => {
  it('stops reading from an upstream whose reader is slow, and loses nothing', async () => {
    const total = 64 * 1024 * 1024
    const chunk = Buffer.alloc(256 * 1024, 'x')
    let written = 0
    const server = await serve((_request, response) => {
      const pump = (): void => {
        while (written < total) {
          written += chunk.length
          if (!response.write(chunk)) {
            response.once('drain', pump)
            return
          }
        }
        response.end()
      }
      pump()
    })
    const sink = new RecordingSink()
    let received = 0
    sink.onData = (piece) => {
      received += piece.length
      return false
    }
    const exchange = openClient().send(callTo(server.origin, { stream: true }), sink)
    await until(() => received > 0)
    let before = -1
    while (before !== written) {
      before = written
      await pass(50)
    }
    // What the kernel and both processes' sockets hold; without backpressure all of it would have come.
    expect(written).toBeLessThan(total / 2)
    expect(received).toBeLessThan(1024 * 1024)
    sink.onData = (piece) => {
      received += piece.length
      return undefined
    }
    exchange.resume()
    await sink.done
    expect(received).toBe(total)
  })

  it('pauses and resumes at any time, also from within a callback and before the answer', async () => {
    const server = await serve((_request, response) => response.end('x'.repeat(300_000)))
    const sink = new RecordingSink()
    const exchange = openClient().send(callTo(server.origin), sink)
    exchange.pause()
    await sink.next('head')
    await pass(30)
    expect(sink.bytes).toBe(0)
    sink.onData = (chunk) => {
      RecordingSink.prototype.onData.call(sink, chunk)
      setImmediate(() => exchange.resume())
      return false
    }
    exchange.resume()
    await sink.done
    expect(sink.bytes).toBe(300_000)
    exchange.pause()
    exchange.resume()
    exchange.abort('too late')
    expect(sink.events.at(-1)).toBe('end')
  })

  it('does not count its own pause as the upstream’s silence', async () => {
    const server = await serve((_request, response) => {
      response.write('one')
      setTimeout(() => response.end('two'), 20)
    })
    const sink = new RecordingSink()
    const call = callTo(server.origin, { stream: true, timeouts: limits({ streamIdleMs: 60 }) })
    const exchange = openClient().send(call, sink)
    await sink.next('data')
    exchange.pause()
    await pass(200)
    expect(sink.failure).toBe(undefined)
    exchange.resume()
    await sink.done
    expect(sink.body).toBe('onetwo')
  })
})

describe('abort', () => {
  it('closes the upstream’s connection at once and calls nothing back', async () => {
    let closedAt = 0
    const server = await serve((_request, response) => {
      response.on('close', () => (closedAt = performance.now()))
      response.write('first')
    })
    const { sink, exchange } = start(openClient(), callTo(server.origin, { stream: true }))
    await sink.next('data')
    const abortedAt = performance.now()
    exchange.abort('the client left')
    await until(() => closedAt > 0)
    expect(closedAt - abortedAt).toBeLessThan(500)
    expect(sink.events).toEqual(['head', 'data'])
  })

  it('works from within every callback', async () => {
    const server = await serve((_request, response) => response.end('body'))
    const client = openClient()
    for (const callback of ['onHead', 'onData'] as const) {
      const sink = new RecordingSink()
      const aborted = new Promise<void>((resolve) => {
        sink[callback] = () => {
          exchange.abort('enough')
          resolve()
          return undefined
        }
      })
      const exchange = client.send(callTo(server.origin), sink)
      await aborted
      await pass(20)
      expect(sink.events.filter((event) => event === 'end' || event === 'failure')).toEqual([])
    }
    expect(client.stats()[0]?.calls).toBe(0)
  })

  it('withdraws a call that waits for a connection and leaves the connection to others', async () => {
    const answers: (() => void)[] = []
    const server = await serve((_request, response) => answers.push(() => response.end('ok')))
    const client = openClient({ connections: 1 })
    const first = start(client, callTo(server.origin))
    const second = start(client, callTo(server.origin))
    const third = start(client, callTo(server.origin))
    await until(() => answers.length === 1)
    second.exchange.abort('the client left')
    answers[0]?.()
    await first.sink.done
    await until(() => answers.length === 2)
    answers[1]?.()
    await third.sink.done
    expect(third.sink.body).toBe('ok')
    expect(second.sink.events).toEqual([])
    expect(server.accepted).toBe(1)
  })
})

describe('deadlines', () => {
  it('ends a whole call, also one that trickles', async () => {
    const server = await serve((_request, response) => {
      const timer = setInterval(() => response.write(' '), 10)
      response.on('close', () => clearInterval(timer))
    })
    const started = performance.now()
    const sink = await finish(openClient(), callTo(server.origin, { timeouts: limits({ requestMs: 120 }) }))
    expect(performance.now() - started).toBeGreaterThan(110)
    expect(sink.failure).toMatchObject({ kind: 'timeout', phase: 'body', code: 'REQUEST_TIMEOUT' })
    expect(sink.failure?.message).toMatch(/^127\.0\.0\.1:\d+ did not complete its answer within 120 ms/)
    await until(() => server.open === 0)
  })

  it('ends the wait for a stream’s head', async () => {
    const server = await serve(noop)
    const timeouts = limits({ responseMs: 60, requestMs: 1 })
    const sink = await finish(openClient(), callTo(server.origin, { stream: true, timeouts }))
    expect(sink.failure).toMatchObject({ kind: 'timeout', phase: 'head', code: 'RESPONSE_TIMEOUT' })
    await until(() => server.open === 0)
  })

  it('ends a silent stream but none that goes on, however long', async () => {
    let chunks = 0
    const server = await serve((_request, response) => {
      response.flushHeaders()
      const timer = setInterval(() => {
        if (++chunks < 10) response.write('x')
      }, 20)
      response.on('close', () => clearInterval(timer))
    })
    const timeouts = limits({ streamIdleMs: 100, responseMs: 100, requestMs: 1 })
    const sink = await finish(openClient(), callTo(server.origin, { stream: true, timeouts }))
    expect(sink.body).toBe('x'.repeat(9))
    expect(sink.failure).toMatchObject({ kind: 'timeout', phase: 'body', code: 'STREAM_IDLE_TIMEOUT' })
  })

  it('counts the wait for a free connection', async () => {
    const server = await serve(noop)
    const client = openClient({ connections: 1 })
    start(client, callTo(server.origin))
    const sink = await finish(client, callTo(server.origin, { timeouts: limits({ requestMs: 50 }) }))
    expect(sink.failure).toMatchObject({ kind: 'timeout', phase: 'connect', code: 'REQUEST_TIMEOUT' })
    expect(server.accepted).toBe(1)
  })

  it('takes 0 for no limit', async () => {
    const server = await serve((_request, response) => setTimeout(() => response.end('late'), 50))
    const timeouts = { connectMs: 0, tlsMs: 0, requestMs: 0, responseMs: 0, streamIdleMs: 0, idleConnMs: 0 }
    expect((await finish(openClient(), callTo(server.origin, { timeouts }))).body).toBe('late')
    expect((await finish(openClient({ timeouts }), callTo(server.origin, { stream: true }))).body).toBe('late')
  })

  it('closes connections that were idle for too long', async () => {
    const server = await serve((_request, response) => response.end('ok'))
    await finish(openClient(), callTo(server.origin, { timeouts: limits({ idleConnMs: 30 }) }))
    expect(server.open).toBe(1)
    await until(() => server.open === 0)
  })
})

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

  it('a packed body is refused; of a packed error the status remains', async () => {
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

describe('a sink that throws', () => {
  it.each(['onHead', 'onData'] as const)('in %s ends its own call only', async (callback) => {
    const server = await serve((_request, response) => response.end('ok'))
    const client = openClient()
    const sink = new RecordingSink()
    const fault = new Error('a fault in the sink')
    sink[callback] = () => {
      throw fault
    }
    await finish(client, callTo(server.origin), sink)
    expect(sink.failure).toMatchObject({ kind: 'closed', code: 'SINK_FAILED', cause: fault })
    expect((await finish(client, callTo(server.origin))).body).toBe('ok')
  })
})

describe('a client', () => {
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

it('reads nothing but its own modules, undici and Node', () => {
  const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(Object.keys(dependencies)).toEqual(['undici'])
})
