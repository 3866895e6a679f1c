import type { Emit } from '../chat/event.ts'
import { isObject, type JsonObject, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { arrayAt, numberAt, objectAt, stringAt } from '../chat/read.ts'
import type { NewId } from '../codec.ts'
import { argumentsText, mintedCallId, thoughtSignatureOf } from './wire.ts'

interface Call {
  /** Empty until the server told it. */
  id: string
  name: string
  inputKind: 'json' | 'text'
  /** Input that came before the call could be opened. */
  held: string
  /** Some of its input has come. */
  fed: boolean
  /** The part's index once it is open. */
  index: number | undefined
  signature: string | undefined
}

/**
 * Puts tool call deltas together. A call is known by its `index`; where servers leave that out, by its id, or a new id begins a new call, and
 * where they send every call under one index (Ollama, Gemini's compatible endpoint), a new id with a name does. A call opens when
 * its id and name are both known; what came before is held.
 */
export class CallDecoder {
  readonly #emit: Emit
  readonly #report: Report
  readonly #takeIndex: () => number
  readonly #newId: NewId | undefined
  readonly #calls: Call[] = []
  readonly #byIndex = new Map<number, Call>()
  #last: Call | undefined
  #legacy: Call | undefined
  /** The reply's own id, which minted call ids are made of. */
  replyId: string | undefined

  constructor(emit: Emit, report: Report, takeIndex: () => number, newId?: NewId) {
    this.#newId = newId
    this.#emit = emit
    this.#report = report
    this.#takeIndex = takeIndex
  }

  /** Whether the answer calls a tool. */
  get any(): boolean {
    return this.#calls.some((call) => call.index !== undefined)
  }

  delta(wire: JsonObject): void {
    const custom = objectAt(wire, 'custom')
    const body = custom ?? objectAt(wire, 'function') ?? {}
    const id = stringAt(wire, 'id') ?? ''
    const name = stringAt(body, 'name') ?? ''
    const call = this.#callOf(numberAt(wire, 'index'), id, name)
    if (custom !== undefined) call.inputKind = 'text'
    if (call.id === '') call.id = id
    this.#sign(call, thoughtSignatureOf(wire))
    this.#name(call, name)
    this.#input(call, argumentsText(member(body, custom === undefined ? 'arguments' : 'input')))
  }

  /** `delta.function_call`: one call, never with an id. */
  legacy(wire: JsonObject): void {
    this.#legacy ??= this.#add('')
    const call = this.#legacy
    if (call.id === '') call.id = this.#minted(this.#calls.indexOf(call))
    this.#name(call, stringAt(wire, 'name') ?? '')
    this.#input(call, argumentsText(member(wire, 'arguments')))
  }

  /** The stream is over: opens what still waits for an id and closes everything. */
  finish(): void {
    for (const [ordinal, call] of this.#calls.entries()) {
      if (call.index === undefined && call.name !== '') {
        if (call.id === '') call.id = this.#minted(ordinal)
        this.#open(call)
      }
      if (call.index !== undefined) this.#emit({ type: 'close', index: call.index })
      else this.#report.dropped(`choices[0].message.tool_calls[${ordinal}]`, 'the upstream never named the tool')
    }
  }

  #callOf(index: number | undefined, id: string, name: string): Call {
    const named = index === undefined && id !== '' ? this.#calls.find((call) => call.id === id) : undefined
    const known = named ?? (index === undefined ? this.#last : this.#byIndex.get(index))
    const another = known !== undefined && id !== '' && known.id !== '' && known.id !== id
    // Whole calls in a row with neither index nor id: a name after arguments can only be the next call's.
    const anonymous = index === undefined && id === '' && name !== '' && known?.fed === true
    const begins = anonymous || (another && (index === undefined || name !== ''))
    const call = known === undefined || begins ? this.#add(id) : known
    if (index !== undefined) this.#byIndex.set(index, call)
    this.#last = call
    return call
  }

  #minted(ordinal: number): string {
    return mintedCallId(this.replyId ?? this.#newId?.(), ordinal)
  }

  #add(id: string): Call {
    const call: Call = { id, name: '', inputKind: 'json', held: '', fed: false, index: undefined, signature: undefined }
    this.#calls.push(call)
    return call
  }

  /** A name may be repeated in every delta, or come in pieces before the call is open. */
  #name(call: Call, name: string): void {
    if (name === '' || call.index !== undefined) return
    if (call.name !== name) call.name += name
    if (call.id !== '') this.#open(call)
  }

  #input(call: Call, text: string): void {
    if (call.index === undefined && call.id !== '' && call.name !== '') this.#open(call)
    if (text === '') return
    call.fed = true
    if (call.index === undefined) call.held += text
    else this.#emit({ type: 'input', index: call.index, literal: JSON.stringify(text) })
  }

  #sign(call: Call, signature: string | undefined): void {
    if (signature === undefined) return
    call.signature = signature
    this.#seal(call)
  }

  #seal({ index, signature }: Call): void {
    if (index === undefined || signature === undefined) return
    this.#emit({ type: 'seal', index, seal: { issuer: 'gemini', value: signature } })
  }

  #open(call: Call): void {
    const { id, name, inputKind } = call
    call.index = this.#takeIndex()
    this.#emit({ type: 'open', index: call.index, part: { type: 'tool-call', id, name, inputKind } })
    this.#seal(call)
    if (call.held !== '') this.#emit({ type: 'input', index: call.index, literal: JSON.stringify(call.held) })
    call.held = ''
  }
}

/** Whether a delta or message holds a tool call of either spelling. */
export function holdsCall(message: JsonObject): boolean {
  const calls = member(message, 'tool_calls')
  return (Array.isArray(calls) && calls.some(isObject)) || objectAt(message, 'function_call') !== undefined
}

/** Whether a message names a tool it calls, in either spelling. */
export function namesCall(message: JsonObject): boolean {
  const calls = arrayAt(message, 'tool_calls').filter(isObject)
  const bodies = calls.map((call) => objectAt(call, 'custom') ?? objectAt(call, 'function'))
  return [...bodies, objectAt(message, 'function_call')].some((body) => body && stringAt(body, 'name'))
}
