import { functionOfText } from '../chat/free-text-tool.ts'
import { isObject, type JsonObject, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { cachePlace } from '../chat/places.ts'
import {
  dropOthers,
  invalid,
  type Placed,
  pathOf,
  present,
  readObject,
  readString,
  readStrings,
  requireString,
} from '../chat/read.ts'
import type { ChatRequest, CustomTool, FunctionTool, HostedTool, Tool, ToolChoice } from '../chat/request.ts'
import { choiceOfSent, searchName } from '../chat/web-search.ts'
import type { DeclaredTool, RequestContext } from '../codec.ts'
import { isStrict } from '../openai-chat/strict-schema.ts'
import { jsonSchemaOf } from './schema.ts'
import { decodeSearch, encodeSearch } from './web-search.ts'
import { bothSpellings, fieldOf, keyOf, readList } from './wire.ts'

/** Reads `tools`: functions of all tool objects, and each tool Google runs as one of its own. */
export function decodeTools(wire: JsonObject, report: Report): Tool[] {
  const tools = readList(wire, 'tools', '').flatMap((tool) => decodeTool(tool, report))
  return isValidated(wire) ? validated(tools, wire, report) : tools
}

/** Whether every call is to keep to its tool's schema. */
function isValidated(wire: JsonObject): boolean {
  const mode = callingConfig(wire)?.config.mode
  return typeof mode === 'string' && mode.toUpperCase() === 'VALIDATED'
}

/** The other dialects enforce a schema tool by tool, and only one that is closed. */
function validated(tools: readonly Tool[], wire: JsonObject, report: Report): Tool[] {
  const at = callingConfig(wire)?.at ?? 'toolConfig'
  return tools.map((tool) => {
    if (tool.type !== 'function') return tool
    const strict = tool.parameters === undefined || isStrict(tool.parameters)
    if (!strict)
      report.approximated(pathOf(at, 'mode'), 'a schema that leaves properties open cannot be enforced elsewhere')
    return strict && tool.parameters !== undefined ? { ...tool, strict } : tool
  })
}

function decodeTool(tool: Placed, report: Report): Tool[] {
  const { value, at } = tool
  const functionsKey = keyOf(value, 'functionDeclarations')
  const functions = readList(value, functionsKey, at).map((declared) => decodeFunction(declared, report))
  const hosted = Object.keys(value).flatMap((kind): Tool[] => {
    const settings = present(value, kind)
    if (kind === functionsKey || settings === undefined) return []
    const path = pathOf(at, kind)
    const search = decodeSearch(kind, settings, path, report)
    return [
      { type: 'hosted', kind, value: { [kind]: settings }, at: path, ...(search && { name: searchName, search }) },
    ]
  })
  return [...functions, ...hosted]
}

/** The names of the functions a request declares; what cannot be read counts as absent. */
export function declaredTools(wire: JsonObject): readonly DeclaredTool[] {
  return listed(wire, 'tools').flatMap((tool) =>
    listed(tool, 'functionDeclarations').flatMap((declared): DeclaredTool[] => {
      const name = member(declared, 'name')
      return typeof name === 'string' ? [{ name, custom: false }] : []
    }),
  )
}

function listed(wire: JsonObject, name: string): readonly JsonObject[] {
  const value = fieldOf(wire, name)
  return (Array.isArray(value) ? value : [value]).filter(isObject)
}

/** Settings of a declaration that no other dialect has. */
const otherSettings = ['response', 'responseJsonSchema', 'behavior'] as const

function decodeFunction({ value, at }: Placed, report: Report): FunctionTool {
  for (const name of otherSettings) {
    const key = keyOf(value, name)
    if (present(value, key) !== undefined) report.dropped(pathOf(at, key), 'other dialects have no such setting')
  }
  dropOthers(value, at, knownDeclaration, report)
  const description = readString(value, 'description', at)
  const parameters = decodeParameters(value, at)
  return {
    type: 'function',
    name: requireString(value, 'name', at),
    at,
    ...(description !== undefined && { description }),
    ...(parameters && { parameters }),
  }
}

const knownDeclaration = bothSpellings(['name', 'description', 'parameters', 'parametersJsonSchema', ...otherSettings])

/** A schema of the newer field is JSON Schema already and stays as it is. */
function decodeParameters(wire: JsonObject, at: string): JsonObject | undefined {
  const verbatim = readObject(wire, keyOf(wire, 'parametersJsonSchema'), at)
  if (verbatim !== undefined) return verbatim
  const subset = readObject(wire, 'parameters', at)
  return subset && jsonSchemaOf(subset, pathOf(at, 'parameters'))
}

/** Where the settings of function calling stand, with the object they stand in. */
function callingConfig(wire: JsonObject): { readonly config: JsonObject; readonly at: string } | undefined {
  const toolConfigKey = keyOf(wire, 'toolConfig')
  const toolConfig = readObject(wire, toolConfigKey, '') ?? {}
  const key = keyOf(toolConfig, 'functionCallingConfig')
  const config = readObject(toolConfig, key, toolConfigKey)
  return config && { config, at: pathOf(toolConfigKey, key) }
}

const knownCalling = bothSpellings(['mode', 'allowedFunctionNames', 'streamFunctionCallArguments'])

/** Reads what a request says of the use of its tools. */
export function decodeToolChoice(
  wire: JsonObject,
  report: Report,
): { readonly toolChoice: ToolChoice; readonly path: string } | undefined {
  const found = callingConfig(wire)
  if (found === undefined) return undefined
  const { config, at } = found
  const path = pathOf(at, 'mode')
  dropOthers(config, at, knownCalling, report)
  const namesKey = keyOf(config, 'allowedFunctionNames')
  const names = readStrings(config, namesKey, at) ?? []
  const mode = readString(config, 'mode', at)?.toUpperCase()
  const tellUnusedNames = (): void => {
    if (names.length > 0) report.dropped(pathOf(at, namesKey), `has no effect with the mode ${mode}`)
  }
  switch (mode) {
    case undefined:
    case 'MODE_UNSPECIFIED':
      return undefined
    case 'NONE':
      tellUnusedNames()
      return { toolChoice: { type: 'none' }, path }
    case 'ANY':
      return { toolChoice: required(names), path }
    case 'VALIDATED':
      return { toolChoice: names.length > 0 ? { type: 'allowed', mode: 'auto', names } : { type: 'auto' }, path }
    case 'AUTO':
      tellUnusedNames()
      return { toolChoice: { type: 'auto' }, path }
    default:
      return invalid(path, 'must be AUTO, ANY, NONE or VALIDATED')
  }
}

function required(names: readonly string[]): ToolChoice {
  const [only, ...others] = names
  if (only === undefined) return { type: 'required' }
  return others.length === 0 ? { type: 'tool', name: only } : { type: 'allowed', mode: 'required', names }
}

/** Settings of `toolConfig` other than the choice of a function, with their paths. */
export function otherToolSettings(wire: JsonObject): readonly string[] {
  const key = keyOf(wire, 'toolConfig')
  const config = readObject(wire, key, '') ?? {}
  const calling = keyOf(config, 'functionCallingConfig')
  const paths = Object.keys(config)
    .filter((name) => name !== calling && present(config, name) !== undefined)
    .map((name) => pathOf(key, name))
  const streamed = callingConfig(wire)
  const wants = streamed && fieldOf(streamed.config, 'streamFunctionCallArguments') === true
  return wants ? [...paths, pathOf(streamed.at, keyOf(streamed.config, 'streamFunctionCallArguments'))] : paths
}

/** Writes the tools and what the request says of their use. */
export function encodeTools(chat: ChatRequest, context: RequestContext): JsonObject {
  const { toolChoice, tools, paths, parallelToolCalls } = chat
  const { report } = context
  const path = paths.toolChoice ?? 'tool_choice'
  const names = toolChoice?.type === 'allowed' && toolChoice.mode === 'auto' ? new Set(toolChoice.names) : undefined
  const offered = tools.filter((tool) => names === undefined || (tool.name !== undefined && names.has(tool.name)))
  if (offered.length < tools.length) report.approximated(path, 'only the allowed tools are declared')
  // Models before 3 refuse a search beside functions; later ones then want their calls of it back, which no other dialect keeps.
  const search = offered.every((tool) => tool.type === 'hosted') ? searchOf(offered, context) : undefined
  const declarations = offered.flatMap((tool) => (tool === search ? [] : encodeTool(tool, context)))
  if (declarations.length === 0) {
    const forces = toolChoice !== undefined && toolChoice.type !== 'auto' && toolChoice.type !== 'none'
    if (forces && search) report.approximated(path, 'the model cannot be made to search; it may')
    else if (forces) report.dropped(path, 'there is no tool to choose')
    return search ? { tools: [encodeSearch(search.search ?? {}, report)] } : {}
  }
  const choice = choiceOfSent(toolChoice, tools, () => false, path, report)
  const validate = enforcement(offered, choice, context)
  const calling = choice ? encodeChoice(choice, validate, context) : validate ? { mode: 'VALIDATED' } : undefined
  if (parallelToolCalls === false) {
    report.dropped(paths.parallelToolCalls ?? 'parallel_tool_calls', 'Gemini cannot be held to one call at a time')
  }
  return {
    tools: [{ functionDeclarations: declarations }],
    ...(calling && { toolConfig: { functionCallingConfig: calling } }),
  }
}

/** The search that is sent. */
function searchOf(tools: readonly Tool[], { capabilities }: RequestContext): HostedTool | undefined {
  if (!capabilities.webSearch) return undefined
  return tools.find((tool): tool is HostedTool => tool.type === 'hosted' && tool.search !== undefined)
}

/** Gemini enforces the schemas of all tools or of none: of all where the model must call one, or where each is to be. */
function enforcement(tools: readonly Tool[], choice: ToolChoice | undefined, { report }: RequestContext): boolean {
  const strict = tools.filter((tool) => tool.type === 'function' && tool.strict === true)
  if (strict.length === 0 || choice?.type === 'none') return false
  const forced =
    choice?.type === 'required' || choice?.type === 'tool' || (choice?.type === 'allowed' && choice.mode === 'required')
  if (forced) return true
  const all = tools.every(
    (tool) => tool.type !== 'custom' && (tool.type !== 'function' || tool.strict || !tool.parameters),
  )
  if (!all)
    for (const { at } of strict) report.dropped(`${at}.strict`, 'Gemini enforces the schemas of all tools or of none')
  return all
}

function encodeChoice(choice: ToolChoice, validate: boolean, context: RequestContext): JsonObject {
  const auto = { mode: validate ? 'VALIDATED' : 'AUTO' }
  switch (choice.type) {
    case 'auto':
      return auto
    case 'none':
      return { mode: 'NONE' }
    case 'required':
      return { mode: 'ANY' }
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [context.toolName(choice.name)] }
    case 'allowed':
      if (choice.mode === 'auto') return auto
      return { mode: 'ANY', allowedFunctionNames: choice.names.map((name) => context.toolName(name)) }
  }
}

