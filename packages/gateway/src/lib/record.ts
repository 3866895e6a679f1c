import type { Hold } from '@llm-gateway/access'
import type { Stop, Usage } from '@llm-gateway/converter'
import type { AttemptRecord, Call } from './call.ts'
import { headerOf } from './port.ts'

/** What is known of one request when it is over. Holds no body, no credential and no secret. */
export interface AccessRecord {
  readonly requestId: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly method: string
  readonly path: string
  readonly remoteAddress?: string | undefined
  readonly keyId?: string | undefined
  readonly keyName?: string | undefined
  readonly operation: string
  /** The client's dialect. */
  readonly dialect: string
  readonly upstreamDialect?: string | undefined
  /** As the client named it. */
  readonly model?: string | undefined
  /** As it was sent upstream, when that differs. */
  readonly upstreamModel?: string | undefined
  /** The account that served, or was tried last. */
  readonly account?: string | undefined
  readonly upstreamRequestId?: string | undefined
  readonly stream: boolean
  /** The status the client got; 499 when it left before there was one. */
  readonly status: number
  readonly durationMs: number
  /** To the first real content, in milliseconds. */
  readonly firstContentMs?: number | undefined
  readonly bytesIn: number
  readonly bytesOut: number
  readonly attempts: readonly AttemptRecord[]
  readonly usage?: Usage | undefined
  readonly stop?: Stop | undefined
  /** Paths of what conversion lost. */
  readonly losses?: readonly string[] | undefined
  /** The client left before its answer was complete. */
  readonly clientLeft?: true | undefined
  readonly error?: { readonly code: string; readonly message: string } | undefined
  /** What is held of the key's budget: whoever counts the cost releases it. */
  readonly hold?: Hold | undefined
  /** From Claude Code's `x-claude-code-session-id`, for attribution. */
  readonly session?: string | undefined
}

/** The record of a call that is over. @param endTick when it ended, by the clock of `startedTick` */
export function recordOf(call: Call, endTick: number): AccessRecord {
  const { request, client, facts, plan, losses } = call
  // One shape for every record: what reads them is the faster for it.
  return {
    requestId: call.id,
    startedAt: call.startedAt,
    method: request.method,
    path: request.path,
    remoteAddress: request.remoteAddress,
    keyId: client?.id,
    keyName: client?.name,
    operation: call.task,
    dialect: call.dialect,
    upstreamDialect: call.upstreamDialect,
    model: facts?.model,
    upstreamModel: plan && plan.model !== facts?.model ? plan.model : undefined,
    account: call.attempts.at(-1)?.account,
    upstreamRequestId: call.upstreamRequestId,
    stream: call.stream,
    status: call.answer.status ?? 499,
    durationMs: endTick - call.startedTick,
    firstContentMs: call.firstContentMs,
    bytesIn: call.body.length,
    bytesOut: call.answer.bytes,
    attempts: call.attempts,
    usage: call.usage,
    stop: call.stop,
    losses: losses.length > 0 ? losses.map(({ path }) => path) : undefined,
    clientLeft: call.clientLeft || undefined,
    error: call.failure,
    hold: call.hold,
    session: headerOf(request.headers, 'x-claude-code-session-id') ?? headerOf(request.headers, 'session-id'),
  }
}
