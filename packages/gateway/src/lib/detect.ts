import { type Dialect, dialectOfKeys } from '@llm-gateway/converter'
import type { Call } from './call.ts'
import { GatewayError } from './error.ts'

/** The member that carries the conversation, by dialect: a body without it is refused before it costs an upstream call. */
const conversationKey: Readonly<Record<Dialect, string>> = {
  'openai-chat': 'messages',
  'openai-completions': 'prompt',
  'openai-responses': 'input',
  anthropic: 'messages',
  gemini: 'contents',
}

/** Bytes that start an array. */
const bracket = 91

/** Settles the dialect: a body that is clearly of another dialect than its path is served as what it is. */
export function detect(call: Call): void {
  const members = call.facts?.scan.members
  if (members === undefined) return
  const has = (key: string): boolean => members.has(key)
  call.dialect = dialectOfKeys(has) ?? dialectOfTools(call) ?? call.dialect
  const key = conversationKey[call.dialect]
  const conversation = members.get(key)
  if (conversation === undefined) throw new GatewayError('invalid_body', `${key} is required`, { param: key })
  if (key === 'messages' && call.body[conversation.start] !== bracket) {
    throw new GatewayError('invalid_body', 'messages must be an array', { param: 'messages' })
  }
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
