import type { ChatRequest, OutputFormat } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { isOpenai } from './identity.ts'

/** Whether an answer is asked for in JSON mode, which holds it to no schema. */
export function isJsonMode(output: OutputFormat | undefined, { capabilities }: RequestContext): boolean {
  return output !== undefined && (output.type === 'json' || !capabilities.structuredOutput)
}

/**
 * A request in JSON mode with all that the mode needs said in words: the schema where the model takes none, and the word JSON, without
 * which OpenAI refuses the request ("must contain the word 'json' in some form"). Its own clients know that rule, others do not.
 */
export function jsonModeInWords(chat: ChatRequest, context: RequestContext): ChatRequest {
  const { output } = chat
  if (output === undefined || !isJsonMode(output, context)) return chat
  const path = chat.paths.output ?? 'response_format'
  const { report } = context
  if (output.type === 'json-schema') {
    report.approximated(path, 'the model has JSON mode only: the schema is told in words and is not enforced')
    const schema = JSON.stringify(output.schema)
    return saying(chat, `one JSON object that satisfies this JSON Schema and nothing else:\n${schema}`, path)
  }
  if (isOpenai(context.from) || chat.system.some(({ text }) => hasWord(text)) || saysJson(chat)) return chat
  report.invented(path, 'OpenAI takes JSON mode only where JSON is asked for in words too: an instruction asks for it')
  return saying(chat, 'one JSON object and nothing else.', path)
}

function saying(chat: ChatRequest, answer: string, at: string): ChatRequest {
  const note = { type: 'text' as const, text: `Give your final answer as ${answer}`, at }
  return { ...chat, system: [...chat.system, note] }
}

/**
 * Whether the conversation itself says the word. Only its first turn counts: what a later one says must not change how the request
 * begins, or the provider's prompt cache is lost.
 */
export function saysJson({ turns: [first] }: ChatRequest): boolean {
  if (first === undefined) return false
  const parts = first.role === 'tool' ? first.results.flatMap((result) => result.parts) : first.parts
  return parts.some((part) => part.type === 'text' && hasWord(part.text))
}

/** OpenAI's own test: whatever the letters' case, and inside other words too. */
export function hasWord(text: string): boolean {
  return /json/i.test(text)
}
