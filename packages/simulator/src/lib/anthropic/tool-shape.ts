import {
  array,
  boolean,
  type Fields,
  integer,
  nullable,
  object,
  oneOf,
  record,
  type Shape,
  string,
  tagged,
} from '../shape.ts'
import { cached, citations, type } from './content-shape.ts'

// Keys and values: @anthropic-ai/sdk 1.12.0, resources/messages/messages.d.ts and resources/beta/messages.

const TOOL_NAME = { pattern: /^[a-zA-Z0-9_-]{1,128}$/ }

const callers = array(oneOf('direct', 'code_execution_20250825', 'code_execution_20260120', 'code_execution_20260521'))
const toolFields: Fields = {
  ...cached,
  allowed_callers: callers,
  defer_loading: boolean,
  strict: boolean,
  input_examples: array(record()),
}

const inputSchema: Shape = (value, path, wording) => {
  record()(value, path, wording)
  if (typeof value !== 'object' || value === null || !('type' in value)) throw wording.missing([...path, 'type'])
  oneOf('object')(value.type, [...path, 'type'], wording)
}

const customTool = object(
  { name: string(TOOL_NAME), input_schema: inputSchema },
  { ...toolFields, type: nullable(type), description: string(), eager_input_streaming: nullable(boolean) },
)

const domains = nullable(array(string()))
const searchFields: Fields = {
  allowed_domains: domains,
  blocked_domains: domains,
  max_uses: nullable(integer({ min: 1 })),
  response_inclusion: oneOf('full', 'excluded'),
}
const fetchFields: Fields = {
  ...searchFields,
  citations,
  max_content_tokens: nullable(integer({ min: 1 })),
  use_cache: boolean,
  url_sources: record(),
}

function namedTool(name: string, more: Fields = {}): Shape {
  return object({ type, name: oneOf(name) }, { ...toolFields, ...more })
}

const toolset = object({ type }, { ...toolFields, configs: record(), default_config: record(), name: string() })

const SERVER_TOOLS: Fields = {
  ...each(
    ['web_search_20250305', 'web_search_20260209', 'web_search_20260318'],
    namedTool('web_search', {
      ...searchFields,
      user_location: nullable(record()),
    }),
  ),
  ...each(
    ['web_fetch_20250910', 'web_fetch_20260209', 'web_fetch_20260309', 'web_fetch_20260318'],
    namedTool('web_fetch', fetchFields),
  ),
  ...each(
    ['code_execution_20250522', 'code_execution_20250825', 'code_execution_20260120', 'code_execution_20260521'],
    namedTool('code_execution'),
  ),
  ...each(['tool_search_tool_bm25', 'tool_search_tool_bm25_20251119'], namedTool('tool_search_tool_bm25')),
  ...each(['tool_search_tool_regex', 'tool_search_tool_regex_20251119'], namedTool('tool_search_tool_regex')),
}

const CLIENT_TOOLS: Fields = {
  bash_20250124: namedTool('bash'),
  text_editor_20250124: namedTool('str_replace_editor'),
  text_editor_20250429: namedTool('str_replace_based_edit_tool'),
  text_editor_20250728: namedTool('str_replace_based_edit_tool', { max_characters: nullable(integer({ min: 1 })) }),
  memory_20250818: namedTool('memory'),
  browser_toolset_20260801: toolset,
  computer_toolset_20260801: toolset,
  mcp_toolset: object(
    { type, mcp_server_name: string() },
    { ...toolFields, configs: record(), default_config: record() },
  ),
}

function each(names: readonly string[], shape: Shape): Fields {
  return Object.fromEntries(names.map((name) => [name, shape]))
}

/** A tool of the client's or of the server's; without a type it is a custom one. */
export const tool: Shape = tagged('type', { custom: customTool, ...CLIENT_TOOLS, ...SERVER_TOOLS }, 'custom')
