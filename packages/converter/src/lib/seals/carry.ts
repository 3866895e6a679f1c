import type { Dialect } from '../chat/dialect.ts'
import type { ChatEvent, Emit, OpenPart } from '../chat/event.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart, ReasoningPart, Seal } from '../chat/part.ts'
import { type Enclosed, enclose, withoutText } from './envelope.ts'

/** What carrying seals to a client needs to know of it. */
export interface Carriage {
  /** The upstream's dialect. */
  readonly from: Dialect
  /** The client's dialect. */
  readonly to: Dialect
  /** Whose endpoint answers, where vendors of one dialect are told apart. */
  readonly vendor?: string
  readonly report: Report
  /** The id of a call as the client knows it. */
  callId(id: string): string
}

/** The dialects in which reasoning has a place for a seal; in the others only calls have one, which is Gemini's. */
const ownPlaces: ReadonlySet<Dialect> = new Set(['anthropic', 'openai-responses'])

/** Whether a client surely brings back the text of reasoning: one of Responses is shown it only when it asks for a summary. */
function keepsText(to: Dialect): boolean {
  return to === 'anthropic'
}

/** Where a dialect's envelopes stand, told as the issuer whose place it is. */
function placeFor(to: Dialect): Dialect {
  return ownPlaces.has(to) ? to : 'gemini'
}

/** Whether the client's dialect has a place for the very seal, as it is. */
function isAtHome(seal: Seal, part: 'reasoning' | 'tool-call', to: Dialect): boolean {
  return seal.issuer === to || (part === 'tool-call' && seal.issuer === 'gemini' && to === 'openai-chat')
}

/** Whether a client of this dialect can carry seals of others at all. */
export function carries(to: Dialect): boolean {
  return to !== 'openai-completions'
}

/**
 * Reasoning of a chat has no seal, but some vendors insist on having it back within a tool loop: it is given one that tells whose it
 * is and where it stood.
 */
function vouched(part: { readonly member?: string }, { from, vendor }: Carriage): Seal | undefined {
  if (from !== 'openai-chat') return undefined
  return named({ issuer: from, value: part.member ?? 'reasoning_content' }, vendor)
}

/** What {@link vouched} says. */
const places: ReadonlySet<string> = new Set(['reasoning_content', 'reasoning', 'thinking'])

/** A seal of a chat upstream with the vendor it goes back to. */
function named(seal: Seal, vendor: string | undefined): Seal {
  return seal.issuer === 'openai-chat' && vendor !== undefined ? { ...seal, vendor } : seal
}

/** The seal that stands in the client's place for one; undefined, and reported, when it is too large. */
function envelope(enclosed: readonly Enclosed[], at: string, { to, report }: Carriage, key: string): Seal | undefined {
  const value = enclose(enclosed, key)
  if (value !== undefined) return { issuer: placeFor(to), value }
  report.dropped(`${at}.seal`, 'the seal is too large to travel with the client')
  return undefined
}

/** Puts the seals of a reply where its client keeps them, each in an envelope unless it is at home there. */
export function carrySeals(parts: readonly AssistantPart[], carriage: Carriage, key: string): AssistantPart[] {
  const { to } = carriage
  if (!carries(to)) return [...parts]
  let waiting: Enclosed[] = []
  const carried = parts.flatMap((part): AssistantPart[] => {
    const seal = sealOf(part, carriage)
    if (part.type === 'reasoning' && seal !== undefined && !isAtHome(seal, part.type, to)) {
      if (ownPlaces.has(to))
        return [resealed(part, envelope([enclosedOf(part, seal, !keepsText(to))], part.at, carriage, key))]
      waiting.push(enclosedOf(part, seal, true))
      return [resealed(part, undefined)]
    }
    if (part.type !== 'tool-call') return [part]
    const foreign = seal !== undefined && !isAtHome(seal, part.type, to)
    if (ownPlaces.has(to) && foreign) {
      const bearer = envelope([{ seal, call: carriage.callId(part.id) }], part.at, carriage, key)
      const { seal: _, ...call } = part
      return bearer === undefined ? [call] : [{ type: 'reasoning', text: '', seal: bearer, at: part.at }, call]
    }
    if (waiting.length === 0 && !foreign) return [part]
    const own = seal === undefined ? [] : [{ seal, call: carriage.callId(part.id) }]
    const bearer = envelope([...waiting, ...own], part.at, carriage, key)
    waiting = []
    return [bearer === undefined ? part : { ...part, seal: bearer }]
  })
  tellLeft(waiting, carriage)
  return carried
}

