import type { Dialect } from '../chat/dialect.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { pathOf } from '../chat/read.ts'
import { foreignMark } from '../chat/search.ts'
import { envelopeMark, isEnvelope } from './envelope.ts'

/**
 * A conversation may move from a provider of another dialect to one of the client's own. Its requests then pass as they are, but an
 * envelope in them is no seal of that provider, which would refuse the request for it.
 */

/** Whether a body may hold an envelope. Reads the bytes once, without parsing. */
export function mayHoldEnvelope(body: Uint8Array | string): boolean {
  if (typeof body === 'string') return body.includes(envelopeMark)
  const first = envelopeMark.charCodeAt(0)
  for (let at = body.indexOf(first); at !== -1; at = body.indexOf(first, at + 1)) {
    let length = 1
    while (length < envelopeMark.length && body[at + length] === envelopeMark.charCodeAt(length)) length++
    if (length === envelopeMark.length) return true
  }
  return false
}

/** Why an envelope is left out, and a source another provider's search has found. */
const found = 'the source was found by another provider, which the conversation was with before'
const searched = 'the search was run by another provider, which the conversation was with before'
const why = 'the seal belongs to another provider, which the conversation was with before'

/**
 * What Google documents to be put in the place of a seal in a history another model wrote.
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */
const placeholder = 'skip_thought_signature_validator'

/** A request without the envelopes in it; the same object when there are none. */
export function withholdEnvelopes(request: JsonObject, dialect: Dialect, report: Report): JsonObject {
  switch (dialect) {
    case 'anthropic':
      return overList(request, 'messages', '', (message, at) => content(message, at, report))
    case 'openai-chat':
      return overList(request, 'messages', '', (message, at) =>
        overList(message, 'tool_calls', at, (call, where) => unsealedCall(call, where, report)),
      )
    case 'openai-responses':
      return overList(request, 'input', '', (item, at) =>
        isSealed(item, 'encrypted_content')
          ? dropped(pathOf(at, 'encrypted_content'), report)
          : withoutForeign(item, 'id', at, report),
      )
    case 'gemini':
      return overList(request, 'contents', '', (turn, at) =>
        overList(turn, 'parts', at, (part, where) => unsealedPart(part, where, report)),
      )
    default:
      return request
  }
}

/** A message of Anthropic's; one that held nothing else goes as a whole. */
function content(message: JsonObject, at: string, report: Report): JsonObject | undefined {
  const left = overList(message, 'content', at, (block, where) => {
    if (isSealed(block, 'signature') || isSealed(block, 'data')) return dropped(where, report)
    const search = withoutForeign(block, 'tool_use_id', where, report) && withoutForeign(block, 'id', where, report)
    return (
      search &&
      overList(block, 'citations', where, (citation, place) =>
        isSealed(citation, 'encrypted_index') ? dropped(place, report, found) : citation,
      )
    )
  })
  const blocks = member(left, 'content')
  return left !== message && Array.isArray(blocks) && blocks.length === 0 ? undefined : left
}

/** A search that another provider ran, which the item, block or result with such an id tells of. */
function withoutForeign(item: JsonObject, key: string, at: string, report: Report): JsonObject | undefined {
  const id = member(item, key)
  const isForeign = typeof id === 'string' && /^(srvtoolu|ws)_/.test(id) && id.includes(foreignMark)
  return isForeign ? dropped(at, report, searched) : item
}

function unsealedCall(call: JsonObject, at: string, report: Report): JsonObject {
  const extra = member(call, 'extra_content')
  const google = isObject(extra) ? member(extra, 'google') : undefined
  if (!isObject(google) || !isSealed(google, 'thought_signature')) return call
  report.dropped(pathOf(at, 'extra_content'), why)
  const { extra_content: _, ...rest } = call
  return rest
}

function unsealedPart(part: JsonObject, at: string, report: Report): JsonObject | undefined {
  const key = ['thoughtSignature', 'thought_signature'].find((name) => isSealed(part, name))
  if (key === undefined) return part
  report.dropped(pathOf(at, key), why)
  if (part.thought === true) return undefined
  const { [key]: _, ...rest } = part
  const isCall = member(part, 'functionCall') !== undefined || member(part, 'function_call') !== undefined
  return isCall ? { ...rest, [key]: placeholder } : rest
}

function isSealed(holder: JsonObject, key: string): boolean {
  const value = member(holder, key)
  return typeof value === 'string' && isEnvelope(value)
}

function dropped(path: string, report: Report, detail: string = why): undefined {
  report.dropped(path, detail)
}

/** The object with each object in one of its lists changed or, where nothing comes back, left out. */
function overList(
  holder: JsonObject,
  key: string,
  at: string,
  change: (item: JsonObject, at: string) => JsonObject | undefined,
): JsonObject {
  const list = member(holder, key)
  if (!Array.isArray(list)) return holder
  const changed = list.flatMap((item, i): JsonValue[] => {
    const left = isObject(item) ? change(item, `${pathOf(at, key)}[${i}]`) : item
    return left === undefined ? [] : [left]
  })
  const same = changed.length === list.length && changed.every((item, i) => item === list[i])
  return same ? holder : { ...holder, [key]: changed }
}
