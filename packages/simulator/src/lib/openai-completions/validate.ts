import { type JsonObject, number, show } from '../json.ts'
import { stopsOf } from '../openai-chat/validate.ts'
import { countTokens } from '../tokens.ts'
import type { Turn } from '../turn.ts'
import { invalid, wording } from './error.ts'
import { requestShape } from './shape.ts'

/** `max_tokens` when the request names none (API reference). */
const DEFAULT_MAX_TOKENS = 16

/** What a checked completion request asks for. */
export interface CompletionRequest {
  /** One for each prompt. */
  prompts: readonly Prompt[]
  /** The request as a turn; `count` is answers for each prompt. */
  turn: Turn
}

/** A prompt: text, or a list of token numbers, which the simulator cannot spell. */
export interface Prompt {
  text: string
  tokens: number
}

/** Checks a completion request as OpenAI does; throws its 400, or says what the request means. */
export function validate(body: JsonObject): CompletionRequest {
  if (body.model === undefined) throw invalid('you must provide a model parameter')
  requestShape(body, [], wording)
  checkOptions(body)
  const prompts = promptsOf(body.prompt)
  const stops = stopsOf(body.stop)
  return {
    prompts,
    turn: {
      dialect: 'openai-completions',
      model: show(body.model),
      stream: body.stream === true,
      system: '',
      userText: prompts.map((prompt) => prompt.text).join('\n'),
      media: [],
      toolResults: [],
      tools: [],
      toolChoice: 'none',
      parallelTools: false,
      thinking: false,
      maxTokens: number(body.max_tokens) ?? DEFAULT_MAX_TOKENS,
      stops,
      count: number(body.n) ?? 1,
      segments: prompts,
    },
  }
}

function checkOptions(body: JsonObject): void {
  if (body.stream_options != null && body.stream !== true) {
    throw invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options')
  }
  const bestOf = number(body.best_of) ?? number(body.n) ?? 1
  if (bestOf < (number(body.n) ?? 1)) {
    throw invalid(
      'You requested that the server return more choices than it will generate (best_of must be >= n).',
      'best_of',
    )
  }
  if (body.stream === true && number(body.best_of) !== undefined && bestOf > (number(body.n) ?? 1)) {
    throw invalid("Results of 'best_of' cannot be streamed.", 'best_of')
  }
  if (body.echo === true && body.suffix != null) throw invalid("'echo' and 'suffix' cannot be used together.", 'suffix')
}

function promptsOf(prompt: unknown): Prompt[] {
  if (typeof prompt === 'string') return [{ text: prompt, tokens: countTokens(prompt) }]
  const list: unknown[] = Array.isArray(prompt) ? prompt : ['']
  if (typeof list[0] === 'number') return [spelled(list)]
  return list.map((entry) => (typeof entry === 'string' ? { text: entry, tokens: countTokens(entry) } : spelled(entry)))
}

function spelled(tokens: unknown): Prompt {
  const count = Array.isArray(tokens) ? tokens.length : 0
  return { text: `(${count} tokens)`, tokens: count }
}
