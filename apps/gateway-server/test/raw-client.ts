import { connect } from 'node:net'

/**
 * Sends bytes to a server as they are, and gives all that comes back until it closes the connection or falls silent. For
 * requests that no HTTP client would send.
 */
export function exchange(url: string, request: string, silenceMs = 300): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(request, 'latin1'))
    let answer = ''
    socket.setEncoding('latin1')
    socket.setTimeout(silenceMs, () => socket.destroy())
    socket.on('data', (piece: string) => {
      answer += piece
    })
    socket.on('close', () => resolve(answer))
    // A connection reset after its answer is an answer all the same.
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)))
  })
}

/** The statuses of the answers in what came back. */
export function statusesOf(answer: string): readonly number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
}
