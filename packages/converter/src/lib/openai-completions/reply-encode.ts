import type { JsonObject, JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart } from '../chat/part.ts'
import type { Alternative, ChatReply } from '../chat/reply.ts'
import type { ReplyContext } from '../codec.ts'
import { writeUsage } from '../openai-chat/wire.ts'
import { finishOfStop, noCitations, vagueStops, writeLogprobs } from './wire.ts'

/** Writes a Completions reply: the answer's text and nothing else. */
export function encodeReply(reply: ChatReply, context: ReplyContext): JsonObject {
  const { usage, logprobs } = reply
  const choices = [{ parts: reply.parts, stop: reply.stop }, ...(reply.alternatives ?? [])]
  return {
    id: reply.id ?? `cmpl-${context.newId()}`,
    object: 'text_completion',
    created: reply.created ?? context.now(),
    model: context.model ?? reply.model ?? '',
    choices: choices.map((choice, i) => encodeChoice(choice, i, i === 0 ? logprobs : undefined, context)),
    ...(usage && { usage: writeUsage(usage) }),
  }
}

function encodeChoice(
  { parts, stop }: Alternative,
  index: number,
  logprobs: JsonValue | undefined,
  { report }: ReplyContext,
): JsonObject {
  const vague = vagueStops[stop.reason]
  if (vague !== undefined) report.approximated('stop_reason', vague)
  const text = parts.map((part) => textOf(part, report)).join('')
  return {
    index,
    text: text === '' && stop.reason === 'refusal' ? (stop.explanation ?? '') : text,
    logprobs: logprobs === undefined ? null : writeLogprobs(logprobs, 0),
    finish_reason: finishOfStop[stop.reason],
  }
}

/** A refusal is what the assistant said; anything that is no text has no place. */
function textOf(part: AssistantPart, report: Report): string {
  if (part.type === 'text' && part.citations) report.dropped(`${part.at}.citations`, noCitations)
  if (part.type === 'text' || part.type === 'refusal') return part.text
  report.dropped(part.at, `openai-completions has no place for ${part.type === 'opaque' ? part.kind : part.type}`)
  return ''
}
