import type { ChatEvent, Emit } from '../chat/event.ts'

/**
 * Passes events on and throws at the first that breaks the grammar of {@link ChatEvent}: for tests and for writing a decoder.
 */
export function checked(emit: Emit): Emit {
  const open = new Set<number>()
  let next = 0
  let at: 'idle' | 'streaming' | 'over' = 'idle'
  return (event: ChatEvent) => {
    const fail = (why: string): never => {
      throw new Error(`stream grammar: ${event.type} ${why}`)
    }
    if (at === 'over') fail('after the end')
    if (event.type === 'start') {
      if (at !== 'idle') fail('twice')
      at = 'streaming'
    } else if (event.type === 'error') at = 'over'
    else if (at === 'idle') fail('before start')
    else if (event.type === 'open') {
      if (event.index !== next) fail(`of part ${event.index}, expected ${next}`)
      open.add(next++)
    } else if (event.type === 'close') {
      if (!open.delete(event.index)) fail(`of part ${event.index}, which is not open`)
    } else if (event.type === 'finish') {
      if (open.size > 0) fail(`with part ${[...open].join(', ')} still open`)
      at = 'over'
    } else if (event.type === 'citation') {
      if (event.index >= next) fail(`for part ${event.index}, which was never opened`)
    } else if (event.type !== 'usage' && !open.has(event.index)) fail(`for part ${event.index}, which is not open`)
    emit(event)
  }
}
