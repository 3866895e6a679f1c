import type { ChatRequest, Turn } from './chat/request.ts'

/**
 * A request in which no two calls have one id. Servers of open models count their calls anew in each answer, and their clients send
 * that history on; OpenAI's Responses and Anthropic refuse an id that comes again. What a call is renamed to depends on what stands
 * before it alone, so that it stays the same as the conversation grows.
 */
export function withUniqueCalls(chat: ChatRequest): ChatRequest {
  const seen = new Set<string>()
  for (const turn of chat.turns) {
    if (turn.role !== 'assistant') continue
    for (const part of turn.parts) {
      if (part.type !== 'tool-call') continue
      if (seen.has(part.id)) return { ...chat, turns: renamed(chat.turns) }
      seen.add(part.id)
    }
  }
  return chat
}

function renamed(turns: readonly Turn[]): Turn[] {
  const names = new Names()
  return turns.map((turn): Turn => {
    if (turn.role === 'assistant') {
      const parts = turn.parts.map((part) => (part.type === 'tool-call' ? { ...part, id: names.next(part.id) } : part))
      return { ...turn, parts }
    }
    if (turn.role !== 'tool') return turn
    return { ...turn, results: turn.results.map((result) => ({ ...result, callId: names.latest(result.callId) })) }
  })
}

class Names {
  readonly #used = new Set<string>()
  /** By the id the client knows: how often it came, and what its latest call is named. */
  readonly #counts = new Map<string, number>()
  readonly #latest = new Map<string, string>()

  next(id: string): string {
    let count = (this.#counts.get(id) ?? 0) + 1
    let name = count === 1 ? id : `${id}_${count}`
    while (this.#used.has(name)) name = `${id}_${++count}`
    this.#used.add(name)
    this.#counts.set(id, count)
    this.#latest.set(id, name)
    return name
  }

  /** A result is of the latest call of its id. */
  latest(id: string): string {
    return this.#latest.get(id) ?? id
  }
}
