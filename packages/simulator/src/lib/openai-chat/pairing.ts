import { type JsonObject, objects, show, text } from '../json.ts'
import { invalid } from './error.ts'

/** Refuses messages whose calls and results do not belong together: every call is answered in the messages behind it, and once. */
export function checkPairing(messages: readonly JsonObject[]): void {
  let open = new Set<string>()
  messages.forEach((message, index) => {
    if (message.role === 'tool') {
      if (open.delete(text(message.tool_call_id) ?? '')) return
      const prior = messages.slice(0, index).findLast((candidate) => candidate.role !== 'tool')
      if (prior?.role !== 'assistant' || prior.tool_calls === undefined) {
        throw invalid(
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          `messages.[${index}].role`,
        )
      }
      const id = show(message.tool_call_id)
      throw invalid(
        `Invalid parameter: 'tool_call_id' of '${id}' not found in 'tool_calls' of previous message.`,
        `messages.[${index}].tool_call_id`,
      )
    }
    refuseOpen(open, index)
    open = new Set(objects(message.tool_calls).map((call) => text(call.id) ?? ''))
    if (open.size < objects(message.tool_calls).length) {
      throw invalid(`Duplicate value for 'tool_call_id' in message[${index}].`, `messages.[${index}].tool_calls`)
    }
  })
  refuseOpen(open, messages.length)
}

function refuseOpen(open: ReadonlySet<string>, index: number): void {
  if (open.size === 0) return
  const ids = [...open].join(', ')
  throw invalid(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids}`,
    `messages.[${index}].role`,
  )
}
