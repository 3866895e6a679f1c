import type { ChatError } from '../chat/error.ts'
import type { ChatEvent, OpenPart } from '../chat/event.ts'
import type { JsonValue } from '../chat/json.ts'
import type { AssistantPart, Citation, Seal } from '../chat/part.ts'
import type { ChatReply } from '../chat/reply.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'

interface Draft {
  readonly part: OpenPart
  readonly literals: string[]
  readonly citations: Citation[]
  seal?: Seal
}

/** Later known fields win; unknown ones leave what was known. */
export function mergeUsage(known: Usage | undefined, later: Usage | undefined): Usage | undefined {
  return later === undefined ? known : { ...known, ...later }
}

/** Gathers a stream into the reply it tells. */
export class Fold {
  readonly #drafts: Draft[] = []
  #head: { id?: string; model?: string; created?: number; serviceTier?: string } = {}
  #usage: Usage | undefined
  #stop: Stop | undefined
  #error: ChatError | undefined
  readonly #logprobs: JsonValue[] = []

  push(event: ChatEvent): void {
    switch (event.type) {
      case 'start': {
        const { type: _, usage, ...head } = event
        this.#head = head
        this.#usage = usage
        return
      }
      case 'open':
        this.#drafts[event.index] = { part: event.part, literals: [], citations: [] }
        return
      case 'text':
      case 'input':
        this.#drafts[event.index]?.literals.push(event.literal)
        return
      case 'seal': {
        const draft = this.#drafts[event.index]
        if (draft) draft.seal = event.seal
        return
      }
      case 'citation':
        this.#drafts[event.index]?.citations.push(event.citation)
        return
      case 'logprobs':
        this.#logprobs.push(event.value)
        return
      case 'close':
        return
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage)
        return
      case 'finish':
        this.#stop = event.stop
        if (event.serviceTier !== undefined) this.#head.serviceTier = event.serviceTier
        this.#usage = mergeUsage(this.#usage, event.usage)
        return
      case 'error':
        this.#error = event.error
    }
  }

  /** What ended the stream in failure. */
  get error(): ChatError | undefined {
    return this.#error
  }

  /** The reply, or undefined while the stream has not finished well. */
  reply(): ChatReply | undefined {
    if (this.#stop === undefined || this.#error !== undefined) return undefined
    return {
      ...this.#head,
      parts: this.#drafts.map((draft, index) => partOf(draft, `parts[${index}]`)),
      stop: this.#stop,
      ...(this.#usage && { usage: this.#usage }),
      ...(this.#logprobs.length > 0 && { logprobs: this.#logprobs }),
    }
  }
}

function partOf(draft: Draft, at: string): AssistantPart {
  const text = draft.literals.map((literal) => JSON.parse(literal) as string).join('')
  const { part, seal, citations } = draft
  switch (part.type) {
    case 'text':
      return { type: 'text', text, at, ...(citations.length > 0 && { citations }) }
    case 'refusal':
      return { type: 'refusal', text, at }
    case 'reasoning':
      return { ...part, text, at, ...(seal && { seal }) }
    case 'tool-call':
      return {
        type: 'tool-call',
        id: part.id,
        name: part.name,
        input: text === '' && part.inputKind === 'json' ? '{}' : text,
        inputKind: part.inputKind,
        at,
        ...(seal && { seal }),
      }
    case 'opaque':
      return { ...part, dialect: 'anthropic', value: null, at }
  }
}
