import { isObject, type JsonObject, objects, show, text } from '../json.ts'
import type { GeminiModel } from '../models/gemini.ts'
import type { OfferedTool, Turn } from '../turn.ts'
import { invalid, violation } from './error.ts'
import { checkSchema, jsonSchemaOf } from './schema.ts'

const NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/

/** Checks tools and the choice among them; returns what is on offer. */
export function checkTools(request: JsonObject, rules: GeminiModel): OfferedTool[] {
  const tools = objects(request.tools)
  const names = new Set<string>()
  tools.forEach((tool, index) => {
    objects(tool.functionDeclarations).forEach((declaration, place) => {
      checkDeclaration(declaration, `tools[${index}].function_declarations[${place}]`, names)
    })
  })
  const offered = tools.flatMap(offeredTools)
  const hosted = offered.some((tool) => tool.kind === 'hosted')
  if (hosted && names.size > 0 && rules.generation < 3) throw invalid('Tool use with function calling is unsupported')
  checkChoice(callingConfig(request), names)
  return offered
}

function checkDeclaration(declaration: JsonObject, where: string, names: Set<string>): void {
  const name = text(declaration.name) ?? ''
  if (!NAME.test(name)) {
    throw violation(
      `${where}.name`,
      '[FIELD_INVALID] Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.',
    )
  }
  if (names.has(name)) throw invalid(`Duplicate function declaration found: ${name}`)
  names.add(name)
  if (declaration.parameters !== undefined && declaration.parametersJsonSchema !== undefined) {
    throw violation(where, 'parameters and parameters_json_schema cannot both be set.')
  }
  if (isObject(declaration.parameters)) {
    if (declaration.parameters.type !== 'OBJECT') {
      throw violation(`${where}.parameters`, 'parameters schema should be of type OBJECT.')
    }
    checkSchema(declaration.parameters, `${where}.parameters`)
  }
  const json = declaration.parametersJsonSchema
  if (json !== undefined && !(isObject(json) && (json.type === undefined || json.type === 'object'))) {
    throw violation(`${where}.parameters_json_schema`, 'parameters schema should be of type OBJECT.')
  }
  if (isObject(declaration.response)) checkSchema(declaration.response, `${where}.response`)
}

function callingConfig(request: JsonObject): JsonObject {
  const config = isObject(request.toolConfig) ? request.toolConfig : {}
  return isObject(config.functionCallingConfig) ? config.functionCallingConfig : {}
}

/** Whether calls are to be streamed argument by argument. */
export function streamsArguments(request: JsonObject): boolean {
  return callingConfig(request).streamFunctionCallArguments === true
}

function allowedNames(request: JsonObject): string[] {
  const { allowedFunctionNames: names } = callingConfig(request)
  return Array.isArray(names) ? names.map(show) : []
}

function checkChoice(config: JsonObject, names: ReadonlySet<string>): void {
  const { mode, allowedFunctionNames: allowed } = config
  if (mode !== undefined && mode !== 'NONE' && mode !== 'AUTO' && names.size === 0) {
    throw invalid('Function calling config is set without function_declarations.')
  }
  if (!Array.isArray(allowed) || allowed.length === 0) return
  if (mode !== 'ANY' && mode !== 'VALIDATED') {
    throw violation(
      'tool_config.function_calling_config.allowed_function_names',
      'allowed_function_names should only be set when the function calling mode is ANY or VALIDATED.',
    )
  }
  const absent = allowed.find((name) => !names.has(show(name)))
  if (absent !== undefined) {
    throw invalid(`Function ${show(absent)} in allowed_function_names is not in the function declarations.`)
  }
}

function offeredTools(tool: JsonObject): OfferedTool[] {
  const functions = objects(tool.functionDeclarations).map((declaration): OfferedTool => {
    const own = isObject(declaration.parameters) ? jsonSchemaOf(declaration.parameters) : undefined
    const json = isObject(declaration.parametersJsonSchema) ? declaration.parametersJsonSchema : undefined
    const schema = own ?? json ?? { type: 'object', properties: {} }
    return { name: text(declaration.name) ?? '', schema, kind: 'function' }
  })
  const hosted = Object.keys(tool).filter((key) => key !== 'functionDeclarations')
  return [...functions, ...hosted.map((name): OfferedTool => ({ name, kind: 'hosted' }))]
}

/** What of the offer the choice leaves. */
export function allowedTools(request: JsonObject, offered: readonly OfferedTool[]): readonly OfferedTool[] {
  const names = allowedNames(request)
  return names.length === 0 ? offered : offered.filter((tool) => names.includes(tool.name))
}

/** The choice of tools in the simulator's words. */
export function toolChoice(request: JsonObject): Turn['toolChoice'] {
  const [first, ...others] = allowedNames(request)
  switch (callingConfig(request).mode) {
    case 'NONE':
      return 'none'
    case 'ANY':
      return first !== undefined && others.length === 0 ? { name: first } : 'required'
    default:
      return 'auto'
  }
}
