/** Where the value of one top-level member lies, in bytes; `end` is exclusive. */
export interface Member {
  readonly start: number
  readonly end: number
}

export type JsonScan =
  | {
      readonly ok: true
      /** Top-level members by key; of a repeated key the last, as `JSON.parse` takes it. */
      readonly members: ReadonlyMap<string, Member>
      /** Keys that stand more than once. */
      readonly repeated: readonly string[]
    }
  | {
      readonly ok: false
      /** Byte offset of the fault. */
      readonly at: number
      readonly message: string
      /** The JSON may be valid, and is more than is taken. */
      readonly limit?: true
      /** It is JSON of another kind, or there is nothing: `message` goes on a sentence about the body. */
      readonly notObject?: true
    }

class Fault extends Error {
  readonly at: number
  readonly kind: 'syntax' | 'limit' | 'notObject'
  constructor(at: number, message: string, kind: Fault['kind'] = 'syntax') {
    super(message)
    this.at = at
    this.kind = kind
  }
}

const QUOTE = 34
const BACKSLASH = 92
const simpleEscapes = '"\\/bfnrt'
/** Strings longer than this are skipped by a native search; shorter ones are not worth the call. */
const shortString = 48

/** What a body may hold at most: more costs much to convert, and is no conversation. */
export interface ScanLimits {
  /** Deepest nesting. Default: 128. */
  readonly maxDepth?: number
  /** Objects in one array, such as messages. Default: 10,000. Numbers and strings, such as tokens to embed, are not counted. */
  readonly maxObjects?: number
  /** Members of the body itself, of which no API knows a hundred. Default: 1,000. */
  readonly maxMembers?: number
}

/**
 * Finds the top-level members of a JSON object without building it: the body is checked for well-formedness and bounded in
 * depth and in the length of its lists, and nothing is allocated but the member table. A body beyond the limits is refused before it
 * costs anything. Escapes and control characters are not looked at beyond the start of a long string.
 */
export function scanObject(bytes: Uint8Array, limits: ScanLimits = {}): JsonScan {
  const scanner = new Scanner(bytes, limits)
  try {
    return scanner.object()
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault
    const { at, message, kind } = fault
    return { ok: false, at, message, ...(kind !== 'syntax' && { [kind]: true }) }
  }
}

class Scanner {
  readonly #bytes: Uint8Array
  readonly #maxDepth: number
  readonly #maxObjects: number
  readonly #maxMembers: number
  #at = 0

  constructor(bytes: Uint8Array, { maxDepth = 128, maxObjects = 10_000, maxMembers = 1_000 }: ScanLimits) {
    this.#bytes = bytes
    this.#maxDepth = maxDepth
    this.#maxObjects = maxObjects
    this.#maxMembers = maxMembers
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#at = 3
  }

  object(): JsonScan {
    const members = new Map<string, Member>()
    const repeated: string[] = []
    let count = 0
    this.#space()
    if (this.#bytes[this.#at] !== 123) throw this.#noObject()
    this.#at++
    this.#members((key, start, end) => {
      if (++count > this.#maxMembers) throw new Fault(start, `more than ${this.#maxMembers} members`, 'limit')
      if (members.has(key)) repeated.push(key)
      members.set(key, { start, end })
    }, 1)
    this.#space()
    if (this.#at < this.#bytes.length) throw new Fault(this.#at, 'unexpected text after the JSON object')
    return { ok: true, members, repeated }
  }