function sealOf(part: AssistantPart, carriage: Carriage): Seal | undefined {
  if (part.type === 'reasoning') return part.seal ? named(part.seal, carriage.vendor) : vouched(part, carriage)
  return part.type === 'tool-call' ? part.seal : undefined
}

function enclosedOf({ text, redacted }: ReasoningPart, seal: Seal, apart: boolean): Enclosed {
  return withoutText({ seal, ...(apart && { text }), ...(redacted && { redacted }) }, text)
}

function resealed({ seal: _, redacted: __, ...part }: ReasoningPart, seal: Seal | undefined): ReasoningPart {
  return seal === undefined ? part : { ...part, seal }
}

/** An answer without calls needs no seal to be gone on from, and these dialects have no place for one. */
function tellLeft(left: readonly Enclosed[], { from, report }: Carriage): void {
  // Most that is left of a chat is the text alone, which is shown.
  if (left.some(({ seal }) => from !== 'openai-chat' || !places.has(seal.value)))
    report.dropped('seal', 'without a tool call the dialect has no place for the seal of reasoning')
}

/** Reasoning that is told, as far as it is. */
interface Reasoning {
  readonly part: Extract<OpenPart, { type: 'reasoning' }>
  text: string
  /** It has a seal of its own. */
  sealed: boolean
}

/** A call that bears what reasoning left; more may come while it is open. */
interface Bearer {
  readonly index: number
  readonly enclosed: readonly Enclosed[]
}

function redactedOf({ part }: Reasoning): { readonly redacted?: true } {
  return part.redacted ? { redacted: true } : {}
}

/** An event of one part. */
type PartEvent = Extract<ChatEvent, { readonly index: number }>

/** {@link carrySeals} for a stream: a stage before the encoder. */
export class SealCarrier {
  readonly #carriage: Carriage
  readonly #key: string
  readonly #emit: Emit
  /** The place of each part in what is emitted: bearers of seals come between. */
  readonly #places = new Map<number, number>()
  #next = 0
  readonly #reasoning = new Map<number, Reasoning>()
  /** Calls that are held back until it is known whether they have a seal, which must stand before them. */
  readonly #held = new Map<number, { readonly id: string; readonly events: PartEvent[]; seal?: Seal }>()
  #waiting: Enclosed[] = []
  /** Reasoning behind a call that has no text so far. */
  readonly #unsaid = new Map<number, PartEvent>()
  /** The call that was opened last. */
  #bearer: Bearer | undefined

  constructor(carriage: Carriage, key: string, emit: Emit) {
    this.#carriage = carriage
    this.#key = key
    this.#emit = emit
    // Only Gemini seals calls, and sends each whole.
    this.#holdsCalls = carriage.from === 'gemini' && ownPlaces.has(carriage.to)
  }

  readonly #holdsCalls: boolean

  push(event: ChatEvent): void {
    if (!('index' in event)) {
      if (event.type === 'finish' || event.type === 'error') this.#finish()
      this.#emit(event)
      return
    }
    const held = this.#held.get(event.index)
    if (held !== undefined) {
      if (event.type === 'seal') held.seal = event.seal
      else held.events.push(event)
      if (event.type === 'close') this.#release(event.index)
      return
    }
    if (event.type === 'open') this.#open(event)
    else if (event.type === 'seal') this.#seal(event.index, event.seal)
    else {
      this.#gather(event)
      if (event.type === 'close') this.#beforeClose(event.index)
      this.#forward(event)
    }
  }

