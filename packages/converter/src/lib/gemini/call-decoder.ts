import type { Emit } from '../chat/event.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { arrayAt, objectAt, stringAt } from '../chat/read.ts'
import type { NewId } from '../codec.ts'
import { isSeal, mintedCallId } from './wire.ts'

/** The arguments of a call grow here: objects without a prototype, so that any key is only a key. */
type Tree = JsonObject

interface OpenCall {
  readonly index: number
  readonly id: string
  readonly name: string
  readonly args: Tree
  /** The last piece said that more would follow. */
  continues: boolean
}

/**
 * Reads the calls of a stream. Most come whole in one part. Where a server streams the arguments, they come as values for places
 * named by JSON paths, and the call ends with an empty `functionCall`, with a `willContinue` that is false, or with nothing but
 * the next part.
 */
export class CallDecoder {
  readonly #emit: Emit
  readonly #takeIndex: () => number
  readonly #newId: NewId | undefined
  #open: OpenCall | undefined
  #count = 0
  /** The reply's own id, which minted call ids are made of. */
  replyId: string | undefined

  constructor(emit: Emit, takeIndex: () => number, newId: NewId | undefined) {
    this.#emit = emit
    this.#takeIndex = takeIndex
    this.#newId = newId
  }

  /** Whether the answer calls a tool. */
  get any(): boolean {
    return this.#count > 0
  }

  /**
   * Takes a part with a `functionCall`. False when what it says cannot be put together.
   *
   * @param starting is called before a new call is opened.
   */
  part(part: JsonObject, starting: () => void): boolean {
    const wire = objectAt(part, 'functionCall') ?? {}
    const call = this.#continued(wire) ?? this.#start(wire, starting)
    if (call === undefined) return true
    const signature = stringAt(part, 'thoughtSignature')
    if (isSeal(signature)) this.#emit({ type: 'seal', index: call.index, seal: { issuer: 'gemini', value: signature } })
    const args = objectAt(wire, 'args')
    for (const key of Object.keys(args ?? {})) call.args[key] = args?.[key]
    const pieces = arrayAt(wire, 'partialArgs').filter(isObject)
    for (const piece of pieces) if (!place(call.args, piece)) return false
    const more = member(wire, 'willContinue')
    call.continues = more === true
    const whole = args !== undefined && pieces.length === 0 && more !== true
    return whole || more === false || saysNothing(wire) ? this.close() : true
  }

  /** What follows is something else. False when the arguments cannot be written. */
  close(): boolean {
    const call = this.#open
    if (call === undefined) return true
    this.#open = undefined
    const text = textOf(call.args)
    if (text === undefined) return false
    this.#emit({ type: 'input', index: call.index, literal: JSON.stringify(text) })
    this.#emit({ type: 'close', index: call.index })
    return true
  }

  /** The call that is open, if this goes on with it. */
  #continued(wire: JsonObject): OpenCall | undefined {
    const open = this.#open
    const name = stringAt(wire, 'name') ?? ''
    if (open === undefined || name === '') return open
    const id = stringAt(wire, 'id') ?? ''
    return open.continues && name === open.name && (id === '' || id === open.id) ? open : undefined
  }

  #start(wire: JsonObject, starting: () => void): OpenCall | undefined {
    const name = stringAt(wire, 'name') ?? ''
    if (name === '') return undefined
    this.close()
    starting()
    const ordinal = this.#count++
    const id = stringAt(wire, 'id') || mintedCallId(this.replyId ?? this.#newId?.(), ordinal)
    this.#open = { index: this.#takeIndex(), id, name, args: emptyTree(), continues: false }
    this.#emit({ type: 'open', index: this.#open.index, part: { type: 'tool-call', id, name, inputKind: 'json' } })
    return this.#open
  }
}

/** An empty `functionCall`, which ends the call before it. */
function saysNothing(wire: JsonObject): boolean {
  return ['name', 'id', 'args', 'partialArgs', 'willContinue'].every((key) => member(wire, key) === undefined)
}

function emptyTree(): Tree {
  return Object.create(null) as Tree
}

function textOf(args: Tree): string | undefined {
  try {
    return JSON.stringify(args)
  } catch (cause) {
    // The parser takes any depth, the writer only what the stack holds.
    if (cause instanceof RangeError) return undefined
    throw cause
  }
}

/** Puts the value of a `PartialArg` in its place; false when there is no such place. */
function place(args: Tree, piece: JsonObject): boolean {
  const path = parsePath(stringAt(piece, 'jsonPath') ?? '')
  const value = valueIn(piece)
  if (path === undefined || path.length === 0) return false
  // A path without a value only announces that one follows.
  if (value === undefined) return true
  let holder: Tree | JsonValue[] = args
  for (const [i, step] of path.entries()) {
    const known = read(holder, step)
    if (i === path.length - 1) {
      const grown: JsonValue = typeof known === 'string' && typeof value === 'string' ? known + value : value
      return write(holder, step, grown)
    }
    const next: Tree | JsonValue[] = isHolder(known) ? known : typeof path[i + 1] === 'number' ? [] : emptyTree()
    if (next !== known && !write(holder, step, next)) return false
    holder = next
  }
  return true
}

function isHolder(value: JsonValue | undefined): value is Tree | JsonValue[] {
  return Array.isArray(value) || isObject(value)
}

function valueIn(piece: JsonObject): JsonValue | undefined {
  if (Object.hasOwn(piece, 'nullValue')) return null
  return member(piece, 'stringValue') ?? member(piece, 'numberValue') ?? member(piece, 'boolValue')
}

function read(holder: Tree | JsonValue[], step: string | number): JsonValue | undefined {
  if (Array.isArray(holder)) return typeof step === 'number' ? holder[step] : undefined
  return typeof step === 'string' && Object.hasOwn(holder, step) ? holder[step] : undefined
}

/** The items of an array come in order, so one beyond its end is a mistake, and would be a way to ask for all memory. */
function write(holder: Tree | JsonValue[], step: string | number, value: JsonValue): boolean {
  if (Array.isArray(holder)) {
    if (typeof step !== 'number' || step > holder.length) return false
    holder[step] = value
    return true
  }
  if (typeof step !== 'string') return false
  Object.defineProperty(holder, step, { value, enumerable: true, writable: true, configurable: true })
  return true
}

/** Deeper places are refused, as no arguments are, and so are longer paths. */
const maxSteps = 100
const maxPath = 10_000

const stepOf = /\.([^.[]+)|\[(\d{1,9})\]|\[(['"])((?:\\[\s\S]|(?!\3)[^\\])*)\3\]/y

/** The steps of a JSON path (RFC 9535) that names one place: `$.a['b c'][0]`. Undefined for any other. */
export function parsePath(path: string): (string | number)[] | undefined {
  if (!path.startsWith('$') || path.length > maxPath) return undefined
  const steps: (string | number)[] = []
  stepOf.lastIndex = 1
  while (stepOf.lastIndex < path.length) {
    const [, name, digits, , quoted = ''] = stepOf.exec(path) ?? []
    // A match that fails begins anew.
    if (stepOf.lastIndex === 0 || steps.length === maxSteps) return undefined
    steps.push(name ?? (digits === undefined ? quoted.replace(/\\([\s\S])/g, '$1') : Number(digits)))
  }
  return steps
}
