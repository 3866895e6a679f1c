import type { AccessRecord, AttemptRecord } from '@llm-gateway/gateway'
import type { JsonLine } from './json-line.ts'
import { memberName, piece, RecurringMember } from './json-piece.ts'

/** What stands in a request's line besides its record. */
export interface AccessLineHead {
  readonly level: string
  /** ISO 8601, in ASCII. */
  readonly time: Uint8Array
  /** In billionths of a US dollar; absent when it is not known. */
  readonly costNanoUsd?: number | undefined
}

const name = {
  level: new RecurringMember('level'),
  time: memberName('time'),
  requestId: memberName('requestId'),
  method: new RecurringMember('method'),
  path: memberName('path'),
  operation: new RecurringMember('operation'),
  dialect: new RecurringMember('dialect'),
  stream: memberName('stream'),
  status: memberName('status'),
  durationMs: memberName('durationMs'),
  bytesIn: memberName('bytesIn'),
  bytesOut: memberName('bytesOut'),
  remoteAddress: memberName('remoteAddress'),
  keyId: new RecurringMember('keyId'),
  keyName: new RecurringMember('keyName'),
  upstreamDialect: new RecurringMember('upstreamDialect'),
  model: memberName('model'),
  upstreamModel: memberName('upstreamModel'),
  account: new RecurringMember('account'),
  upstreamRequestId: memberName('upstreamRequestId'),
  firstContentMs: memberName('firstContentMs'),
  usage: memberName('usage'),
  input: memberName('input'),
  cacheRead: memberName('cacheRead'),
  cacheWrite: memberName('cacheWrite'),
  cacheWrite1h: memberName('cacheWrite1h'),
  output: memberName('output'),
  reasoning: memberName('reasoning'),
  stop: memberName('stop'),
  reason: new RecurringMember('reason'),
  losses: memberName('losses'),
  clientLeft: memberName('clientLeft'),
  error: memberName('error'),
  session: memberName('session'),
  attempts: memberName('attempts'),
  verdict: new RecurringMember('verdict'),
  estimated: memberName('estimated'),
  costUsd: memberName('costUsd'),
}
const message = piece(',"message":"request"')
const lineEnd = piece('\n')

/**
 * Makes of a line the one that a request leaves in the log, as pino would write it (JSON, with its line end), for a fraction of
 * what that costs: the members are known.
 */
export function writeAccessLine(
  line: JsonLine,
  record: AccessRecord,
  { level, time, costNanoUsd }: AccessLineHead,
): void {
  line.clear()
  line.recurring(name.level, level)
  line.plainText(name.time, time)
  line.text(name.requestId, record.requestId)
  line.recurring(name.method, record.method)
  line.text(name.path, record.path)
  line.recurring(name.operation, record.operation)
  line.recurring(name.dialect, record.dialect)
  line.flag(name.stream, record.stream)
  line.number(name.status, record.status)
  line.number(name.durationMs, record.durationMs)
  line.number(name.bytesIn, record.bytesIn)
  line.number(name.bytesOut, record.bytesOut)
  line.text(name.remoteAddress, record.remoteAddress)
  line.recurring(name.keyId, record.keyId)
  line.recurring(name.keyName, record.keyName)
  line.recurring(name.upstreamDialect, record.upstreamDialect)
  line.text(name.model, record.model)
  line.text(name.upstreamModel, record.upstreamModel)
  line.recurring(name.account, record.account)
  line.text(name.upstreamRequestId, record.upstreamRequestId)
  line.number(name.firstContentMs, record.firstContentMs)
  writeUsage(line, record.usage)
  writeStop(line, record.stop)
  line.texts(name.losses, record.losses)
  line.flag(name.clientLeft, record.clientLeft)
  line.value(name.error, record.error)
  line.text(name.session, record.session)
  const attempts = line.open(name.attempts)
  for (const attempt of record.attempts) writeAttempt(line, attempt)
  line.closeList(attempts)
  line.billionths(name.costUsd, costNanoUsd)
  line.add(message)
  line.closeObject(0)
  line.add(lineEnd)
}

/** What of an attempt stands in the log; the ledger has the rest. */
function writeAttempt(line: JsonLine, { account, status, verdict, durationMs, error, estimated }: AttemptRecord): void {
  const opened = line.open()
  line.recurring(name.account, account)
  line.number(name.status, status)
  line.recurring(name.verdict, verdict)
  line.number(name.durationMs, durationMs)
  line.text(name.error, error)
  line.flag(name.estimated, estimated)
  line.closeObject(opened)
}

function writeUsage(line: JsonLine, usage: AccessRecord['usage']): void {
  if (usage === undefined) return
  const opened = line.open(name.usage)
  line.number(name.input, usage.input)
  line.number(name.cacheRead, usage.cacheRead)
  line.number(name.cacheWrite, usage.cacheWrite)
  line.number(name.cacheWrite1h, usage.cacheWrite1h)
  line.number(name.output, usage.output)
  line.number(name.reasoning, usage.reasoning)
  line.closeObject(opened)
}

/** Most answers stop for a reason that needs no more words. */
function writeStop(line: JsonLine, stop: AccessRecord['stop']): void {
  if (stop === undefined) return
  const { reason, said, sequence, explanation } = stop
  if (said !== undefined || sequence !== undefined || explanation !== undefined) {
    line.value(name.stop, stop)
    return
  }
  const opened = line.open(name.stop)
  line.recurring(name.reason, reason)
  line.closeObject(opened)
}
