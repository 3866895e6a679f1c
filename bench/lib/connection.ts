import { connect, type Socket } from 'node:net'

/** One kept connection that carries one request at a time. It reads as little of an answer as tells its end. */
export class Connection {
  readonly #socket: Socket
  readonly #onPiece: ((piece: Buffer) => void) | undefined
  #pending: { resolve(status: number): void; reject(error: Error): void } | undefined
  #status = 0
  /** Bytes of a body of known length that have not come; undefined while the head is read. */
  #left: number | undefined
  #chunked = false
  #tail = ''

  /** @param onPiece shown every piece as it comes, heads included. */
  constructor(port: number, onPiece?: (piece: Buffer) => void) {
    this.#onPiece = onPiece
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (piece: Buffer) => this.#take(piece))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed within an answer')))
  }

  /** Sends one request; resolves with the status when its answer is complete. */
  send(request: Buffer): Promise<number> {
    this.#left = undefined
    this.#chunked = false
    this.#tail = ''
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject }
      this.#socket.write(request)
    })
  }

  /** Closes it; an answer under way is never told. */
  close(): void {
    this.#pending = undefined
    this.#socket.destroy()
  }

  /** Closes it; an answer under way fails. */
  cut(): void {
    this.#socket.destroy()
  }

  #take(piece: Buffer): void {
    this.#onPiece?.(piece)
    if (this.#left === undefined && !this.#chunked) this.#readHead(piece)
    else if (this.#left !== undefined) this.#left -= piece.length
    if (this.#chunked) {
      this.#tail = (this.#tail + piece.toString('latin1', Math.max(0, piece.length - 5))).slice(-5)
      if (this.#tail === '0\r\n\r\n') this.#complete()
    } else if (this.#left === 0) this.#complete()
  }

  /** Heads of these servers come in one piece: they are written in one and are short. */
  #readHead(piece: Buffer): void {
    const end = piece.indexOf('\r\n\r\n')
    const head = piece.toString('latin1', 0, end === -1 ? piece.length : end)
    this.#status = Number(head.slice(9, 12))
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    this.#chunked = length === undefined
    if (length !== undefined) this.#left = Number(length) - (piece.length - end - 4)
  }

  #complete(): void {
    const pending = this.#pending
    this.#pending = undefined
    pending?.resolve(this.#status)
  }

  #fail(error: Error): void {
    const pending = this.#pending
    this.#pending = undefined
    pending?.reject(error)
  }
}

/** How long a server that is starting may take over its first answer. */
const answerMs = 2000

/** Sends one request over a connection of its own and gives its status; 0 when there is no answer. */
export async function once(port: number, request: Buffer): Promise<number> {
  const connection = new Connection(port)
  const timer = setTimeout(() => connection.cut(), answerMs)
  try {
    return await connection.send(request)
  } catch {
    return 0
  } finally {
    clearTimeout(timer)
    connection.close()
  }
}
