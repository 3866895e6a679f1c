import { estimateInputTokens, type Usage } from '@llm-gateway/converter'
import type { Call } from '../call.ts'
import { wireOf } from '../wire.ts'
import type { Outcome } from './outcome.ts'

/** What an attempt used. */
export interface Spent {
  readonly usage?: Usage
  /** The provider did not tell all of it. */
  readonly estimated?: true
}

/** A larger body is not parsed for an estimate. */
const largestParsed = 1_048_576
const bytesPerToken = 4

/** What an attempt used: what its provider told, and an estimate of what it left out or was kept from telling. */
export function spentBy(call: Call, outcome: Outcome): Spent {
  const { usage: told, spoken = 0 } = call
  if (call.task !== 'generate') return told && call.task !== 'count-tokens' ? { usage: told } : {}
  const whole = outcome.type === 'delivered' && outcome.error === undefined
  if (whole && told?.input !== undefined && told.output !== undefined) return { usage: told }
  if (!whole && !mayHaveUsed(call, outcome)) return told ? { usage: told } : {}
  return {
    usage: {
      ...told,
      input: told?.input ?? estimatedInput(call),
      // What was told before the end is what had been used by then.
      output: whole ? (told?.output ?? spoken) : Math.max(told?.output ?? 0, spoken),
    },
    estimated: true,
  }
}

/** Whether a provider can have read the prompt of an attempt that came to nothing. */
function mayHaveUsed(call: Call, outcome: Outcome): boolean {
  if (call.spoken !== undefined || call.usage !== undefined) return true
  if (outcome.type === 'gone') return call.sent
  if (outcome.type === 'delivered') return true
  const { transport } = outcome.failure
  return transport?.kind === 'timeout' && transport.phase !== 'connect'
}

function estimatedInput(call: Call): number {
  const { body } = call
  if (body.length > largestParsed) return Math.ceil(body.length / bytesPerToken)
  try {
    return estimateInputTokens(wireOf(call), call.plan?.model ?? call.model)
  } catch {
    // A provider took what we cannot read.
    return Math.ceil(body.length / bytesPerToken)
  }
}
