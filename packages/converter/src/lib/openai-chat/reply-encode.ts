import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import { withheldSeal } from '../chat/loss.ts'
import type { AssistantPart, ReasoningPart, TextPart, ToolCallPart } from '../chat/part.ts'
import { stringAt } from '../chat/read.ts'
import type { Alternative, ChatReply } from '../chat/reply.ts'
import type { Stop } from '../chat/stop.ts'
import type { ReplyContext } from '../codec.ts'
import { annotationOf } from './content.ts'
import { finishOf, sealed, serviceTiers, vagueStops, writeUsage } from './wire.ts'

/** Writes a Chat Completions reply. */
export function encodeReply(reply: ChatReply, context: ReplyContext): JsonObject {
  const { usage, logprobs, serviceTier } = reply
  const choices = [{ parts: reply.parts, stop: reply.stop }, ...(reply.alternatives ?? [])]
  return {
    id: reply.id ?? `chatcmpl-${context.newId()}`,
    object: 'chat.completion',
    created: reply.created ?? context.now(),
    model: context.model ?? reply.model ?? '',
    choices: choices.map((choice, i) => encodeChoice(choice, i, i === 0 ? logprobs : undefined, context)),
    ...(usage && { usage: writeUsage(usage) }),
    ...(serviceTier !== undefined && serviceTiers.has(serviceTier) && { service_tier: serviceTier }),
  }
}

function encodeChoice(
  { parts, stop }: Alternative,
  index: number,
  logprobs: JsonValue | undefined,
  context: ReplyContext,
): JsonObject {
  const calls = parts.filter((part) => part.type === 'tool-call')
  const spelling = calls.length === 0 ? 'none' : context.legacyFunctions ? 'function' : 'tools'
  const vague = vagueStops[stop.reason]
  const hasRefusal = parts.some((part) => part.type === 'refusal' && part.text !== '')
  const finish = stop.reason === 'refusal' && hasRefusal ? 'stop' : finishOf(stop, spelling)
  if (vague !== undefined) context.report.approximated('stop_reason', `${vague}: told as ${finish}`)
  return {
    index,
    message: encodeMessage(parts, stop, context),
    logprobs: logprobs ?? null,
    finish_reason: finish,
  }
}

function encodeMessage(parts: readonly AssistantPart[], stop: Stop, context: ReplyContext): JsonObject {
  const { report } = context
  let content = ''
  let refusal = ''
  let reasoning = ''
  const annotations: JsonObject[] = []
  const calls: ToolCallPart[] = []
  for (const part of parts) {
    switch (part.type) {
      case 'text':
        annotations.push(...annotationsOf(part, content.length, context))
        content += part.text
        break
      case 'refusal':
        refusal += part.text
        break
      case 'reasoning':
        reasoning += part.text
        reportReasoning(part, context)
        break
      case 'tool-call':
        calls.push(part)
        break
      default:
        report.dropped(part.at, `openai-chat has no place for ${part.type === 'image' ? 'an image' : part.kind}`)
    }
  }
  if (refusal === '' && stop.reason === 'refusal') refusal = stop.explanation ?? ''
  return {
    role: 'assistant',
    content: content === '' && (calls.length > 0 || refusal !== '') ? null : content,
    refusal: refusal === '' ? null : refusal,
    ...(reasoning !== '' && context.showReasoning && { reasoning_content: reasoning }),
    ...(annotations.length > 0 && { annotations }),
    ...encodeCalls(calls, context),
  }
}

/** The text may be shown; the seal means nothing to a client of this dialect, and is not told as if it did. */
function reportReasoning(part: ReasoningPart, { report, showReasoning }: ReplyContext): void {
  if (!showReasoning) report.dropped(part.at, 'reasoning is not shown')
  else if (part.text === '') report.dropped(part.at, 'the provider hid the reasoning')
  else if (part.seal) report.dropped(`${part.at}.seal`, withheldSeal)
}

/** Annotations count in the joined text, citations in their own part. */
function annotationsOf(part: TextPart, base: number, { report }: ReplyContext): JsonObject[] {
  return (part.citations ?? []).flatMap((citation, i) => {
    const annotation = annotationOf(citation, base, part.text.length)
    if (annotation === undefined)
      report.dropped(`${part.at}.citations[${i}]`, 'a source without a URL has no place here')
    return annotation === undefined ? [] : [annotation]
  })
}

function encodeCalls(calls: readonly ToolCallPart[], context: ReplyContext): JsonObject {
  const [first, ...others] = calls
  if (first === undefined) return {}
  if (!context.legacyFunctions) return { tool_calls: calls.map((call) => encodeCall(call, context)) }
  for (const call of others) context.report.dropped(call.at, 'function_call holds one call only')
  return { function_call: { name: context.originalToolName(first.name), arguments: first.input } }
}

function encodeCall(call: ToolCallPart, context: ReplyContext): JsonObject {
  const id = context.callId(call.id)
  const name = context.originalToolName(call.name)
  if (call.inputKind === 'text') return { id, type: 'custom', custom: { name, input: call.input } }
  if (context.customTools.has(call.name)) return { id, type: 'custom', custom: { name, input: freeText(call.input) } }
  if (call.seal && call.seal.issuer !== 'gemini') context.report.dropped(`${call.at}.seal`, withheldSeal)
  const seal = call.seal?.issuer === 'gemini' ? { extra_content: sealed(call.seal.value) } : {}
  return { id, type: 'function', function: { name, arguments: call.input }, ...seal }
}

/** The free text a custom tool was called with through a function of one string argument. */
export function freeText(input: string): string {
  try {
    const value = JSON.parse(input) as JsonValue
    const text = isObject(value) ? stringAt(value, 'input') : undefined
    return text ?? input
  } catch {
    return input
  }
}
