import {
  anything,
  array,
  boolean,
  type Fields,
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

/** The discriminator, which `tagged` has checked. */
export const type: Shape = anything
const TOOL_ID = { pattern: /^[a-zA-Z0-9_-]+$/ }

export const cacheControl: Shape = nullable(tagged('type', { ephemeral: object({ type }, { ttl: oneOf('5m', '1h') }) }))
export const cached: Fields = { cache_control: cacheControl }
export const citations: Shape = nullable(object({}, { enabled: boolean }))

const text = object({ type, text: string() }, { ...cached, citations: nullable(array(record())) })
export const textBlocks: Shape = array(tagged('type', { text }))

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

/** One block of a message's content. */
export const block: Shape = tagged('type', {
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
