import { isObject, type JsonObject, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { cachePlace } from '../chat/places.ts'
import {
  dropOthers,
  invalid,
  pathOf,
  present,
  readBoolean,
  readObject,
  readObjects,
  readString,
  requireObject,
  requireString,
  stringAt,
} from '../chat/read.ts'
import type { CustomTool, Extra, FunctionTool, Tool, ToolChoice } from '../chat/request.ts'
import { choiceOfSent, searchName } from '../chat/web-search.ts'
import type { RequestContext } from '../codec.ts'
import { isStrict, strictOf } from '../openai-chat/strict-schema.ts'
import type { ToolNames } from './tool-names.ts'
import { decodeSearch, encodeSearch, isSearch, limitOfSearch } from './web-search.ts'

const knownMembers = {
  function: new Set(['type', 'name', 'description', 'parameters', 'strict']),
  custom: new Set(['type', 'name', 'description', 'format']),
  namespace: new Set(['type', 'name', 'description', 'tools']),
  choice: new Set(['type', 'name', 'namespace']),
  allowed: new Set(['type', 'mode', 'tools']),
} as const

/** What reading a tool needs besides the tool. */
interface Reading {
  readonly names: ToolNames
  readonly report: Report
  readonly namespace?: string
}

/** Reads `tools`; those of namespaces stand for themselves, under one name each. */
export function decodeTools(wire: JsonObject, names: ToolNames, report: Report): Tool[] {
  return (readObjects(wire, 'tools', '') ?? []).flatMap(({ value, at }) =>
    requireString(value, 'type', at) === 'namespace'
      ? namespaceTools(value, at, { names, report })
      : [decodeTool(value, at, { names, report })],
  )
}

function namespaceTools(wire: JsonObject, at: string, reading: Reading): Tool[] {
  const { report } = reading
  dropOthers(wire, at, knownMembers.namespace, report)
  const namespace = requireString(wire, 'name', at)
  if (readString(wire, 'description', at)) {
    report.dropped(pathOf(at, 'description'), 'the tools of a namespace are told one by one')
  }
  return (readObjects(wire, 'tools', at) ?? []).map((tool) =>
    decodeTool(tool.value, tool.at, { ...reading, namespace }),
  )
}

function decodeTool(wire: JsonObject, at: string, reading: Reading): Tool {
  const type = requireString(wire, 'type', at)
  if (type === 'function') return functionTool(wire, at, reading)
  if (type === 'custom') return customTool(wire, at, reading)
  const search = decodeSearch(type, wire, at, reading.report)
  return { type: 'hosted', kind: type, value: wire, at, ...(search && { name: searchName, search }) }
}

function functionTool(wire: JsonObject, at: string, { names, namespace, report }: Reading): FunctionTool {
  dropOthers(wire, at, knownMembers.function, report)
  const description = readString(wire, 'description', at)
  const parameters = readObject(wire, 'parameters', at)
  return {
    type: 'function',
    name: names.flat(requireString(wire, 'name', at), namespace),
    ...(description !== undefined && { description }),
    ...(parameters && { parameters }),
    // A tool that does not say is strict in this dialect where OpenAI can rewrite its schema, else as good as the model is. A schema is
    // nobody else's to rewrite, so it is strict elsewhere only if it keeps the rules as it is.
    strict: readBoolean(wire, 'strict', at) ?? (parameters !== undefined && isStrict(parameters)),
    at,
  }
}

function customTool(wire: JsonObject, at: string, { names, namespace, report }: Reading): CustomTool {
  dropOthers(wire, at, knownMembers.custom, report)
  const description = readString(wire, 'description', at)
  const format = readObject(wire, 'format', at)
  return {
    type: 'custom',
    name: names.flat(requireString(wire, 'name', at), namespace),
    ...(description !== undefined && { description }),
    ...(format && { format: nestedFormat(format) }),
    at,
  }
}

/** The canon has the format as Chat Completions nests it: `{type: grammar, grammar: {syntax, definition}}`. */
function nestedFormat(format: JsonObject): JsonObject {
  if (stringAt(format, 'type') !== 'grammar') return format
  const { type, ...grammar } = format
  return { type, grammar }
}

function flatFormat(format: JsonObject): JsonObject {
  const grammar = member(format, 'grammar')
  return stringAt(format, 'type') === 'grammar' && isObject(grammar) ? { type: 'grammar', ...grammar } : format
}

/** Reads `tool_choice`. A choice of a tool that only OpenAI runs is told as an extra. */
export function decodeToolChoice(
  wire: JsonObject,
  names: ToolNames,
  extras: Extra[],
  report: Report,
): ToolChoice | undefined {
  const choice = present(wire, 'tool_choice')
  if (choice === undefined) return undefined
  if (typeof choice === 'string') {
    if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice }
    return invalid('tool_choice', 'must be auto, none, required or an object')
  }
  const object = requireObject(wire, 'tool_choice', '')
  const type = requireString(object, 'type', 'tool_choice')
  switch (type) {
    case 'function':
    case 'custom':
      dropOthers(object, 'tool_choice', knownMembers.choice, report)
      return { type: 'tool', name: nameIn(object, 'tool_choice', names) }
    case 'allowed_tools':
      return allowedChoice(object, names, report)
    default: {
      if (isSearch(type) && hasSearch(wire)) return { type: 'tool', name: searchName }
      const detail = `only openai-responses runs the tool ${type}`
      extras.push({ key: 'tool_choice', path: 'tool_choice', value: object, verdict: 'refuse', detail })
      return undefined
    }
  }
}

