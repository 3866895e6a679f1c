import { isObject } from '../json.ts'
import {
  anything,
  array,
  boolean,
  decimal,
  type Fields,
  integer,
  nullable,
  object,
  oneOf,
  record,
  type Shape,
  string,
  stringOr,
  tagged,
} from '../shape.ts'

// Keys and values: @anthropic-ai/sdk 1.12.0, resources/messages/messages.d.ts and resources/beta/messages.

const type = anything
const TOOL_ID = { pattern: /^[a-zA-Z0-9_-]+$/ }
const TOOL_NAME = { pattern: /^[a-zA-Z0-9_-]{1,128}$/ }

const cacheControl = nullable(tagged('type', { ephemeral: object({ type }, { ttl: oneOf('5m', '1h') }) }))
const cached: Fields = { cache_control: cacheControl }
const citations = nullable(object({}, { enabled: boolean }))

const text = object({ type, text: string() }, { ...cached, citations: nullable(array(record())) })
const textBlocks = array(tagged('type', { text }))

const imageSource = tagged('type', {
  base64: object({
    type,
    data: string({ min: 1 }),
    media_type: oneOf('image/jpeg', 'image/png', 'image/gif', 'image/webp'),
  }),
  url: object({ type, url: string({ min: 1 }) }),
  file: object({ type, file_id: string({ min: 1 }) }),
})
const image = object(
  { type, source: imageSource },
  { ...cached, transformations: nullable(object({}, { oversized_image: oneOf('downsize', 'error') })) },
)

const documentSource = tagged('type', {
  base64: object({ type, data: string({ min: 1 }), media_type: oneOf('application/pdf') }),
  text: object({ type, data: string({ min: 1 }), media_type: oneOf('text/plain') }),
  content: object({ type, content: stringOr(array(tagged('type', { text, image }))) }),
  url: object({ type, url: string({ min: 1 }) }),
  file: object({ type, file_id: string({ min: 1 }) }),
})
const document = object(
  { type, source: documentSource },
  { ...cached, citations, context: nullable(string({ min: 1 })), title: nullable(string({ min: 1, max: 500 })) },
)

const searchResult = object({ type, content: textBlocks, source: string(), title: string() }, { ...cached, citations })

const caller = tagged('type', {
  direct: object({ type }),
  code_execution_20250825: object({ type, tool_id: string() }),
  code_execution_20260120: object({ type, tool_id: string() }),
})

const toolResult = object(
  { type, tool_use_id: string(TOOL_ID) },
  {
    ...cached,
    content: stringOr(
      array(
        tagged('type', {
          text,
          image,
          document,
          search_result: searchResult,
          tool_reference: object({ type, tool_name: string() }, cached),
          browser_state: record(),
        }),
      ),
    ),
    is_error: boolean,
    toolset_name: nullable(string()),
  },
)

const toolUse = object(
  { type, id: string(TOOL_ID), name: string({ min: 1, max: 200 }), input: record() },
  { ...cached, caller, toolset_name: nullable(string()) },
)

const serverToolUse = object({ type, id: string(TOOL_ID), name: string(), input: record() }, { ...cached, caller })
const serverToolResult = object({ type, tool_use_id: string(TOOL_ID), content: anything }, { ...cached, caller })

const SERVER_RESULTS = [
  'web_search_tool_result',
  'web_fetch_tool_result',
  'code_execution_tool_result',
  'bash_code_execution_tool_result',
  'text_editor_code_execution_tool_result',
  'tool_search_tool_result',
]

const block = tagged('type', {
  text,
  image,
  document,
  search_result: searchResult,
  thinking: object({ type, thinking: string(), signature: string() }),
  redacted_thinking: object({ type, data: string() }),
  tool_use: toolUse,
  tool_result: toolResult,
  server_tool_use: serverToolUse,
  ...Object.fromEntries(SERVER_RESULTS.map((name) => [name, serverToolResult])),
  container_upload: object({ type, file_id: string() }, cached),
  mcp_tool_use: object({ type, id: string(TOOL_ID), name: string(), input: record(), server_name: string() }, cached),
  mcp_tool_result: object({ type, tool_use_id: string(TOOL_ID) }, { ...cached, content: anything, is_error: boolean }),
  compaction: record(),
  fallback: record(),
})

