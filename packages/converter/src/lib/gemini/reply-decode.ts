import { ConversionError } from '../chat/error.ts'
import { isObject, type JsonObject, member } from '../chat/json.ts'
import { type Report, withheldSeal } from '../chat/loss.ts'
import type { AssistantPart, ToolCallPart } from '../chat/part.ts'
import { arrayAt, objectAt, stringAt } from '../chat/read.ts'
import type { Alternative, ChatReply } from '../chat/reply.ts'
import type { Stop } from '../chat/stop.ts'
import type { NewId } from '../codec.ts'
import { searchBehind, withSources } from './citations.ts'
import { kindOf, opaquePart } from './content-decode.ts'
import { decodeError, isError } from './error.ts'
import { decodeLogprobs } from './logprobs.ts'
import { blockOf, isSeal, mintedCallId, readStop, readUsage } from './wire.ts'

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
  const parts = withSources(placed, candidate, report)
  const search = searchBehind(candidate)
  if (search) {
    parts.push({ ...search, dialect: 'gemini', value: null, at: `${at}.groundingMetadata` })
  }
  return { parts, stop: stopOf(candidate) ?? missingStop(candidate, report) }
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
