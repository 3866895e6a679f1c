import { isObject, type JsonObject } from '@llm-gateway/converter'
import type { Call, History, Made, Remember } from '../call.ts'
import { GatewayError } from '../error.ts'
import { wireOf } from '../wire.ts'
import { goHome, keyOf } from './go-home.ts'
import type { Maker, Makers } from './makers.ts'
import { inputItems, type ResponseStore } from './store.ts'
import { toldInEvent } from './told-in-event.ts'
import { isUnfinished } from './unfinished.ts'

/** The events that hold the whole response. */
const lastEvents: readonly string[] = ['response.completed', 'response.incomplete']
const firstEvents: readonly string[] = ['response.created']

/** What the gateway knows of the responses that went through it. */
export interface ResponseMemory {
  readonly makers: Makers
  readonly store: ResponseStore
}

/** What a request names that somebody has stored. */
interface Named {
  readonly previous: string | undefined
  readonly others: readonly string[]
}

/**
 * A response that goes on from something stored goes to the account that made it, or anywhere once the gateway itself has what it
 * takes to go on.
 */
export function recallResponse(call: Call, memory: ResponseMemory): void {
  const key = keyOf(call)
  const named = namesOf(call)
  const maker = named && makerOf(named, key, memory.makers)
  if (named) call.history = historyOf(named, key, memory.store)
  if (named && call.history === undefined) refuseUnknown(call, named, maker, memory.store)
  const home = call.history?.account ?? maker?.account
  if (home !== undefined) goHome(call, home, call.history === undefined)
  if (call.task === 'generate') call.remember = new ResponseKeeper(call, memory)
}

class ResponseKeeper implements Remember {
  readonly #call: Call
  readonly #memory: ResponseMemory
  #begun = false

  constructor(call: Call, memory: ResponseMemory) {
    this.#call = call
    this.#memory = memory
  }

  reply(response: JsonObject, made: Made): void {
    remember(this.#call, this.#memory, response, made)
  }

  events(piece: Uint8Array | string, made: Made, finished: boolean): void {
    if (!this.#begun && made.native) this.#begin(piece, made)
    const response = finished ? toldInEvent(piece, lastEvents, 'response') : undefined
    if (response) this.reply(response, made)
  }

  /** A client may come back for a response whose stream it did not see the end of. */
  #begin(piece: Uint8Array | string, { account }: Made): void {
    const id = toldInEvent(piece, firstEvents, 'response')?.id
    if (typeof id !== 'string') return
    this.#begun = true
    if (textOf(this.#call, 'store') === 'false') return
    this.#memory.makers.note(id, { account, key: keyOf(this.#call) })
  }
}

function namesOf(call: Call): Named | undefined {
  const previous = textMember(call, 'previous_response_id')
  const others: string[] = []
  if (call.facts?.scan.members.has('conversation')) others.push(...idOf(wireOf(call).conversation))
  if (Buffer.from(call.body.buffer, call.body.byteOffset, call.body.length).includes('"item_reference"')) {
    for (const item of inputItems(wireOf(call).input)) if (item.type === 'item_reference') others.push(...idOf(item))
  }
  return previous === undefined && others.length === 0 ? undefined : { previous, others }
}

/** A conversation is named by its id or as an object with one. */
function idOf(value: JsonObject[string]): string[] {
  const id = isObject(value) ? value.id : value
  return typeof id === 'string' ? [id] : []
}

function textMember(call: Call, key: string): string | undefined {
  const member = call.facts?.scan.members.get(key)
  if (member === undefined) return undefined
  const value: unknown = JSON.parse(Buffer.from(call.body.subarray(member.start, member.end)).toString('utf8'))
  return typeof value === 'string' ? value : undefined
}

/** @throws GatewayError when it was made for another gateway key, as if there were no such thing. */
function makerOf({ previous, others }: Named, key: string, makers: Makers): Maker | undefined {
  let found: Maker | undefined
  for (const name of previous === undefined ? others : [previous, ...others]) {
    const maker = makers.find(name)
    if (maker !== undefined && maker.key !== key) throw notFound(name, name === previous)
    found ??= maker
  }
  return found
}

function historyOf({ previous, others }: Named, key: string, store: ResponseStore): History | undefined {
  if (!store.on) return undefined
  const item = (id: string): JsonObject | undefined => store.item(key, id)
  if (previous === undefined) {
    // Items that are named are put in the place of their names; of a conversation that the provider keeps there are none here.
    const known = others.length > 0 && others.every((id) => item(id) !== undefined)
    return known ? { items: [], native: false, item } : undefined
  }
  const stored = store.find(key, previous)
  return stored && { items: stored.items, account: stored.account, native: stored.native, item }
}

/** A store that is on knows what it had; what it does not know can only be at a provider that stores itself. */
function refuseUnknown(call: Call, { previous }: Named, maker: Maker | undefined, store: ResponseStore): void {
  if (call.plan?.candidates.some((candidate) => candidate.dialect === call.dialect)) return
  if (store.on && previous !== undefined && maker === undefined) throw notFound(previous, true)
  if (store.on) return
  const param = previous === undefined ? 'input' : 'previous_response_id'
  const message = `${param}: the provider of this model stores no responses: have the client send the items themselves in input (store: false), or let the gateway keep responses (responses.store: memory)`
  throw new GatewayError('unsupported', message, { param })
}

/** OpenAI's own words, which clients match on. */
export function notFound(id: string, previous: boolean): GatewayError {
  if (previous) {
    const message = `Previous response with id '${id}' not found.`
    return new GatewayError('previous_response_not_found', message, { param: 'previous_response_id' })
  }
  return new GatewayError('not_found', `Item with id '${id}' not found.`, { param: 'input' })
}

function remember(call: Call, { makers, store }: ResponseMemory, response: JsonObject, made: Made): void {
  const { id } = response
  if (typeof id !== 'string' || textOf(call, 'store') === 'false') return
  const maker = { account: made.account, key: keyOf(call) }
  const output = inputItems(response.output)
  if (made.native) {
    for (const name of [...idOf(response.conversation), ...output.flatMap(idOf)]) makers.note(name, maker)
    makers.note(id, isUnfinished(response) ? { ...maker, uncounted: true } : maker)
  }
  if (!store.on || isUnfinished(response)) return
  const wire = wireOf(call)
  const input = inputItems(wire.input).map((item) => resolved(item, call.history))
  const bytes = call.body.length + JSON.stringify(response).length
  const before = call.history?.items ?? []
  const earlier =
    typeof wire.previous_response_id === 'string' ? store.find(maker.key, wire.previous_response_id)?.bytes : 0
  store.keep(maker.key, {
    response,
    items: [...before, ...input, ...output],
    ...made,
    bytes: bytes + (earlier ?? 0),
  })
}

/** An item, or what a reference to one stands for. */
export function resolved(item: JsonObject, history: History | undefined): JsonObject {
  if (item.type !== 'item_reference' || typeof item.id !== 'string') return item
  return history?.item(item.id) ?? item
}

function textOf(call: Call, key: string): string | undefined {
  const member = call.facts?.scan.members.get(key)
  return member && Buffer.from(call.body.subarray(member.start, member.end)).toString('utf8')
}
