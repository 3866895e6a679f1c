import type { Ids } from './dice.ts'
import type { Answer, AnswerCall, Stop } from './script.ts'
import { batchTokens, countTokens, tokenize } from './tokens.ts'
import type { OfferedTool, Turn } from './turn.ts'
import type { Usage } from './usage.ts'

/** One block of an answer, with the pieces its stream events carry. */
export interface Part {
  kind: 'reasoning' | 'redacted' | 'text' | 'refusal' | 'tool'
  /** All of it: text, or a tool's arguments as JSON text. */
  text: string
  pieces: readonly string[]
  tokens: number
  /** For a tool call. */
  call?: { id: string; name: string; kind: OfferedTool['kind']; namespace?: string }
}

/** One alternative of an answer. */
export interface Choice {
  parts: readonly Part[]
  stop: Stop
  /** The stop sequence that ended it. */
  sequence?: string
}

/** A finished answer, before a dialect writes it down. */
export interface Generation {
  id: string
  model: string
  /** Milliseconds since the epoch. */
  created: number
  choices: readonly [Choice, ...Choice[]]
  usage: Usage
  /** What the answer says of its own end, in the provider's words. */
  ending: Pick<Answer, 'finish' | 'block' | 'failure'>
}

/** What making a generation needs besides the answer. */
export interface GenerationContext {
  ids: Ids
  now: number
  prompt: Omit<Usage, 'output' | 'reasoning'>
  /** Tokens in one stream event. */
  chunkTokens: number
  idPrefix: string
  callPrefix: string
}

/** A turn and what is said to it. */
export interface Spoken {
  turn: Turn
  answer: Answer
}

/**
 * Turns answers into one generation: counts them, ends them at stop sequences and at the token limit. There is
 * more than one when a completion request holds several prompts; each has `count` choices.
 */
export function generate(spoken: readonly [Spoken, ...Spoken[]], context: GenerationContext): Generation {
  const [{ turn, answer }, ...others] = spoken
  const id = context.ids.next(context.idPrefix)
  const first = choose({ turn, answer }, context)
  const rest = [
    ...repeat({ turn, answer }, turn.count - 1),
    ...others.flatMap((other) => repeat(other, other.turn.count)),
  ]
  const choices: Generation['choices'] = [first, ...rest.map((each) => choose(each, context))]
  const parts = choices.flatMap((choice) => choice.parts)
  const hidden = parts.filter(isReasoning)
  const usage = { ...context.prompt, output: sum(parts), reasoning: sum(hidden), ...answer.usage }
  const { finish, block, failure } = answer
  const ending = { ...(finish && { finish }), ...(block && { block }), ...(failure && { failure }) }
  return { id, model: turn.model, created: context.now, choices, usage, ending }
}

function repeat(spoken: Spoken, times: number): Spoken[] {
  return Array.from({ length: times }, () => spoken)
}

function choose({ turn, answer }: Spoken, context: GenerationContext): Choice {
  return limit(turn, answer, partsOf(turn, answer, context), context)
}

/** Whether a part is reasoning, shown or not. */
export function isReasoning(part: Part): boolean {
  return part.kind === 'reasoning' || part.kind === 'redacted'
}

function sum(parts: readonly Part[]): number {
  return parts.reduce((total, part) => total + part.tokens, 0)
}

function partsOf(turn: Turn, answer: Answer, context: GenerationContext): Part[] {
  const parts: Part[] = []
  const add = (kind: Part['kind'], text: string | undefined): void => {
    if (text) parts.push(part(kind, text, context.chunkTokens))
  }
  // Anthropic's models think only when asked to; others may think unseen.
  if (turn.dialect !== 'anthropic' || turn.thinking) {
    add('reasoning', answer.reasoning)
    add('redacted', answer.redactedReasoning)
  }
  const calls = (answer.toolCalls ?? []).map((call) => callPart(turn, call, context))
  // What the provider runs itself it runs before it speaks.
  parts.push(...calls.filter(isHosted))
  if (answer.chunks) parts.push(chunked(answer.chunks))
  else add('text', answer.text)
  add('refusal', answer.refusal)
  return [...parts, ...calls.filter((call) => !isHosted(call))]
}

function callPart(turn: Turn, call: AnswerCall, context: GenerationContext): Part {
  const input = typeof call.input === 'string' ? call.input : JSON.stringify(call.input ?? {})
  const tool = turn.tools.find((candidate) => candidate.name === call.name)
  const namespace = tool?.namespace
  const id = context.ids.next(context.callPrefix)
  const named = { id, name: call.name, kind: tool?.kind ?? 'function', ...(namespace && { namespace }) }
  return { ...part('tool', input, context.chunkTokens), call: named }
}

/** Whether a part is a call that the provider answers itself. */
export function isHosted(part: Part): boolean {
  return part.call?.kind === 'hosted'
}

function part(kind: Part['kind'], text: string, chunkTokens: number): Part {
  const tokens = tokenize(text)
  return { kind, text, pieces: batchTokens(tokens, chunkTokens), tokens: tokens.length }
}

function chunked(chunks: readonly string[]): Part {
  const text = chunks.join('')
  return { kind: 'text', text, pieces: chunks, tokens: countTokens(text) }
}

function limit(turn: Turn, answer: Answer, parts: readonly Part[], context: GenerationContext): Choice {
  const kept: Part[] = []
  let left = turn.maxTokens ?? Number.POSITIVE_INFINITY
  for (const whole of parts) {
    const ended = whole.kind === 'text' ? firstStop(whole.text, turn.stops) : undefined
    const current = ended ? part('text', whole.text.slice(0, ended.at), context.chunkTokens) : whole
    if (current.tokens > left) {
      if (left > 0) kept.push(cut(current, left, context.chunkTokens))
      return { parts: kept, stop: 'length' }
    }
    if (current.text !== '' || current.kind === 'tool') kept.push(current)
    if (ended) return { parts: kept, stop: 'sequence', sequence: ended.sequence }
    left -= current.tokens
  }
  return { parts: kept, stop: answer.stop ?? naturalStop(kept) }
}

function cut(whole: Part, tokens: number, chunkTokens: number): Part {
  const kept = tokenize(whole.text).slice(0, tokens)
  return { ...whole, text: kept.join(''), pieces: batchTokens(kept, chunkTokens), tokens: kept.length }
}

function firstStop(text: string, stops: readonly string[]): { at: number; sequence: string } | undefined {
  const hits = stops.map((sequence) => ({ at: text.indexOf(sequence), sequence })).filter((hit) => hit.at >= 0)
  return hits.sort((left, right) => left.at - right.at)[0]
}

function naturalStop(parts: readonly Part[]): Stop {
  if (parts.some((candidate) => candidate.kind === 'tool' && !isHosted(candidate))) return 'tool'
  return parts.some((candidate) => candidate.kind === 'refusal') ? 'filter' : 'end'
}
