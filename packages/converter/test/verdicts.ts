import { ConversionError, convertRequest, type Dialect, type JsonObject, type Loss } from '../src/index.ts'
import type { JsonValue } from '../src/lib/chat/json.ts'

/** What became of one value of a request on its way into another dialect. */
export type Verdict = 'exact' | 'approximated' | 'invented' | 'dropped' | 'refused' | 'unchanged'

export type Path = readonly (string | number)[]

export interface Outcome {
  /** The body as text; undefined when the request was refused. */
  readonly body: string | undefined
  readonly losses: readonly Loss[]
}

export function outcomeOf(request: JsonObject, from: Dialect, to: Dialect, model: string): Outcome {
  try {
    const { body, losses } = convertRequest(request, { from, to, model })
    return { body: JSON.stringify(body), losses }
  } catch (cause) {
    if (!ConversionError.is(cause)) throw cause
    return { body: undefined, losses: [] }
  }
}

/** A path as losses spell it. */
export function textOf(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '')
}

/** The same request with one value put in the place of another, or at the end of the list that is there. */
export function withValue(request: JsonObject, path: Path, value: JsonValue, add = false): JsonObject {
  const copy = structuredClone(request)
  let holder: JsonValue = copy
  for (const step of path.slice(0, -1)) {
    const object = holder as JsonObject
    object[step] ??= {}
    holder = object[step]
  }
  const last = path.at(-1)
  if (last === undefined) throw new Error('the request itself cannot be replaced')
  const object = holder as JsonObject
  const there = object[last]
  if (add && Array.isArray(there)) there.push(value)
  else object[last] = value
  return copy
}

/**
 * What a changed value led to: refused, reported, or something else in what is sent. A loss that was there before tells nothing of
 * the value; one that was there and is gone shows that the value was read.
 */
export function verdictOf(before: Outcome, after: Outcome, path: string): Verdict {
  if (after.body === undefined) return 'refused'
  const known = new Set(before.losses.map(keyOf))
  const told = after.losses.filter((loss) => tells(loss, path))
  const fresh = told.filter((loss) => !known.has(keyOf(loss)))
  for (const kind of ['dropped', 'approximated', 'invented'] as const) {
    if (fresh.some((loss) => loss.kind === kind)) return kind
  }
  if (after.body !== before.body) return 'exact'
  const gone = before.losses.filter(
    (loss) => tells(loss, path) && !after.losses.some((other) => keyOf(other) === keyOf(loss)),
  )
  return told[0]?.kind ?? (gone.length > 0 ? 'exact' : 'unchanged')
}

function keyOf({ kind, path, detail }: Loss): string {
  return `${kind} ${path} ${detail}`
}

/** A loss tells of a path when it names it, something in it, or a whole that goes with it. */
function tells({ path }: Loss, of: string): boolean {
  return path === of || isWithin(path, of) || isWithin(of, path)
}

/** Whether a path leads into what stands at another. */
export function isWithin(path: string, whole: string): boolean {
  return path.startsWith(`${whole}.`) || path.startsWith(`${whole}[`)
}
