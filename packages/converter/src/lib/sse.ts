/** Thrown into nobody's stream: told to the caller when one event outgrows the limit. */
export class FrameTooLargeError extends Error {
  override readonly name: string = 'FrameTooLargeError'
}

/** Receives one SSE event: its `event` name (empty when it had none) and its `data` lines joined by LF. */
export type OnFrame = (event: string, data: string) => void

/**
 * Asked where an event starts, before it is looked for: takes those events that stand there whole and are known in every byte, and
 * gives the index behind the last of them, each with its blank line; the index it was given where it takes none.
 */
export type TakeAhead = (text: string, at: number) => number

/** Longer texts are not offered to be taken ahead: it takes memory in proportion. Characters. */
const maxAhead = 1024 * 1024

const LF = 10
const CR = 13
const SPACE = 32
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/**
 * Splits bytes into SSE events, after the WHATWG rules with three tolerances real servers need: an event at the end of input
 * without its blank line is dispatched by {@link FrameSplitter.end}; text that is not UTF-8 is replaced rather than refused; and a
 * JSON object that stands bare between the events is one too, because it is how proxies tell that an upstream failed them. Lines end at LF, CRLF or CR only, never at U+2028 and its kin. One object per stream.
 */
export class FrameSplitter {
  readonly #onFrame: OnFrame
  readonly #maxEventBytes: number
  readonly #takeAhead: TakeAhead | undefined
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  /** Bytes of an incomplete UTF-8 sequence at the end of the last chunk. */
  #cut: Uint8Array | undefined
  /** The unfinished line. */
  #line = ''
  /** The last chunk ended in CR: an LF that follows belongs to it. */
  #afterCr = false
  #atStart = true
  #event = ''
  /** The last `event` line and the name in it: a stream has few, one after the other. */
  #eventLine = ''
  #eventName = ''
  #data = ''
  #hasData = false
  /** The lines of a bare JSON object so far. */
  #bare: string | undefined

  /**
   * @param maxEventBytes one event longer than this throws {@link FrameTooLargeError}; default 16 MiB.
   * @param takeAhead events it takes are not told to `onFrame`.
   */
  constructor(onFrame: OnFrame, maxEventBytes: number = 16 * 1024 * 1024, takeAhead?: TakeAhead) {
    this.#onFrame = onFrame
    this.#maxEventBytes = maxEventBytes
    this.#takeAhead = takeAhead
  }

  push(chunk: Uint8Array | string): void {
    this.#text(typeof chunk === 'string' ? chunk : this.#decode(chunk))
  }

