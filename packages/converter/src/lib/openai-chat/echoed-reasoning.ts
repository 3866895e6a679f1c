import type { CapabilityOverrides, ReasoningMember } from '../capabilities/capabilities.ts'
import { openaiCapabilities } from '../capabilities/openai.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import type { Loss } from '../chat/loss.ts'
import { parseExact } from '../lossless.ts'
import { LossReport } from '../report.ts'

/** Where vendors show reasoning in a chat message; none of them is OpenAI's. */
const members: readonly ReasoningMember[] = ['reasoning_content', 'reasoning', 'reasoning_details']

const why = 'the endpoint refuses a message with reasoning, which is not its own'

/** What tells whether a message's reasoning is taken back. */
export interface EchoOptions {
  /** The model as the endpoint knows it. */
  readonly model: string
  /** Azure's `api-version`. */
  readonly apiVersion?: string
  /** What is known of the endpoint beyond the built-in table. */
  readonly capabilities?: CapabilityOverrides
}

/**
 * A chat request without the reasoning its assistant messages echo, where the endpoint takes none back. Chat clients send a message
 * back as they got it, also to another server than the one that reasoned: OpenAI answers a member it does not know with 400, Mistral
 * with 422, and DeepSeek and Moonshot, when a tool was called, a message without its reasoning with 400.
 *
 * Undefined when nothing is to be left out. Parses only a body that names such a member; of the rest only white space changes.
 */
export function withholdReasoning(
  body: string | Uint8Array,
  options: EchoOptions,
): { readonly body: string; readonly losses: Loss[] } | undefined {
  const { reasoningMembers: taken } = {
    ...openaiCapabilities(options.model, options.apiVersion),
    ...options.capabilities,
  }
  const refused = taken === undefined ? [] : members.filter((name) => !taken.includes(name))
  if (refused.length === 0) return undefined
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  if (!text.includes('"reasoning')) return undefined
  const wire = parseExact(text)
  const messages = isObject(wire) ? member(wire, 'messages') : undefined
  if (!isObject(wire) || !Array.isArray(messages)) return undefined
  const report = new LossReport()
  const left = messages.map((message, i) => withoutMembers(message, `messages[${i}]`, refused, report))
  if (left.every((message, i) => message === messages[i])) return undefined
  return { body: JSON.stringify({ ...wire, messages: left }), losses: report.losses }
}

function withoutMembers(
  message: JsonValue,
  at: string,
  refused: readonly ReasoningMember[],
  report: LossReport,
): JsonValue {
  if (!isObject(message) || message.role !== 'assistant') return message
  const there = refused.filter((name) => member(message, name) !== undefined)
  if (there.length === 0) return message
  const left: JsonObject = { ...message }
  for (const name of there) {
    // An empty one is refused too, but nothing is lost with it.
    if (!isEmpty(message[name])) report.dropped(`${at}.${name}`, why)
    delete left[name]
  }
  return left
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}
