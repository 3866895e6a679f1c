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

// Keys and values: openai 7.57.0, resources/chat/completions/completions.d.ts. Limits: the API reference.

const NAME = { min: 1, max: 64, pattern: /^[a-zA-Z0-9_-]+$/ }
const CALL_ID = { max: 40 }

const breakpoint: Fields = {
  prompt_cache_breakpoint: object({ mode: oneOf('explicit') }, { ttl: oneOf('30m', '12h') }),
}
const type = anything

const textPart = object({ type, text: string() }, breakpoint)
const textParts = array(tagged('type', { text: textPart }), { min: 1 })

const userParts = array(
  tagged('type', {
    text: textPart,
    image_url: object(
      { type, image_url: object({ url: string() }, { detail: oneOf('auto', 'low', 'high', 'original') }) },
      breakpoint,
    ),
    input_audio: object({ type, input_audio: object({ data: string(), format: oneOf('wav', 'mp3') }) }, breakpoint),
    file: object(
      { type, file: object({}, { file_data: string(), file_id: string(), filename: string() }) },
      breakpoint,
    ),
  }),
  { min: 1 },
)

const spokenParts = { text: textPart, refusal: object({ type, refusal: string() }) }
const assistantParts = array(tagged('type', spokenParts), { min: 1 })

/** Mistral's, which takes reasoning back among the content and in no member. */
const thinkingParts = array(
  tagged('type', {
    ...spokenParts,
    thinking: object({ type, thinking: array(record()) }, { closed: boolean, signature: nullable(string()) }),
  }),
  { min: 1 },
)

const toolCall = tagged('type', {
  function: object({ type, id: string(CALL_ID), function: object({ name: string(NAME), arguments: string() }) }),
  custom: object({ type, id: string(CALL_ID), custom: object({ name: string(NAME), input: string() }) }),
})

const role = anything
const name = string(NAME)

/** Where a vendor that shows reasoning takes it back; OpenAI itself refuses both keys. */
const reasoning: Fields = { reasoning_content: nullable(string()), reasoning: nullable(string()) }

/** What a vendor takes back of reasoning: nothing, members of the message, OpenRouter's details as well, chunks of its content. */
export type Takes = 'nothing' | 'members' | 'details' | 'chunks'

function messageShape(takes: Takes): Shape {
  const assistant: Fields = {
    content: nullable(stringOr(takes === 'chunks' ? thinkingParts : assistantParts)),
    refusal: nullable(string()),
    name,
    audio: nullable(object({ id: string() })),
    function_call: nullable(object({ name: string(NAME), arguments: string() })),
    tool_calls: array(toolCall, { min: 1, max: 128 }),
    annotations: array(anything),
    ...((takes === 'members' || takes === 'details') && reasoning),
    ...(takes === 'details' && { reasoning_details: array(record()) }),
  }
  return tagged('role', {
    system: object({ role, content: stringOr(textParts) }, { name }),
    developer: object({ role, content: stringOr(textParts) }, { name }),
    user: object({ role, content: stringOr(userParts) }, { name }),
    assistant: object({ role }, assistant),
    // Content is left open: its parts have a mistake of their own, worded in validate.ts.
    // The SDK does not know `name`, but OpenAI's own examples sent it for years (openai-cookbook, How_to_call_functions_with_chat_models).
    tool: object({ role, content: stringOr(array(record())), tool_call_id: string(CALL_ID) }, { name }),
    function: object({ role, content: nullable(string()), name: string(NAME) }),
  })
}

const functionFields: Fields = { description: string(), parameters: nullable(record()) }

const tool = tagged('type', {
  function: object({
    type,
    function: object({ name: string(NAME) }, { ...functionFields, strict: nullable(boolean) }),
  }),
  custom: object({
    type,
    custom: object(
      { name: string(NAME) },
      {
        description: string(),
        format: tagged('type', {
          text: object({ type }),
          grammar: object({ type, grammar: object({ definition: string(), syntax: oneOf('lark', 'regex') }) }),
        }),
      },
    ),
  }),
})

