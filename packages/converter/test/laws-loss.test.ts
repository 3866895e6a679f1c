import { describe, expect, it } from 'vitest'
import type { Dialect, JsonObject } from '../src/index.ts'
import type { JsonValue } from '../src/lib/chat/json.ts'
import { chatProbes, completionsProbes, isSilent, messagesProbes, type Place, type Probed } from './probes.ts'
import { geminiProbes } from './probes-gemini.ts'
import { responsesProbes } from './probes-responses.ts'
import { fieldsOf, kindsOf } from './sdk-fields.ts'
import { type Outcome, outcomeOf, type Path, textOf, type Verdict, verdictOf, withValue } from './verdicts.ts'

const everyProbed = [messagesProbes, chatProbes, responsesProbes, geminiProbes, completionsProbes]

/** For each dialect the models whose rules differ most: one that takes sampling parameters, one that reasons, one merely compatible. */
const models: Readonly<Partial<Record<Dialect, readonly string[]>>> = {
  anthropic: ['claude-sonnet-4-5', 'claude-opus-5-5', 'claude-3-opus'],
  'openai-chat': ['gpt-4.1', 'gpt-5.6-sol', 'llama-3.3-70b'],
  'openai-responses': ['gpt-4.1', 'gpt-5.6-sol', 'llama-3.3-70b'],
  gemini: ['gemini-2.5-pro', 'gemini-3-pro', 'gemini-3.6-flash'],
}

const dialects = Object.keys(models) as Dialect[]
const pairs = everyProbed.flatMap((probed) =>
  dialects.filter((to) => to !== probed.dialect).map((to) => ({ probed, from: probed.dialect, to })),
)

/** One value to be tried: where, what, and whether it may go without a word. */
interface Probe {
  readonly name: string
  readonly base: JsonObject
  readonly changed: JsonObject
  readonly path: string
  readonly silent: boolean
}

function probesOf(probed: Probed): Probe[] {
  const fields = probed.places.flatMap((place) =>
    Object.entries(place.fields).map(([field, value]): Probe => {
      const path = [...place.at, field]
      const base = baseFor(probed, place)
      const given = isSilent(value) ? value.value : value
      expect(valueAt(base, path), `${textOf(path)} is probed with another value`).not.toEqual(given)
      const changed = withValue(base, path, given)
      return { name: textOf(path), base, changed, path: textOf(path), silent: isSilent(value) }
    }),
  )
  const kinds = probed.kinds.flatMap(({ at, samples }) =>
    Object.entries(samples).map(([kind, value]): Probe => {
      const there = valueAt(probed.request, at)
      const path = Array.isArray(there) ? [...at, there.length] : at
      const changed = withValue(probed.request, at, isSilent(value) ? value.value : value, true)
      return {
        name: `${textOf(at)} of kind ${kind}`,
        base: probed.request,
        changed,
        path: textOf(path),
        silent: isSilent(value),
      }
    }),
  )
  return [...fields, ...kinds]
}

function valueAt(request: JsonObject, path: Path): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((holder, step) => (holder as JsonObject | undefined)?.[step], request)
}

/** The request a place is probed in: the object must be there, and an answer format is wanted where it is part of one. */
function baseFor({ request, dialect }: Probed, place: Place): JsonObject {
  if (dialect !== 'anthropic' || place.at.at(-1) !== 'format') return request
  return withValue(request, place.at, { type: 'json_schema', schema: { type: 'object' } })
}

/** Outcomes by what was converted, for the laws and the table ask after the same. */
const outcomes = new WeakMap<JsonObject, Map<string, Outcome>>()

function known(request: JsonObject, from: Dialect, to: Dialect, model: string): Outcome {
  const ofRequest = outcomes.get(request) ?? new Map<string, Outcome>()
  outcomes.set(request, ofRequest)
  const key = `${to} ${model}`
  const outcome = ofRequest.get(key) ?? outcomeOf(request, from, to, model)
  ofRequest.set(key, outcome)
  return outcome
}

function verdictIn(
  probe: Pick<Probe, 'base' | 'changed' | 'path'>,
  from: Dialect,
  to: Dialect,
  model: string,
): Verdict {
  return verdictOf(known(probe.base, from, to, model), known(probe.changed, from, to, model), probe.path)
}

const probes = new Map(everyProbed.map((probed) => [probed.dialect, probesOf(probed)]))

describe('law: nothing is lost in silence', () => {
  it.each(pairs)('$from to $to', ({ probed, from, to }) => {
    const lost: string[] = []
    for (const model of models[to] ?? []) {
      expect(outcomeOf(probed.request, from, to, model).body, `${model} takes the request`).toBeDefined()
      for (const { name, base, changed, path, silent } of probes.get(from) ?? []) {
        const verdict = verdictIn({ base, changed, path }, from, to, model)
        // Whether to stream stands in the URL of a Gemini request.
        const elsewhere = to === 'gemini' && name === 'stream'
        if (verdict === 'unchanged' && !silent && !elsewhere) lost.push(`${name} (${model})`)
      }
    }
    expect(lost).toEqual([])
  })

  it.each(everyProbed)('every field and kind the SDK declares is probed: $dialect', ({ places, kinds }) => {
    for (const { interfaces, fields } of places) {
      const declared = new Set(interfaces.flatMap(([file, name]) => fieldsOf(file, name)))
      expect(declared.size > 0).toBe(interfaces.length > 0)
      for (const field of declared) expect(Object.keys(fields), interfaces.join()).toContain(field)
    }
    for (const { union, by, samples } of kinds) {
      const declared = kindsOf(...union, by)
      expect(declared.length).toBeGreaterThan(1)
      expect(Object.keys(samples).sort(), union.join()).toEqual(declared.sort())
    }
  })

  it('what the Google SDK takes in one object is probed in one of its two places on the wire', () => {
    // What the SDK keeps to itself.
    const own = ['httpOptions', 'abortSignal', 'automaticFunctionCalling']
    const probed = geminiProbes.places.slice(0, 2).flatMap(({ fields }) => Object.keys(fields))
    expect(
      fieldsOf('gemini', 'GenerateContentConfig').filter((field) => !own.includes(field) && !probed.includes(field)),
    ).toEqual([])
  })

  it('a field nobody has heard of is told, wherever it stands', () => {
    const untold: string[] = []
    for (const { probed, from, to } of pairs) {
      const model = models[to]?.[0] ?? ''
      for (const place of probed.places) {
        const path = [...place.at, 'unheard_of']
        const { losses } = outcomeOf(withValue(baseFor(probed, place), path, 1), from, to, model)
        const told = losses.some((loss) => textOf(path) === loss.path || textOf(path).startsWith(`${loss.path}.`))
        if (!told) untold.push(`${from} to ${to}: ${textOf(path)}`)
      }
    }
    expect(untold).toEqual([])
  })
})

/** The verdict on every field and kind, one line each: what a reader of the protocols looks up, and what a change of the code shows in. */
describe('the table of verdicts', () => {
  it.each(everyProbed)('$dialect', async ({ dialect: from }) => {
    const targets = dialects.filter((to) => to !== from)
    const lines = (probes.get(from) ?? []).map(({ name, base, changed, path }) => {
      const cells = targets.map((to) => {
        const verdicts = (models[to] ?? [])
          .slice(0, 2)
          .map((model) => verdictIn({ base, changed, path }, from, to, model))
        return `${to}: ${[...new Set(verdicts)].join(' or ')}`
      })
      return `${name} | ${cells.join(' | ')}\n`
    })
    await expect(lines.join('')).toMatchFileSnapshot(`__snapshots__/verdicts/${from}.txt`)
  })
})
