import { functionOfText } from '../chat/free-text-tool.ts'
import { type JsonObject, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { invalid, readBoolean, readObject, readObjects, readString, requireString } from '../chat/read.ts'
import type { ChatRequest, CustomTool, FunctionTool, HostedTool, Tool, ToolChoice } from '../chat/request.ts'
import { choiceOfSent, searchName } from '../chat/web-search.ts'
import type { RequestContext } from '../codec.ts'
import { clientTool } from './client-tools.ts'
import { dropOthers } from './content-decode.ts'
import { marked } from './content-encode.ts'
import { enforced } from './output-schema.ts'
import { decodeSearch, encodeSearch } from './web-search.ts'
import { readCache } from './wire.ts'

const toolMembers: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
])

/** Reads `tools`. */
export function decodeTools(wire: JsonObject, report: Report): Tool[] {
  return (readObjects(wire, 'tools', '') ?? []).map(({ value, at }) => decodeTool(value, at, report))
}

/** Reads one entry of `tools`, which may stand elsewhere as well. */
export function decodeTool(wire: JsonObject, at: string, report: Report): Tool {
  const type = readString(wire, 'type', at) ?? 'custom'
  const cache = readCache(wire)
  if (type === 'custom') {
    dropOthers({ value: wire, at }, toolMembers, report)
    const description = readString(wire, 'description', at)
    const parameters = readObject(wire, 'input_schema', at)
    const strict = readBoolean(wire, 'strict', at)
    return {
      type: 'function',
      name: requireString(wire, 'name', at),
      at,
      ...(description !== undefined && { description }),
      ...(parameters && { parameters }),
      ...(strict !== undefined && { strict }),
      ...(cache && { cache }),
    }
  }
  const name = readString(wire, 'name', at)
  const client = clientTool(type)
  if (client && name !== undefined) {
    report.approximated(at, `${type} is declared as a function with its documented schema`)
    return { type: 'function', name, ...client, at, ...(cache && { cache }) }
  }
  const search = decodeSearch(type, wire, at, report)
  return { type: 'hosted', kind: type, value: wire, at, ...(name !== undefined && { name }), ...(search && { search }) }
}

/** Reads `tool_choice`. */
export function decodeToolChoice(
  wire: JsonObject,
  tools: readonly Tool[],
  report: Report,
): Pick<ChatRequest, 'toolChoice' | 'parallelToolCalls'> {
  const choice = readObject(wire, 'tool_choice', '')
  if (choice === undefined) return {}
  const toolChoice = decodeChoice(choice)
  if (toolChoice.type === 'tool') {
    const chosen = tools.find((tool) => tool.name === toolChoice.name)
    if (chosen?.type === 'hosted' && !chosen.search)
      report.refuse('tool_choice', `only Anthropic runs the tool ${chosen.kind}`)
  }
  const sequential = readBoolean(choice, 'disable_parallel_tool_use', 'tool_choice')
  return { toolChoice, ...(sequential && { parallelToolCalls: false }) }
}

function decodeChoice(choice: JsonObject): ToolChoice {
  switch (member(choice, 'type')) {
    case 'auto':
    case 'none':
      return { type: choice.type === 'auto' ? 'auto' : 'none' }
    case 'any':
      return { type: 'required' }
    case 'tool':
      return { type: 'tool', name: requireString(choice, 'name', 'tool_choice') }
    default:
      return invalid('tool_choice.type', 'must be "auto", "any", "tool" or "none"')
  }
}

/** Writes the tools, and which of them is to be called. */
export function encodeTools(
  chat: ChatRequest,
  context: RequestContext,
): { readonly tools: JsonObject[]; readonly choice: JsonObject | undefined } {
  const offered = offeredTools(chat, context)
  const choice = encodeToolChoice(chat, offered.length > 0, context)
  if (offered.length > 0) return { tools: offered, choice }
  const called = calledTools(chat, context)
  return { tools: called, choice: called.length > 0 ? { type: 'none' } : choice }
}

function choicePath(chat: ChatRequest): string {
  return chat.paths.toolChoice ?? 'toolChoice'
}

function offeredTools(chat: ChatRequest, context: RequestContext): JsonObject[] {
  const names = allowedNames(chat.toolChoice, context)
  if (names && chat.tools.some((tool) => tool.name === undefined || !names.has(tool.name))) {
    context.report.approximated(
      choicePath(chat),
      'only the allowed tools are declared, which changes the cached prefix',
    )
  }
  return chat.tools.flatMap((tool) => {
    if (names && (tool.name === undefined || !names.has(tool.name))) return []
    return encodeTool(tool, chat.tools, context)
  })
}

