import { flatten, mapped } from '../chat/flat.ts'
import type { JsonObject } from '../chat/json.ts'
import type { AssistantPart, UserPart } from '../chat/part.ts'
import { stringAt } from '../chat/read.ts'
import type { ChatRequest, Turn } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { assistantBlocks, hasWords, textBlocks, toolResultBlock, userBlocks } from './content-encode.ts'

type Role = 'user' | 'assistant' | 'system'

interface Message {
  readonly role: Role
  readonly content: JsonObject[]
  /** How many tool results lead a user message. */
  results: number
}

/** The `messages` of a request: roles joined, results first, instructions only where they are legal. */
export function encodeMessages(chat: ChatRequest, context: RequestContext): JsonObject[] {
  const messages = new Messages(context)
  for (const turn of chat.turns) messages.add(turn)
  return messages.finish(chat.system.length > 0)
}

class Messages {
  readonly #context: RequestContext
  readonly #messages: Message[] = []
  /** Instructions that wait for a user message they can stand in. */
  #held: JsonObject[] = []

  constructor(context: RequestContext) {
    this.#context = context
  }

  readonly #userBlocks = (part: UserPart): JsonObject[] => userBlocks(part, this.#context)

  readonly #assistantBlocks = (part: AssistantPart): JsonObject[] => assistantBlocks(part, this.#context)

  add(turn: Turn): void {
    const context = this.#context
    switch (turn.role) {
      case 'user':
        this.#user(flatten(turn.parts, this.#userBlocks), turn.at)
        break
      case 'assistant':
        this.#assistant(flatten(turn.parts, this.#assistantBlocks), turn.at)
        break
      case 'tool':
        this.#results(mapped(turn.results, (result) => toolResultBlock(result, context)))
        break
      case 'system':
        this.#system(turn)
    }
  }

  /** @param instructed instructions lead the conversation, which are something to answer even where nothing else is said. */
  finish(instructed: boolean): JsonObject[] {
    if (this.#held.length > 0) this.#user([], '')
    const first = this.#messages[0]
    if (first === undefined && !instructed)
      return this.#context.report.refuse('messages', 'Anthropic needs a user message with some content')
    if (first === undefined || first.role === 'assistant') this.#greet()
    this.#settleInstructions()
    this.#settlePrefill()
    return this.#messages.map(({ role, content }) => ({ role, content }))
  }

  #user(blocks: JsonObject[], at: string): void {
    const all = this.#held.length === 0 ? blocks : [...this.#held, ...blocks]
    this.#held = []
    if (all.length === 0) this.#context.report.dropped(at, 'Anthropic refuses an empty message')
    else this.#write('user', all)
  }

  #assistant(blocks: JsonObject[], at: string): void {
    if (this.#held.length > 0) this.#user([], at)
    if (blocks.length === 0) this.#context.report.dropped(at, 'Anthropic refuses an empty message')
    else this.#write('assistant', blocks)
  }

  /** Results lead the user message after their calls; what already stands there moves behind them. */
  #results(blocks: JsonObject[]): void {
    const last = this.#messages.at(-1)
    if (last?.role === 'user') {
      last.content.splice(last.results, 0, ...blocks)
      last.results += blocks.length
    } else this.#messages.push({ role: 'user', content: blocks, results: blocks.length })
    if (this.#held.length > 0) this.#write('user', this.#held)
    this.#held = []
  }

  #system(turn: Extract<Turn, { role: 'system' }>): void {
    const { capabilities } = this.#context
    const blocks = turn.parts.flatMap((part) => textBlocks(part, this.#context))
    if (blocks.length === 0) return
    const role = this.#messages.at(-1)?.role
    if (capabilities.systemTurns && (role === 'user' || role === 'system')) this.#write('system', blocks)
    else this.#inline(blocks, turn.at)
  }

  /** Between a call and its result nothing may stand, so an instruction there waits. */
  #inline(blocks: readonly JsonObject[], at: string): void {
    this.#context.report.approximated(
      at,
      'the instruction is told inside a user message: at this place the model takes no other',
    )
    const last = this.#messages.at(-1)
    const target = last?.role === 'user' ? last.content : this.#held
    target.push(...blocks.map(remind))
  }

  /** An instruction is legal between a user message and the assistant's, or at the end; one before a user message moves into it. */
  #settleInstructions(): void {
    for (let i = this.#messages.length - 2; i > 0; i--) {
      const system = this.#messages[i]
      if (system?.role !== 'system') continue
      const before = this.#messages[i - 1]
      const after = this.#messages[i + 1]
      if (after?.role !== 'user' || before === undefined) continue
      const results = after.content.splice(0, after.results)
      before.content.splice(before.results, 0, ...results)
      before.results += results.length
      this.#messages.splice(i, 2)
      this.#context.report.approximated('messages', 'an instruction before a user message is told inside it')
      before.content.push(...system.content.map(remind), ...after.content)
    }
  }

  /** Goes on with the last message when it has the role, as Anthropic joins neighbours of one role anyway. */
  #write(role: Role, blocks: JsonObject[]): void {
    const last = this.#messages.at(-1)
    if (last?.role === role) last.content.push(...blocks)
    else this.#messages.push({ role, content: blocks, results: 0 })
  }

  #greet(): void {
    this.#context.report.invented('messages', 'Anthropic wants a user message first, so a neutral one is put there')
    this.#messages.unshift({
      role: 'user',
      content: [{ type: 'text', text: '(start of the conversation)' }],
      results: 0,
    })
  }

  /** A final assistant message is continued by models that can, without the trailing white space they refuse. */
  #settlePrefill(): void {
    const last = this.#messages.at(-1)
    if (last?.role !== 'assistant') return
    const block = last.content.at(-1)
    if (block?.type === 'tool_use') return
    const { report, capabilities } = this.#context
    if (!capabilities.prefill) {
      report.invented(
        'messages',
        'the model continues no assistant message, so a user message that asks for it is added',
      )
      this.#messages.push({ role: 'user', content: [{ type: 'text', text: 'Continue.' }], results: 0 })
      return
    }
    if (block === undefined || typeof block.text !== 'string') return
    const text = block.text.trimEnd()
    if (text === block.text || !hasWords(text)) return
    report.approximated('messages', 'white space at the end of the last assistant message is cut')
    last.content[last.content.length - 1] = { ...block, text }
  }
}

/** The tag tells an instruction from the user's own words. */
function remind(block: JsonObject): JsonObject {
  return { ...block, text: `<system-reminder>\n${stringAt(block, 'text') ?? ''}\n</system-reminder>` }
}
