import {
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
import { itemShape, type } from './item-shape.ts'
import { toolChoice, toolShape } from './tool-shape.ts'

// Keys and values: openai 7.57.0, resources/responses/responses.d.ts. Limits: the API reference.

const INCLUDABLE = [
  'file_search_call.results',
  'web_search_call.results',
  'web_search_call.action.sources',
  'message.input_image.image_url',
  'computer_call_output.output.image_url',
  'code_interpreter_call.outputs',
  'reasoning.encrypted_content',
  'message.output_text.logprobs',
]
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']
const summary = nullable(oneOf('auto', 'concise', 'detailed'))

const reasoning = nullable(
  object(
    {},
    {
      context: nullable(oneOf('auto', 'current_turn', 'all_turns')),
      effort: nullable(oneOf(...EFFORTS)),
      generate_summary: summary,
      mode: string(),
      summary,
    },
  ),
)

const format = tagged('type', {
  text: object({ type }),
  json_object: object({ type }),
  json_schema: object(
    { type, name: string({ min: 1, max: 64, pattern: /^[a-zA-Z0-9_-]+$/ }), schema: record() },
    { description: string(), strict: nullable(boolean) },
  ),
})

const textConfig = nullable(object({}, { format, verbosity: nullable(oneOf('low', 'medium', 'high')) }))

const conversation: Shape = (value, path, wording) => {
  if (typeof value !== 'string') object({ id: string() })(value, path, wording)
}

const moderationMode = nullable(object({ mode: oneOf('score', 'block') }))

/** What a token count takes too. */
const promptFields: Fields = {
  conversation: nullable(conversation),
  input: stringOr(array(itemShape)),
  instructions: nullable(string()),
  parallel_tool_calls: nullable(boolean),
  previous_response_id: nullable(string()),
  reasoning,
  text: textConfig,
  tool_choice: toolChoice,
  tools: nullable(array(toolShape, { max: 128 })),
  truncation: nullable(oneOf('auto', 'disabled')),
}

const optionalFields: Fields = {
  ...promptFields,
  access_programs: object({}, { cyber: oneOf('standard', 'daybreak_blue', 'daybreak_red') }),
  background: nullable(boolean),
  // Not among the SDK's types: Codex sends it.
  client_metadata: nullable(record(string())),
  context_management: nullable(
    array(object({ type: oneOf('compaction') }, { compact_threshold: nullable(integer({ min: 1000 })) }), { min: 1 }),
  ),
  image: object({}, { context_compression: oneOf('auto', 'enabled', 'disabled') }),
  include: nullable(array(oneOf(...INCLUDABLE))),
  max_output_tokens: nullable(integer({ min: 16 })),
  max_tool_calls: nullable(integer({ min: 1 })),
  metadata: nullable(record(string({ max: 512 }))),
  moderation: nullable(
    object({ model: string() }, { policy: nullable(object({}, { input: moderationMode, output: moderationMode })) }),
  ),
  prompt: nullable(object({ id: string() }, { variables: nullable(record()), version: nullable(string()) })),
  prompt_cache_key: nullable(string()),
  prompt_cache_options: object(
    {},
    {
      comparison_response_id: nullable(string()),
      mode: oneOf('implicit', 'explicit'),
      prewarm: boolean,
      ttl: oneOf('30m', '12h'),
    },
  ),
  prompt_cache_retention: nullable(oneOf('in_memory', '24h')),
  safety_identifier: nullable(string({ max: 64 })),
  service_tier: nullable(oneOf('auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast')),
  store: nullable(boolean),
  stream: nullable(boolean),
  stream_options: nullable(object({}, { include_obfuscation: boolean })),
  temperature: nullable(decimal({ min: 0, max: 2 })),
  top_logprobs: nullable(integer({ min: 0, max: 20 })),
  top_p: nullable(decimal({ min: 0, max: 1 })),
  user: string({ max: 64 }),
}

/** The body of a request for a response. */
export const requestShape: Shape = object({ model: string() }, optionalFields)

/** What compacting takes (openai 7.57.0, `ResponseCompactParams`). */
export const compactShape: Shape = object(
  { model: nullable(string()) },
  Object.fromEntries(
    [
      'image',
      'input',
      'instructions',
      'previous_response_id',
      'prompt_cache_key',
      'prompt_cache_options',
      'prompt_cache_retention',
      'service_tier',
    ].flatMap((name) => (optionalFields[name] ? [[name, optionalFields[name]]] : [])),
  ),
)

/** The body of a token count. */
export const countShape: Shape = object(
  {},
  { ...promptFields, input: nullable(stringOr(array(itemShape))), model: nullable(string()), personality: string() },
)
