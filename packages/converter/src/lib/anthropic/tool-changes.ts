import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { arrayAt, pathOf, requireObject, requireString, stringAt } from '../chat/read.ts'
import type { Tool } from '../chat/request.ts'
import { isToolChange } from './content-decode.ts'
import { decodeTool } from './tools.ts'

interface ToolChange {
  readonly block: JsonObject
  readonly at: string
}

/**
 * The tools there are at the end of a conversation that changes them on its way: blocks of beta
 * `mid-conversation-tool-changes-2026-07-01` let tools of `tools` in and take them out, those of `inline-tools-2026-09-15` bring a
 * definition of their own (`BetaRequestToolAdditionBlock`, `BetaRequestToolRemovalBlock` of `@anthropic-ai/sdk` 1.12). Elsewhere a
 * request has one list of tools.
 */
export function changedTools(tools: readonly Tool[], wire: JsonObject, report: Report): readonly Tool[] {
  const changes = toolChanges(wire)
  if (changes.length === 0) return tools
  const before = new Map<string, Tool>()
  for (const tool of tools) before.set(tool.name ?? tool.at, tool)
  const known = new Map(before)
  for (const change of changes) apply(change, { before, known, report })
  return [...known.values()]
}

function apply(
  { block, at }: ToolChange,
  { before, known, report }: { before: ReadonlyMap<string, Tool>; known: Map<string, Tool>; report: Report },
): void {
  const wire = requireObject(block, 'tool', at)
  const where = pathOf(at, 'tool')
  switch (requireString(wire, 'type', where)) {
    case 'tool_definition': {
      const tool = decodeTool(requireObject(wire, 'definition', where), pathOf(where, 'definition'), report)
      known.set(tool.name ?? tool.at, tool)
      report.approximated(at, 'the tool is declared from the beginning of the conversation')
      return
    }
    case 'tool_reference': {
      const name = requireString(wire, 'name', where)
      const tool = known.get(name) ?? before.get(name)
      if (block.type === 'tool_removal') {
        known.delete(name)
        report.approximated(at, 'the tool is left out from the beginning of the conversation')
      } else if (tool) known.set(name, tool)
      else report.dropped(at, `the request has no tool "${name}"`)
      return
    }
    default:
      report.dropped(at, 'only Anthropic reaches the tools of these servers')
  }
}

/** In their order; a summary in place of what came before tells what it had changed. */
function toolChanges(wire: JsonObject): ToolChange[] {
  const found: ToolChange[] = []
  for (const [turn, message] of arrayAt(wire, 'messages').entries()) {
    if (!isObject(message) || !Array.isArray(message.content)) continue
    const at = `messages[${turn}].content`
    for (const [index, block] of message.content.entries()) {
      if (!isObject(block)) continue
      const type = stringAt(block, 'type')
      if (type === 'compaction') gather(arrayAt(block, 'tool_changes'), `${at}[${index}].tool_changes`, found)
      else if (isToolChange(type)) found.push({ block, at: `${at}[${index}]` })
    }
  }
  return found
}

function gather(blocks: readonly JsonValue[], at: string, found: ToolChange[]): void {
  for (const [index, block] of blocks.entries()) if (isObject(block)) found.push({ block, at: `${at}[${index}]` })
}