const effort = nullable(oneOf('low', 'medium', 'high', 'xhigh', 'max'))
const turn = object({ role: oneOf('user', 'assistant', 'system'), content: stringOr(array(block)) })
/** Claude Code sends an effort of its own with a system message of the models it knows. */
const systemTurn = object(
  { role: oneOf('system'), content: stringOr(array(block)) },
  { clear_at: nullable(oneOf('next_user_message', 'never')), output_config: nullable(object({}, { effort })) },
)
const message: Shape = (value, path, wording) => {
  const shape = isObject(value) && value.role === 'system' ? systemTurn : turn
  shape(value, path, wording)
}

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

const tool = tagged('type', { custom: customTool, ...CLIENT_TOOLS, ...SERVER_TOOLS }, 'custom')

const parallel: Fields = { disable_parallel_tool_use: boolean }
const display = nullable(oneOf('summarized', 'omitted'))
const server = object(
  { type: oneOf('url'), url: string(), name: string() },
  {
    authorization_token: nullable(string()),
    tool_configuration: nullable(record()),
  },
)

/** The fields that count_tokens shares with message creation. */
const countedFields: Fields = {
  cache_control: cacheControl,
  output_config: object(
    {},
    {
      effort,
      format: nullable(tagged('type', { json_schema: object({ type, schema: record() }) })),
      task_budget: nullable(record()),
    },
  ),
  speed: nullable(oneOf('standard', 'fast')),
  system: stringOr(textBlocks),
  thinking: tagged('type', {
    enabled: object({ type, budget_tokens: integer({ min: 1024 }) }, { display }),
    adaptive: object({ type }, { display }),
    disabled: object({ type }),
    between_tools: object({ type }),
  }),
  tool_choice: tagged('type', {
    auto: object({ type }, parallel),
    any: object({ type }, parallel),
    tool: object({ type, name: string({ min: 1 }) }, parallel),
    none: object({ type }),
  }),
  tools: array(tool),
}

/** Fields that exist only under a beta, and the beginning of the names of the betas that bring them. */
export const BETA_FIELDS: Readonly<Record<string, readonly string[]>> = {
  billing_policy: ['user-profiles-billing-', 'user-profiles-'],
  compaction: ['compact-'],
  context_management: ['context-management-', 'compact-'],
  fallback_credit_token: ['fallback-credit-'],
  fallbacks: ['server-side-fallback-'],
  mcp_servers: ['mcp-client-'],
  output_format: ['structured-outputs-'],
  thread: ['message-threads-'],
}

const betaFields: Fields = {
  billing_policy: anything,
  compaction: nullable(record()),
  context_management: nullable(object({}, { edits: array(record()) })),
  fallback_credit_token: anything,
  fallbacks: anything,
  mcp_servers: array(server),
  output_format: nullable(tagged('type', { json_schema: object({ type, schema: record() }) })),
  thread: nullable(
    tagged('type', { create: object({ type }), continue: object({ type, previous_message_id: string({ min: 1 }) }) }),
  ),
}

const requiredFields: Fields = { model: string({ min: 1 }), messages: array(message, { max: 100_000 }) }

/** The body of a message creation. */
export const requestShape: Shape = object(
  { ...requiredFields, max_tokens: integer({ min: 0 }) },
  {
    ...countedFields,
    ...betaFields,
    container: nullable(stringOrObject(object({}, { id: nullable(string()), skills: nullable(array(record())) }))),
    diagnostics: nullable(object({}, { previous_message_id: nullable(string()) })),
    inference_geo: nullable(string()),
    metadata: object({}, { user_id: nullable(string({ max: 512 })) }),
    service_tier: oneOf('auto', 'standard_only'),
    stop_sequences: array(string()),
    stream: boolean,
    temperature: decimal({ min: 0, max: 1 }),
    top_k: integer({ min: 0 }),
    top_p: decimal({ min: 0, max: 1 }),
  },
)

/** The body of a token count. */
export const countShape: Shape = object(requiredFields, { ...countedFields, ...betaFields })

function stringOrObject(shape: Shape): Shape {
  return (value, path, wording) => {
    if (typeof value !== 'string') shape(value, path, wording)
  }
}
