import { isObject, type JsonObject, objects, show, text } from '../json.ts'
import type { OfferedTool, Turn } from '../turn.ts'
import { invalid } from './error.ts'
import { blocksOf } from './messages.ts'
import { checkOutputSchema } from './output-schema.ts'

/** Checks tools and the choice among them; returns those the client runs. */
export function checkTools(body: JsonObject, messages: readonly JsonObject[]): OfferedTool[] {
  const tools = objects(body.tools)
  const names = tools.map((tool) => text(tool.name)).filter((name) => name !== undefined)
  if (new Set(names).size < names.length) throw invalid('tools: Tool names must be unique.')
  const blocks = messages.flatMap((message) => blocksOf(message.content))
  if (tools.length === 0 && blocks.some((block) => block.type === 'tool_use' || block.type === 'tool_result')) {
    throw invalid('Requests which include `tool_use` or `tool_result` blocks must define tools')
  }
  tools.forEach((tool, index) => {
    if (tool.strict === true && isObject(tool.input_schema))
      checkOutputSchema(tool.input_schema, `tools.${index}.custom.input_schema`)
    if (tool.defer_loading === true && tool.cache_control != null) {
      throw invalid(`tools.${index}: Tools with defer_loading cannot use prompt caching.`)
    }
  })
  checkToolChoice(body, names)
  return tools
    .filter((tool) => isObject(tool.input_schema))
    .map((tool) => {
      return {
        name: text(tool.name) ?? '',
        schema: isObject(tool.input_schema) ? tool.input_schema : {},
        kind: 'function',
      }
    })
}

function checkToolChoice(body: JsonObject, names: readonly string[]): void {
  if (!isObject(body.tool_choice)) return
  const { type, name } = body.tool_choice
  if (body.tools === undefined && type !== 'none')
    throw invalid('tool_choice may only be specified while providing tools.')
  if (type === 'tool' && !names.includes(show(name))) throw invalid(`Tool '${show(name)}' not found in provided tools`)
}

/** The choice of tools in the simulator's words. */
export function chosen(choice: JsonObject): Turn['toolChoice'] {
  if (choice.type === 'tool') return { name: show(choice.name) }
  if (choice.type === 'any') return 'required'
  return choice.type === 'none' ? 'none' : 'auto'
}
