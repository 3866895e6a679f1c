import type { JsonObject } from '../json.ts'
import { Refused } from '../refused.ts'
import type { Variant } from '../variant.ts'
import { errorBody } from './error.ts'

type Insisting = Extract<Variant, 'deepseek' | 'moonshot'>

/** How a vendor words that a message came without its reasoning (continuedev/continue#10193, mastra-ai/mastra#12592). */
const missing: Readonly<Record<Insisting, (index: number) => string>> = {
  deepseek: (index) =>
    `Missing \`reasoning_content\` field in the assistant message at message index ${index}. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls`,
  moonshot: (index) =>
    `thinking is enabled but reasoning_content is missing in assistant tool call message at index ${index}`,
}

function insists(variant: Variant): variant is Insisting {
  return Object.hasOwn(missing, variant)
}

/** Holds messages that called tools to what DeepSeek and Moonshot want of them; to Moonshot an empty text is none. */
export function checkReasoning(messages: readonly JsonObject[], variant: Variant): void {
  if (!insists(variant)) return
  const index = messages.findIndex(({ tool_calls: calls, reasoning_content: reasoning }) => {
    return calls !== undefined && (typeof reasoning !== 'string' || (variant === 'moonshot' && reasoning === ''))
  })
  if (index === -1) return
  const message = missing[variant](index)
  const code = variant === 'deepseek' ? 'invalid_request_error' : null
  throw new Refused(message, { status: 400, body: errorBody(message, 'invalid_request_error', null, code) })
}
