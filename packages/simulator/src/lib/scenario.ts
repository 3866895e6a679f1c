import type { Directive } from './directive.ts'
import { readDirectives } from './directive.ts'
import { sampleSchema } from './schema-sample.ts'
import type { Answer, AnswerCall } from './script.ts'
import type { Media, OfferedTool, ToolResult, Turn } from './turn.ts'

/** Text quoted in an echo is cut here, so that a long prompt does not make a long answer. */
const QUOTE_LIMIT = 2000

/** The answer to a turn that no script took: directives in the user's text first, then an echo of what was received. */
export function improvise(turn: Turn): Answer {
  const { directives, text } = readDirectives(turn.userText)
  const reasoning = textOf(directives, 'reason') ?? (turn.thinking ? `The user says: ${quote(text)}` : undefined)
  const base: Answer = { ...(reasoning !== undefined && { reasoning }), ...ending(directives) }
  const refusal = textOf(directives, 'refuse')
  if (refusal !== undefined) return { ...base, refusal }
  const toolCalls = chooseCalls(turn, directives)
  const said = textOf(directives, 'say')
  const hosted = toolCalls.length > 0 && toolCalls.every((call) => isHosted(turn, call))
  if (toolCalls.length > 0 && !hosted) return { ...base, toolCalls, ...(said !== undefined && { text: said }) }
  if (hosted) return { ...base, toolCalls, text: said ?? `The ${toolCalls[0]?.name} tool was used.` }
  if (said !== undefined) return { ...base, text: said }
  return { ...base, text: turn.format ? structured(turn, text) : echo(turn, text) }
}

/** What the user orders of the answer's end. */
function ending(directives: readonly Directive[]): Answer {
  const finish = textOf(directives, 'finish')
  const block = textOf(directives, 'block')
  const failure = textOf(directives, 'fail')
  return {
    ...(finish !== undefined && { finish }),
    ...(block !== undefined && { block }),
    ...(failure !== undefined && { failure: { message: failure } }),
  }
}

function isHosted(turn: Turn, call: AnswerCall): boolean {
  return turn.tools.some((tool) => tool.name === call.name && tool.kind === 'hosted')
}

function textOf(directives: readonly Directive[], name: string): string | undefined {
  const found = directives.filter((directive) => directive.name === name)
  return found.length === 0 ? undefined : found.map((directive) => directive.rest).join('\n')
}

function chooseCalls(turn: Turn, directives: readonly Directive[]): AnswerCall[] {
  if (turn.toolChoice === 'none' || turn.tools.length === 0) return []
  const forced = typeof turn.toolChoice === 'object' ? turn.toolChoice.name : undefined
  const wanted = directives
    .filter((directive) => directive.name === 'call')
    .map((directive) => callOf(directive.rest))
    .filter((call) => turn.tools.some((tool) => tool.name === call.name) && (forced ?? call.name) === call.name)
  if (wanted.length > 0) return turn.parallelTools ? wanted : wanted.slice(0, 1)
  if (turn.toolChoice === 'auto') return []
  const tool = turn.tools.find((candidate) => forced === undefined || candidate.name === forced)
  return tool ? [inventedCall(tool)] : []
}

function callOf(rest: string): AnswerCall {
  const [name = ''] = rest.split(/\s/, 1)
  const input = rest.slice(name.length).trim()
  return input === '' ? { name } : { name, input }
}

function inventedCall(tool: OfferedTool): AnswerCall {
  if (tool.kind === 'custom') return { name: tool.name, input: 'simulated' }
  if (tool.kind === 'hosted') return { name: tool.name, input: '{"query":"simulated"}' }
  return { name: tool.name, input: JSON.stringify(sampleSchema(tool.schema ?? { type: 'object' })) }
}

function structured(turn: Turn, text: string): string {
  const schema = typeof turn.format === 'object' ? turn.format.schema : undefined
  const value = schema ? sampleSchema(schema) : { answer: echo(turn, text) }
  const bare = typeof turn.format === 'object' && turn.format.bare === true
  return bare && typeof value === 'string' ? value : JSON.stringify(value)
}

function echo(turn: Turn, text: string): string {
  const sentences = turn.toolResults.map(describeResult)
  if (text !== '') sentences.push(`You said: ${quote(text)}`)
  if (turn.media.length > 0) sentences.push(`I received ${turn.media.map(describeMedia).join(', ')}.`)
  if (sentences.length === 0) sentences.push('You said nothing.')
  return `${sentences.join(' ')} This is the simulator answering as ${turn.model}.`
}

function describeResult(result: ToolResult): string {
  const media = result.media.length === 0 ? '' : ` with ${result.media.map(describeMedia).join(', ')}`
  const verb = result.isError ? 'failed' : 'answered'
  return `The tool ${result.name} ${verb}: ${quote(result.text)}${media}.`
}

function describeMedia(media: Media): string {
  const article = media.kind === 'document' ? 'a' : 'an'
  const size = media.size > 0 ? `, ${media.size} encoded characters` : ''
  return `${article} ${media.kind === 'audio' ? 'audio clip' : media.kind} (${media.from}${size})`
}

function quote(text: string): string {
  return `"${text.length > QUOTE_LIMIT ? `${text.slice(0, QUOTE_LIMIT)}…` : text}"`
}
