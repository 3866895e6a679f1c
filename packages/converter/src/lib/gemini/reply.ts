import { ConversionError } from '../chat/error.ts'
import { isObject, type JsonObject, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart, Citation, ToolCallPart } from '../chat/part.ts'
import { arrayAt, objectAt, stringAt } from '../chat/read.ts'
import type { Alternative, ChatReply } from '../chat/reply.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { NewId, ReplyContext } from '../codec.ts'
import { type CitedPiece, type CitedText, reportSources, withSources, writeSources } from './citations.ts'
import { kindOf, opaquePart } from './content-decode.ts'
import { argsOf } from './content-encode.ts'
import { decodeError, isError } from './error.ts'
import { decodeLogprobs, encodeLogprobs } from './logprobs.ts'
import {
  blockOf,
  finishOf,
  isSeal,
  mintedCallId,
  readStop,
  readUsage,
  showsThoughts,
  vagueStops,
  writeUsage,
} from './wire.ts'

/** Why a seal is lost. */
export const withheldSeal = 'a seal goes back to its own provider only'

/** Reads a whole generateContent reply. */
export function decodeReply(wire: JsonObject, report: Report, newId?: NewId): ChatReply {
  if (isError(wire)) throw noReply(decodeError(0, wire).message)
  const head = readHead(wire)
  const usage = readUsage(wire)
  const candidates = arrayAt(wire, 'candidates').filter(isObject)
  const [first, ...others] = candidates.map((candidate, i) =>
    decodeCandidate(candidate, `candidates[${i}]`, report, () => head.id ?? newId?.()),
  )
  const blocked = first === undefined ? blockOf(wire) : undefined
  if (first === undefined && blocked === undefined) throw noReply('it has no candidates')
  const logprobs = candidates[0] && decodeLogprobs(member(candidates[0], 'logprobsResult'))
  return {
    ...head,
    parts: first?.parts ?? [],
    stop: first?.stop ?? blocked ?? { reason: 'other' },
    ...(usage && { usage }),
    ...(others.length > 0 && { alternatives: others }),
    ...(logprobs && { logprobs }),
  }
}

function noReply(why: string): ConversionError {
  return new ConversionError('INVALID_REPLY', `the upstream's answer is no generateContent reply: ${why}`)
}

/** What a reply and the first chunk of a stream say of themselves. */
export function readHead(wire: JsonObject): Pick<ChatReply, 'id' | 'model' | 'created'> {
  const id = stringAt(wire, 'responseId')
  const model = stringAt(wire, 'modelVersion')
  const created = Date.parse(stringAt(wire, 'createTime') ?? '')
  return {
    ...(id && { id }),
    ...(model && { model }),
    ...(Number.isFinite(created) && { created: Math.floor(created / 1000) }),
  }
}

/** The parts a candidate has on the wire. */
export function wireParts(candidate: JsonObject): readonly JsonObject[] {
  return arrayAt(objectAt(candidate, 'content') ?? {}, 'parts').filter(isObject)
}

function decodeCandidate(
  candidate: JsonObject,
  at: string,
  report: Report,
  replyId: () => string | undefined,
): Alternative {
  let calls = 0
  const placed = wireParts(candidate).flatMap((wire, i) => {
    const path = `${at}.content.parts[${i}]`
    const part = readPart(wire, path, () => mintedCallId(replyId(), calls++), report)
    return part === undefined ? [] : [{ part, i }]
  })
  return { parts: withSources(placed, candidate, report), stop: stopOf(candidate) ?? missingStop(candidate, report) }
}

/** Why a candidate ended; undefined when it does not say. */
export function stopOf(candidate: JsonObject): Stop | undefined {
  const finish = stringAt(candidate, 'finishReason')
  if (!finish) return undefined
  return readStop(finish, callsIn(candidate), stringAt(candidate, 'finishMessage'))
}

function callsIn(candidate: JsonObject): boolean {
  return wireParts(candidate).some(namesCall)
}

function namesCall(part: JsonObject): boolean {
  return Boolean(stringAt(objectAt(part, 'functionCall') ?? {}, 'name'))
}

function missingStop(candidate: JsonObject, report: Report): Stop {
  report.invented('finishReason', 'the upstream gave none')
  return { reason: callsIn(candidate) ? 'tool-calls' : 'end' }
}

/** One part of an answer; one that says nothing gives none. */
function readPart(wire: JsonObject, at: string, mint: () => string, report: Report): AssistantPart | undefined {
  const kind = kindOf(wire)
  const signature = stringAt(wire, 'thoughtSignature')
  const seal = isSeal(signature) ? { seal: { issuer: 'gemini' as const, value: signature } } : {}
  if (kind === 'functionCall') {
    if (namesCall(wire)) return { ...readCall(wire, at, mint), ...seal }
    report.dropped(at, 'the upstream never named the tool')
    return undefined
  }
  const text = stringAt(wire, 'text') ?? ''
  if (member(wire, 'thought') === true && (kind === 'text' || kind === undefined)) {
    return text === '' && !isSeal(signature) ? undefined : { type: 'reasoning', text, at, ...seal }
  }
  if (isSeal(signature)) report.dropped(`${at}.thoughtSignature`, withheldSeal)
  if (kind === 'text') return text === '' ? undefined : { type: 'text', text, at }
  const blob = objectAt(wire, 'inlineData')
  const mediaType = blob && stringAt(blob, 'mimeType')
  const data = blob && stringAt(blob, 'data')
  if (mediaType?.startsWith('image/') && data !== undefined) {
    return { type: 'image', source: { kind: 'base64', mediaType, data }, at }
  }
  return kind === undefined ? undefined : opaquePart({ value: wire, at }, kind)
}

function readCall(wire: JsonObject, at: string, mint: () => string): ToolCallPart {
  const call = objectAt(wire, 'functionCall') ?? {}
  const minted = mint()
  return {
    type: 'tool-call',
    id: stringAt(call, 'id') || minted,
    name: stringAt(call, 'name') ?? '',
    input: argsText(objectAt(call, 'args') ?? {}, at),
    inputKind: 'json',
    at,
  }
}

function argsText(args: JsonObject, at: string): string {
  try {
    return JSON.stringify(args)
  } catch (cause) {
    // The parser takes any depth, the writer only what the stack holds.
    if (!(cause instanceof RangeError)) throw cause
    throw new ConversionError(
      'INVALID_REPLY',
      `${at}.functionCall.args: the upstream's arguments are nested too deeply`,
    )
  }
}

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
  for (const part of parts) {
    const wire = encodePart(part, stop, context)
    if (wire === undefined) continue
    const citations = part.type === 'text' ? (part.citations ?? []) : []
    reportSources(citations, context.report)
    content.add(wire, citations)
  }
  const sources = writeSources(content.texts())
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

/** Usage and stop of a reply that passes as bytes. */
export function tapReply(wire: JsonObject): { usage?: Usage; stop?: Stop } {
  const usage = readUsage(wire)
  const candidate = arrayAt(wire, 'candidates').find(isObject)
  const stop = candidate ? stopOf(candidate) : blockOf(wire)
  return { ...(usage && { usage }), ...(stop && { stop }) }
}
