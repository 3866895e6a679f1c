import type { JsonObject } from '../chat/json.ts'
import { type Report, withheldSeal } from '../chat/loss.ts'
import type { AssistantPart, Citation, ToolCallPart } from '../chat/part.ts'
import type { Alternative, ChatReply } from '../chat/reply.ts'
import type { Search } from '../chat/search.ts'
import type { Stop } from '../chat/stop.ts'
import type { ReplyContext } from '../codec.ts'
import { type CitedPiece, type CitedText, tells, writeSources } from './citations.ts'
import { argsOf } from './content-encode.ts'
import { encodeLogprobs } from './logprobs.ts'
import { finishOf, showsThoughts, vagueStops, writeUsage } from './wire.ts'

/** Writes a whole generateContent reply. */
export function encodeReply(reply: ChatReply, context: ReplyContext): JsonObject {
  const { usage, logprobs } = reply
  const candidates = [{ parts: reply.parts, stop: reply.stop }, ...(reply.alternatives ?? [])]
  return {
    candidates: candidates.map((each, i) => encodeCandidate(each, i, i === 0 ? logprobs : undefined, context)),
    ...(usage && { usageMetadata: writeUsage(usage) }),
    modelVersion: context.model ?? reply.model ?? '',
    responseId: reply.id ?? context.newId(),
  }
}

function encodeCandidate(
  { parts, stop }: Alternative,
  index: number,
  logprobs: ChatReply['logprobs'],
  context: ReplyContext,
): JsonObject {
  const content = new Content()
  const searches: Search[] = []
  for (const part of parts) {
    if (part.type === 'opaque' && tells(part.search)) {
      searches.push(part.search)
      continue
    }
    const wire = encodePart(part, stop, context)
    if (wire === undefined) continue
    const citations = part.type === 'text' ? (part.citations ?? []) : []
    content.add(wire, citations)
  }
  const sources = writeSources(content.texts(), searches, context.report)
  const logprobsResult = encodeLogprobs(logprobs)
  return {
    content: { parts: content.parts.length > 0 ? content.parts : [{ text: '' }], role: 'model' },
    ...encodeStop(stop, context.report),
    index,
    ...(sources && { groundingMetadata: sources }),
    ...(logprobsResult && { logprobsResult }),
  }
}

/** The parts of an answer. Texts that follow each other are one, because a stream cannot tell them apart either. */
class Content {
  readonly parts: JsonObject[] = []
  /** What the pieces of each text rest on, by the place of its part. */
  readonly #pieces = new Map<number, CitedPiece[]>()

  add(wire: JsonObject, citations: readonly Citation[]): void {
    const last = this.parts.at(-1)
    const before = last !== undefined && joins(last, wire) ? textOf(last) : undefined
    if (last !== undefined && before !== undefined) last.text = before + textOf(wire)
    else this.parts.push(wire)
    if (citations.length === 0) return
    const part = this.parts.length - 1
    const pieces = this.#pieces.get(part) ?? []
    pieces.push({ base: before?.length ?? 0, length: textOf(wire).length, citations })
    this.#pieces.set(part, pieces)
  }

  texts(): CitedText[] {
    return [...this.#pieces].map(([part, pieces]) => ({ text: textOf(this.parts[part] ?? {}), pieces, part }))
  }
}

/** Whether both are texts of one kind, without a seal between them. */
function joins(last: JsonObject, next: JsonObject): boolean {
  const texts = typeof last.text === 'string' && typeof next.text === 'string'
  return (
    texts && last.thought === next.thought && last.thoughtSignature === undefined && next.thoughtSignature === undefined
  )
}

function textOf(part: JsonObject): string {
  return typeof part.text === 'string' ? part.text : ''
}

/** How an answer ended. */
export function encodeStop(stop: Stop, report: Report): JsonObject {
  const vague = vagueStops[stop.reason]
  if (vague !== undefined) report.approximated('stop_reason', vague)
  return {
    finishReason: finishOf(stop),
    ...(stop.explanation !== undefined && { finishMessage: stop.explanation }),
  }
}

function encodePart(part: AssistantPart, stop: Stop, context: ReplyContext): JsonObject | undefined {
  const { report } = context
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? undefined : { text: part.text }
    case 'reasoning': {
      if (!showsThoughts(context)) return dropped(part.at, 'the client did not ask for thoughts', report)
      if (part.redacted || part.text === '') return dropped(part.at, 'the provider hid the reasoning', report)
      const seal = ownSeal(part, report)
      return { text: part.text, thought: true, ...(seal !== undefined && { thoughtSignature: seal }) }
    }
    case 'tool-call':
      return encodeCall(part, stop, context)
    case 'image':
      if (part.source.kind === 'base64') {
        return { inlineData: { mimeType: part.source.mediaType, data: part.source.data } }
      }
      return dropped(part.at, 'an image by URL has no place in an answer', report)
    case 'opaque':
      return dropped(part.at, `Gemini has no counterpart of ${part.kind}`, report)
  }
}

function dropped(path: string, why: string, report: Report): undefined {
  report.dropped(path, why)
  return undefined
}

function ownSeal({ seal, at }: Pick<ToolCallPart, 'seal' | 'at'>, report: Report): string | undefined {
  if (seal !== undefined && seal.issuer !== 'gemini') report.dropped(`${at}.seal`, withheldSeal)
  return seal?.issuer === 'gemini' ? seal.value : undefined
}

/** Arguments the length limit cut in two are no call any more. */
function encodeCall(part: ToolCallPart, stop: Stop, context: ReplyContext): JsonObject | undefined {
  const { report } = context
  const args = argsOf(part)
  if (args === undefined && stop.reason === 'length') return dropped(part.at, cutCall, report)
  if (args === undefined) report.approximated(part.at, malformedCall)
  const seal = ownSeal(part, report)
  return {
    functionCall: {
      id: context.callId(part.id),
      name: context.originalToolName(part.name),
      args: args ?? { _raw: part.input },
    },
    ...(seal !== undefined && { thoughtSignature: seal }),
  }
}

/** Why a call is lost, and why one is told otherwise. */
export const cutCall = 'the output limit cut the arguments of the call in two'
export const malformedCall = 'the arguments are no JSON object and are told as {"_raw": …}'