function encodeTool(tool: Tool, context: RequestContext): JsonObject[] {
  switch (tool.type) {
    case 'function':
      return [encodeFunction(tool, context)]
    case 'custom':
      return [wrapCustom(tool, context)]
    case 'hosted':
      context.report.dropped(tool.at, `the tool ${tool.kind} is run by its provider alone`)
      return []
  }
}

function encodeFunction(tool: FunctionTool, context: RequestContext): JsonObject {
  const { report, from } = context
  const { name, description, parameters } = tool
  if (tool.cache) report.dropped(cachePlace(tool, from), 'Gemini caches, or does not, without being asked')
  return {
    name: context.toolName(name),
    ...(description !== undefined && { description }),
    ...(parameters && takesArguments(parameters) && { parametersJsonSchema: parameters }),
  }
}

/** A schema of an object without properties, which is refused, says the same as none. */
function takesArguments(parameters: JsonObject): boolean {
  const properties = member(parameters, 'properties')
  if (isObject(properties) && Object.keys(properties).length > 0) return true
  if ((member(parameters, 'additionalProperties') ?? false) !== false) return true
  return Object.keys(parameters).some((key) => !emptySchemaKeys.has(key))
}

const emptySchemaKeys: ReadonlySet<string> = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  '$schema',
  'title',
])

function wrapCustom(tool: CustomTool, context: RequestContext): JsonObject {
  const { described, schema } = functionOfText(tool, context.report)
  return { name: context.toolName(tool.name), ...described, parametersJsonSchema: schema }
}
