import { type Dialect, dialectOfKeys } from '@llm-gateway/converter'
import type { Call } from '../call.ts'
import { GatewayError } from '../error.ts'
import { checkMembers } from './check-members.ts'
import { nameModel } from './receive.ts'

/** The members of which one carries the conversation, by dialect: a body without any is refused before it costs an upstream call. */
const conversationKeys: Readonly<Record<Dialect, readonly [string, ...string[]]>> = {
  'openai-chat': ['messages'],
  'openai-completions': ['prompt'],
  // What is stored at the provider can stand for input.
  'openai-responses': ['input', 'previous_response_id', 'conversation', 'prompt'],
  anthropic: ['messages'],
  // The second is how countTokens takes a request with its tools and instructions.
  gemini: ['contents', 'generateContentRequest'],
}

/** Settles the dialect: a body that is clearly of another dialect than its path is served as what it is. */
export function detect(call: Call): void {
  const members = call.facts?.scan.members
  if (members === undefined) return
  const has = (key: string): boolean => members.has(key)
  call.dialect = dialectOfKeys(has) ?? dialectOfTools(call) ?? call.dialect
  const keys = conversationKeys[call.dialect]
  if (!keys.some(has)) throw new GatewayError('invalid_body', `${keys[0]} is required`, { param: keys[0] })
  checkMembers(call)
  const { dialect, name, stream = false } = call.endpoint
  if (dialect === 'gemini' && call.dialect !== 'gemini' && name !== undefined) nameModel(call, name, stream)
}

/** Tools tell Anthropic's shape from Chat's where the top-level keys are the same in both. */
function dialectOfTools(call: Call): Dialect | undefined {
  const tools = call.facts?.scan.members.get('tools')
  if (tools === undefined || (call.dialect !== 'openai-chat' && call.dialect !== 'anthropic')) return undefined
  const bytes = Buffer.from(call.body.buffer, call.body.byteOffset + tools.start, tools.end - tools.start)
  const schema = bytes.indexOf('"input_schema"')
  const declared = bytes.indexOf('"function"')
  if (schema === -1 && declared === -1) return undefined
  return declared === -1 || (schema !== -1 && schema < declared) ? 'anthropic' : 'openai-chat'
}
