import type { DataPath } from './issue.ts'

/** Whether a value is a section: an object that is no list. */
export function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path, undefined where there is none. */
export function valueAt(data: unknown, path: DataPath): unknown {
  let at = data
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string | number, unknown>)[step]
  }
  return at
}

/** A copy of the data with a value at a path; the sections above it are made where there are none. */
export function withValue(data: unknown, path: DataPath, value: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  const inner = withValue(valueAt(data, [step]), rest, value)
  if (Array.isArray(data)) return data.toSpliced(Number(step), 1, inner)
  return { ...(isSection(data) ? data : {}), [step]: inner }
}

/** A copy of the data without what stands at a path. */
export function withoutValue(data: unknown, path: DataPath): unknown {
  const [step, ...rest] = path
  if (step === undefined) return undefined
  if (rest.length > 0) return withValue(data, [step], withoutValue(valueAt(data, [step]), rest))
  if (Array.isArray(data)) return data.toSpliced(Number(step), 1)
  return isSection(data) ? Object.fromEntries(Object.entries(data).filter(([key]) => key !== step)) : data
}
