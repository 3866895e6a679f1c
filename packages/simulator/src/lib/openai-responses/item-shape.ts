import { isObject } from '../json.ts'
import { pathText } from '../openai-chat/error.ts'
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
import { invalid } from './error.ts'

// Keys and values: openai 7.57.0, ResponseInputItem and what it is made of. Limits: the API reference.

/** The discriminator, which `tagged` has checked. */
export const type: Shape = anything

const NAME = { min: 1, max: 128, pattern: /^[a-zA-Z0-9_-]+$/ }
const callId = string({ min: 1, max: 64 })

/** An item's id: at most 64 characters, and begun as ids of its kind are. */
function itemId(prefix: string): Shape {
  return (value, path, wording) => {
    string({ max: 64 })(value, path, wording)
    if (typeof value !== 'string' || value.startsWith(prefix)) return
    const where = pathText(path)
    throw invalid(
      `Invalid '${where}': '${value}'. Expected an ID that begins with '${prefix}'.`,
      where,
      'invalid_value',
    )
  }
}

const status = nullable(oneOf('in_progress', 'completed', 'incomplete'))
const breakpoint: Fields = {
  prompt_cache_breakpoint: nullable(object({ mode: oneOf('explicit') }, { ttl: oneOf('30m', '12h') })),
}

const inputText = object({ type, text: string() }, breakpoint)
const inputImage = object(
  { type },
  {
    ...breakpoint,
    detail: nullable(oneOf('low', 'high', 'auto', 'original')),
    file_id: nullable(string()),
    image_url: nullable(string()),
  },
)
const inputFile = object(
  { type },
  {
    ...breakpoint,
    detail: nullable(oneOf('auto', 'low', 'high')),
    file_data: nullable(string()),
    file_id: nullable(string()),
    file_url: nullable(string()),
    filename: nullable(string()),
  },
)

const inputParts = array(tagged('type', { input_text: inputText, input_image: inputImage, input_file: inputFile }))
const outputText = object(
  { type, text: string() },
  { annotations: array(record()), logprobs: nullable(array(record())) },
)
const outputParts = array(tagged('type', { output_text: outputText, refusal: object({ type, refusal: string() }) }))
const inputMessage = object(
  { role: anything, content: stringOr(inputParts) },
  { type, status, id: nullable(itemId('msg')), phase: anything },
)
const assistantMessage = object(
  { role: anything, content: stringOr(outputParts) },
  { type, status, id: nullable(itemId('msg')), phase: nullable(oneOf('commentary', 'final_answer')) },
)
const message = tagged('role', {
  user: inputMessage,
  assistant: assistantMessage,
  system: inputMessage,
  developer: inputMessage,
})

const caller = nullable(tagged('type', { direct: object({ type }), program: object({ type, caller_id: string() }) }))
const created: Fields = { created_by: string() }

const calls: Fields = {
  function_call: object(
    { type, call_id: callId, name: string(NAME), arguments: string() },
    { ...created, id: nullable(itemId('fc')), async: boolean, caller, namespace: nullable(string(NAME)), status },
  ),
  function_call_output: object(
    { type, output: stringOr(inputParts) },
    {
      call_id: nullable(callId),
      id: nullable(itemId('fc')),
      caller,
      name: nullable(string()),
      namespace: nullable(string()),
      status,
    },
  ),
  custom_tool_call: object(
    { type, call_id: callId, name: string(NAME), input: string() },
    { ...created, id: nullable(itemId('ctc')), async: boolean, caller, namespace: nullable(string(NAME)), status },
  ),
  custom_tool_call_output: object(
    { type, call_id: callId, output: stringOr(inputParts) },
    { ...created, id: nullable(string({ max: 64 })), caller, status },
  ),
}

const reasoning = object(
  { type, summary: array(tagged('type', { summary_text: object({ type, text: string() }) })) },
  {
    id: nullable(itemId('rs')),
    content: nullable(array(tagged('type', { reasoning_text: object({ type, text: string() }) }))),
    encrypted_content: nullable(string()),
    status,
  },
)

const id = nullable(string({ max: 64 }))

/** Items of tools that the provider runs, or that have a protocol of their own: their fields' names are checked. */
function loose(required: readonly string[], ...optional: readonly string[]): Shape {
  const fields = (names: readonly string[]): Fields => Object.fromEntries(names.map((name) => [name, anything]))
  return object({ type, ...fields(required) }, { id, ...created, ...fields(optional) })
}

const hosted: Fields = {
  file_search_call: loose(['queries', 'status'], 'results'),
  computer_call: loose(['call_id', 'status'], 'pending_safety_checks', 'action', 'actions'),
  computer_call_output: loose(['call_id', 'output'], 'acknowledged_safety_checks', 'status'),
  web_search_call: loose(['status'], 'action'),
  tool_search_call: loose(['arguments'], 'call_id', 'execution', 'status'),
  tool_search_output: loose(['tools'], 'call_id', 'execution', 'status'),
  additional_tools: loose(['role', 'tools']),
  configuration_update: loose([], 'reasoning', 'text'),
  compaction: object({ type, encrypted_content: string() }, { id, ...created }),
  compaction_trigger: loose([]),
  image_generation_call: loose(
    ['result', 'status'],
    'action',
    'background',
    'error',
    'output_format',
    'quality',
    'revised_prompt',
    'size',
    'svg_usage',
  ),
  code_interpreter_call: loose(['code', 'container_id', 'status'], 'outputs'),
  local_shell_call: loose(['action', 'call_id', 'status']),
  local_shell_call_output: loose(['output'], 'call_id', 'status'),
  shell_call: loose(['action', 'call_id'], 'caller', 'environment', 'status'),
  shell_call_output: loose(['call_id', 'output'], 'caller', 'max_output_length', 'status'),
  apply_patch_call: loose(['call_id', 'operation', 'status'], 'caller'),
  apply_patch_call_output: loose(['call_id', 'status'], 'caller', 'output'),
  mcp_list_tools: loose(['server_label', 'tools'], 'error'),
  mcp_approval_request: loose(['arguments', 'name', 'server_label']),
  mcp_approval_response: loose(['approval_request_id', 'approve'], 'reason'),
  mcp_call: loose(['arguments', 'name', 'server_label'], 'approval_request_id', 'error', 'output', 'status'),
  program: loose(['call_id', 'code', 'fingerprint']),
  program_output: loose(['call_id', 'result', 'status']),
}

const items: Fields = {
  message,
  ...calls,
  reasoning,
  ...hosted,
  item_reference: object({ id: string({ min: 1 }) }, { type: nullable(type) }),
}

/** One item of the input. A message needs no type; nor does a reference, which is an id alone. */
export const itemShape: Shape = (value, path, wording) => {
  if (isObject(value) && value.type == null) {
    const shape = value.role === undefined && value.id !== undefined ? items.item_reference : message
    shape?.(value, path, wording)
  } else tagged('type', items)(value, path, wording)
}
