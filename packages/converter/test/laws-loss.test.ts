import { describe, expect, it } from 'vitest'
import { ConversionError, convertRequest, type Dialect, type JsonObject, type Loss } from '../src/index.ts'
import type { JsonValue } from '../src/lib/chat/json.ts'
import { chatProbes, completionsProbes, isSilent, messagesProbes, type Place, type Probed } from './probes.ts'
import { fieldsOf } from './sdk-fields.ts'

type Path = readonly (string | number)[]

const targets: readonly { readonly probed: Probed; readonly to: Dialect; readonly models: readonly string[] }[] = [
  { probed: messagesProbes, to: 'openai-chat', models: ['gpt-4.1', 'gpt-5.6-sol', 'o3', 'llama-3.3-70b'] },
  {
    probed: chatProbes,
    to: 'anthropic',
    models: ['claude-sonnet-4-5', 'claude-opus-4-8', 'claude-opus-5-5', 'claude-3-opus'],
  },
  { probed: completionsProbes, to: 'anthropic', models: ['claude-sonnet-4-5', 'claude-opus-5-5'] },
  { probed: completionsProbes, to: 'openai-chat', models: ['gpt-4.1', 'gpt-5.6-sol', 'llama-3.3-70b'] },
]

function textOf(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '')
}

/** The same request with one more value in it. */
function withValue(request: JsonObject, path: Path, value: JsonValue): JsonObject {
  const copy = structuredClone(request)
  let holder: JsonValue = copy
  for (const step of path.slice(0, -1)) holder = stepInto(holder, step)
  const last = path.at(-1)
  if (last === undefined) throw new Error('the request itself cannot be replaced')
  ;(holder as JsonObject)[last] = value
  return copy
}

function stepInto(holder: JsonValue, step: string | number): JsonValue {
  const object = holder as JsonObject
  object[step] ??= {}
  return object[step]
}

interface Outcome {
  readonly body: string
  readonly losses: readonly Loss[]
}

function outcome(request: JsonObject, from: Dialect, to: Dialect, model: string): Outcome {
  try {
    const { body, losses } = convertRequest(request, { from, to, model })
    return { body: JSON.stringify(body), losses }
  } catch (cause) {
    if (!ConversionError.is(cause)) throw cause
    return { body: `refused at ${cause.path}`, losses: [] }
  }
}

/** A loss tells of a path when it names it, something in it, or a whole that goes with it. */
function tells({ path }: Loss, of: string): boolean {
  return path === of || isWithin(path, of) || isWithin(of, path)
}

function isWithin(path: string, whole: string): boolean {
  return path.startsWith(`${whole}.`) || path.startsWith(`${whole}[`)
}

function valueAt(request: JsonObject, path: Path): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((holder, step) => (holder as JsonObject | undefined)?.[step], request)
}

/** The request a place is probed in: the object must be there, and an answer format is wanted where it is part of one. */
function requestFor({ request }: Probed, place: Place): JsonObject {
  if (place.at.at(-1) !== 'format') return request
  return withValue(request, place.at, { type: 'json_schema', schema: { type: 'object' } })
}

describe('law: nothing is lost in silence', () => {
  for (const { probed, to, models } of targets) {
    const { dialect: from } = probed
    const probes = probed.places.flatMap((place) =>
      Object.entries(place.fields).flatMap(([field, value]) => models.map((model) => ({ place, field, value, model }))),
    )

    it.each(probes)(`${from} to ${to}, $model: $place.at $field`, ({ place, field, value, model }) => {
      const request = requestFor(probed, place)
      const path = [...place.at, field]
      const given = isSilent(value) ? value.value : value
      expect(valueAt(request, path)).not.toEqual(given)
      const before = outcome(request, from, to, model)
      const after = outcome(withValue(request, path, given), from, to, model)
      const told = after.losses.some((loss) => tells(loss, textOf(path)))
      expect(before.body).not.toMatch(/^refused/)
      if (!isSilent(value)) expect(after.body !== before.body || told, JSON.stringify(after.losses)).toBe(true)
    })
  }

  it.each([messagesProbes, chatProbes, completionsProbes])(
    'every field the SDK declares is probed: $dialect',
    ({ places }) => {
      for (const { interfaces, fields } of places) {
        const declared = new Set(interfaces.flatMap(([file, name]) => fieldsOf(file, name)))
        expect(declared.size).toBeGreaterThan(0)
        for (const field of declared) expect(Object.keys(fields), interfaces.join()).toContain(field)
      }
    },
  )

  it('a field nobody has heard of is told', () => {
    for (const { probed, to, models } of targets) {
      const { losses } = outcome({ ...probed.request, unheard_of: 1 }, probed.dialect, to, models[0] ?? '')
      expect(losses.map(({ path }) => path)).toContain('unheard_of')
    }
  })
})
