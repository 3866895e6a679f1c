import type { Dialect } from '../chat/dialect.ts'
import type { Emit } from '../chat/event.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart } from '../chat/part.ts'
import type { ChatRequest } from '../chat/request.ts'
import { type Carriage, carries, carrySeals, SealCarrier } from './carry.ts'
import { recoverSeals } from './recover.ts'

/**
 * Lets seals (thinking signatures, encrypted reasoning, thought signatures) travel with clients of other dialects; made by
 * {@link sealsWith}. It is a value of its own, so that a program that carries no seals does not bring the cryptography for it.
 */
export interface Seals {
  /** A request whose seals are out of their envelopes, so that each is its issuer's own again. */
  recover(chat: ChatRequest, from: Dialect, report: Report): ChatRequest
  /** The parts of a reply with each seal where its client keeps it. */
  carry(parts: readonly AssistantPart[], carriage: Carriage): AssistantPart[]
  /** What the events of a stream pass before they are written. */
  stage(carriage: Carriage, emit: Emit): Emit
}

/**
 * Carries each seal in an envelope, which a request opens with the same key.
 *
 * The key authenticates envelopes, it hides nothing: with a secret one, only what this program made comes back to a provider; with
 * `''` an envelope is merely guarded against damage, and a client that forges one gains a refusal by the provider, which checks its
 * seals itself. Programs that serve one client in turn need the same key.
 */
export function sealsWith(key: string): Seals {
  return {
    recover: (chat, from, report) => recoverSeals(chat, { from, key, report }),
    carry: (parts, carriage) => carrySeals(parts, carriage, key),
    stage: (carriage, emit) => {
      if (!carries(carriage.to)) return emit
      const carrier = new SealCarrier(carriage, key, emit)
      return (event) => carrier.push(event)
    },
  }
}

/** The options of a conversion by the names of its dialects as a pair takes them. */
export function withSeals<Options extends { readonly sealKey?: string }>(
  options: Options,
): Options & { readonly seals?: Seals } {
  return options.sealKey === undefined ? options : { ...options, seals: sealsWith(options.sealKey) }
}
