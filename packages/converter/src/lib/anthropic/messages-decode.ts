import { flatten } from '../chat/flat.ts'
import { type JsonObject, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart, TextPart } from '../chat/part.ts'
import { invalid, type Placed, pathOf, present, readObjects } from '../chat/read.ts'
import type { Turn } from '../chat/request.ts'
import {
  dropOthers,
  isToolChange,
  readAssistantPart,
  readBlocks,
  readTextParts,
  readToolResult,
  readUserParts,
} from './content-decode.ts'

/** The instruction that leads the conversation; it holds text alone. */
export function decodeSystem(wire: JsonObject, report: Report): TextPart[] {
  return present(wire, 'system') === undefined ? [] : readTexts(wire, 'system', '', report)
}

/** The text blocks of an instruction; it can hold no others. */
function readTexts(holder: JsonObject, key: 'content' | 'system', at: string, report: Report): TextPart[] {
  return readBlocks(holder, key, at).flatMap((block) => {
    const type = member(block.value, 'type')
    if (type === 'text') return readTextParts(block, report)
    if (!isToolChange(type)) report.dropped(block.at, 'an instruction can only hold text')
    return []
  })
}

/** Reads `messages` as turns in order. */
export function decodeMessages(wire: JsonObject, report: Report): Turn[] {
  const messages = readObjects(wire, 'messages', '') ?? invalid('messages', 'is required and must be an array')
  if (messages.length === 0) invalid('messages', 'must hold at least one message')
  const names = new Map<string, string>()
  return joinCalls(flatten(messages, ({ value, at }) => readMessage(value, at, names, report)))
}

/**
 * Neighbours of one role are one message to Anthropic. Where the first of them calls tools they must be one everywhere: results
 * follow all the calls they answer.
 */
function joinCalls(turns: Turn[]): Turn[] {
  if (!turns.some(({ role }, i) => role === 'assistant' && turns[i - 1]?.role === role)) return turns
  const joined: Turn[] = []
  let calling: AssistantPart[] | undefined
  for (const turn of turns) {
    if (turn.role === 'assistant' && calling !== undefined) {
      for (const part of turn.parts) calling.push(part)
      continue
    }
    const calls = turn.role === 'assistant' && turn.parts.some((part) => part.type === 'tool-call')
    calling = calls ? [...turn.parts] : undefined
    joined.push(calling === undefined ? turn : { role: 'assistant', parts: calling, at: turn.at })
  }
  return joined
}

const messageMembers: ReadonlySet<string> = new Set(['role', 'content'])

function readMessage(message: JsonObject, at: string, names: Map<string, string>, report: Report): Turn[] {
  dropOthers({ value: message, at }, messageMembers, report)
  switch (message.role) {
    case 'user':
      return readUser(message, at, names, report)
    case 'assistant': {
      const parts = flatten(readBlocks(message, 'content', at), (block) => said(readAssistantPart(block, report)))
      for (const part of parts) if (part.type === 'tool-call') names.set(part.id, part.name)
      return parts.length === 0 ? [] : [{ role: 'assistant', parts, at }]
    }
    case 'system': {
      const parts = readTexts(message, 'content', at, report)
      return parts.length === 0 ? [] : [{ role: 'system', parts, at }]
    }
    default:
      return invalid(pathOf(at, 'role'), 'must be "user", "assistant" or "system"')
  }
}

/** An empty text says nothing, and other dialects refuse it. */
function said(part: AssistantPart): AssistantPart[] {
  return part.type === 'text' && part.text === '' ? [] : [part]
}

/**
 * A user message holds results and words. The results come first whatever their place, because everywhere else
 * they must follow their calls at once.
 */
function readUser(message: JsonObject, at: string, names: ReadonlyMap<string, string>, report: Report): Turn[] {
  const blocks = readBlocks(message, 'content', at)
  const [only] = blocks
  if (blocks.length === 1 && only !== undefined && isResult(only)) {
    return [{ role: 'tool', results: [readToolResult(only, names, report)], at }]
  }
  const results = flatten(blocks, (block) => (isResult(block) ? [readToolResult(block, names, report)] : []))
  const parts = flatten(blocks, (block) => (isResult(block) ? [] : readUserParts(block, report)))
  const turns: Turn[] = results.length === 0 ? [] : [{ role: 'tool', results, at }]
  if (parts.length > 0) turns.push({ role: 'user', parts, at })
  return turns
}

function isResult({ value }: Placed): boolean {
  return value.type === 'tool_result'
}
