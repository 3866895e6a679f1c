import { isObject, type JsonObject, objects, show, text } from '../json.ts'
import type { AnthropicModel } from '../models/anthropic.ts'
import { invalid } from './error.ts'
import { blocksOf } from './messages.ts'

/** A run of messages of one role, which Anthropic reads as one turn. */
interface Run {
  role: string
  /** Where it begins among the messages. */
  index: number
  blocks: JsonObject[]
}

/** Checks the order of roles, and that calls and results belong together. */
export function checkOrder(messages: readonly JsonObject[], rules: AnthropicModel): void {
  if (messages.length === 0) throw invalid('messages: at least one message is required')
  checkSystemMessages(messages, rules)
  if (messages[0]?.role !== 'user') throw invalid('messages: first message must use the "user" role')
  const runs = runsOf(messages)
  runs.forEach((run, index) => {
    checkRoles(run)
    checkResults(run, runs[index - 1])
    checkAnswered(run, runs[index + 1])
  })
  checkPrefill(messages, runs.at(-1), rules)
}

function runsOf(messages: readonly JsonObject[]): Run[] {
  const runs: Run[] = []
  messages.forEach((message, index) => {
    if (message.role === 'system') return
    const role = show(message.role)
    const last = runs.at(-1)
    if (last?.role === role) last.blocks.push(...blocksOf(message.content))
    else runs.push({ role, index, blocks: [...blocksOf(message.content)] })
  })
  return runs
}

/** Where a system message may stand: behind a user turn, last or before an assistant turn, never between a call and its result. */
function checkSystemMessages(messages: readonly JsonObject[], rules: AnthropicModel): void {
  messages.forEach((message, index) => {
    if (message.role !== 'system') return
    if (!rules.systemMessages) throw invalid(`messages.${index}.role: Input should be 'user' or 'assistant'`)
    const refuse = (why: string): Error => invalid(`messages.${index}: role 'system' ${why}`)
    if (index === 0) throw refuse('must not be the first message; use the top-level `system` parameter')
    const before = messages[index - 1]
    const after = messages[index + 1]
    if (after?.role === 'system') throw refuse('must not stand next to another system message')
    const serverTool = /^server_tool_use$|_tool_result$/.test(show(blocksOf(before?.content).at(-1)?.type))
    if (before?.role === 'assistant' && !serverTool) throw refuse('must follow a user message')
    if (after !== undefined && after.role !== 'assistant')
      throw refuse('must be the last message or precede an assistant message')
    if (blocksOf(message.content).some((block) => block.type !== 'text')) throw refuse('may only contain text')
  })
}

function checkRoles(run: Run): void {
  const belongs: Readonly<Record<string, string>> = {
    tool_use: 'assistant',
    thinking: 'assistant',
    redacted_thinking: 'assistant',
    server_tool_use: 'assistant',
    tool_result: 'user',
    image: 'user',
    document: 'user',
  }
  for (const block of run.blocks) {
    const role = belongs[show(block.type)]
    if (role === undefined || role === run.role) continue
    throw invalid(`messages.${run.index}: \`${show(block.type)}\` blocks can only be in \`${role}\` messages`)
  }
}

function calls(run: Run | undefined): string[] {
  const used = run?.blocks.filter((block) => block.type === 'tool_use') ?? []
  return used.map((block) => text(block.id) ?? '')
}

function results(run: Run | undefined): string[] {
  const found = run?.blocks.filter((block) => block.type === 'tool_result') ?? []
  return found.map((block) => text(block.tool_use_id) ?? '')
}

function checkResults(run: Run, before: Run | undefined): void {
  const called = calls(before)
  const seen = new Set<string>()
  run.blocks.forEach((block, index) => {
    if (block.type !== 'tool_result') return
    const id = text(block.tool_use_id) ?? ''
    if (!called.includes(id)) {
      throw invalid(
        `messages.${run.index}.content.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      )
    }
    if (seen.has(id)) {
      throw invalid(
        `messages.${run.index}.content.${index}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`,
      )
    }
    seen.add(id)
  })
}

function checkAnswered(run: Run, after: Run | undefined): void {
  const ids = calls(run)
  if (new Set(ids).size < ids.length) throw invalid(`messages.${run.index}: \`tool_use\` ids must be unique`)
  // The results come first in the turn behind the calls.
  const leading = after?.blocks.findIndex((block) => block.type !== 'tool_result') ?? -1
  const answered = results(after && leading >= 0 ? { ...after, blocks: after.blocks.slice(0, leading) } : after)
  const open = ids.filter((id) => !answered.includes(id))
  if (open.length === 0) return
  throw invalid(
    `messages.${run.index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  )
}

function checkPrefill(messages: readonly JsonObject[], last: Run | undefined, rules: AnthropicModel): void {
  if (last?.role !== 'assistant') return
  const final = last.blocks.at(-1)
  // A turn that ends in a server's tool, or was paused there, is resumed, not prefilled.
  if (final && /^server_tool_use$|_tool_result$/.test(show(final.type))) return
  if (!rules.prefill) {
    throw invalid(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    )
  }
  if (/\s$/.test(text(final?.text) ?? '')) {
    throw invalid(`messages: final assistant content cannot end with trailing whitespace`)
  }
  if (messages.at(-1)?.role === 'assistant' && final?.type === 'thinking') {
    throw invalid('messages: the final block in an assistant message cannot be `thinking`.')
  }
}

/** Checks what cache markers say together: at most four, long-lived ones first. */
export function checkCacheMarkers(body: JsonObject): void {
  const blocks = [
    ...objects(body.tools),
    ...objects(body.system),
    ...objects(body.messages).flatMap((message) => blocksOf(message.content)),
  ]
  const nested = blocks.flatMap((block) => [...objects(block.content), block])
  const markers = nested.map((block) => block.cache_control).filter(isObject)
  if (isObject(body.cache_control)) markers.push(body.cache_control)
  if (markers.length > 4)
    throw invalid(`A maximum of 4 blocks with cache_control may be provided. Found ${markers.length}.`)
  const short = markers.findIndex((marker) => marker.ttl !== '1h')
  if (short >= 0 && markers.slice(short).some((marker) => marker.ttl === '1h')) {
    throw invalid("a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block")
  }
}
