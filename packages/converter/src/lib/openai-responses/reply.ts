import { ConversionError } from '../chat/error.ts'
import { type JsonObject, type JsonValue, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart, ReasoningPart, TextPart, ToolCallPart } from '../chat/part.ts'
import { arrayAt, objectAt, secondsAt, stringAt } from '../chat/read.ts'
import type { ChatReply } from '../chat/reply.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { ReplyContext } from '../codec.ts'
import { freeText, withheldSeal } from '../openai-chat/reply.ts'
import { argumentsText, mintedCallId, serviceTiers } from '../openai-chat/wire.ts'
import { annotationOf, citationsOf } from './content.ts'
import { failureOf } from './error.ts'
import {
  callHeads,
  callItem,
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
import { ToolNames } from './tool-names.ts'
import {
  callIdOf,
  contentsOf,
  endingOf,
  idOf,
  isCall,
  objectsAt,
  readStop,
  sectionBreak,
  sectionsOf,
  usageOf,
  vagueStops,
  writeUsage,
} from './wire.ts'

/** Reads a response. */
export function decodeReply(wire: JsonObject, report: Report): ChatReply {
  const failure = failureOf(wire)
  if (failure) throw noReply(failure.message)
  if (!Array.isArray(member(wire, 'output'))) throw noReply('it has no output')
  const id = idOf(wire)
  const parts = objectsAt(wire, 'output').flatMap((item, i) =>
    itemParts(item, `output[${i}]`, mintedCallId(id, i), report),
  )
  const stop = readStop(wire, contentsOf(wire))
  if (stop === undefined) throw noReply(`its status is ${stringAt(wire, 'status')}`)
  if (stringAt(wire, 'status') === undefined) report.invented('status', 'the upstream gave none')
  const model = stringAt(wire, 'model')
  const created = secondsAt(wire, 'created_at')
  const usage = usageOf(wire)
  const logprobs = tokensOf(wire)
  const serviceTier = stringAt(wire, 'service_tier')
  return {
    ...(id !== undefined && { id }),
    ...(model && { model }),
    ...(created !== undefined && { created }),
    parts,
    stop,
    ...(usage && { usage }),
    ...(logprobs.length > 0 && { logprobs: { content: logprobs, refusal: null } }),
    ...(serviceTier !== undefined && { serviceTier }),
  }
}

function noReply(why: string): ConversionError {
  return new ConversionError('INVALID_REPLY', `the upstream's answer is no finished response: ${why}`)
}

/** The log-probabilities of every text, in order. */
function tokensOf(wire: JsonObject): JsonValue[] {
  return objectsAt(wire, 'output').flatMap((item) =>
    objectsAt(item, 'content').flatMap((part) => [...arrayAt(part, 'logprobs')]),
  )
}

/** What an item of the output says; `minted` is the id of a call that came without one. */
function itemParts(item: JsonObject, at: string, minted: string, report: Report): AssistantPart[] {
  const kind = stringAt(item, 'type') ?? 'unknown'
  switch (kind) {
    case 'message':
      return objectsAt(item, 'content').flatMap((part, i) => contentParts(part, `${at}.content[${i}]`))
    case 'reasoning':
      return reasoningParts(item, at)
    default:
      if (isCall(item)) {
        reportCaller(item, at, report)
        return [callPart(item, at, kind === 'custom_tool_call', minted)]
      }
      return [{ type: 'opaque', dialect: 'openai-responses', kind, value: item, at }]
  }
}

function contentParts(part: JsonObject, at: string): AssistantPart[] {
  const refusal = stringAt(part, 'refusal')
  if (refusal !== undefined) return refusal === '' ? [] : [{ type: 'refusal', text: refusal, at }]
  const text = stringAt(part, 'text')
  if (!text) return []
  const citations = citationsOf(part)
  return [{ type: 'text', text, at, ...(citations.length > 0 && { citations }) }]
}

function callPart(item: JsonObject, at: string, custom: boolean, minted: string): ToolCallPart {
  const input = argumentsText(member(item, custom ? 'input' : 'arguments'))
  return {
    type: 'tool-call',
    id: callIdOf(item) ?? minted,
    name: nameOf(item),
    input: custom || input.trim() !== '' ? input : '{}',
    inputKind: custom ? 'text' : 'json',
    at,
  }
}

/** Tells of the caller of a call, where that is not the model itself. */
export function reportCaller(item: JsonObject, at: string, report: Report): void {
  const caller = objectAt(item, 'caller')
  if (caller && stringAt(caller, 'type') !== 'direct') {
    report.dropped(`${at}.caller`, 'a call by a program of the provider is told as one by the model')
  }
}

const undeclared = new ToolNames({})

/** The name of a call's tool, under one name with its namespace. */
export function nameOf(item: JsonObject): string {
  return undeclared.flat(stringAt(item, 'name') ?? '', stringAt(item, 'namespace'))
}

function reasoningParts(item: JsonObject, at: string): ReasoningPart[] {
  const text = sectionsOf(item).join(sectionBreak)
  const value = stringAt(item, 'encrypted_content')
  if (text === '' && !value) return []
  const id = idOf(item)
  const seal = value && { issuer: 'openai-responses' as const, value, ...(id !== undefined && { id }) }
  return [{ type: 'reasoning', text, at, ...(seal && { seal }) }]
}

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
    const last = this.#drafts.length - 1
    return this.#drafts.map((draft, i) => draft(i === last ? status : 'completed'))
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

/** Usage and stop of a reply that passes as bytes. */
export function tapReply(wire: JsonObject): { usage?: Usage; stop?: Stop } {
  const usage = usageOf(wire)
  const stop = failureOf(wire) ? undefined : readStop(wire, contentsOf(wire))
  return { ...(usage && { usage }), ...(stop && { stop }) }
}
