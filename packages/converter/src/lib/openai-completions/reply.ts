import { ConversionError } from '../chat/error.ts'
import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart } from '../chat/part.ts'
import { arrayAt, objectAt, secondsAt, stringAt } from '../chat/read.ts'
import type { Alternative, ChatReply } from '../chat/reply.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { ReplyContext } from '../codec.ts'
import { usageOf, writeUsage } from '../openai-chat/wire.ts'
import { choiceError, isError, streamError } from './error.ts'
import { finishOfStop, noCitations, readLogprobs, stopOf, vagueStops, writeLogprobs } from './wire.ts'

/** Reads a Completions reply. */
export function decodeReply(wire: JsonObject, _report: Report): ChatReply {
  if (isError(wire)) throw noReply(streamError(wire).message)
  const choices = arrayAt(wire, 'choices').filter(isObject)
  const error = choices[0] && choiceError(choices[0])
  if (error !== undefined) throw noReply(error.message)
  const [first, ...others] = choices.map((choice, i) => decodeChoice(choice, `choices[${i}]`))
  if (first === undefined) throw noReply('it has no choices')
  const id = stringAt(wire, 'id')
  const model = stringAt(wire, 'model')
  const created = secondsAt(wire, 'created')
  const usage = usageOf(wire)
  const logprobs = choices[0] && objectAt(choices[0], 'logprobs')
  return {
    ...(id !== undefined && id !== '' && { id }),
    ...(model !== undefined && model !== '' && { model }),
    ...(created !== undefined && { created }),
    ...first,
    ...(usage && { usage }),
    ...(others.length > 0 && { alternatives: others }),
    ...(logprobs && { logprobs: readLogprobs(logprobs) }),
  }
}

function noReply(why: string): ConversionError {
  return new ConversionError('INVALID_REPLY', `the upstream's answer is no completion: ${why}`)
}

function decodeChoice(choice: JsonObject, at: string): Alternative {
  const text = stringAt(choice, 'text') ?? ''
  return { parts: text === '' ? [] : [{ type: 'text', text, at: `${at}.text` }], stop: stopOf(choice) }
}

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

/** Usage and stop of a reply that passes as bytes. */
export function tapReply(wire: JsonObject): { usage?: Usage; stop?: Stop } {
  const usage = usageOf(wire)
  const choice = arrayAt(wire, 'choices').find(isObject)
  return { ...(usage && { usage }), ...(choice && { stop: stopOf(choice) }) }
}
