const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** `2026-11-23 20:31 UTC`. */
export function absoluteTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** `3h ago`, `in 5m`, `just now`. */
export function relativeTime(ms: number, now: number): string {
  const distance = Math.abs(ms - now)
  if (distance < 1_000) return 'just now'
  const [unit, size] = units.find(([, each]) => distance >= each) ?? ['s', 1_000]
  const amount = `${Math.floor(distance / size)}${unit}`
  return ms < now ? `${amount} ago` : `in ${amount}`
}

/** `3h ago (2026-11-23 20:31 UTC)`. */
export function when(ms: number, now: number): string {
  return `${relativeTime(ms, now)} (${absoluteTime(ms)})`
}

/** `1d 2h`, `5m 3s`, `0s`: the two largest units of a span. */
export function span(ms: number): string {
  let rest = ms
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count > 0 ? [`${count}${unit}`] : []
  })
  return parts.slice(0, 2).join(' ') || '0s'
}

/** `85 ms`, `1.2 s`. */
export function latency(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}

/** ISO 8601, as JSON output tells times. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

const spanUnits: Readonly<Record<string, number>> = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 }
const dateTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?$/i

/** A moment in the past given as a span back (`24h`), as `today` (UTC), or as a date like {@link parseMoment}'s; undefined for none of them. */
export function parsePast(text: string, now: number): number | undefined {
  const [, amount, unit] = /^(\d{1,5})([wdhms])$/.exec(text.trim()) ?? []
  if (amount !== undefined && unit !== undefined) return now - Number(amount) * (spanUnits[unit] ?? 0)
  if (text.trim() === 'today') return now - (now % 86_400_000)
  return parseMoment(text, now)
}

/** A moment in the future given as a span (`30d`) or as a date (`2026-12-31`, UTC unless it has a zone); undefined for neither. */
export function parseMoment(text: string, now: number): number | undefined {
  const [, amount, unit] = /^(\d{1,5})([wdhms])$/.exec(text.trim()) ?? []
  if (amount !== undefined && unit !== undefined) return now + Number(amount) * (spanUnits[unit] ?? 0)
  const iso = text.trim().replace(' ', 'T')
  if (!dateTime.test(iso) || !isDay(iso.slice(0, 10))) return undefined
  const ms = Date.parse(/T[\d:]+$/i.test(iso) ? `${iso}Z` : iso)
  return Number.isNaN(ms) ? undefined : ms
}

/** Whether there is such a day: `Date.parse` takes 30 February for 2 March. */
function isDay(date: string): boolean {
  const ms = Date.parse(date)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date)
}
