import { dice } from './dice.ts'
import { isObject, show } from './json.ts'
import type { Dialect } from './turn.ts'

/** Every fault the simulator can commit, and the fields each takes (see {@link Fault}). */
const FAULT_FIELDS = {
  status: ['status', 'retryAfter', 'message', 'headers', 'body'],
  hang: [],
  reset: [],
  html: ['status'],
  'empty-body': [],
  'empty-stream': [],
  'error-first': ['status', 'message'],
  'json-error': ['status', 'message'],
  'content-type': ['value'],
  'hang-stream': ['afterEvents'],
  'error-event': ['afterEvents', 'status', 'message'],
  truncate: ['afterEvents'],
  cut: ['afterBytes'],
  drip: ['bytes', 'intervalMs'],
  'huge-line': ['afterEvents', 'bytes'],
} as const

/** The name of a fault. */
export type FaultKind = keyof typeof FAULT_FIELDS

/**
 * One way of going wrong.
 * - `status`: an HTTP error with the provider's own body. `retryAfter` in seconds; `headers` and `body` override.
 * - `hang`: takes the request and never answers. `reset`: resets the connection instead of answering.
 * - `html`: an HTML page under `status` (default 502).
 * - `empty-body`: 200 with nothing in it. `empty-stream`: 200, an event stream without events.
 * - `error-first`: 200 and a stream whose first event is an error. `json-error`: 200 with the error as JSON.
 * - `content-type`: the right answer under the content type `value` (default `text/plain`).
 * - `hang-stream`: silence after `afterEvents` events. `error-event`: an error event after them, then the end.
 * - `truncate`: a clean end after `afterEvents` events, without the dialect's sign of completion; half of a JSON body.
 * - `cut`: the connection is torn down after `afterBytes` bytes of body.
 * - `drip`: `bytes` at a time (default 8), `intervalMs` apart (default 20).
 * - `huge-line`: after `afterEvents` events a line of `bytes` (default 32 MiB) without an end.
 */
export interface Fault {
  kind: FaultKind
  status?: number
  retryAfter?: number
  message?: string
  headers?: Readonly<Record<string, string>>
  body?: unknown
  value?: string
  afterEvents?: number
  afterBytes?: number
  bytes?: number
  intervalMs?: number
}

/** Which requests a fault strikes. Without any of these: all of them. */
export interface FaultScope {
  dialect?: Dialect
  model?: string
  /** Only requests that carry this credential. */
  key?: string
  /** Only streams, or only requests that do not stream. */
  stream?: boolean
  /** How many requests it strikes before it is gone. */
  times?: number
  /** Share of matching requests it strikes, 0 to 1. Default 1. */
  rate?: number
  /** Seed of the dice for `rate`. Default 1. */
  seed?: number
}

/** A fault and whom it strikes. */
export type FaultRule = Fault & FaultScope

/** What of a request decides whether a fault strikes. */
export interface FaultTarget {
  dialect: Dialect
  model: string
  key: string
  stream: boolean
}

interface Armed {
  rule: FaultRule
  left: number
  roll: () => number
}

/** The faults set up so far; the first that strikes is committed. */
export class Faults {
  readonly #armed: Armed[] = []

  /** Arms a fault; the function returned disarms it. */
  add(rule: FaultRule): () => void {
    const armed = { rule, left: rule.times ?? Number.POSITIVE_INFINITY, roll: dice(rule.seed ?? 1) }
    this.#armed.push(armed)
    return () => this.#remove(armed)
  }

  /** The fault that strikes this request, if any. */
  strike(target: FaultTarget): Fault | undefined {
    const armed = this.#armed.find(({ rule, roll }) => inScope(rule, target) && roll() < (rule.rate ?? 1))
    if (!armed) return undefined
    armed.left -= 1
    if (armed.left <= 0) this.#remove(armed)
    return armed.rule
  }

  /** The rules that are armed. */
  list(): FaultRule[] {
    return this.#armed.map(({ rule }) => rule)
  }

  /** Disarms everything. */
  clear(): void {
    this.#armed.length = 0
  }

  #remove(armed: Armed): void {
    const index = this.#armed.indexOf(armed)
    if (index >= 0) this.#armed.splice(index, 1)
  }
}

function inScope(rule: FaultRule, target: FaultTarget): boolean {
  return (
    (rule.dialect ?? target.dialect) === target.dialect &&
    (rule.model ?? target.model) === target.model &&
    (rule.key ?? target.key) === target.key &&
    (rule.stream ?? target.stream) === target.stream
  )
}

const NUMBERS = ['status', 'retryAfter', 'afterEvents', 'afterBytes', 'bytes', 'intervalMs', 'times', 'rate', 'seed']
const STRINGS = ['message', 'value', 'model', 'key']
const SCOPE = ['kind', 'dialect', 'model', 'key', 'stream', 'times', 'rate', 'seed']
const DIALECTS = ['openai-chat', 'openai-completions', 'openai-responses', 'anthropic', 'gemini']

/** Reads a rule from JSON. A string says what is wrong with it. */
export function readFaultRule(value: unknown): FaultRule | string {
  if (!isObject(value)) return 'a fault must be an object such as {"kind":"status","status":503}'
  const kind = value.kind ?? (value.status === undefined ? undefined : 'status')
  if (!isFaultKind(kind))
    return `unknown kind of fault ${JSON.stringify(kind)}; known: ${Object.keys(FAULT_FIELDS).join(', ')}`
  const allowed: readonly string[] = [...FAULT_FIELDS[kind], ...SCOPE]
  const problem = Object.entries(value)
    .map(([field, entry]) => fieldProblem(kind, field, entry, allowed))
    .find((found) => found !== undefined)
  if (problem !== undefined) return problem
  if (kind === 'status' && value.status === undefined) return 'a fault of kind "status" needs a status'
  return { ...(value as Partial<FaultRule>), kind }
}

function fieldProblem(kind: FaultKind, field: string, value: unknown, allowed: readonly string[]): string | undefined {
  if (!allowed.includes(field))
    return `a fault of kind "${kind}" has no field "${field}"; it takes ${allowed.join(', ')}`
  if (NUMBERS.includes(field) && (typeof value !== 'number' || !(value >= 0)))
    return `"${field}" must be a number, not negative`
  if (field === 'status' && !(Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599)) {
    return '"status" must be an HTTP status from 200 to 599'
  }
  if (STRINGS.includes(field) && typeof value !== 'string') return `"${field}" must be a string`
  if (field === 'stream' && typeof value !== 'boolean') return '"stream" must be true or false'
  if (field === 'dialect' && !DIALECTS.includes(show(value))) return `"dialect" must be one of ${DIALECTS.join(', ')}`
  if (field === 'headers' && !(isObject(value) && Object.values(value).every((entry) => typeof entry === 'string'))) {
    return '"headers" must be an object of strings'
  }
  return undefined
}

function isFaultKind(value: unknown): value is FaultKind {
  return typeof value === 'string' && Object.hasOwn(FAULT_FIELDS, value)
}

/** Reads a directive's words: `status=503 retry-after=5`, `cut after-bytes=100`. A string says what is wrong. */
export function readFaultWords(words: string): Fault | string {
  const fields: Record<string, unknown> = {}
  for (const word of words.split(/\s+/).filter((part) => part !== '')) {
    const [name = '', value] = word.split('=', 2)
    if (value === undefined) fields.kind = name
    else fields[camelCase(name)] = /^\d+(\.\d+)?$/.test(value) ? Number(value) : value
  }
  return readFaultRule(fields)
}

function camelCase(word: string): string {
  return word.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
