import { FrameTooLargeError, type OnFrame } from '../sse.ts'

const QUOTE = 34
const COMMA = 44
const OPEN_ARRAY = 91
const BACKSLASH = 92
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/** The bytes of U+FEFF in UTF-8: a byte order mark says nothing, wherever it stands between elements. */
const byteOrderMark: ReadonlySet<number> = new Set([0xef, 0xbb, 0xbf])

/**
 * Splits the bytes of one JSON array into the texts of its elements as they come, cut anywhere. Brackets are counted outside of
 * strings and nothing else is looked at: whether an element is JSON is its reader's to say. Also reads one object, or several,
 * without an array around them, which is how a server tells an error instead. One object per stream.
 */
export class JsonArraySplitter {
  readonly #onFrame: OnFrame
  readonly #maxEventBytes: number
  readonly #encoder = new TextEncoder()
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  /** What came of the element that is not whole yet. */
  #pieces: Uint8Array[] = []
  #held = 0
  /** Brackets open within the element; 0 between elements. */
  #depth = 0
  #inString = false
  #escaped = false
  #opened = false
  #closed = false
  #refused = false
  #wholeEnd = 0

  /** @param maxEventBytes one element longer than this throws {@link FrameTooLargeError}; default 16 MiB. */
  constructor(onFrame: OnFrame, maxEventBytes: number = 16 * 1024 * 1024) {
    this.#onFrame = onFrame
    this.#maxEventBytes = maxEventBytes
  }

  /** The array's last bracket has come. */
  get closed(): boolean {
    return this.#closed
  }

  /** The array's first bracket has come. */
  get opened(): boolean {
    return this.#opened
  }

  /** How many bytes of the last piece are whole elements or the array's end: what may be passed on without leaving half of one. */
  get wholeEnd(): number {
    return this.#wholeEnd
  }

  push(chunk: Uint8Array | string): void {
    const bytes = typeof chunk === 'string' ? this.#encoder.encode(chunk) : chunk
    this.#wholeEnd = 0
    let start = 0
    for (let at = 0; at < bytes.length && !this.#closed && !this.#refused; at++) {
      if (this.#depth > 0) {
        if (!this.#within(bytes[at] ?? 0)) continue
        this.#element(bytes.subarray(start, at + 1))
        this.#wholeEnd = at + 1
      } else if (this.#between(bytes[at] ?? 0)) start = at
      else if (this.#closed) this.#wholeEnd = at + 1
    }
    if (this.#depth > 0) this.#hold(bytes.subarray(start))
  }

  /** The input is over: dispatches what there is of an element. */
  end(): void {
    if (this.#held > 0) this.#element(new Uint8Array(0))
  }

  /** Takes a byte of an element; true for its last. */
  #within(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false
      else if (byte === BACKSLASH) this.#escaped = true
      else if (byte === QUOTE) this.#inString = false
      return false
    }
    if (byte === QUOTE) this.#inString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#depth--
    return this.#depth === 0
  }

  /** Takes a byte between elements; true for the first of one. What cannot be there is an element that its reader refuses. */
  #between(byte: number): boolean {
    if (byte <= 32 || byte === COMMA || byteOrderMark.has(byte)) return false
    if (byte === OPEN_ARRAY && !this.#opened) this.#opened = true
    else if (byte === CLOSE_ARRAY && this.#opened) this.#closed = true
    else if (byte === OPEN_OBJECT) this.#depth = 1
    else {
      this.#refused = true
      this.#onFrame('', String.fromCharCode(byte))
    }
    return this.#depth > 0
  }

  #hold(bytes: Uint8Array): void {
    this.#held += bytes.length
    if (this.#held > this.#maxEventBytes) throw new FrameTooLargeError('an event of the stream is too large')
    // A copy: the piece's memory is the caller's.
    this.#pieces.push(bytes.slice())
  }

  #element(last: Uint8Array): void {
    if (this.#held + last.length > this.#maxEventBytes) {
      throw new FrameTooLargeError('an event of the stream is too large')
    }
    const bytes = this.#held === 0 ? last : concat([...this.#pieces, last])
    this.#pieces = []
    this.#held = 0
    this.#onFrame('', this.#decoder.decode(bytes))
  }
}

/** Writes events as the elements of one JSON array. */
export class JsonArrayWriter {
  #begun = false

  /**
   * @param frames whole server-sent events without names, each of one `data` line, as this package writes Gemini's.
   * @param last nothing will follow: the array is closed.
   */
  write(frames: string, last: boolean): string {
    let out = ''
    for (const frame of frames.split('\n')) {
      if (frame.startsWith('data: ')) out += this.element(frame.slice('data: '.length).trimEnd())
    }
    return last ? out + this.close() : out
  }

  /** One element by its JSON text. */
  element(json: string): string {
    const separator = this.#begun ? ',\r\n' : '['
    this.#begun = true
    return separator + json
  }

  /** The end of the array. */
  close(): string {
    return this.#begun ? '\r\n]\n' : '[]\n'
  }

  /** The terminal error of an array of which so many elements were told, or none, by its frame. */
  static terminal(frame: string, begun: boolean): string {
    const writer = new JsonArrayWriter()
    writer.#begun = begun
    return writer.write(frame, true)
  }
}

export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