  #open(event: Extract<ChatEvent, { type: 'open' }>): void {
    const { part, index } = event
    if (part.type === 'tool-call' && this.#holdsCalls) {
      this.#held.set(index, { id: part.id, events: [event] })
      return
    }
    if (part.type === 'reasoning') this.#reasoning.set(index, { part, text: '', sealed: false })
    // Another part would end the call, which is to bear the seal.
    if (part.type === 'reasoning' && this.#bearer !== undefined && !ownPlaces.has(this.#carriage.to)) {
      this.#unsaid.set(index, event)
      return
    }
    this.#forward(event)
    // Nothing of the text is in the envelope: the client may see it as it comes.
    if (keepsText(this.#carriage.to)) this.#vouch(index)
    if (part.type !== 'tool-call') return
    this.#bearer = { index, enclosed: [] }
    this.#bear(index)
  }

  /** Gives a call what waits for one. */
  #bear(index: number): void {
    if (this.#waiting.length === 0) return
    const enclosed = [...(this.#bearer?.enclosed ?? []), ...this.#waiting]
    this.#waiting = []
    this.#bearer = { index, enclosed }
    const seal = envelope(enclosed, `parts[${index}]`, this.#carriage, this.#key)
    if (seal !== undefined) this.#forward({ type: 'seal', index, seal })
  }

  /** Some upstreams tell the seal of reasoning when the call it led to is there already. */
  #beforeClose(index: number): void {
    if (this.#bearer?.index === index) {
      this.#bear(index)
      this.#bearer = undefined
    } else if (!keepsText(this.#carriage.to) && this.#reasoning.get(index)?.sealed === false) this.#vouch(index)
  }

  #vouch(index: number): void {
    const reasoning = this.#reasoning.get(index)
    const seal = reasoning && vouched(reasoning.part, this.#carriage)
    if (seal !== undefined) this.#enclose(index, seal)
  }

  #gather(event: PartEvent): void {
    const { from, to } = this.#carriage
    // Only the seals of a chat hold the text as well.
    if (event.type !== 'text' || (keepsText(to) && from !== 'openai-chat')) return
    const reasoning = this.#reasoning.get(event.index)
    if (reasoning !== undefined) reasoning.text += JSON.parse(event.literal) as string
  }

  #seal(index: number, seal: Seal): void {
    const reasoning = this.#reasoning.get(index)
    if (reasoning !== undefined) reasoning.sealed = true
    this.#enclose(index, named(seal, this.#carriage.vendor))
  }

  #enclose(index: number, seal: Seal): void {
    const { to } = this.#carriage
    const reasoning = this.#reasoning.get(index)
    const kind = reasoning === undefined ? 'tool-call' : 'reasoning'
    if (isAtHome(seal, kind, to) || reasoning === undefined) this.#forward({ type: 'seal', index, seal })
    else if (ownPlaces.has(to)) {
      const told = keepsText(to) ? {} : { text: reasoning.text }
      const enclosed = withoutText({ seal, ...told, ...redactedOf(reasoning) }, reasoning.text)
      const bearer = envelope([enclosed], `parts[${index}]`, this.#carriage, this.#key)
      if (bearer !== undefined) this.#forward({ type: 'seal', index, seal: bearer })
    } else {
      this.#waiting.push(withoutText({ seal, text: reasoning.text, ...redactedOf(reasoning) }, reasoning.text))
    }
  }

  /** A held call, behind the bearer of its seal where it has one. */
  #release(index: number): void {
    const held = this.#held.get(index)
    this.#held.delete(index)
    if (held === undefined) return
    const { seal, id, events } = held
    const enclosed = seal && [{ seal, call: this.#carriage.callId(id) }]
    const bearer = enclosed && envelope(enclosed, `parts[${index}]`, this.#carriage, this.#key)
    if (bearer !== undefined) {
      const place = this.#next++
      this.#emit({ type: 'open', index: place, part: { type: 'reasoning' } })
      this.#emit({ type: 'seal', index: place, seal: bearer })
      this.#emit({ type: 'close', index: place })
    }
    for (const event of events) this.#forward(event)
  }

  #forward(event: PartEvent): void {
    const unsaid = this.#unsaid.get(event.index)
    if (unsaid !== undefined) {
      this.#unsaid.delete(event.index)
      if (event.type === 'close') return
      this.#forward(unsaid)
    }
    const place = this.#places.get(event.index) ?? this.#next++
    this.#places.set(event.index, place)
    this.#emit(place === event.index ? event : { ...event, index: place })
  }

  #finish(): void {
    for (const index of this.#held.keys()) this.#release(index)
    tellLeft(this.#waiting, this.#carriage)
    this.#waiting = []
  }
}
