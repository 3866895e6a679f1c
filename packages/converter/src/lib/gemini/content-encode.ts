import { isObject, type JsonObject } from '../chat/json.ts'
import { withheldSeal } from '../chat/loss.ts'
import type {
  AssistantPart,
  AudioPart,
  CacheHint,
  FilePart,
  ImagePart,
  OpaquePart,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResult,
  UserPart,
} from '../chat/part.ts'
import { cachePlace, placeOf } from '../chat/places.ts'
import type { RequestContext } from '../codec.ts'
import { parseExact } from '../lossless.ts'
import { wrapperIn } from './content-decode.ts'

/** The part of a text, or nothing when it is empty. */
export function textParts(part: TextPart, context: RequestContext): JsonObject[] {
  const { report, from } = context
  dropCache(part, context)
  if (part.citations) report.dropped(placeOf('citations', part.at, from), 'a text that is sent carries no sources')
  return part.text === '' ? [] : [{ text: part.text }]
}

export function userParts(part: UserPart, context: RequestContext): JsonObject[] {
  switch (part.type) {
    case 'text':
      return textParts(part, context)
    case 'image':
      return [imagePart(part, context)]
    case 'file':
      return fileParts(part, context)
    case 'audio':
      return [audioPart(part, context)]
    case 'opaque':
      return opaqueParts(part, context)
  }
}

export function assistantParts(part: AssistantPart, context: RequestContext): JsonObject[] {
  switch (part.type) {
    case 'text':
      return textParts(part, context)
    case 'refusal':
      return part.text === '' ? [] : [{ text: part.text }]
    case 'reasoning':
      return thoughtParts(part, context)
    case 'tool-call':
      return [callPart(part, context)]
    case 'image':
      return [imagePart(part, context)]
    case 'opaque':
      return opaqueParts(part, context)
  }
}

/** Thoughts go back only with the seal Gemini gave them. */
function thoughtParts(part: ReasoningPart, { report }: RequestContext): JsonObject[] {
  if (part.seal?.issuer !== 'gemini') {
    report.dropped(part.at, 'reasoning goes back to its own provider only')
    return []
  }
  return [{ text: part.text, thought: true, thoughtSignature: part.seal.value }]
}

function callPart(part: ToolCallPart, context: RequestContext): JsonObject {
  const { report, from } = context
  dropCache(part, context)
  const seal = part.seal?.issuer === 'gemini' ? part.seal.value : undefined
  if (part.seal && seal === undefined) report.dropped(placeOf('seal', part.at, from), withheldSeal)
  const args = argsOf(part)
  if (args === undefined) report.approximated(part.at, 'the arguments are no JSON object and are sent as {"_raw": …}')
  const functionCall = {
    id: context.callId(part.id),
    name: context.toolName(part.name),
    args: args ?? { _raw: part.input },
  }
  return seal === undefined ? { functionCall } : { functionCall, thoughtSignature: seal }
}

/** The arguments of a call as the object the wire wants, digit for digit; undefined when they are none. */
export function argsOf(part: Pick<ToolCallPart, 'input' | 'inputKind' | 'object'>): JsonObject | undefined {
  if (part.object) return part.object
  if (part.inputKind === 'text') return { input: part.input }
  return part.input.trim() === '' ? {} : objectOf(part.input)
}

