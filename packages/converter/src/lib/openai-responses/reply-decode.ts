import { ConversionError } from '../chat/error.ts'
import { type JsonObject, type JsonValue, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart, ReasoningPart, ToolCallPart } from '../chat/part.ts'
import { arrayAt, objectAt, secondsAt, stringAt } from '../chat/read.ts'
import type { ChatReply } from '../chat/reply.ts'
import { argumentsText, mintedCallId } from '../openai-chat/wire.ts'
import { citationsOf } from './content.ts'
import { failureOf } from './error.ts'
import { searchOf } from './search.ts'
import { ToolNames } from './tool-names.ts'
import { callIdOf, contentsOf, idOf, isCall, objectsAt, readStop, sectionBreak, sectionsOf, usageOf } from './wire.ts'

/** Reads a response. */
export function decodeReply(wire: JsonObject, report: Report): ChatReply {
  const failure = failureOf(wire)
  if (failure) throw noReply(failure.message)
  if (!Array.isArray(member(wire, 'output'))) throw noReply('it has no output')
  const id = idOf(wire)
  const parts = objectsAt(wire, 'output').flatMap((item, i) =>
    itemParts(item, `output[${i}]`, mintedCallId(id, i), report),
  )
  const stop = readStop(wire, contentsOf(wire))
  if (stop === undefined) throw noReply(`its status is ${stringAt(wire, 'status')}`)
  if (stringAt(wire, 'status') === undefined) report.invented('status', 'the upstream gave none')
  const model = stringAt(wire, 'model')
  const created = secondsAt(wire, 'created_at')
  const usage = usageOf(wire)
  const logprobs = tokensOf(wire)
  const serviceTier = stringAt(wire, 'service_tier')
  return {
    ...(id !== undefined && { id }),
    ...(model && { model }),
    ...(created !== undefined && { created }),
    parts,
    stop,
    ...(usage && { usage }),
    ...(logprobs.length > 0 && { logprobs: { content: logprobs, refusal: null } }),
    ...(serviceTier !== undefined && { serviceTier }),
  }
}

function noReply(why: string): ConversionError {
  return new ConversionError('INVALID_REPLY', `the upstream's answer is no finished response: ${why}`)
}

/** The log-probabilities of every text, in order. */
function tokensOf(wire: JsonObject): JsonValue[] {
  return objectsAt(wire, 'output').flatMap((item) =>
    objectsAt(item, 'content').flatMap((part) => [...arrayAt(part, 'logprobs')]),
  )
}

/** What an item of the output says; `minted` is the id of a call that came without one. */
function itemParts(item: JsonObject, at: string, minted: string, report: Report): AssistantPart[] {
  const kind = stringAt(item, 'type') ?? 'unknown'
  switch (kind) {
    case 'message':
      return objectsAt(item, 'content').flatMap((part, i) => contentParts(part, `${at}.content[${i}]`))
    case 'reasoning':
      return reasoningParts(item, at)
    default: {
      if (isCall(item)) {
        reportCaller(item, at, report)
        return [callPart(item, at, kind === 'custom_tool_call', minted)]
      }
      const search = searchOf(item)
      return [{ type: 'opaque', dialect: 'openai-responses', kind, value: item, at, ...(search && { search }) }]
    }
  }
}

function contentParts(part: JsonObject, at: string): AssistantPart[] {
  const refusal = stringAt(part, 'refusal')
  if (refusal !== undefined) return refusal === '' ? [] : [{ type: 'refusal', text: refusal, at }]
  const text = stringAt(part, 'text')
  if (!text) return []
  const citations = citationsOf(part)
  return [{ type: 'text', text, at, ...(citations.length > 0 && { citations }) }]
}

function callPart(item: JsonObject, at: string, custom: boolean, minted: string): ToolCallPart {
  const input = argumentsText(member(item, custom ? 'input' : 'arguments'))
  return {
    type: 'tool-call',
    id: callIdOf(item) ?? minted,
    name: nameOf(item),
    input: custom || input.trim() !== '' ? input : '{}',
    inputKind: custom ? 'text' : 'json',
    at,
  }
}

/** Tells of the caller of a call, where that is not the model itself. */
export function reportCaller(item: JsonObject, at: string, report: Report): void {
  const caller = objectAt(item, 'caller')
  if (caller && stringAt(caller, 'type') !== 'direct') {
    report.dropped(`${at}.caller`, 'a call by a program of the provider is told as one by the model')
  }
}

const undeclared = new ToolNames({})

/** The name of a call's tool, under one name with its namespace. */
export function nameOf(item: JsonObject): string {
  return undeclared.flat(stringAt(item, 'name') ?? '', stringAt(item, 'namespace'))
}

function reasoningParts(item: JsonObject, at: string): ReasoningPart[] {
  const text = sectionsOf(item).join(sectionBreak)
  const value = stringAt(item, 'encrypted_content')
  if (text === '' && !value) return []
  const id = idOf(item)
  const seal = value && { issuer: 'openai-responses' as const, value, ...(id !== undefined && { id }) }
  return [{ type: 'reasoning', text, at, ...(seal && { seal }) }]
}
