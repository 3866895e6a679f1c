import type { ChatError } from './error.ts'
import type { JsonValue } from './json.ts'
import type { Citation, ReasoningPlace, Seal } from './part.ts'
import type { Search } from './search.ts'
import type { Stop } from './stop.ts'
import type { Usage } from './usage.ts'

/** What kind of part a stream opens. */
export type OpenPart =
  | { readonly type: 'text' }
  | { readonly type: 'refusal' }
  | { readonly type: 'reasoning'; readonly redacted?: true; readonly member?: ReasoningPlace }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly inputKind: 'json' | 'text' }
  /** Content only its own dialect understands; its deltas are not told. A search is opened when all of it is known. */
  | { readonly type: 'opaque'; readonly kind: string; readonly search?: Search }

/**
 * One step of the canonical stream. Grammar: `start (open | text | input | seal | citation | logprobs | close | usage)* (finish | error)`.
 * Every `open` is closed once before `finish`; parts may interleave; `index` counts parts from 0 in order of opening.
 *
 * Text travels as the JSON string literal it has on the wire, quotes included (`"caf\u00e9"`), because every dialect puts it
 * back into JSON: the common delta is sliced out of one frame and spliced into the next without being decoded.
 */
export type ChatEvent =
  | {
      readonly type: 'start'
      readonly id?: string
      readonly model?: string
      readonly created?: number
      readonly usage?: Usage
      /** How the provider served the call, in OpenAI's words, where it says so at once. */
      readonly serviceTier?: string
    }
  | { readonly type: 'open'; readonly index: number; readonly part: OpenPart }
  /** A piece of a text, refusal or reasoning part, as a JSON string literal. */
  | { readonly type: 'text'; readonly index: number; readonly literal: string }
  /** A piece of a tool call's input (JSON text or free text), as a JSON string literal. */
  | { readonly type: 'input'; readonly index: number; readonly literal: string }
  /** The part's seal; a later one replaces an earlier one. */
  | { readonly type: 'seal'; readonly index: number; readonly seal: Seal }
  /** A source of a text, which may be closed already: some upstreams name their sources at the end of the answer. */
  | { readonly type: 'citation'; readonly index: number; readonly citation: Citation }
  | { readonly type: 'close'; readonly index: number }
  /** OpenAI token log-probabilities of the delta before, verbatim. */
  | { readonly type: 'logprobs'; readonly index: number; readonly value: JsonValue }
  /** Overwrites what is known field by field; never to be added up. */
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The only success ending. `usage` is the cumulative total. */
  | { readonly type: 'finish'; readonly stop: Stop; readonly usage?: Usage; readonly serviceTier?: string }
  /** The only failure ending; also what a truncated stream becomes. */
  | { readonly type: 'error'; readonly error: ChatError }

/** Receives the events of one stream in order. */
export type Emit = (event: ChatEvent) => void
