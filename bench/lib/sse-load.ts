import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from './connection.ts'
import { connections, expectOk, type Target } from './load.ts'
import { wireBytes } from './system.ts'
import { streamEvents } from './upstream.ts'

const LF = 10
const blankLine = Buffer.from('\n\n')

/** Counts events as they come, by the blank lines after them. */
class EventCount {
  total = 0
  #afterLf = false

  take(piece: Buffer): void {
    let at = 0
    if (this.#afterLf && piece[0] === LF) {
      this.total++
      at = 1
    }
    for (;;) {
      const found = piece.indexOf(blankLine, at)
      if (found === -1) break
      this.total++
      at = found + 2
    }
    this.#afterLf = at < piece.length && piece[piece.length - 1] === LF
  }
}

/** Events a second that arrive over streams opened one after the other on each of many connections. */
export async function eventRate(target: Target, seconds: number): Promise<number> {
  const request = wireBytes(target.request)
  const begin = performance.now()
  const end = begin + seconds * 1000
  let total = 0
  const worker = async (): Promise<void> => {
    const own = new EventCount()
    const connection = new Connection(target.port, (piece) => own.take(piece))
    while (performance.now() < end) {
      const before = own.total
      expectOk(await connection.send(request))
      if (own.total - before < streamEvents) throw new Error(`a stream had ${own.total - before} events`)
    }
    connection.close()
    total += own.total
  }
  await Promise.all(Array.from({ length: connections }, worker))
  return (total * 1000) / (performance.now() - begin)
}

/** Streams held open. Each has had its first event. */
export interface OpenStreams {
  close(): void
}

/** Opens streams of an upstream that says one thing a second and never ends. */
export async function openStreams(target: Target, wanted: number): Promise<OpenStreams> {
  const request = wireBytes(target.request)
  const open: Connection[] = []
  let begun = 0
  let failed: Error | undefined
  for (let i = 0; i < wanted; i++) {
    const count = new EventCount()
    let told = false
    const connection = new Connection(target.port, (piece) => {
      count.take(piece)
      if (!told && count.total > 0) begun++
      told ||= count.total > 0
    })
    connection.send(request).then(
      (status) => {
        failed ??= new Error(`an endless stream ended (${status})`)
      },
      (cause: unknown) => {
        failed ??= cause instanceof Error ? cause : new Error(String(cause))
      },
    )
    open.push(connection)
    // All at once would overflow queues of connections that wait to be accepted, which is not what is measured.
    if (i % 50 === 49) await sleep(20)
  }
  const close = (): void => {
    for (const connection of open) connection.close()
  }
  const limit = Date.now() + 15_000
  while (begun < wanted) {
    if (failed || Date.now() > limit) {
      close()
      throw failed ?? new Error(`only ${begun} of ${wanted} streams began`)
    }
    await sleep(20)
  }
  return { close }
}
