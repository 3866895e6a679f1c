import type { AccessRecord, AttemptRecord } from '@llm-gateway/gateway'

/** What stands in a request's line besides its record. */
export interface AccessLineHead {
  readonly level: string
  /** ISO 8601. */
  readonly time: string
  /** In billionths of a US dollar; absent when it is not known. */
  readonly costNanoUsd?: number | undefined
}

/**
 * The line a request leaves in the log, as pino would write it (JSON, with its line end), for a seventh of what that costs: the
 * members are known, and most of their values need no escaping.
 */
export function accessLine(record: AccessRecord, { level, time, costNanoUsd }: AccessLineHead): string {
  return (
    `{"level":"${level}","time":"${time}"` +
    text(',"requestId":', record.requestId) +
    text(',"method":', record.method) +
    text(',"path":', record.path) +
    text(',"operation":', record.operation) +
    text(',"dialect":', record.dialect) +
    plain(',"stream":', record.stream) +
    plain(',"status":', record.status) +
    plain(',"durationMs":', record.durationMs) +
    plain(',"bytesIn":', record.bytesIn) +
    plain(',"bytesOut":', record.bytesOut) +
    text(',"remoteAddress":', record.remoteAddress) +
    text(',"keyId":', record.keyId) +
    text(',"keyName":', record.keyName) +
    text(',"upstreamDialect":', record.upstreamDialect) +
    text(',"model":', record.model) +
    text(',"upstreamModel":', record.upstreamModel) +
    text(',"account":', record.account) +
    text(',"upstreamRequestId":', record.upstreamRequestId) +
    plain(',"firstContentMs":', record.firstContentMs) +
    usageText(record.usage) +
    nested(',"stop":', record.stop) +
    nested(',"losses":', record.losses) +
    plain(',"clientLeft":', record.clientLeft) +
    nested(',"error":', record.error) +
    text(',"session":', record.session) +
    `,"attempts":[${record.attempts.map(attemptText).join()}]` +
    count(',"costUsd":', costNanoUsd === undefined ? undefined : costNanoUsd / 1e9) +
    ',"message":"request"}\n'
  )
}

/** What of an attempt stands in the log; the ledger has the rest. */
function attemptText({ account, status, verdict, durationMs, error, estimated }: AttemptRecord): string {
  return (
    `{"account":${quoted(account)}` +
    plain(',"status":', status) +
    text(',"verdict":', verdict) +
    plain(',"durationMs":', durationMs) +
    text(',"error":', error) +
    plain(',"estimated":', estimated) +
    '}'
  )
}

/** Written out: the engine's own way looks at every object anew, for three times as much. */
function usageText(usage: AccessRecord['usage']): string {
  if (usage === undefined) return ''
  const members =
    count(',"input":', usage.input) +
    count(',"cacheRead":', usage.cacheRead) +
    count(',"cacheWrite":', usage.cacheWrite) +
    count(',"cacheWrite1h":', usage.cacheWrite1h) +
    count(',"output":', usage.output) +
    count(',"reasoning":', usage.reasoning)
  return `,"usage":{${members.slice(1)}}`
}

/** A number that a provider told, or that was reckoned from one: JSON has no word for one that is too large. */
function count(name: string, value: number | undefined): string {
  return value === undefined ? '' : name + (Number.isFinite(value) ? String(value) : 'null')
}

function text(name: string, value: string | undefined): string {
  return value === undefined ? '' : name + quoted(value)
}

/** Values whose own text is their JSON. */
function plain(name: string, value: number | boolean | undefined): string {
  return value === undefined ? '' : name + String(value)
}

function nested(name: string, value: object | undefined): string {
  return value === undefined ? '' : name + JSON.stringify(value)
}

/** From here on looking at each character costs more than the engine's own way. */
const longText = 100

/** A string as JSON (RFC 8259 §7); halves of surrogate pairs are escaped, since no UTF-8 can hold them. */
function quoted(value: string): string {
  if (value.length > longText) return JSON.stringify(value)
  for (let at = 0; at < value.length; at++) {
    const unit = value.charCodeAt(at)
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit & 0xf800) === 0xd800) return JSON.stringify(value)
  }
  return `"${value}"`
}
