import { isObject, type JsonObject, objects, show, text } from '../json.ts'
import { strictSchemaProblem } from '../openai-chat/strict-schema.ts'
import type { OfferedTool, Turn } from '../turn.ts'
import { invalid } from './error.ts'

/** Checks tools and the choice among them; returns what is on offer. */
export function checkTools(body: JsonObject): OfferedTool[] {
  const tools = objects(body.tools)
  tools.forEach((tool, index) => {
    checkFunction(tool, `tools[${index}]`)
    objects(tool.tools).forEach((inner, place) => {
      checkFunction(inner, `tools[${index}].tools[${place}]`)
    })
  })
  const offered = tools.flatMap(offeredTools)
  const names = offered.map((tool) => `${tool.namespace ?? ''}\0${tool.name}`)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  const hosted = offered.some((tool) => tool.kind === 'hosted' && twice === `\0${tool.name}`)
  if (twice !== undefined && !hosted) {
    const name = twice.slice(twice.indexOf('\0') + 1)
    throw invalid(`Duplicate tool name '${name}' found in 'tools'. Tool names must be unique.`, 'tools')
  }
  checkChoice(body, offered)
  return offered
}

function checkChoice(body: JsonObject, offered: readonly OfferedTool[]): void {
  if (body.tool_choice === undefined) return
  if (offered.length === 0 && body.tool_choice !== 'none' && body.tool_choice !== 'auto') {
    throw invalid("Tool choice 'required' must be specified with 'tools' parameter.", 'tool_choice')
  }
  const absent = chosenNames(body).find((name) => !offered.some((tool) => tool.name === name))
  if (absent === undefined) return
  throw invalid(`Tool choice '${absent}' not found in 'tools' parameter.`, 'tool_choice')
}

function checkFunction(tool: JsonObject, where: string): void {
  if (tool.type !== 'function' || !isObject(tool.parameters)) return
  const schema = tool.parameters
  const loose = schema.type === 'object' || Object.keys(schema).length === 0
  const got = schema.type === undefined ? 'None' : show(schema.type)
  const basic = loose ? undefined : `schema must be a JSON Schema of 'type: "object"', got 'type: "${got}"'.`
  // Absent, OpenAI makes the schema strict where it can and falls back to best effort where not (its guide, quoted in 0xPlaygrounds/rig#2477).
  const strict = tool.strict === true && schema.type === 'object'
  const problem = basic ?? (strict ? strictSchemaProblem(schema) : undefined)
  if (problem === undefined) return
  throw invalid(
    `Invalid schema for function '${show(tool.name)}': ${problem}`,
    `${where}.parameters`,
    'invalid_function_parameters',
  )
}

function offeredTools(tool: JsonObject): OfferedTool[] {
  const name = text(tool.name) ?? ''
  switch (tool.type) {
    case 'function': {
      const schema = isObject(tool.parameters) ? tool.parameters : { type: 'object', properties: {} }
      return [{ name, schema, kind: 'function' }]
    }
    case 'custom':
      return [{ name, kind: 'custom' }]
    case 'namespace':
      return objects(tool.tools)
        .flatMap(offeredTools)
        .map((inner) => ({ ...inner, namespace: name }))
    default:
      return [{ name: show(tool.type), kind: 'hosted' }]
  }
}

/** The names, or types, that the choice of tools mentions. */
function chosenNames(body: JsonObject): string[] {
  const choice = body.tool_choice
  if (!isObject(choice)) return []
  const entries = choice.type === 'allowed_tools' ? objects(choice.tools) : [choice]
  return entries.map((entry) => text(entry.name) ?? text(entry.type) ?? '')
}

/** What of the offer the choice leaves. */
export function allowedTools(body: JsonObject, offered: readonly OfferedTool[]): readonly OfferedTool[] {
  if (!isObject(body.tool_choice) || body.tool_choice.type !== 'allowed_tools') return offered
  const names = chosenNames(body)
  return offered.filter((tool) => names.includes(tool.name))
}

/** The choice of tools in the simulator's words. */
export function toolChoice(body: JsonObject): Turn['toolChoice'] {
  const choice = body.tool_choice
  if (choice === 'none' || choice === 'required') return choice
  if (!isObject(choice)) return 'auto'
  if (choice.type === 'allowed_tools') return choice.mode === 'required' ? 'required' : 'auto'
  const [name] = chosenNames(body)
  return name === undefined ? 'auto' : { name }
}
