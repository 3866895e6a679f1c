import { describe, expect, it } from 'vitest'
import { callTo, finish, limits, openClient, pass, RecordingSink, serve, start, until } from '../../test/loopback.ts'

const noop = (): void => {}

describe('backpressure', () => {
  it('hazard 116: stops reading from an upstream whose reader is slow, and loses nothing', async () => {
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
    const call = callTo(server.origin, { stream: true, timeouts: limits({ streamIdleMs: 150 }) })
    const exchange = openClient().send(call, sink)
    await sink.next('data')
    exchange.pause()
    await pass(400)
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
    const timeouts = limits({ streamIdleMs: 300, responseMs: 300, requestMs: 1 })
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
