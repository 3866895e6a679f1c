import type { AttemptRow, DispatchRow, RequestRow } from './row.ts'

/** 2026-11-28 12:00 UTC: the time at which the cases play. */
export const contractNow: number = Date.UTC(2026, 10, 28, 12)

/** A successful request with one attempt, but for what is given. */
export function requestRow(id: string, more: Partial<RequestRow> = {}, attempt: Partial<AttemptRow> = {}): RequestRow {
  const at = more.at ?? contractNow
  return {
    id,
    at,
    keyId: 'gw_a',
    operation: 'generate',
    dialect: 'openai-chat',
    stream: false,
    model: 'gpt-5',
    status: 200,
    outcome: 'success',
    durationMs: 100,
    bytesIn: 1_000,
    bytesOut: 500,
    attempts: [attemptRow({ at, ...attempt })],
    ...more,
  }
}

/** A successful attempt, but for what is given. */
export function attemptRow(more: Partial<AttemptRow> = {}): AttemptRow {
  return {
    number: 1,
    at: contractNow,
    account: 'upstream_a',
    provider: 'openai',
    upstreamModel: 'gpt-5',
    dialect: 'openai-chat',
    outcome: 'success',
    status: 200,
    durationMs: 90,
    usage: { input: 10, output: 5 },
    costNanoUsd: 1_000,
    priceVersion: 'test',
    ...more,
  }
}

/** An attempt that is sent, but for what is given. */
export function dispatchRow(requestId: string, more: Partial<DispatchRow> = {}): DispatchRow {
  return {
    requestId,
    number: 1,
    at: contractNow,
    keyId: 'gw_a',
    account: 'upstream_a',
    provider: 'openai',
    model: 'gpt-5',
    upstreamModel: 'gpt-5',
    dialect: 'openai-chat',
    ...more,
  }
}