/** The object a JSON text stands for, its numbers digit for digit; undefined when it is no object. */
function objectOf(json: string): JsonObject | undefined {
  try {
    const value = parseExact(json)
    return isObject(value) ? value : undefined
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
}

/** A result as its part, and the media it cannot hold for this model. */
export interface EncodedResult {
  readonly part: JsonObject
  readonly media: readonly JsonObject[]
}

const none: readonly JsonObject[] = []

/** @param name the tool's name as the call has it. */
export function encodeResult(result: ToolResult, name: string, context: RequestContext): EncodedResult {
  const { report, capabilities } = context
  dropCache(result, context)
  let text: string | undefined
  let joined = false
  let media: JsonObject[] | undefined
  for (const part of result.parts) {
    for (const written of userParts(part, context)) {
      if (typeof written.text === 'string') {
        joined ||= text !== undefined
        text = text === undefined ? written.text : `${text}\n${written.text}`
        continue
      }
      media ??= []
      media.push(written)
      if (!capabilities.resultMedia) report.approximated(part.at, 'sent in a user content after the tool results')
    }
  }
  if (joined) report.approximated(result.at, 'the texts of the result are joined into one')
  const response = responseOf(text ?? '', name, result.isError ?? false)
  const functionResponse: JsonObject = { id: context.callId(result.callId), name, response }
  if (!capabilities.resultMedia || media === undefined) return { part: { functionResponse }, media: media ?? none }
  functionResponse.parts = media
  return { part: { functionResponse }, media: none }
}

/**
 * A result as the object the wire wants: one that is a JSON object stays one, everything else stands under the key that is
 * documented for it. An object that would be taken for such a wrapping, or for no result at all, is wrapped too.
 */
function responseOf(text: string, tool: string, isError: boolean): JsonObject {
  if (isError) return { error: text }
  const object = text.trimStart().startsWith('{') ? objectOf(text) : undefined
  if (object === undefined) return { output: text }
  const misread =
    Object.hasOwn(object, 'output') ||
    Object.hasOwn(object, 'error') ||
    Object.keys(object).length === 0 ||
    wrapperIn(object, tool) !== undefined
  return misread ? { output: object } : object
}

/** How the canon's words for the detail of an image are told. */
const resolutions: ReadonlyMap<string, string> = new Map([
  ['low', 'MEDIA_RESOLUTION_LOW'],
  ['high', 'MEDIA_RESOLUTION_HIGH'],
  ['original', 'MEDIA_RESOLUTION_HIGH'],
])

function imagePart(part: ImagePart, context: RequestContext): JsonObject {
  const { source, at } = part
  dropCache(part, context)
  const resolution = resolutionOf(part, context)
  const level = resolution === undefined ? {} : { mediaResolution: { level: resolution } }
  switch (source.kind) {
    case 'base64':
      return { inlineData: { mimeType: source.mediaType, data: source.data }, ...level }
    case 'url':
      return { ...urlPart(source.url, imageTypeOf(source.url), at, context), ...level }
    default:
      return context.report.refuse(at, 'an image stored at another provider cannot be sent: send its data or URL')
  }
}

function resolutionOf({ detail, at }: ImagePart, { report, capabilities, from }: RequestContext): string | undefined {
  if (detail === undefined || detail === 'auto') return undefined
  const resolution = capabilities.imageDetail ? resolutions.get(detail) : undefined
  if (resolution === undefined)
    report.dropped(placeOf('detail', at, from), 'the model takes no resolution for an image')
  else if (detail === 'original')
    report.approximated(placeOf('detail', at, from), 'the highest resolution of an image is high')
  return resolution
}

function urlPart(
  url: string,
  mimeType: string | undefined,
  at: string,
  { report, capabilities }: RequestContext,
): JsonObject {
  if (capabilities.urlMedia === false) report.refuse(at, 'the model fetches no URL: send the data itself')
  return { fileData: { fileUri: url, ...(mimeType !== undefined && { mimeType }) } }
}

/** The media type an image's URL gives away; without one the provider goes by what it fetches. */
function imageTypeOf(url: string): string | undefined {
  const type = /^[^?]*\.(png|jpe?g|webp|gif|hei[cf])(?:\?|$)/i.exec(url)?.[1]?.toLowerCase()
  return type && `image/${type === 'jpg' ? 'jpeg' : type}`
}

function fileParts(part: FilePart, context: RequestContext): JsonObject[] {
  const { source, name, at } = part
  const { report, from } = context
  dropCache(part, context)
  if (source.kind === 'text') {
    const pieces = [name, part.context, source.text].filter((piece) => piece !== undefined && piece !== '')
    return pieces.length === 0 ? [] : [{ text: pieces.join('\n\n') }]
  }
  const before = part.context === undefined ? [] : [{ text: part.context }]
  if (part.context !== undefined)
    report.approximated(placeOf('context', at, from), 'sent as a text before the document')
  if (name !== undefined) report.dropped(placeOf('name', at, from), 'Gemini takes no names of files')
  switch (source.kind) {
    case 'base64':
      return [...before, { inlineData: { mimeType: source.mediaType, data: source.data } }]
    case 'url':
      return [...before, urlPart(source.url, 'application/pdf', at, context)]
    case 'id':
      return report.refuse(at, 'a file stored at another provider cannot be sent: send its data')
  }
}

/** Gemini's words for the sound formats of other dialects; the rest are the same. */
function audioPart({ source, format, at }: AudioPart, { report }: RequestContext): JsonObject {
  if (source.kind !== 'base64') return report.refuse(at, 'audio must be sent as base64 data')
  return { inlineData: { mimeType: `audio/${format}`, data: source.data } }
}

function opaqueParts(part: OpaquePart, { report }: RequestContext): JsonObject[] {
  if (part.kind === 'container_upload') report.refuse(part.at, 'a file in a provider container cannot be sent')
  if (part.dialect === 'gemini' && isObject(part.value)) return [{ ...part.value }]
  if (part.text === undefined || part.text === '') {
    report.dropped(part.at, `only ${part.dialect} understands ${part.kind}`)
    return []
  }
  report.approximated(part.at, `${part.kind} is sent as text`)
  return [{ text: part.text }]
}

function dropCache(part: { readonly at: string; readonly cache?: CacheHint }, { report, from }: RequestContext): void {
  if (part.cache) report.dropped(cachePlace(part, from), 'Gemini caches, or does not, without being asked')
}
