import { type JsonObject, member } from '../chat/json.ts'
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
} from '../chat/read.ts'
import type { CustomTool, FunctionTool, Tool, ToolChoice } from '../chat/request.ts'
import { choiceOfSent } from '../chat/web-search.ts'
import type { RequestContext } from '../codec.ts'
import { cacheOf } from './content.ts'
import { strictOf } from './strict-schema.ts'
import { decodeSearch, encodeSearch, isSearch } from './web-search.ts'

/** What is read of a tool, of the object in it, and of a choice. */
const knownMembers = {
  tool: new Set(['type', 'function', 'custom', 'cache_control', 'prompt_cache_breakpoint']),
  function: new Set(['name', 'description', 'parameters', 'strict', 'cache_control', 'prompt_cache_breakpoint']),
  custom: new Set(['name', 'description', 'format']),
  choice: new Set(['type', 'function', 'custom', 'allowed_tools']),
  allowed: new Set(['mode', 'tools']),
} as const

/** Reads `tools`, or the legacy `functions`, and the search that is asked for beside them. */
export function decodeTools(wire: JsonObject, report: Report): Tool[] {
  const tools = (readObjects(wire, 'tools', '') ?? []).map(({ value, at }) => decodeTool(value, at, report))
  const functions = (readObjects(wire, 'functions', '') ?? []).map(({ value, at }) => functionTool(value, at, report))
  return [...tools, ...functions, ...decodeSearch(wire, report)]
}

function decodeTool(wire: JsonObject, at: string, report: Report): Tool {
  const type = requireString(wire, 'type', at)
  if (type !== 'function' && type !== 'custom') return { type: 'hosted', kind: type, value: wire, at }
  dropOthers(wire, at, knownMembers.tool, report)
  const cache = cacheOf(wire, at, report)
  if (type === 'custom') {
    if (cache) report.dropped(cachePlace({ at, cache }, 'openai-chat'), 'a tool of free text carries no cache mark')
    return customTool(requireObject(wire, 'custom', at), at, report)
  }
  const tool = functionTool(requireObject(wire, 'function', at), pathOf(at, 'function'), report)
  return cache ? { ...tool, cache: { ...cache, at: cachePlace({ at, cache }, 'openai-chat') } } : tool
}

function functionTool(wire: JsonObject, at: string, report: Report): FunctionTool {
  dropOthers(wire, at, knownMembers.function, report)
  const cache = cacheOf(wire, at, report)
  const description = readString(wire, 'description', at)
  const parameters = readObject(wire, 'parameters', at)
  const strict = readBoolean(wire, 'strict', at)
  return {
    type: 'function',
    name: requireString(wire, 'name', at),
    ...(description !== undefined && { description }),
    ...(parameters && { parameters }),
    ...(strict !== undefined && { strict }),
    ...(cache && { cache }),
    at,
  }
}

function customTool(wire: JsonObject, at: string, report: Report): CustomTool {
  const path = pathOf(at, 'custom')
  dropOthers(wire, path, knownMembers.custom, report)
  const description = readString(wire, 'description', path)
  const format = readObject(wire, 'format', path)
  return {
    type: 'custom',
    name: requireString(wire, 'name', path),
    ...(description !== undefined && { description }),
    ...(format && { format }),
    at,
  }
}

/** Reads `tool_choice`, or the legacy `function_call`. */
export function decodeToolChoice(wire: JsonObject, report: Report): ToolChoice | undefined {
  const choice = present(wire, 'tool_choice')
  if (choice === undefined) return legacyChoice(wire)
  if (typeof choice === 'string') return choiceOfWord(choice, 'tool_choice')
  const object = readObject(wire, 'tool_choice', '')
  if (object === undefined) return undefined
  const type = requireString(object, 'type', 'tool_choice')
  dropOthers(object, 'tool_choice', knownMembers.choice, report)
  switch (type) {
    case 'function':
    case 'custom': {
      const named = requireObject(object, type, 'tool_choice')
      return { type: 'tool', name: requireString(named, 'name', `tool_choice.${type}`) }
    }
    case 'allowed_tools':
      return allowedChoice(requireObject(object, 'allowed_tools', 'tool_choice'), report)
    default:
      return invalid('tool_choice.type', 'must be function, custom or allowed_tools')
  }
}

/** `any` is what Mistral and its clients say for `required`. */
function choiceOfWord(word: string, path: string): ToolChoice {
  if (word === 'auto' || word === 'none' || word === 'required') return { type: word }
  if (word === 'any') return { type: 'required' }
  return invalid(path, 'must be auto, none, required or an object')
}

