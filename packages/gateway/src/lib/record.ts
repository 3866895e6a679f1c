import type { Loss, Stop, Usage } from '@llm-gateway/converter'
import type { AttemptRecord, Call } from './call.ts'
import { headerOf } from './port.ts'

/** What is known of one request when it is over. Holds no body, no credential and no secret. */
export interface AccessRecord {
  readonly requestId: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly method: string
  readonly path: string
  readonly remoteAddress?: string
  readonly keyId?: string
  readonly keyName?: string
  readonly operation: string
  /** The client's dialect. */
  readonly dialect: string
  readonly upstreamDialect?: string
  /** As the client named it. */
  readonly model?: string
  /** As it was sent upstream, when that differs. */
  readonly upstreamModel?: string
  /** The account that served, or was tried last. */
  readonly account?: string
  readonly upstreamRequestId?: string
  readonly stream: boolean
  /** The status the client got; 499 when it left before there was one. */
  readonly status: number
  readonly durationMs: number
  /** To the first real content, in milliseconds. */
  readonly firstContentMs?: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly attempts: readonly AttemptRecord[]
  readonly usage?: Usage
  readonly stop?: Stop
  /** Paths of what conversion lost. */
  readonly losses?: readonly string[]
  /** The client left before its answer was complete. */
  readonly clientLeft?: true
  readonly error?: { readonly code: string; readonly message: string }
  /** From Claude Code's `x-claude-code-session-id`, for attribution. */
  readonly session?: string
}

/** The record of a call that is over. */
export function recordOf(call: Call, endedAt: number): AccessRecord {
  const { request, client, facts, plan } = call
  const last = call.attempts.at(-1)
  const session = headerOf(request.headers, 'x-claude-code-session-id') ?? headerOf(request.headers, 'session-id')
  return {
    requestId: call.id,
    startedAt: call.startedAt,
    method: request.method,
    path: request.path,
    operation: call.task,
    dialect: call.dialect,
    stream: call.stream,
    status: call.answer.status ?? 499,
    durationMs: endedAt - call.startedAt,
    bytesIn: call.body.length,
    bytesOut: call.answer.bytes,
    attempts: call.attempts,
    ...(request.remoteAddress !== undefined && { remoteAddress: request.remoteAddress }),
    ...(client && { keyId: client.id, keyName: client.name }),
    ...(call.upstreamDialect !== undefined && { upstreamDialect: call.upstreamDialect }),
    ...(facts?.model !== undefined && { model: facts.model }),
    ...(plan && plan.model !== facts?.model && { upstreamModel: plan.model }),
    ...(last && { account: last.account }),
    ...(call.upstreamRequestId !== undefined && { upstreamRequestId: call.upstreamRequestId }),
    ...(call.firstContentMs !== undefined && { firstContentMs: call.firstContentMs }),
    ...(call.usage && { usage: call.usage }),
    ...(call.stop && { stop: call.stop }),
    ...(call.losses.length > 0 && { losses: call.losses.map((loss: Loss) => loss.path) }),
    ...(call.clientLeft && { clientLeft: true as const }),
    ...(call.failure && { error: call.failure }),
    ...(session !== undefined && { session }),
  }
}