function hasSearch(wire: JsonObject): boolean {
  return (readObjects(wire, 'tools', '') ?? []).some(({ value }) => isSearch(stringAt(value, 'type') ?? ''))
}

function nameIn(wire: JsonObject, at: string, names: ToolNames): string {
  return names.flat(requireString(wire, 'name', at), readString(wire, 'namespace', at))
}

function allowedChoice(wire: JsonObject, names: ToolNames, report: Report): ToolChoice {
  const mode = readString(wire, 'mode', 'tool_choice') ?? 'auto'
  if (mode !== 'auto' && mode !== 'required') return invalid('tool_choice.mode', 'must be auto or required')
  dropOthers(wire, 'tool_choice', knownMembers.allowed, report)
  const allowed = (readObjects(wire, 'tools', 'tool_choice') ?? []).flatMap(({ value, at }) => {
    const type = readString(value, 'type', at) ?? 'function'
    if (type === 'function' || type === 'custom') return [nameIn(value, at, names)]
    if (isSearch(type)) return [searchName]
    report.dropped(at, `only openai-responses runs the tool ${type}`)
    return []
  })
  return { type: 'allowed', mode, names: allowed }
}

/** Writes the tools and what the request says of their use. */
export function encodeTools(
  tools: readonly Tool[],
  choice: ToolChoice | undefined,
  parallel: boolean | undefined,
  context: RequestContext,
  choicePath: string,
): JsonObject {
  const { report } = context
  const written = tools.flatMap((tool) => encodeTool(tool, context))
  if (written.length === 0) {
    const forces = choice !== undefined && choice.type !== 'auto' && choice.type !== 'none'
    if (forces) report.dropped(choicePath, 'no tool is left to choose from')
    return {}
  }
  const searches = context.capabilities.webSearch === true
  const sent = choiceOfSent(choice, tools, ({ search }) => searches && search !== undefined, choicePath, report)
  return {
    tools: written,
    ...(searches && limitOfSearch(tools)),
    ...(sent && { tool_choice: encodeChoice(sent, tools, context) }),
    ...(parallel !== undefined &&
      context.capabilities.parallelToolCalls !== false && { parallel_tool_calls: parallel }),
  }
}

function encodeTool(tool: Tool, context: RequestContext): JsonObject[] {
  const { report } = context
  switch (tool.type) {
    case 'hosted':
      if (tool.search && context.capabilities.webSearch) return [encodeSearch(tool.search, report)]
      report.dropped(tool.at, `the tool ${tool.kind} is run by its provider alone`)
      return []
    case 'custom':
      return [encodeCustom(tool, context)]
    case 'function':
      if (tool.cache) report.dropped(cachePlace(tool, context.from), 'a tool cannot carry a cache breakpoint')
      return [encodeFunction({ ...tool, strict: strictOf(tool, context) ?? false }, context)]
  }
}

/** `strict` is always said, because this dialect's own default is true. */
function encodeFunction(tool: Omit<FunctionTool, 'type' | 'at'>, context: RequestContext): JsonObject {
  const { description, parameters, strict } = tool
  return {
    type: 'function',
    name: context.toolName(tool.name),
    ...(description !== undefined && { description }),
    parameters: parameters ?? { type: 'object', properties: {} },
    strict: strict ?? false,
  }
}

function encodeCustom(tool: CustomTool, context: RequestContext): JsonObject {
  const { name, description, format } = tool
  if (context.capabilities.openaiExtensions) {
    return {
      type: 'custom',
      name: context.toolName(name),
      ...(description !== undefined && { description }),
      ...(format && { format: flatFormat(format) }),
    }
  }
  context.report.approximated(tool.at, 'a free text tool is sent as a function with one string argument')
  const grammar = format && member(format, 'grammar')
  const hint = grammar === undefined ? '' : `The input must follow this grammar: ${JSON.stringify(grammar)}`
  const hinted = [description ?? '', hint].filter((text) => text !== '').join('\n\n')
  const parameters = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] }
  return encodeFunction({ name, ...(hinted !== '' && { description: hinted }), parameters }, context)
}

function encodeChoice(choice: ToolChoice, tools: readonly Tool[], context: RequestContext): JsonObject | string {
  const isHosted = (name: string): boolean => tools.find((tool) => tool.name === name)?.type === 'hosted'
  const named = (name: string): JsonObject => {
    if (isHosted(name)) return { type: 'web_search' }
    const { openaiExtensions } = context.capabilities
    const custom = openaiExtensions && tools.some((tool) => tool.type === 'custom' && tool.name === name)
    return { type: custom ? 'custom' : 'function', name: context.toolName(name) }
  }
  switch (choice.type) {
    case 'tool':
      // No type word of a choice is documented for the current search.
      if (isHosted(choice.name)) return { type: 'allowed_tools', mode: 'required', tools: [named(choice.name)] }
      return named(choice.name)
    case 'allowed':
      return { type: 'allowed_tools', mode: choice.mode, tools: choice.names.map(named) }
    default:
      return choice.type
  }
}
