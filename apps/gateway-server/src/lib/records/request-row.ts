import type { AccessRecord, AttemptRecord } from '@llm-gateway/gateway'
import type { AttemptOutcome, AttemptRow, Cost, RequestOutcome, RequestRow } from '@llm-gateway/ledger'

/** A request as the ledger keeps it. */
export function requestRow(
  record: AccessRecord,
  keyId: string,
  price: (attempt: AttemptRecord) => Cost | undefined,
): RequestRow {
  const { model, error, firstContentMs, losses, session } = record
  return {
    id: record.requestId,
    at: record.startedAt,
    keyId,
    operation: record.operation,
    dialect: record.dialect,
    stream: record.stream,
    status: record.status,
    outcome: outcomeOf(record),
    durationMs: record.durationMs,
    bytesIn: record.bytesIn,
    bytesOut: record.bytesOut,
    attempts: record.attempts.map((attempt) => attemptRow(attempt, record, price(attempt))),
    ...(model !== undefined && { model }),
    ...(error && { errorCode: error.code, error: error.message }),
    ...(firstContentMs !== undefined && { firstTokenMs: firstContentMs }),
    ...(losses && { losses: losses.length }),
    ...(session !== undefined && { session }),
  }
}

/** A status line of 200 says nothing of a stream that failed later. */
function outcomeOf({ clientLeft, error, status, attempts }: AccessRecord): RequestOutcome {
  if (clientLeft) return 'client-left'
  return error !== undefined || status >= 400 || attempts.at(-1)?.gone ? 'error' : 'success'
}

function attemptRow(attempt: AttemptRecord, { clientLeft }: AccessRecord, cost: Cost | undefined): AttemptRow {
  const { number, startedAt, account, provider, model, dialect, durationMs } = attempt
  const { status, firstContentMs, errorClass, error, usage, estimated, upstreamRequestId, gone } = attempt
  const outcome: AttemptOutcome = gone ? (clientLeft ? 'client-left' : 'interrupted') : attempt.verdict
  return {
    number,
    at: startedAt,
    account,
    provider,
    upstreamModel: model,
    dialect,
    outcome,
    durationMs,
    ...(status !== undefined && { status }),
    ...(firstContentMs !== undefined && { firstTokenMs: firstContentMs }),
    ...(errorClass !== undefined && { errorClass }),
    ...(error !== undefined && { error }),
    ...(usage && { usage }),
    ...(estimated && { estimated }),
    ...(cost && { costNanoUsd: cost.nanoUsd, priceVersion: cost.version }),
    ...(upstreamRequestId !== undefined && { upstreamRequestId }),
  }
}