function allowedChoice(allowed: JsonObject, report: Report): ToolChoice {
  const path = 'tool_choice.allowed_tools'
  dropOthers(allowed, path, knownMembers.allowed, report)
  const mode = readString(allowed, 'mode', path) ?? 'auto'
  if (mode !== 'auto' && mode !== 'required') invalid(`${path}.mode`, 'must be auto or required')
  const names = (readObjects(allowed, 'tools', path) ?? []).map(({ value, at }) => {
    const type = readString(value, 'type', at) ?? 'function'
    const named = readObject(value, type, at) ?? value
    return requireString(named, 'name', at)
  })
  return { type: 'allowed', mode, names }
}

function legacyChoice(wire: JsonObject): ToolChoice | undefined {
  const choice = present(wire, 'function_call')
  if (choice === undefined) return undefined
  if (typeof choice === 'string') return choiceOfWord(choice, 'function_call')
  const object = requireObject(wire, 'function_call', '')
  return { type: 'tool', name: requireString(object, 'name', 'function_call') }
}

/** Writes the tools and what the request says of their use. */
export function encodeTools(
  tools: readonly Tool[],
  choice: ToolChoice | undefined,
  parallel: boolean | undefined,
  context: RequestContext,
  paths: { readonly toolChoice: string; readonly parallelToolCalls: string },
): JsonObject {
  const { report, capabilities } = context
  const filtered = choice?.type === 'allowed' && !capabilities.openaiExtensions
  if (filtered) report.approximated(paths.toolChoice, 'the tools that are not allowed are left out of the request')
  const offered = filtered ? tools.filter((tool) => choice.names.includes(tool.name ?? '')) : tools
  const search = capabilities.webSearchOptions ? offered.find(isSearch) : undefined
  const written = offered.flatMap((tool) => (tool === search ? [] : encodeTool(tool, context)))
  const options = search && encodeSearch(search, report)
  if (written.length === 0) {
    const forces = choice !== undefined && choice.type !== 'auto' && choice.type !== 'none'
    // A model that takes these options searches before every answer.
    if (forces && !options) report.dropped(paths.toolChoice, 'no tool is left to choose from')
    return options ?? {}
  }
  const sent = choiceOfSent(choice, tools, () => false, paths.toolChoice, report)
  return {
    ...options,
    tools: written,
    ...(sent && { tool_choice: encodeChoice(sent, tools, context) }),
    ...(parallel !== undefined &&
      context.capabilities.parallelToolCalls !== false && { parallel_tool_calls: parallel }),
  }
}

function encodeTool(tool: Tool, context: RequestContext): JsonObject[] {
  const { report } = context
  if (tool.type === 'hosted') {
    report.dropped(tool.at, `the tool ${tool.kind} is run by its provider alone`)
    return []
  }
  if (tool.type === 'custom') return [encodeCustom(tool, context)]
  if (tool.cache) report.dropped(cachePlace(tool, context.from), 'a tool cannot carry a cache breakpoint')
  const { description, parameters } = tool
  const strict = strictOf(tool, context)
  return [
    {
      type: 'function',
      function: {
        name: context.toolName(tool.name),
        ...(description !== undefined && { description }),
        ...(parameters && { parameters }),
        ...(strict !== undefined && { strict }),
      },
    },
  ]
}

function encodeCustom(tool: CustomTool, context: RequestContext): JsonObject {
  const { description, format } = tool
  const name = context.toolName(tool.name)
  if (context.capabilities.openaiExtensions) {
    return {
      type: 'custom',
      custom: { name, ...(description !== undefined && { description }), ...(format && { format }) },
    }
  }
  context.report.approximated(tool.at, 'a free text tool is sent as a function with one string argument')
  const grammar = format && member(format, 'grammar')
  const hint = grammar === undefined ? '' : `\n\nThe input must follow this grammar: ${JSON.stringify(grammar)}`
  return {
    type: 'function',
    function: {
      name,
      ...((description ?? hint) && { description: `${description ?? ''}${hint}`.trim() }),
      parameters: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
    },
  }
}

function encodeChoice(choice: ToolChoice, tools: readonly Tool[], context: RequestContext): JsonObject | string {
  const { capabilities } = context
  const named = (name: string): JsonObject => {
    const custom = capabilities.openaiExtensions && tools.some((tool) => tool.type === 'custom' && tool.name === name)
    const type = custom ? 'custom' : 'function'
    return { type, [type]: { name: context.toolName(name) } }
  }
  switch (choice.type) {
    case 'tool':
      return named(choice.name)
    case 'allowed':
      if (!capabilities.openaiExtensions) return choice.mode
      return { type: 'allowed_tools', allowed_tools: { mode: choice.mode, tools: choice.names.map(named) } }
    default:
      return choice.type
  }
}
