import { ConversionError } from '../chat/error.ts'
import { isObject, type JsonObject } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { arrayAt, objectAt, secondsAt, stringAt } from '../chat/read.ts'
import type { Alternative, ChatReply } from '../chat/reply.ts'
import { usageOf } from '../openai-chat/wire.ts'
import { choiceError, isError, streamError } from './error.ts'
import { readLogprobs, stopOf } from './wire.ts'

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
