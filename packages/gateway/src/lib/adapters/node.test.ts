import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { BodyError } from '../port.ts'
import { fromNode } from './node.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** One request's two sides: what the server got, and the port the client speaks to. */
async function serve(handle: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Promise<number> {
  const server = createServer(handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function post(port: number, pieces: readonly string[]): void {
  const client = request({ port, host: '127.0.0.1', method: 'POST', path: '/v1/messages?beta=true' })
  client.on('error', () => {})
  for (const piece of pieces) client.write(piece)
  client.end()
}

describe('fromNode', () => {
  it('splits the path from the query and reads the whole body', async () => {
    const got = new Promise((resolve) => {
      void serve((incoming, outgoing) => {
        const { request: taken } = fromNode(incoming, outgoing)
        void taken.body(100).then((body) => {
          resolve([taken.method, taken.path, taken.query, Buffer.from(body).toString()])
          outgoing.end()
        })
      }).then((port) => post(port, ['{"a":', '1}']))
    })
    expect(await got).toEqual(['POST', '/v1/messages', 'beta=true', '{"a":1}'])
  })

  it('stops reading a body at the limit, and says that the connection will close', async () => {
    const got = new Promise<unknown>((resolve) => {
      void serve((incoming, outgoing) => {
        const { request: taken, sink } = fromNode(incoming, outgoing)
        taken.body(10).catch((error: unknown) => {
          sink.head(413, {})
          sink.end()
          resolve(error)
        })
      }).then((port) => post(port, ['x'.repeat(8), 'y'.repeat(8), 'z'.repeat(100_000)]))
    })
    const error = await got
    expect(error).toBeInstanceOf(BodyError)
    expect(error).toMatchObject({ reason: 'too-large' })
  })

  it('tells of a client that stops in the middle of its body', async () => {
    const got = new Promise<BodyError>((resolve) => {
      void serve((incoming, outgoing) => {
        fromNode(incoming, outgoing).request.body(100).catch(resolve)
      }).then((port) => {
        const socket = connect(port, '127.0.0.1')
        socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\nhalf', () => socket.destroy())
      })
    })
    expect((await got).reason).toBe('aborted')
  })

  it('tells once that the client left before the answer was complete', async () => {
    let told = 0
    const left = new Promise<void>((resolve) => {
      void serve((incoming, outgoing) => {
        const { sink } = fromNode(incoming, outgoing)
        sink.onClose(() => {
          told++
          resolve()
        })
        sink.head(200, { 'content-type': 'text/event-stream' })
        sink.write('data: 1\n\n')
        incoming.resume()
      }).then((port) => {
        const client = request({ port, host: '127.0.0.1' }, (response) => response.destroy())
        client.on('error', () => {})
        client.end()
      })
    })
    await left
    expect(told).toBe(1)
  })
})
