import type { HeaderMap } from './headers.ts'

/** The one value of a header; the first where a server sends several. */
export function headerText(headers: HeaderMap, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' || value === undefined ? value : value[0]
}

const decimal = /^\d+(\.\d+)?$/
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i
// IMF-fixdate and the two obsolete forms of RFC 9110 §5.6.7 all begin with the day's name.
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/

/**
 * How long the upstream asks to be left alone: `retry-after-ms` (OpenAI, Azure), else `retry-after` as seconds or as an HTTP
 * date (RFC 9110 §10.2.3).
 *
 * @returns Milliseconds from `nowMs`, never negative; undefined when neither header says anything legible.
 */
export function readRetryAfter(headers: HeaderMap, nowMs: number): number | undefined {
  const exact = headerText(headers, 'retry-after-ms')?.trim()
  if (exact !== undefined && decimal.test(exact)) return Number(exact)
  const text = headerText(headers, 'retry-after')?.trim()
  if (text === undefined) return undefined
  if (decimal.test(text)) return Number(text) * 1000
  return httpDate.test(text) ? untilDate(text, nowMs) : undefined
}

/** Numbers above this are moments, not spans: as seconds it is September 2001, as a span over 31 years. */
const epochSeconds = 1e9
const epochMs = 1e12

/**
 * When a limit is whole again: an RFC 3339 time (Anthropic), a span such as `6m0s` or `20ms` (OpenAI), a number of seconds, or
 * a Unix time in seconds or milliseconds (Anthropic's unified limits, OpenRouter).
 *
 * @returns Milliseconds from `nowMs`, never negative; undefined when the text is none of these.
 */
export function readReset(text: string, nowMs: number): number | undefined {
  const trimmed = text.trim()
  if (rfc3339.test(trimmed)) return untilDate(trimmed, nowMs)
  if (!decimal.test(trimmed)) return readSpan(trimmed)
  const number = Number(trimmed)
  if (number >= epochMs) return Math.max(0, number - nowMs)
  return number >= epochSeconds ? Math.max(0, number * 1000 - nowMs) : number * 1000
}

const unitsMs: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

function readSpan(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(d|h|ms|m|s))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(d|h|ms|m|s)/g)) {
    total += Number(amount) * (unitsMs[unit ?? ''] ?? 0)
  }
  return total
}

function untilDate(text: string, nowMs: number): number | undefined {
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
