import type { Dialect } from '../chat/dialect.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart, ReasoningPart, Seal, ToolCallPart } from '../chat/part.ts'
import { placeOf } from '../chat/places.ts'
import type { ChatRequest, Turn } from '../chat/request.ts'
import { disclose, type Enclosed, isEnvelope, wholeSeal } from './envelope.ts'

interface Recovery {
  readonly from: Dialect
  readonly key: string
  readonly report: Report
}

/**
 * Takes the seals a request brings back out of their envelopes, so that each is again its issuer's own. What was changed on the way
 * is left out and reported.
 */
export function recoverSeals(chat: ChatRequest, recovery: Recovery): ChatRequest {
  if (!chat.turns.some(holdsEnvelope)) return chat
  return { ...chat, turns: chat.turns.map((turn) => (holdsEnvelope(turn) ? recoverTurn(turn, recovery) : turn)) }
}

/** A request without the envelopes in it, each reported: nothing here opens them, and to a provider they are no seals. */
export function withoutEnvelopes(chat: ChatRequest, from: Dialect, report: Report): ChatRequest {
  if (!chat.turns.some(holdsEnvelope)) return chat
  const bare = (part: AssistantPart): AssistantPart[] => {
    if ((part.type !== 'reasoning' && part.type !== 'tool-call') || !bearsEnvelope(part)) return [part]
    report.dropped(placeOf('seal', part.at, from), 'seals in envelopes are not carried here')
    if (part.type === 'tool-call') return [without(part)]
    return part.text === '' ? [] : [withoutSeal(part)]
  }
  const turns = chat.turns.map((turn) => (holdsEnvelope(turn) ? { ...turn, parts: turn.parts.flatMap(bare) } : turn))
  return { ...chat, turns }
}

function holdsEnvelope(turn: Turn): turn is Extract<Turn, { role: 'assistant' }> {
  if (turn.role !== 'assistant') return false
  for (const part of turn.parts) if (bearsEnvelope(part)) return true
  return false
}

function bearsEnvelope(part: AssistantPart): boolean {
  const seal = sealOf(part)
  return seal !== undefined && isEnvelope(seal.value)
}

function sealOf(part: AssistantPart): Seal | undefined {
  return part.type === 'reasoning' || part.type === 'tool-call' ? part.seal : undefined
}

function recoverTurn(turn: Extract<Turn, { role: 'assistant' }>, recovery: Recovery): Turn {
  const ofCalls = new Map<string, Seal>()
  // What the first call bears stood before all else: providers take no reasoning behind the words it led to.
  let leading: AssistantPart[] | undefined
  let recovered = false
  const parts = turn.parts.flatMap((part): AssistantPart[] => {
    const value = sealOf(part)?.value
    if (value === undefined || !isEnvelope(value) || (part.type !== 'reasoning' && part.type !== 'tool-call'))
      return [part]
    const enclosed = open(part, value, recovery)
    for (const { call, seal } of enclosed) if (call !== undefined) ofCalls.set(call, seal)
    const reasoning = enclosed.filter(({ call }) => call === undefined).map((each) => reasoningOf(part, each))
    recovered ||= reasoning.length > 0
    // An envelope that stands on reasoning is the reasoning's own, or bears only what belongs to a call.
    if (part.type === 'tool-call') {
      const first = leading === undefined
      leading ??= reasoning
      return first ? [without(part)] : [...reasoning, without(part)]
    }
    return enclosed.length === 0 && part.text !== '' ? [withoutSeal(part)] : reasoning
  })
  const kept = recovered ? parts.filter((part) => part.type !== 'reasoning' || part.seal !== undefined) : parts
  return { ...turn, parts: [...(leading ?? []), ...kept].map((part) => sealed(part, ofCalls)) }
}

function open(part: ReasoningPart | ToolCallPart, value: string, { from, key, report }: Recovery): readonly Enclosed[] {
  const enclosed = disclose(value, key)
  if (enclosed !== undefined) return enclosed
  report.dropped(placeOf('seal', part.at, from), 'the envelope of a seal was changed on its way')
  return []
}

function reasoningOf(carrier: ReasoningPart | ToolCallPart, enclosed: Enclosed): ReasoningPart {
  const { redacted, text = carrier.type === 'reasoning' ? carrier.text : '' } = enclosed
  const seal = wholeSeal(enclosed, text)
  return { type: 'reasoning', text, seal, at: carrier.at, ...(redacted && { redacted }) }
}

function without({ seal: _, ...part }: ToolCallPart): ToolCallPart {
  return part
}

function withoutSeal({ seal: _, ...part }: ReasoningPart): ReasoningPart {
  return part
}

function sealed(part: AssistantPart, ofCalls: ReadonlyMap<string, Seal>): AssistantPart {
  const seal = part.type === 'tool-call' ? ofCalls.get(part.id) : undefined
  return seal !== undefined && part.type === 'tool-call' ? { ...part, seal } : part
}