  /** What is wrong with a body that is no object: it may still be JSON, and then only its kind is wrong. */
  #noObject(): Fault {
    const start = this.#at
    if (start === this.#bytes.length) return new Fault(start, 'is empty', 'notObject')
    this.#value(0)
    this.#space()
    if (this.#at < this.#bytes.length) return new Fault(this.#at, 'unexpected text after the JSON value')
    return new Fault(start, `must be a JSON object, not ${kindOf(this.#bytes[start])}`, 'notObject')
  }

  /** After `{`, up to and including `}`. `onMember` is only given for the top level: keys further in are not decoded. */
  #members(onMember: ((key: string, start: number, end: number) => void) | undefined, depth: number): void {
    this.#space()
    if (this.#bytes[this.#at] === 125) {
      this.#at++
      return
    }
    for (;;) {
      this.#space()
      const keyStart = this.#at
      if (this.#bytes[keyStart] !== QUOTE) throw this.#unexpected('a member name in double quotes')
      this.#string()
      const keyEnd = this.#at
      this.#space()
      if (this.#bytes[this.#at] !== 58) throw this.#unexpected('":"')
      this.#at++
      this.#space()
      const start = this.#at
      this.#value(depth)
      if (onMember) onMember(this.#text(keyStart, keyEnd), start, this.#at)
      this.#space()
      const c = this.#bytes[this.#at]
      if (c !== 44 && c !== 125) throw this.#unexpected('"," or "}"')
      this.#at++
      if (c === 125) return
    }
  }

  #elements(depth: number): void {
    this.#space()
    if (this.#bytes[this.#at] === 93) {
      this.#at++
      return
    }
    let objects = 0
    for (;;) {
      this.#space()
      if (this.#bytes[this.#at] === 123 && ++objects > this.#maxObjects) {
        throw new Fault(this.#at, `more than ${this.#maxObjects} objects in one array`, 'limit')
      }
      this.#value(depth)
      this.#space()
      const c = this.#bytes[this.#at]
      if (c !== 44 && c !== 93) throw this.#unexpected('"," or "]"')
      this.#at++
      if (c === 93) return
    }
  }

  #value(depth: number): void {
    const c = this.#bytes[this.#at]
    if (c === QUOTE) this.#string()
    else if (c === 123 || c === 91) {
      if (depth >= this.#maxDepth) throw new Fault(this.#at, `nested deeper than ${this.#maxDepth} levels`, 'limit')
      this.#at++
      if (c === 123) this.#members(undefined, depth + 1)
      else this.#elements(depth + 1)
    } else if (c === 116) this.#word('true')
    else if (c === 102) this.#word('false')
    else if (c === 110) this.#word('null')
    else this.#number()
  }

  #string(): void {
    const bytes = this.#bytes
    let at = this.#at + 1
    const near = Math.min(at + shortString, bytes.length)
    while (at < near) {
      const c = bytes[at] ?? 0
      if (c === QUOTE) {
        this.#at = at + 1
        return
      }
      if (c < 32) throw new Fault(at, 'a control character inside a string must be escaped')
      at = c === BACKSLASH ? this.#escape(at) : at + 1
    }
    for (;;) {
      const quote = bytes.indexOf(QUOTE, at)
      if (quote === -1) throw new Fault(bytes.length, 'the body ends inside a string')
      let slashes = 0
      while (quote - 1 - slashes >= at && bytes[quote - 1 - slashes] === BACKSLASH) slashes++
      at = quote + 1
      if (slashes % 2 === 0) break
    }
    this.#at = at
  }

  /** Past the escape that starts at `at`. */
  #escape(at: number): number {
    const c = this.#bytes[at + 1]
    if (c !== 117) {
      if (c === undefined || !simpleEscapes.includes(String.fromCharCode(c)))
        throw new Fault(at, 'an unknown escape inside a string')
      return at + 2
    }
    for (let i = at + 2; i < at + 6; i++) {
      if (!isHex(this.#bytes[i] ?? 0)) throw new Fault(at, '\\u must be followed by four hexadecimal digits')
    }
    return at + 6
  }

  #number(): void {
    const start = this.#at
    if (this.#bytes[this.#at] === 45) this.#at++
    const zero = this.#bytes[this.#at] === 48
    const digits = this.#digits()
    if (digits === 0 || (zero && digits > 1)) {
      this.#at = start
      throw this.#unexpected('a JSON value')
    }
    if (this.#bytes[this.#at] === 46) {
      this.#at++
      if (this.#digits() === 0) throw this.#unexpected('a digit')
    }
    const e = this.#bytes[this.#at]
    if (e === 69 || e === 101) {
      this.#at++
      const sign = this.#bytes[this.#at]
      if (sign === 43 || sign === 45) this.#at++
      if (this.#digits() === 0) throw this.#unexpected('a digit')
    }
  }

  #digits(): number {
    const start = this.#at
    for (;;) {
      const c = this.#bytes[this.#at]
      if (c === undefined || c < 48 || c > 57) return this.#at - start
      this.#at++
    }
  }

  #word(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.#bytes[this.#at + i] !== word.charCodeAt(i)) throw this.#unexpected('a JSON value')
    }
    this.#at += word.length
  }

  #space(): void {
    for (;;) {
      const c = this.#bytes[this.#at]
      if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return
      this.#at++
    }
  }

  #text(start: number, end: number): string {
    let text = ''
    for (let i = start + 1; i < end - 1; i++) {
      const c = this.#bytes[i] ?? 0
      if (c === BACKSLASH || c > 126) return decodeKey(this.#bytes.subarray(start, end), start)
      text += String.fromCharCode(c)
    }
    return text
  }

  #unexpected(wanted: string): Fault {
    const c = this.#bytes[this.#at]
    if (c === undefined) return new Fault(this.#at, `the body ends where ${wanted} should stand`)
    return new Fault(this.#at, `expected ${wanted}`)
  }
}

/** Of JSON that is whole and no object, by its first byte. */
function kindOf(first: number | undefined): string {
  if (first === 91) return 'an array'
  if (first === QUOTE) return 'a string'
  if (first === 110) return 'null'
  if (first === 116) return 'true'
  return first === 102 ? 'false' : 'a number'
}

function isHex(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102)
}

function decodeKey(literal: Uint8Array, at: number): string {
  try {
    return JSON.parse(new TextDecoder().decode(literal)) as string
  } catch {
    throw new Fault(at, 'a member name is not a JSON string')
  }
}
