import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart, TextPart } from '../chat/part.ts'
import type { ChatReply } from '../chat/reply.ts'
import type { Stop } from '../chat/stop.ts'
import type { ReplyContext } from '../codec.ts'
import { writeCitation } from './citations.ts'
import { reasoningBlocks, toolInput } from './content-encode.ts'
import { SearchBlocks } from './search-encode.ts'
import { stopOfReason, wireUsage } from './wire.ts'

/** Writes a whole message, every key of the SDK's `Message` present. */
export function encodeReply(reply: ChatReply, context: ReplyContext): JsonObject {
  const { report } = context
  if (reply.alternatives && reply.alternatives.length > 0)
    report.dropped('choices', 'Anthropic tells one answer, the first')
  if (reply.logprobs !== undefined) report.dropped('logprobs', 'Anthropic tells no token probabilities')
  if (reply.usage === undefined) report.invented('usage', 'the upstream told none; the counts are 0')
  const searches = new SearchBlocks(context)
  const sources = reply.parts.flatMap((part) => (part.type === 'text' ? (part.citations ?? []) : []))
  for (const source of sources) searches.cite(source)
  const content = reply.parts.flatMap((part) =>
    part.type === 'opaque' && part.search ? searches.told(part.search, part.at) : replyBlocks(part, context),
  )
  content.push(...searches.left())
  return {
    id: reply.id ?? `msg_${context.newId()}`,
    type: 'message',
    role: 'assistant',
    model: context.model ?? reply.model ?? '',
    content,
    ...wireStop(reply.stop, {
      calls: reply.parts.some((part) => part.type === 'tool-call'),
      refused: reply.parts.some((part) => part.type === 'refusal'),
      report,
    }),
    container: null,
    diagnostics: null,
    usage: wireUsage(reply.usage, reply.serviceTier, searches.count),
  }
}

function citationsOf({ citations = [], at }: TextPart, report: Report): JsonValue[] | null {
  const told = citations
    .map((citation) => writeCitation(citation, `${at}.citations`, report))
    .filter((value) => value !== undefined)
  return told.length > 0 ? told : null
}

function replyBlocks(part: AssistantPart, context: ReplyContext): JsonObject[] {
  const { report } = context
  switch (part.type) {
    case 'text':
      // Unlike a request's, an answer's white space is told as it is: it may stand between two cited texts.
      return part.text === '' ? [] : [{ type: 'text', text: part.text, citations: citationsOf(part, report) }]
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text, citations: null }]
    case 'reasoning':
      return reasoningBlocks(part, report)
    case 'tool-call':
      if (part.seal) report.dropped(`${part.at}.seal`, 'Anthropic has no place for the seal')
      return [
        {
          type: 'tool_use',
          id: context.callId(part.id),
          name: context.originalToolName(part.name),
          input: toolInput(part, () =>
            report.approximated(part.at, 'the arguments are no JSON object and are told as {"_raw": …}'),
          ),
          caller: { type: 'direct' },
        },
      ]
    case 'image':
      report.dropped(part.at, 'Anthropic tells no images')
      return []
    case 'opaque':
      if (part.dialect === 'anthropic' && isObject(part.value)) return [part.value]
      report.dropped(part.at, `Anthropic has no counterpart of ${part.kind}`)
      return []
  }
}

/** How an answer ended, as a message and a `message_delta` have it. */
export function wireStop(
  stop: Stop,
  seen: { readonly calls: boolean; readonly refused: boolean; readonly report: Report },
): JsonObject {
  const ended = stop.reason === 'end' || stop.reason === 'other'
  const word = ended && seen.calls ? 'tool_use' : ended && seen.refused ? 'refusal' : stopOfReason[stop.reason]
  if (stop.reason === 'other') {
    seen.report.approximated('stop_reason', `${stop.said ?? 'an unknown reason'} is told as ${word}`)
  }
  const details = { type: 'refusal', category: null, explanation: stop.explanation ?? null }
  return {
    stop_reason: word,
    stop_sequence: stop.sequence ?? null,
    stop_details: word === 'refusal' ? details : null,
  }
}
