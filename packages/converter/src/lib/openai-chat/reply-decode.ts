import { placed, type TextPlace } from '../chat/cited.ts'
import { ConversionError } from '../chat/error.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { urlSource } from '../chat/media-source.ts'
import type { AssistantPart, MediaSource, ToolCallPart } from '../chat/part.ts'
import { arrayAt, objectAt, secondsAt, stringAt } from '../chat/read.ts'
import type { Alternative, ChatReply } from '../chat/reply.ts'
import type { Stop } from '../chat/stop.ts'
import type { NewId } from '../codec.ts'
import { namesCall } from './call-decoder.ts'
import { citationsOf, imagesOf } from './content.ts'
import { choiceError, isError, streamError } from './error.ts'
import { sealOfPieces, thinkingText } from './reasoning-seal.ts'
import {
  argumentsText,
  mintedCallId,
  readStop,
  reasoningOf,
  reasoningPlace,
  thoughtSignatureOf,
  usageOf,
} from './wire.ts'

/** Reads a Chat Completions reply. */
export function decodeReply(wire: JsonObject, report: Report, newId?: NewId): ChatReply {
  const choices = choicesOf(wire)
  const head = readHead(wire)
  const usage = usageOf(wire)
  const [first, ...others] = choices.map((choice, i) =>
    decodeChoice(choice, `choices[${i}]`, report, () => head.id ?? newId?.()),
  )
  if (first === undefined) throw noReply('it has no choices')
  const logprobs = choices[0] && objectAt(choices[0], 'logprobs')
  return {
    ...head,
    parts: withSources([...first.parts], wire, 'citations', report),
    stop: first.stop,
    ...(usage && { usage }),
    ...(others.length > 0 && { alternatives: others }),
    ...(logprobs && { logprobs }),
  }
}

/** What a reply and the first chunk of a stream say of themselves. */
export function readHead(wire: JsonObject): Pick<ChatReply, 'id' | 'model' | 'created' | 'serviceTier'> {
  const id = stringAt(wire, 'id')
  const model = stringAt(wire, 'model')
  const created = secondsAt(wire, 'created')
  const serviceTier = stringAt(wire, 'service_tier')
  return {
    ...(id && { id }),
    ...(model && { model }),
    ...(created !== undefined && { created }),
    ...(serviceTier !== undefined && { serviceTier }),
  }
}

function noReply(why: string): ConversionError {
  return new ConversionError('INVALID_REPLY', `the upstream's answer is no chat completion: ${why}`)
}

/** The choices of a reply. Throws when it is none, or an error under 200. */
export function choicesOf(wire: JsonObject): JsonObject[] {
  if (isError(wire)) throw noReply(streamError(wire).message)
  const choices = arrayAt(wire, 'choices').filter(isObject)
  const error = choices[0] && choiceError(choices[0])
  if (error !== undefined) throw noReply(error.message)
  return choices
}

type ReplyId = () => string | undefined

function decodeChoice(choice: JsonObject, at: string, report: Report, replyId: ReplyId): Alternative {
  const message = objectAt(choice, 'message') ?? {}
  const path = `${at}.message`
  const parts = [
    ...reasoningParts(message, path),
    ...withSources(contentParts(message, path, report), message, `${path}.annotations`, report),
    ...callParts(message, path, report, replyId),
  ]
  return { parts, stop: stopOf(choice) }
}

/** Why a choice ended. */
export function stopOf(choice: JsonObject): Stop {
  const message = objectAt(choice, 'message') ?? {}
  const has = { calls: namesCall(message), refusal: (stringAt(message, 'refusal') ?? '') !== '' }
  return readStop(stringAt(choice, 'finish_reason') ?? '', has)
}

function reasoningParts(message: JsonObject, path: string): AssistantPart[] {
  const text = reasoningOf(message) ?? ''
  const seal = sealOfPieces(arrayAt(message, 'reasoning_details').filter(isObject))
  if (text === '' && seal === undefined) return []
  const at = `${path}.reasoning_content`
  return [{ type: 'reasoning', text, at, ...reasoningPlace(message), ...(seal && { seal }) }]
}

