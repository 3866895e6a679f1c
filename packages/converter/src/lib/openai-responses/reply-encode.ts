import type { JsonObject, JsonValue } from '../chat/json.ts'
import { withheldSeal } from '../chat/loss.ts'
import type { AssistantPart, ReasoningPart, TextPart, ToolCallPart } from '../chat/part.ts'
import type { ChatReply } from '../chat/reply.ts'
import type { Stop } from '../chat/stop.ts'
import type { ReplyContext } from '../codec.ts'
import { freeText } from '../openai-chat/reply-encode.ts'
import { serviceTiers } from '../openai-chat/wire.ts'
import { annotationOf } from './content.ts'
import {
  callHeads,
  callItem,
  foreignSearch,
  type ItemStatus,
  itemId,
  logprobList,
  messageItem,
  reasoningItem,
  refusalPart,
  responseOf,
  showsReasoning,
  textPart,
} from './output.ts'
import { searchItem, tellSearch } from './search.ts'
import { endingOf, vagueStops, writeUsage } from './wire.ts'

/** Writes a whole Response. */
export function encodeReply(reply: ChatReply, context: ReplyContext): JsonObject {
  const { report } = context
  if (reply.alternatives && reply.alternatives.length > 0) {
    report.dropped('choices', 'openai-responses tells one answer, the first')
  }
  const vague = vagueStops[reply.stop.reason]
  if (vague !== undefined) report.approximated('stop_reason', vague)
  const items = new Items(reply, context)
  for (const part of reply.parts) items.add(part)
  if (reply.stop.reason === 'refusal') items.explain(reply.stop)
  const { serviceTier, usage } = reply
  const ending = endingOf(reply.stop, { refusal: items.refused })
  return responseOf(
    {
      id: reply.id ?? `resp_${items.body}`,
      model: context.model ?? reply.model ?? '',
      created: reply.created ?? context.now(),
    },
    {
      ...ending,
      incomplete_details: ending.incomplete_details && { ...ending.incomplete_details },
      output: items.finish(ending.status),
      ...(usage && { usage: writeUsage(usage) }),
      ...(serviceTier !== undefined && serviceTiers.has(serviceTier) && { service_tier: serviceTier }),
    },
    context.request,
  )
}

/** An item in the making: what it says is written once its status is known. */
type Draft = (status: ItemStatus) => JsonObject

/** Gathers parts into items: texts and refusals in a row are one message, everything else is an item of its own. */
class Items {
  readonly body: string
  refused = false
  readonly #context: ReplyContext
  readonly #headOf: ReturnType<typeof callHeads>
  readonly #shown: boolean
  readonly #drafts: Draft[] = []
  /** The last item that an answer may be cut in: a search is told when it is over. */
  #cut = 0
  /** The content of the message that stands last. */
  #content: JsonObject[] | undefined
  /** Log-probabilities of the whole answer, until its first text takes them. */
  #logprobs: readonly JsonValue[]

  constructor(reply: ChatReply, context: ReplyContext) {
    this.body = context.newId()
    this.#context = context
    this.#headOf = callHeads(context)
    this.#shown = showsReasoning(context)
    this.#logprobs = reply.logprobs === undefined ? [] : logprobList(reply.logprobs)
  }

  add(part: AssistantPart): void {
    const { report } = this.#context
    switch (part.type) {
      case 'text':
        this.#say(this.#text(part))
        break
      case 'refusal':
        this.refused ||= part.text !== ''
        this.#say(refusalPart(part.text))
        break
      case 'reasoning':
        this.#reason(part)
        break
      case 'tool-call':
        this.#call(part)
        break
      default:
        if (part.type === 'opaque' && part.search) {
          const { search } = part
          tellSearch(search, part.at, report)
          this.#push(foreignSearch, (id, status) => searchItem(id, status, search))
        } else
          report.dropped(part.at, `openai-responses has no place for ${part.type === 'image' ? 'an image' : part.kind}`)
    }
  }

  /** A refusal without a word of its own still says why. */
  explain({ explanation }: Stop): void {
    if (this.refused || !explanation) return
    this.refused = true
    this.#say(refusalPart(explanation))
  }

  /** The items; an answer that was cut was cut in the last of them. */
  finish(status: ItemStatus): JsonObject[] {
    return this.#drafts.map((draft, i) => draft(i === this.#cut ? status : 'completed'))
  }

  #say(part: JsonObject): void {
    if (this.#content === undefined) {
      const content: JsonObject[] = []
      this.#push('msg', (id, status) => messageItem(id, status, content))
      this.#content = content
    }
    this.#content.push(part)
  }

  #push(prefix: Parameters<typeof itemId>[0], write: (id: string, status: ItemStatus) => JsonObject): void {
    const id = itemId(prefix, this.body, this.#drafts.length)
    this.#content = undefined
    if (prefix !== foreignSearch) this.#cut = this.#drafts.length
    this.#drafts.push((status) => write(id, status))
  }

  #text(part: TextPart): JsonObject {
    const annotations = (part.citations ?? []).flatMap((citation, i) => {
      const annotation = annotationOf(citation, part.text.length)
      if (annotation) return [annotation]
      this.#context.report.dropped(`${part.at}.citations[${i}]`, 'a source without a URL has no place here')
      return []
    })
    const logprobs = this.#logprobs
    this.#logprobs = []
    return textPart(part.text, annotations, logprobs)
  }

  #reason(part: ReasoningPart): void {
    const { report } = this.#context
    const seal = part.seal?.issuer === 'openai-responses' ? part.seal.value : undefined
    const shown = part.text !== '' && this.#shown
    if (!shown && (seal === undefined || part.text !== '')) {
      const hidden =
        part.text === '' ? 'the provider hid the reasoning' : 'the client asked for no summary of the reasoning'
      report.dropped(part.at, hidden)
    }
    if (shown && part.seal && seal === undefined) report.dropped(`${part.at}.seal`, withheldSeal)
    if (shown || seal !== undefined) {
      this.#push('rs', (id, status) => reasoningItem(id, status, shown ? [part.text] : [], seal))
    }
  }

  #call(part: ToolCallPart): void {
    if (part.seal) this.#context.report.dropped(`${part.at}.seal`, withheldSeal)
    const head = this.#headOf(part)
    const input = head.custom && part.inputKind === 'json' ? freeText(part.input) : part.input
    this.#push(head.custom ? 'ctc' : 'fc', (id, status) => callItem(id, status, head, input))
  }
}