const namedChoice = tagged('type', {
  function: object({ type, function: object({ name: string(NAME) }) }),
  custom: object({ type, custom: object({ name: string(NAME) }) }),
  allowed_tools: object({
    type,
    allowed_tools: object({ mode: oneOf('auto', 'required'), tools: array(record(), { min: 1 }) }),
  }),
})

const toolChoice: Shape = (value, path, wording) => {
  if (typeof value === 'string') oneOf('none', 'auto', 'required')(value, path, wording)
  else namedChoice(value, path, wording)
}

const functionChoice: Shape = (value, path, wording) => {
  if (typeof value === 'string') oneOf('none', 'auto')(value, path, wording)
  else object({ name: string(NAME) })(value, path, wording)
}

const responseFormat = tagged('type', {
  text: object({ type }),
  json_object: object({ type }),
  json_schema: object({
    type,
    json_schema: object({ name: string(NAME) }, { description: string(), schema: record(), strict: nullable(boolean) }),
  }),
})

const location = object({
  type: oneOf('approximate'),
  approximate: object(
    {},
    {
      city: string(),
      country: string(),
      region: string(),
      timezone: string(),
    },
  ),
})

const moderationMode = nullable(object({ mode: oneOf('score', 'block') }))

/** `stop`: one sequence or up to four; shared with the completions endpoint. */
export const stopShape: Shape = nullable(stringOr(array(string(), { min: 1, max: 4 })))

/** `stream_options`; shared with the completions endpoint. */
export const streamOptionsShape: Shape = nullable(object({}, { include_usage: boolean, include_obfuscation: boolean }))

/** Optional sampling fields; shared with the completions endpoint. */
export const samplingFields: Fields = {
  frequency_penalty: nullable(decimal({ min: -2, max: 2 })),
  logit_bias: nullable(record(integer({ min: -100, max: 100 }))),
  presence_penalty: nullable(decimal({ min: -2, max: 2 })),
  seed: nullable(integer()),
  temperature: nullable(decimal({ min: 0, max: 2 })),
  top_p: nullable(decimal({ min: 0, max: 1 })),
  n: nullable(integer({ min: 1, max: 128 })),
  user: string({ max: 64 }),
  stop: stopShape,
  stream: nullable(boolean),
  stream_options: streamOptionsShape,
}

const optionalFields: Fields = {
  ...samplingFields,
  audio: nullable(object({ format: oneOf('wav', 'aac', 'mp3', 'flac', 'opus', 'pcm16'), voice: anything })),
  function_call: functionChoice,
  functions: array(object({ name: string(NAME) }, functionFields), { min: 1, max: 128 }),
  logprobs: nullable(boolean),
  max_completion_tokens: nullable(integer({ min: 1 })),
  max_tokens: nullable(integer({ min: 1 })),
  metadata: nullable(record(string({ max: 512 }))),
  modalities: nullable(array(oneOf('text', 'audio'), { min: 1 })),
  moderation: object(
    { model: string() },
    { policy: nullable(object({}, { input: moderationMode, output: moderationMode })) },
  ),
  parallel_tool_calls: boolean,
  prediction: nullable(object({ type: oneOf('content'), content: stringOr(textParts) })),
  prompt_cache_key: nullable(string()),
  prompt_cache_options: object({}, { mode: oneOf('implicit', 'explicit'), ttl: oneOf('30m') }),
  prompt_cache_retention: nullable(oneOf('in_memory', '24h')),
  reasoning_effort: nullable(oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max')),
  response_format: responseFormat,
  safety_identifier: nullable(string({ max: 64 })),
  service_tier: nullable(oneOf('auto', 'default', 'flex', 'scale', 'priority', 'fast')),
  store: nullable(boolean),
  tool_choice: toolChoice,
  tools: array(tool, { min: 1, max: 128 }),
  top_logprobs: nullable(integer({ min: 0, max: 20 })),
  verbosity: nullable(oneOf('low', 'medium', 'high')),
  web_search_options: object(
    {},
    { search_context_size: oneOf('low', 'medium', 'high'), user_location: nullable(location) },
  ),
}

/** The body of a chat completion request. */
export function requestShape(takes: Takes): Shape {
  return object({ model: string(), messages: array(messageShape(takes), { min: 1 }) }, optionalFields)
}
