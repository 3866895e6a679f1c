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
import { block, cacheControl, textBlocks, type } from './content-shape.ts'
import { tool } from './tool-shape.ts'

// Keys and values: @anthropic-ai/sdk 1.12.0, resources/messages/messages.d.ts and resources/beta/messages.

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

const parallel: Fields = { disable_parallel_tool_use: boolean }
// The last is of the beta thinking-display-updates-2026-08-18, which Claude Code of @anthropic-ai/claude-agent-sdk 0.3.332 sends.
const display = nullable(oneOf('summarized', 'omitted', 'updates'))
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
