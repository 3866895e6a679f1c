import type { AssistantPart, ReasoningPart, TextPart } from '../chat/part.ts'

/**
 * Puts together what came in pieces. Google's SDK keeps a streamed answer in its history as it came, one content for each chunk: in
 * other dialects these are one turn, its texts whole, and parallel calls must not be answered one by one.
 */
export function joined(parts: readonly AssistantPart[]): AssistantPart[] {
  const whole: AssistantPart[] = []
  for (const part of parts) {
    const last = whole.at(-1)
    if (last?.type === 'text' && part.type === 'text' && isPlain(last) && isPlain(part)) {
      whole[whole.length - 1] = { ...last, text: last.text + part.text }
    } else if (last?.type === 'reasoning' && part.type === 'reasoning' && isOpen(last)) {
      whole[whole.length - 1] = { ...part, at: last.at, text: last.text + part.text }
    } else whole.push(part)
  }
  return whole
}

function isPlain({ cache, citations }: TextPart): boolean {
  return cache === undefined && citations === undefined
}

/** A seal ends a thought: what follows is another one. */
function isOpen({ seal, redacted }: ReasoningPart): boolean {
  return seal === undefined && redacted === undefined
}
