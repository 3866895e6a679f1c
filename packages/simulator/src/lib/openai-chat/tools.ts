import { isObject, type JsonObject, objects, show, text } from '../json.ts'
import type { OfferedTool, Turn } from '../turn.ts'
import { invalid } from './error.ts'
import { strictSchemaProblem } from './strict-schema.ts'

/** Checks tools and the choice among them; returns what is on offer. */
export function checkTools(body: JsonObject): OfferedTool[] {
  const tools = objects(body.tools)
  for (const param of ['tool_choice', 'parallel_tool_calls']) {
    // "none" asks for what happens anyway; OpenAI takes it without tools.
    if (body.tools !== undefined || body[param] === undefined || body[param] === 'none') continue
    throw invalid(`Invalid value for '${param}': '${param}' is only allowed when 'tools' are specified.`, param)
  }
  tools.forEach((tool, index) => {
    if (isObject(tool.function)) checkFunction(tool.function, `tools[${index}].function`)
  })
  for (const [index, tool] of objects(body.functions).entries()) checkFunction(tool, `functions[${index}]`)
  const offered = [...tools.map(offeredTool), ...objects(body.functions).map((tool) => offeredFunction(tool))]
  const forced = chosenNames(body)
  const absent = forced.find((name) => !offered.some((tool) => tool.name === name))
  if (absent !== undefined) {
    const [param, list] = body.tool_choice === undefined ? ['function_call', 'functions'] : ['tool_choice', 'tools']
    throw invalid(
      `Invalid value for '${param}': no function named '${absent}' was specified in the '${list}' parameter.`,
      param,
    )
  }
  return offered
}

function checkFunction(definition: JsonObject, where: string): void {
  const schema = definition.parameters
  if (!isObject(schema)) return
  const loose = schema.type === 'object' || Object.keys(schema).length === 0
  const got = schema.type === undefined ? 'None' : show(schema.type)
  const basic = loose ? undefined : `schema must be a JSON Schema of 'type: "object"', got 'type: "${got}"'.`
  const problem = basic ?? (definition.strict === true ? strictSchemaProblem(schema) : undefined)
  if (problem === undefined) return
  throw invalid(
    `Invalid schema for function '${show(definition.name)}': ${problem}`,
    `${where}.parameters`,
    'invalid_function_parameters',
  )
}

function offeredTool(tool: JsonObject): OfferedTool {
  if (isObject(tool.custom)) return { name: text(tool.custom.name) ?? '', kind: 'custom' }
  return offeredFunction(isObject(tool.function) ? tool.function : {})
}

function offeredFunction(definition: JsonObject): OfferedTool {
  const schema = isObject(definition.parameters) ? definition.parameters : { type: 'object', properties: {} }
  return { name: text(definition.name) ?? '', schema, kind: 'function' }
}

/** The names that the choice of tools mentions. */
export function chosenNames(body: JsonObject): string[] {
  const choice = body.tool_choice ?? body.function_call
  if (!isObject(choice)) return []
  const allowed = isObject(choice.allowed_tools) ? objects(choice.allowed_tools.tools) : [choice]
  return allowed.flatMap((entry) => {
    const named = [entry.function, entry.custom, entry].find(
      (candidate) => isObject(candidate) && candidate.name !== undefined,
    )
    return isObject(named) ? [text(named.name) ?? ''] : []
  })
}

/** The choice of tools in the simulator's words. */
export function toolChoice(body: JsonObject): Turn['toolChoice'] {
  const choice = body.tool_choice ?? body.function_call ?? 'auto'
  if (choice === 'none' || choice === 'required') return choice
  if (!isObject(choice)) return 'auto'
  if (isObject(choice.allowed_tools)) return choice.allowed_tools.mode === 'required' ? 'required' : 'auto'
  const [name] = chosenNames(body)
  return name === undefined ? 'auto' : { name }
}