  /** The input is over: dispatches what the last, unterminated lines hold. */
  end(): void {
    if (this.#cut) this.#text('\ufffd')
    if (this.#line !== '') this.#field(this.#line)
    this.#line = ''
    this.#dispatch()
    if (this.#bare !== undefined) this.#dispatchBare(this.#bare)
  }

  #decode(chunk: Uint8Array): string {
    const bytes = this.#cut ? concat(this.#cut, chunk) : chunk
    const whole = completeUtf8(bytes)
    this.#cut = whole === bytes.length ? undefined : bytes.slice(whole)
    return this.#decoder.decode(whole === bytes.length ? bytes : bytes.subarray(0, whole))
  }

  #text(text: string): void {
    if (text === '') return
    let at = 0
    if (this.#atStart) {
      this.#atStart = false
      if (text.charCodeAt(0) === 0xfeff) at = 1
    }
    if (this.#afterCr) {
      this.#afterCr = false
      if (text.charCodeAt(at) === LF) at++
    }
    let lf = text.indexOf('\n', at)
    let cr = text.indexOf('\r', at)
    const takeAhead = text.length > Math.min(this.#maxEventBytes, maxAhead) ? undefined : this.#takeAhead
    while (at < text.length) {
      if (takeAhead && !this.#hasData && this.#line === '' && this.#event === '' && this.#bare === undefined) {
        at = takeAhead(text, at)
        if (at === text.length) return
      }
      let end = at
      // Behind each event stands an empty line, which needs no search.
      if (!isLineEnd(text.charCodeAt(at))) {
        if (lf !== -1 && lf < at) lf = text.indexOf('\n', at)
        if (cr !== -1 && cr < at) cr = text.indexOf('\r', at)
        end = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr
        if (end === -1) break
      }
      if (this.#line !== '') {
        this.#field(this.#line + text.slice(at, end))
        this.#line = ''
      } else if (this.#bare !== undefined) this.#field(text.slice(at, end))
      else if (end === at) this.#dispatch()
      else if (isData(text, at)) this.#dataLine(text.slice(text.charCodeAt(at + 5) === SPACE ? at + 6 : at + 5, end))
      else this.#field(text.slice(at, end))
      at = end + 1
      if (text.charCodeAt(end) === CR) {
        if (at === text.length) this.#afterCr = true
        else if (text.charCodeAt(at) === LF) at++
      }
    }
    if (at < text.length) this.#line += text.slice(at)
    this.#limit(this.#line.length + this.#data.length + (this.#bare?.length ?? 0))
  }

  #limit(length: number): void {
    if (length > this.#maxEventBytes) throw new FrameTooLargeError('an event of the stream is too large')
  }

  #field(line: string): void {
    if (this.#bare !== undefined) this.#bareLine(`${this.#bare}\n${line}`, line)
    else if (line.charCodeAt(0) === OPEN_OBJECT) this.#bareLine(line, line.length === 1 ? '' : line.trimEnd().slice(-1))
    else if (isData(line, 0)) this.#dataLine(line.slice(line.charCodeAt(5) === SPACE ? 6 : 5))
    else if (line === this.#eventLine) this.#event = this.#eventName
    else if (line.startsWith('event:')) {
      this.#eventLine = line
      this.#eventName = line.slice(line.charCodeAt(6) === SPACE ? 7 : 6)
      this.#event = this.#eventName
    } else if (line === 'data') this.#dataLine('')
    else if (line === 'event') this.#event = ''
  }

  #dataLine(value: string): void {
    this.#data = this.#hasData ? `${this.#data}\n${value}` : value
    this.#hasData = true
    this.#limit(this.#data.length)
  }

  /** A bare object ends on its first line, or with the first line after it that begins with its last brace. */
  #bareLine(text: string, last: string): void {
    if (last.charCodeAt(0) === CLOSE_OBJECT) this.#dispatchBare(text)
    else this.#bare = text
  }

  #dispatchBare(text: string): void {
    this.#bare = undefined
    this.#dispatch()
    this.#onFrame('', text)
  }

  #dispatch(): void {
    if (!this.#hasData) {
      this.#event = ''
      return
    }
    const event = this.#event
    const data = this.#data
    this.#event = ''
    this.#data = ''
    this.#hasData = false
    this.#onFrame(event, data)
  }
}

function isLineEnd(c: number): boolean {
  return c === LF || c === CR
}

/** Whether a `data` field with a value starts there: most lines of a stream are one, so it is told without cutting the line out. */
function isData(text: string, at: number): boolean {
  return (
    text.charCodeAt(at) === 100 &&
    text.charCodeAt(at + 1) === 97 &&
    text.charCodeAt(at + 2) === 116 &&
    text.charCodeAt(at + 3) === 97 &&
    text.charCodeAt(at + 4) === 58
  )
}

/** How many leading bytes end on a whole UTF-8 sequence. */
function completeUtf8(bytes: Uint8Array): number {
  const length = bytes.length
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] ?? 0
    if (byte < 0x80) return length
    if (byte >= 0xc0) {
      const need = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return back < need ? length - back : length
    }
  }
  return length
}

/**
 * How many leading bytes of a piece of an SSE stream are whole events, each with its blank line: what may be passed on
 * without ever leaving half an event with the receiver. 0 when no event ends in the piece.
 */
export function wholeFrames(bytes: Uint8Array): number {
  for (let i = bytes.length - 1; i > 0; i--) {
    const c = bytes[i]
    if (c !== LF && c !== CR) continue
    const before = bytes[i - 1]
    if (c === LF && before === LF) return i + 1
    if (c === CR && (before === CR || before === LF)) return i + 1
    if (c === LF && before === CR && i > 1 && (bytes[i - 2] === LF || bytes[i - 2] === CR)) return i + 1
  }
  return 0
}

/** Whether the data of an event that came without its blank line is all there: what was cut off within is no JSON any more. */
export function isWholeData(data: string): boolean {
  const text = data.trim()
  if (text === '' || text === '[DONE]') return true
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