/** Anthropic refuses calls in the history where no tool is declared: those that were called are then, and may not be called again. */
function calledTools(chat: ChatRequest, context: RequestContext): JsonObject[] {
  const names = new Set<string>()
  for (const turn of chat.turns) {
    if (turn.role !== 'assistant') continue
    for (const part of turn.parts) if (part.type === 'tool-call') names.add(part.name)
  }
  if (names.size > 0) {
    context.report.invented(
      'tools',
      'the conversation calls tools and declares none: they are declared, not to be called',
    )
  }
  return [...names].map((name) => ({
    name: context.toolName(name),
    input_schema: { type: 'object', properties: {} },
  }))
}

/** The tools a choice leaves; undefined for all. A named tool that cannot be forced is at least the only one. */
function allowedNames(choice: ToolChoice | undefined, context: RequestContext): ReadonlySet<string> | undefined {
  if (choice?.type === 'allowed') return new Set(choice.names)
  if (choice?.type === 'tool' && context.capabilities.forcedTools === false) return new Set([choice.name])
  return undefined
}

function encodeTool(tool: Tool, tools: readonly Tool[], context: RequestContext): JsonObject[] {
  switch (tool.type) {
    case 'function':
      return [encodeFunction(tool, context)]
    case 'custom':
      return [wrapCustom(tool, context)]
    case 'hosted':
      if (context.from === 'anthropic') return [{ ...tool.value }]
      if (isSent(tool, tools, context)) return [encodeSearch(tool.search ?? {}, context.report)]
      context.report.dropped(tool.at, `the tool ${tool.kind} is run by its provider alone`)
      return []
  }
}

/** Anthropic's own tools come back to it; a search it has too, unless a function of the client's has its name. */
function isSent(tool: HostedTool, tools: readonly Tool[], { from, capabilities }: RequestContext): boolean {
  if (from === 'anthropic') return true
  if (tool.search === undefined || !capabilities.webSearch) return false
  return tools.every((other) => other.type === 'hosted' || other.name !== searchName)
}

function encodeFunction(tool: FunctionTool, context: RequestContext): JsonObject {
  const { report, capabilities } = context
  if (tool.strict && !capabilities.structuredOutput) {
    report.dropped(`${tool.at}.strict`, 'the model cannot be held to a schema')
  }
  const wire: JsonObject = { name: context.toolName(tool.name) }
  if (tool.description !== undefined) wire.description = tool.description
  const strict = tool.strict && capabilities.structuredOutput
  const schema = schemaOf(tool.parameters)
  wire.input_schema = strict ? enforced(schema, tool.at, context) : schema
  if (strict) wire.strict = true
  return marked(wire, tool, context)
}

/** Verbatim, but for the two members Anthropic insists on in a schema of no arguments. */
function schemaOf(parameters: JsonObject | undefined): JsonObject {
  if (parameters === undefined || Object.keys(parameters).length === 0) return { type: 'object', properties: {} }
  return Object.hasOwn(parameters, 'type') ? parameters : { type: 'object', ...parameters }
}

function wrapCustom(tool: CustomTool, context: RequestContext): JsonObject {
  const { described, schema } = functionOfText(tool, context.report)
  return { name: context.toolName(tool.name), ...described, input_schema: schema }
}

function encodeToolChoice(chat: ChatRequest, tools: boolean, context: RequestContext): JsonObject | undefined {
  const { toolChoice } = chat
  if (!tools) {
    if (toolChoice !== undefined && toolChoice.type !== 'none' && toolChoice.type !== 'auto') {
      context.report.dropped(choicePath(chat), 'there is no tool to choose')
    }
    return undefined
  }
  const sent = choiceOfSent(
    toolChoice,
    chat.tools,
    (tool) => isSent(tool, chat.tools, context),
    choicePath(chat),
    context.report,
  )
  const choice = sent && encodeChoice(sent, chat, context)
  if (chat.parallelToolCalls !== false || choice?.type === 'none') return choice
  return { ...(choice ?? { type: 'auto' }), disable_parallel_tool_use: true }
}

function encodeChoice(choice: ToolChoice, chat: ChatRequest, context: RequestContext): JsonObject {
  if (choice.type === 'none' || choice.type === 'auto') return { type: choice.type }
  if (choice.type === 'allowed' && choice.mode === 'auto') return { type: 'auto' }
  if (context.capabilities.forcedTools === false) {
    context.report.approximated(choicePath(chat), 'the model cannot be forced to call a tool; it may')
    return { type: 'auto' }
  }
  return choice.type === 'tool' ? { type: 'tool', name: context.toolName(choice.name) } : { type: 'any' }
}
