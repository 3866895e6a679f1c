import {
  anything,
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

// Keys and values: openai 7.57.0, Tool and ToolChoice.

const type = anything
/** Tool names (API reference: letters, digits, underscores and dashes, at most 64). */
const NAME = { min: 1, max: 64, pattern: /^[a-zA-Z0-9_-]+$/ }
const callers = nullable(array(oneOf('direct', 'programmatic')))
const loading: Fields = { allowed_callers: callers, async: boolean, defer_loading: boolean }

const functionTool = object(
  { type, name: string(NAME) },
  {
    ...loading,
    description: nullable(string()),
    parameters: nullable(record()),
    strict: nullable(boolean),
    output_schema: nullable(record()),
  },
)

const customTool = object(
  { type, name: string(NAME) },
  {
    ...loading,
    description: string(),
    format: tagged('type', {
      text: object({ type }),
      grammar: object({ type, definition: string(), syntax: oneOf('lark', 'regex') }),
    }),
  },
)

const userLocation = nullable(
  object(
    {},
    {
      type: oneOf('approximate'),
      city: nullable(string()),
      country: nullable(string()),
      region: nullable(string()),
      timezone: nullable(string()),
    },
  ),
)
const contextSize = oneOf('low', 'medium', 'high')

const webSearch = object(
  { type },
  {
    external_web_access: boolean,
    filters: nullable(
      object({}, { allowed_domains: nullable(array(string())), blocked_domains: nullable(array(string())) }),
    ),
    search_context_size: contextSize,
    user_location: userLocation,
    // Not among the SDK's types: Codex sends it.
    search_content_types: array(string()),
  },
)
const webSearchPreview = object(
  { type },
  {
    search_content_types: array(oneOf('text', 'image')),
    search_context_size: contextSize,
    user_location: userLocation,
  },
)

const hosted: Fields = {
  file_search: object(
    { type, vector_store_ids: array(string(), { min: 1 }) },
    { filters: nullable(record()), max_num_results: integer({ min: 1, max: 50 }), ranking_options: record() },
  ),
  computer: object({ type }),
  computer_use_preview: object({ type, display_height: integer(), display_width: integer(), environment: string() }),
  web_search: webSearch,
  web_search_2025_08_26: webSearch,
  web_search_preview: webSearchPreview,
  web_search_preview_2025_03_11: webSearchPreview,
  mcp: object(
    { type, server_label: string({ min: 1 }) },
    {
      allowed_callers: callers,
      allowed_tools: anything,
      authorization: string(),
      connector_id: string(),
      defer_loading: boolean,
      headers: nullable(record(string())),
      require_approval: anything,
      server_description: string(),
      server_url: string(),
      tunnel_id: string(),
    },
  ),
  code_interpreter: object({ type, container: anything }, { allowed_callers: callers }),
  programmatic_tool_calling: object({ type }),
  image_generation: object(
    { type },
    {
      action: oneOf('generate', 'edit', 'auto'),
      background: oneOf('transparent', 'opaque', 'auto'),
      complexity: oneOf('low', 'medium', 'high'),
      frame_count: integer(),
      frame_duration_ms: integer(),
      input_fidelity: nullable(oneOf('high', 'low')),
      input_image_mask: record(),
      model: string(),
      moderation: oneOf('auto', 'low'),
      output_compression: integer({ min: 0, max: 100 }),
      output_format: oneOf('png', 'webp', 'jpeg', 'gif', 'svg'),
      partial_images: integer({ min: 0, max: 3 }),
      quality: oneOf('low', 'medium', 'high', 'xhigh', 'max', 'auto'),
      size: string(),
      svg: record(),
    },
  ),
  local_shell: object({ type }),
  shell: object({ type }, { allowed_callers: callers, environment: nullable(record()) }),
  tool_search: object(
    { type },
    { description: nullable(string()), execution: oneOf('server', 'client'), parameters: anything },
  ),
  apply_patch: object({ type }, { allowed_callers: callers }),
}

/** The types of tools that the provider runs itself. */
export const HOSTED_TYPES: readonly string[] = Object.keys(hosted)

/** One tool. */
export const toolShape: Shape = tagged('type', {
  function: functionTool,
  custom: customTool,
  namespace: object({
    type,
    name: string(NAME),
    description: string(),
    tools: array(tagged('type', { function: functionTool, custom: customTool }), { min: 1 }),
  }),
  ...hosted,
})

const alone = object({ type })
const chosen = tagged('type', {
  function: object({ type, name: string(NAME) }, { namespace: string(NAME) }),
  custom: object({ type, name: string(NAME) }, { namespace: string(NAME) }),
  allowed_tools: object({ type, mode: oneOf('auto', 'required'), tools: array(record(), { min: 1 }) }),
  mcp: object({ type, server_label: string() }, { name: nullable(string()) }),
  ...Object.fromEntries(HOSTED_TYPES.filter((name) => name !== 'mcp').map((name) => [name, alone])),
  computer_use: alone,
})

/** `tool_choice`. */
export const toolChoice: Shape = (value, path, wording) => {
  if (typeof value === 'string') oneOf('none', 'auto', 'required')(value, path, wording)
  else chosen(value, path, wording)
}
