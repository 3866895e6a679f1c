const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

const UNITS_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
}

/** Longest delay a Node timer takes; a longer one fires at once. */
export const MAX_DURATION_MS: number = 2 ** 31 - 1

/**
 * Reads a duration: a number of seconds, or text such as `30s`, `5m`, `250ms`, `1h`, `1h30m`.
 *
 * @returns Whole milliseconds, or undefined when the value is no duration or longer than {@link MAX_DURATION_MS}.
 */
export function parseDuration(value: number | string): number | undefined {
  const ms = typeof value === 'number' ? value * 1000 : durationText(value.trim())
  if (ms === undefined || !Number.isFinite(ms) || ms < 0 || ms > MAX_DURATION_MS) return undefined
  return Math.round(ms)
}

function durationText(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (UNITS_MS[unit ?? ''] ?? Number.NaN)
  }
  return total
}

/**
 * Reads a size: a number of bytes, or text such as `32MB` (decimal) or `32MiB` (binary).
 *
 * @returns Whole bytes, or undefined when the value is no size.
 */
export function parseSize(value: number | string): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(value.trim()) ?? []
  const factor = unit === undefined ? undefined : UNITS_BYTES[unit.toLowerCase()]
  if (amount === undefined || factor === undefined) return undefined
  const bytes = Math.round(Number(amount) * factor)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}
