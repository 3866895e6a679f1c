import type { JsonObject } from './json.ts'
import type { Dialect, Turn } from './turn.ts'
import type { Usage } from './usage.ts'

/** Why an answer ended; each dialect has its own word for it. */
export type Stop = 'end' | 'tool' | 'length' | 'sequence' | 'filter' | 'pause' | 'context'

/** A call of one of the client's tools. */
export interface AnswerCall {
  name: string
  /** An object, or JSON text to be sent exactly as written. For a custom tool: its text. */
  input?: JsonObject | string
}

/** What the simulated model says. Everything is optional; an empty answer is an empty message. */
export interface Answer {
  text?: string
  /** The text as the pieces its stream events are to carry; stands instead of `text`. */
  chunks?: readonly string[]
  reasoning?: string
  /** Reasoning the provider hides in an encrypted block (Anthropic's `redacted_thinking`). */
  redactedReasoning?: string
  toolCalls?: readonly AnswerCall[]
  /** Said instead of an answer. */
  refusal?: string
  /** Default: `tool` when tools are called, `filter` for a refusal, else `end`. */
  stop?: Stop
  /** The provider's own word for why it ended, where `stop` has none: a `finishReason` of Gemini, a reason of OpenAI's `incomplete_details`. */
  finish?: string
  /** The prompt is turned down for this reason, and nothing is said (Gemini's `promptFeedback.blockReason`). */
  block?: string
  /** The generation fails behind what was said (OpenAI Responses, which answers 200 with `status: "failed"`). */
  failure?: { code?: string; message: string }
  /** Overrides what was counted. */
  usage?: Partial<Usage>
}

/** Which requests a script answers: user text that holds a string or fits an expression, fields, or a test of one's own. */
export type Match =
  | string
  | RegExp
  | { dialect?: Dialect; model?: string; text?: string | RegExp }
  | ((turn: Turn) => boolean)

interface Script {
  match: Match
  answer: Answer | ((turn: Turn) => Answer)
  left: number
}

/** Options of a script. */
export interface ScriptOptions {
  /** How many requests it answers before it is gone. Default: all. */
  times?: number
}

/** The scripts set up so far; the youngest that matches answers. */
export class Scripts {
  readonly #scripts: Script[] = []

  /** Adds a script; the function returned takes it away. */
  add(match: Match, answer: Answer | ((turn: Turn) => Answer), options: ScriptOptions = {}): () => void {
    const script = { match, answer, left: options.times ?? Number.POSITIVE_INFINITY }
    this.#scripts.unshift(script)
    return () => this.#remove(script)
  }

  /** The scripted answer to a turn, if any. */
  answer(turn: Turn): Answer | undefined {
    const script = this.#scripts.find((candidate) => matches(candidate.match, turn))
    if (!script) return undefined
    script.left -= 1
    if (script.left <= 0) this.#remove(script)
    return typeof script.answer === 'function' ? script.answer(turn) : script.answer
  }

  /** Takes all scripts away. */
  clear(): void {
    this.#scripts.length = 0
  }

  #remove(script: Script): void {
    const index = this.#scripts.indexOf(script)
    if (index >= 0) this.#scripts.splice(index, 1)
  }
}

function matches(match: Match, turn: Turn): boolean {
  if (typeof match === 'function') return match(turn)
  if (typeof match === 'string' || match instanceof RegExp) return holds(turn.userText, match)
  if (match.dialect !== undefined && match.dialect !== turn.dialect) return false
  if (match.model !== undefined && match.model !== turn.model) return false
  return match.text === undefined || holds(turn.userText, match.text)
}

function holds(text: string, wanted: string | RegExp): boolean {
  // search() ignores lastIndex, so an expression with /g matches every time.
  return typeof wanted === 'string' ? text.includes(wanted) : text.search(wanted) >= 0
}
