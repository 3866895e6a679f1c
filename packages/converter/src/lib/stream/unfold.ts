import type { ChatEvent, Emit, OpenPart } from '../chat/event.ts'
import type { AssistantPart } from '../chat/part.ts'
import type { ChatReply } from '../chat/reply.ts'

/** Tells a whole reply as the stream it could have been: one delta a part. A stream has no place for alternatives. */
export function unfold(reply: ChatReply, emit: Emit): void {
  const { id, model, created, usage, serviceTier } = reply
  emit({
    type: 'start',
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    ...(created !== undefined && { created }),
    ...(usage && { usage }),
    ...(serviceTier !== undefined && { serviceTier }),
  })
  let { logprobs } = reply
  for (const [index, part] of reply.parts.entries()) {
    emit({ type: 'open', index, part: openOf(part) })
    for (const event of deltasOf(part, index)) emit(event)
    if (part.type === 'text' && logprobs !== undefined) {
      emit({ type: 'logprobs', index, value: logprobs })
      logprobs = undefined
    }
    emit({ type: 'close', index })
  }
  emit({
    type: 'finish',
    stop: reply.stop,
    ...(usage && { usage }),
    ...(serviceTier !== undefined && { serviceTier }),
  })
}

function openOf(part: AssistantPart): OpenPart {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: part.type }
    case 'reasoning':
      return {
        type: 'reasoning',
        ...(part.redacted && { redacted: true }),
        ...(part.member && { member: part.member }),
      }
    case 'tool-call':
      return { type: 'tool-call', id: part.id, name: part.name, inputKind: part.inputKind }
    case 'opaque':
      return { type: 'opaque', kind: part.kind, ...(part.search && { search: part.search }) }
    case 'image':
      return { type: 'opaque', kind: 'image' }
  }
}

function deltasOf(part: AssistantPart, index: number): ChatEvent[] {
  const events: ChatEvent[] = []
  if ((part.type === 'text' || part.type === 'refusal' || part.type === 'reasoning') && part.text !== '') {
    events.push({ type: 'text', index, literal: JSON.stringify(part.text) })
  }
  if (part.type === 'tool-call' && part.input !== '')
    events.push({ type: 'input', index, literal: JSON.stringify(part.input) })
  if (part.type === 'text')
    for (const citation of part.citations ?? []) events.push({ type: 'citation', index, citation })
  if ((part.type === 'reasoning' || part.type === 'tool-call') && part.seal)
    events.push({ type: 'seal', index, seal: part.seal })
  return events
}