function contentParts(message: JsonObject, path: string, report: Report): AssistantPart[] {
  const content = member(message, 'content')
  const at = `${path}.content`
  const parts: AssistantPart[] = []
  if (typeof content === 'string' && content !== '') parts.push({ type: 'text', text: content, at })
  if (Array.isArray(content)) parts.push(...content.flatMap((piece, i) => pieceParts(piece, `${at}[${i}]`)))
  for (const [i, url] of imagesOf(message).entries()) {
    const source = imageSource(url)
    if (source) parts.push({ type: 'image', source, at: `${path}.images[${i}]` })
    else report.dropped(`${path}.images[${i}]`, 'its data URL cannot be read')
  }
  const refusal = stringAt(message, 'refusal')
  if (refusal) parts.push({ type: 'refusal', text: refusal, at: `${path}.refusal` })
  const audio = objectAt(message, 'audio')
  if (audio !== undefined) {
    report.approximated(`${path}.audio`, 'audio is told by its transcript')
    const transcript = stringAt(audio, 'transcript')
    if (transcript) parts.push({ type: 'text', text: transcript, at: `${path}.audio` })
  }
  return parts
}

/** An image by its URL; undefined for a data URL that is none. */
function imageSource(url: string): MediaSource | undefined {
  try {
    return urlSource(url, '')
  } catch (cause) {
    if (ConversionError.is(cause)) return undefined
    throw cause
  }
}

/** Mistral's list of chunks: text and thinking. */
function pieceParts(piece: JsonValue, at: string): AssistantPart[] {
  if (!isObject(piece)) return []
  const thinking = thinkingText(piece)
  const seal = piece.type === 'thinking' ? sealOfPieces([piece]) : undefined
  if (thinking !== '' || seal) {
    return [{ type: 'reasoning', text: thinking, at, member: 'thinking', ...(seal && { seal }) }]
  }
  const text = stringAt(piece, 'text')
  if (text) return [{ type: 'text', text, at }]
  const kind = stringAt(piece, 'type') ?? 'unknown'
  return kind === 'text' || kind === 'thinking'
    ? []
    : [{ type: 'opaque', dialect: 'openai-chat', kind, value: piece, at }]
}

/** The parts with the sources their message, or the reply as a whole, names for their text. */
function withSources(parts: AssistantPart[], holder: JsonObject, path: string, report: Report): AssistantPart[] {
  const citations = citationsOf(holder)
  if (citations.length === 0) return parts
  const texts: TextPlace[] = []
  let length = 0
  for (const [index, part] of parts.entries()) {
    if (part.type !== 'text') continue
    texts.push({ index, base: length })
    length += part.text.length
  }
  if (texts.length === 0) report.dropped(path, noText)
  const cited = [...parts]
  for (const each of citations) {
    const { index, citation } = placed(each, texts) ?? {}
    const part = index === undefined ? undefined : cited[index]
    if (index === undefined || citation === undefined || part?.type !== 'text') continue
    cited[index] = { ...part, citations: [...(part.citations ?? []), citation] }
  }
  return cited
}

/** Why sources are lost. */
export const noText = 'there is no text for the sources to belong to'

function callParts(message: JsonObject, path: string, report: Report, replyId: ReplyId): ToolCallPart[] {
  const calls = arrayAt(message, 'tool_calls').filter(isObject)
  const parts = calls.map((call, i) => callPart(call, `${path}.tool_calls[${i}]`, () => mintedCallId(replyId(), i)))
  const legacy = objectAt(message, 'function_call')
  if (legacy !== undefined) {
    const id = mintedCallId(replyId(), calls.length)
    parts.push(callPart({ function: legacy }, `${path}.function_call`, () => id))
  }
  for (const { at } of parts.filter(({ name }) => name === '')) report.dropped(at, 'the upstream never named the tool')
  return parts.filter(({ name }) => name !== '')
}

function callPart(call: JsonObject, at: string, minted: () => string): ToolCallPart {
  const custom = objectAt(call, 'custom')
  const body = custom ?? objectAt(call, 'function') ?? {}
  const input = argumentsText(member(body, custom === undefined ? 'arguments' : 'input'))
  const signature = thoughtSignatureOf(call)
  return {
    type: 'tool-call',
    id: stringAt(call, 'id') || minted(),
    name: stringAt(body, 'name') ?? '',
    input: custom === undefined && input.trim() === '' ? '{}' : input,
    inputKind: custom === undefined ? 'json' : 'text',
    at,
    ...(signature !== undefined && { seal: { issuer: 'gemini', value: signature } }),
  }
}
