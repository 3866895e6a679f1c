import type { JsonObject } from '../chat/json.ts'
import type { ReasoningPart } from '../chat/part.ts'
import type { RequestContext } from '../codec.ts'

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
  /** Where what is gathered stood. */
  readonly #places: string[] = []

  constructor(context: RequestContext) {
    this.#context = context
  }

  add(part: ReasoningPart): void {
    const member = this.#memberFor(part)
    if (member === undefined) this.#context.report.dropped(part.at, 'reasoning goes back to its own provider only')
    else {
      this.#member ??= member
      this.#text += part.text
      this.#places.push(part.at)
    }
  }

  /**
   * Puts it into the message.
   *
   * @param loop where the message stands, when it is one of a tool loop: some endpoints refuse those without reasoning.
   */
  write(message: JsonObject, loop: string | undefined): void {
    const { report, capabilities } = this.#context
    const member = this.#member ?? this.#taken()
    if (this.#text !== '' && member !== undefined) message[member] = this.#text
    else if (loop !== undefined && member !== undefined && capabilities.reasoningRequired) {
      message[member] = blank
      report.invented(loop, `the endpoint insists on ${member} here: a blank stands for what is not at hand`)
    }
  }

  /** Leaves it out with a message that holds nothing else, which servers refuse. */
  leave(): void {
    for (const at of this.#places) this.#context.report.dropped(at, 'a message of nothing but reasoning is not taken')
  }

  /** Where a piece of reasoning stands for its vendor; undefined for another's. Without a seal it is anybody's. */
  #memberFor({ seal }: ReasoningPart): Member | undefined {
    const { vendor, capabilities } = this.#context
    if (seal === undefined) return capabilities.reasoningRequired ? this.#taken() : undefined
    return seal.issuer === 'openai-chat' && seal.vendor === vendor ? this.#taken(seal.value) : undefined
  }

  /** The member in which the endpoint takes reasoning: the one it came in, if it may be. */
  #taken(came = 'reasoning_content'): Member | undefined {
    const { reasoningMembers: taken = ['reasoning_content', 'reasoning'] } = this.#context.capabilities
    const members = taken.filter((name) => name !== 'reasoning_details')
    return members.find((name) => name === came) ?? members[0]
  }
}
