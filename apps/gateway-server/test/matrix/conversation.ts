import type { TestGateway } from '../harness.ts'

/** What every client is asked to do, in words of its own SDK. */
export interface Settings {
  readonly model: string
  readonly system?: string
  /** Name and properties of each tool; every property is a required text. */
  readonly tools?: Readonly<Record<string, readonly string[]>>
  readonly reasoning?: true
  /** A JSON Schema the answer has to obey. */
  readonly schema?: Readonly<Record<string, unknown>>
  readonly maxTokens?: number
}

/** One piece of what the user says. */
export type Said =
  | { readonly text: string }
  | { readonly png: string }
  | { readonly pdf: string; readonly name: string }

/** One step of a conversation: the user speaks, or the results of all calls of the last answer are given, the last call's first. */
export type Turn = { readonly say: readonly Said[] } | { readonly results: (name: string) => string }

export interface AnsweredCall {
  readonly id: string
  readonly name: string
  readonly input: unknown
}

/** An answer as the SDK's user sees it, in words that all SDKs share. */
export interface Answer {
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  readonly calls: readonly AnsweredCall[]
  readonly stop: 'end' | 'calls' | 'length' | 'refusal'
  readonly usage: { readonly input: number; readonly output: number }
  readonly model: string
}

/** How an answer is fetched: whole, or as a stream that the SDK itself folds. */
export type Way = 'whole' | 'streamed'

/** A conversation held by one SDK, which keeps its history exactly as the SDK gave it. */
export interface Conversation {
  ask(turn: Turn): Promise<Answer>
}

/** One SDK. */
export interface Client {
  readonly name: string
  /** The least limit of tokens it can ask for. */
  open(gateway: TestGateway, settings: Settings, way: Way): Conversation
}

/** The JSON Schema of a tool's input. */
export function parametersOf(properties: readonly string[]): Record<string, unknown> & { type: 'object' } {
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map((name) => [name, { type: 'string' }])),
    required: [...properties],
    additionalProperties: false,
  }
}

/** The calls of the last answer, as their results are given: in the order they finished, not the order they were made in. */
export function resultsOf(
  turn: Extract<Turn, { results: unknown }>,
  last: Answer | undefined,
): (AnsweredCall & { output: string })[] {
  return (last?.calls ?? []).map((call) => ({ ...call, output: turn.results(call.name) })).reverse()
}
