import type { JsonObject, JsonValue } from '../chat/json.ts'
import { withheldSeal } from '../chat/loss.ts'
import type { ReasoningPart } from '../chat/part.ts'
import { placeOf } from '../chat/places.ts'
import { stringAt } from '../chat/read.ts'
import type { RequestContext } from '../codec.ts'
import { keptBy } from './reasoning-seal.ts'

type Member = 'reasoning_content' | 'reasoning'

/**
 * Stands where an endpoint insists on reasoning and there is none. Moonshot takes an empty text for none at all, and a blank for
 * reasoning (theopenco/llmgateway#2093, which tried both); DeepSeek takes any text.
 */
const blank = ' '

/** The reasoning of one assistant message on its way back to the vendor it came from. */
export class EchoedReasoning {
  readonly #context: RequestContext
  #member: Member | undefined
  #text = ''
  /** Entries of `reasoning_details`, in the order they came. */
  readonly #details: JsonValue[] = []
  /** The content with chunks of reasoning in it, as far as it is told. */
  readonly #mixed: JsonValue[] = []
  /** Characters of the content that are told there. */
  #told = 0
  /** Where what is gathered stood. */
  readonly #places: string[] = []

  constructor(context: RequestContext) {
    this.#context = context
  }

  /** @param said the content that stands before the part. */
  add(part: ReasoningPart, said: string): void {
    const { text, seal, at } = part
    const { report, capabilities, vendor, from } = this.#context
    const own = seal?.issuer === 'openai-chat' && seal.vendor === vendor
    const kept = own ? keptBy(seal.value) : undefined
    if (kept === undefined) {
      const echoes = own || (seal === undefined && capabilities.reasoningRequired)
      this.#plain(part, echoes && this.#taken(seal?.value), said)
    } else if (capabilities.reasoningMembers?.some((name) => name === kept.member)) {
      this.#places.push(at)
      if (kept.member === 'thinking') this.#mix(kept.pieces, said)
      else this.#details.push(...kept.pieces)
    } else {
      report.dropped(placeOf('seal', at, from), withheldSeal)
      if (text !== '') this.#plain(part, this.#taken('reasoning'), said)
    }
  }

  /** Text alone, in its place; nowhere when there is none. */
  #plain({ text, at }: ReasoningPart, place: Member | 'thinking' | false | undefined, said: string): void {
    if (place) this.#places.push(at)
    else this.#context.report.dropped(at, 'reasoning goes back to its own provider only')
    // `closed` is what Mistral sends, and takes back (vercel/ai#17969).
    if (place === 'thinking') this.#mix([{ type: place, thinking: [{ type: 'text', text }], closed: true }], said)
    else if (place) {
      this.#member ??= place
      this.#text += text
    }
  }

  /** Chunks behind what was said. */
  #mix(chunks: readonly JsonValue[], said: string): void {
    const text = said.slice(this.#told)
    this.#told = said.length
    if (text !== '') this.#mixed.push({ type: 'text', text })
    this.#mixed.push(...chunks)
  }

  /**
   * Puts it into the message.
   *
   * @param loop where the message stands, when it is one of a tool loop: some endpoints refuse those without reasoning.
   */
  write(message: JsonObject, loop: string | undefined): void {
    const { report, capabilities } = this.#context
    const member = this.#member ?? this.#taken()
    if (this.#details.length > 0) message.reasoning_details = this.#details
    if (this.#mixed.length > 0) {
      this.#mix([], stringAt(message, 'content') ?? '')
      message.content = this.#mixed
    }
    if (member === undefined || member === 'thinking') return
    if (this.#text !== '') message[member] = this.#text
    else if (loop !== undefined && capabilities.reasoningRequired && this.#details.length === 0) {
      message[member] = blank
      report.invented(loop, `the endpoint insists on ${member} here: a blank stands for what is not at hand`)
    }
  }

  /** Leaves it out with a message that holds nothing else, which servers refuse. */
  leave(): void {
    for (const at of this.#places) this.#context.report.dropped(at, 'a message of nothing but reasoning is not taken')
  }

  /** Where the endpoint takes text of reasoning: where it came from, if it may be. */
  #taken(came = 'reasoning_content'): Member | 'thinking' | undefined {
    const { reasoningMembers: taken = ['reasoning_content', 'reasoning'] } = this.#context.capabilities
    const members = taken.filter((name) => name !== 'reasoning_details')
    // What was no content is not made content, which the model would take for its answer where it does not know the kind.
    return members.find((name) => name === came) ?? members.find((name) => name !== 'thinking')
  }
}
