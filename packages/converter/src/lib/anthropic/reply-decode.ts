import { ConversionError } from '../chat/error.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart } from '../chat/part.ts'
import { arrayAt, objectAt, stringAt } from '../chat/read.ts'
import type { ChatReply } from '../chat/reply.ts'
import type { Stop } from '../chat/stop.ts'
import { opaque, readCitations } from './content-decode.ts'
import { decodeError } from './error.ts'
import { isSearchCall, SearchCalls } from './search-decode.ts'
import { inputText, readServiceTier, readStop, reportCaller, UsageTally } from './wire.ts'

/** Reads a whole message. */
export function decodeReply(wire: JsonObject, report: Report): ChatReply {
  if (member(wire, 'type') === 'error' || objectAt(wire, 'error')) {
    throw new ConversionError('INVALID_REPLY', `the upstream answered with an error: ${decodeError(0, wire).message}`)
  }
  if (!Array.isArray(member(wire, 'content'))) {
    throw new ConversionError(
      'INVALID_REPLY',
      'the upstream answered with something that is no message: it has no content',
    )
  }
  const searches = new SearchCalls()
  const parts = arrayAt(wire, 'content').flatMap((block, i) => readReplyPart(block, `content[${i}]`, searches, report))
  searches.finish(report)
  const calls = parts.some((part) => part.type === 'tool-call')
  const { usage } = tally(member(wire, 'usage'))
  const id = stringAt(wire, 'id')
  const model = stringAt(wire, 'model')
  const serviceTier = readServiceTier(wire)
  return {
    ...(id && { id }),
    ...(model && { model }),
    parts,
    stop: readStop(wire, calls) ?? missingStop(calls, report),
    ...(usage && { usage }),
    ...(serviceTier && { serviceTier }),
  }
}

function tally(wire: JsonValue | undefined): UsageTally {
  const usage = new UsageTally()
  usage.add(wire)
  return usage
}

function missingStop(calls: boolean, report: Report): Stop {
  report.invented('stop_reason', 'the upstream gave none')
  return { reason: calls ? 'tool-calls' : 'end' }
}

/** A block of an answer; one that says nothing gives no part. */
function readReplyPart(block: JsonValue, at: string, searches: SearchCalls, report: Report): AssistantPart[] {
  if (!isObject(block)) return []
  switch (stringAt(block, 'type')) {
    case 'text': {
      const text = stringAt(block, 'text') ?? ''
      const citations = readCitations(block)
      return text === '' ? [] : [{ type: 'text', text, at, ...(citations.length > 0 && { citations }) }]
    }
    case 'thinking': {
      const text = stringAt(block, 'thinking') ?? ''
      const signature = stringAt(block, 'signature')
      if (text === '' && !signature) return []
      return [{ type: 'reasoning', text, at, ...(signature && { seal: { issuer: 'anthropic', value: signature } }) }]
    }
    case 'redacted_thinking': {
      const value = stringAt(block, 'data') ?? ''
      return [{ type: 'reasoning', text: '', redacted: true, at, seal: { issuer: 'anthropic', value } }]
    }
    case 'tool_use':
      reportCaller(block, at, report)
      return [
        {
          type: 'tool-call',
          id: stringAt(block, 'id') ?? '',
          name: stringAt(block, 'name') ?? '',
          input: inputText(objectAt(block, 'input') ?? {}) ?? tooDeep(at),
          inputKind: 'json',
          at,
        },
      ]
    default: {
      if (isSearchCall(block)) {
        searches.call(block, at)
        return []
      }
      const search = searches.result(block, at, report)
      return [{ ...opaque({ value: block, at }), ...(search && { search }) }]
    }
  }
}

function tooDeep(at: string): never {
  throw new ConversionError('INVALID_REPLY', `${at}.input: the upstream's arguments are nested too deeply`)
}
