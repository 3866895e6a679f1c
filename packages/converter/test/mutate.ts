import type { Dice } from '../../../test-kit/dice.ts'
import type { JsonObject, JsonValue } from '../src/lib/chat/json.ts'

/** Values that catch readers who trust types, prototypes or sizes. */
const hostile: readonly JsonValue[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  'constructor',
  '__proto__',
  'toString',
  '\ud800',
  '\u0000\u2028',
  'data:,',
  'data:image/png;base64',
  '{"a":',
  '[DONE]',
  'x'.repeat(5000),
  [],
  [[]],
  [null],
  [{}],
  {},
  { type: null },
  { type: 'constructor' },
  { type: ['text'] },
  JSON.parse('{"__proto__":{"polluted":true},"type":"text","text":"x"}') as JsonObject,
  JSON.parse('{"constructor":{"prototype":{"polluted":true}}}') as JsonObject,
  nested(400),
]

function nested(depth: number): JsonValue {
  return JSON.parse(`${'{"a":['.repeat(depth)}${']}'.repeat(depth)}`) as JsonValue
}

/** A value somewhere in a body: what one dialect says, in the place of what another does. */
function partOf(body: JsonObject, dice: Dice): JsonValue {
  const holders: (JsonObject | JsonValue[])[] = []
  collect(body, holders)
  const values = Object.values(dice.pick(holders))
  return values.length === 0 ? null : structuredClone(dice.pick(values) ?? null)
}

/** Always a copy: what is mutated later must not be what the next round picks. */
function anything(dice: Dice, foreign: readonly JsonObject[]): JsonValue {
  if (foreign.length > 0 && dice.below(2) === 0) {
    return partOf(dice.pick(foreign), dice)
  }
  return structuredClone(dice.pick(hostile))
}

/**
 * A copy of a value with a few places in it replaced, removed, repeated, exchanged or renamed.
 *
 * @param foreign bodies whose parts are put in its place, besides hostile values.
 */
export function mutated(value: JsonObject, dice: Dice, foreign: readonly JsonObject[] = []): JsonObject {
  const copy = structuredClone(value)
  for (let left = 1 + dice.below(4); left > 0; left--) mutateOnce(copy, dice, foreign)
  return copy
}

function mutateOnce(root: JsonObject, dice: Dice, foreign: readonly JsonObject[]): void {
  const holders: (JsonObject | JsonValue[])[] = []
  collect(root, holders)
  const holder = dice.pick(holders)
  if (Array.isArray(holder)) mutateArray(holder, dice, foreign)
  else mutateObject(holder, dice, foreign)
}

function collect(value: JsonValue | undefined, into: (JsonObject | JsonValue[])[]): void {
  if (typeof value !== 'object' || value === null || into.length > 500) return
  into.push(value)
  for (const inner of Object.values(value)) collect(inner, into)
}

function mutateArray(array: JsonValue[], dice: Dice, foreign: readonly JsonObject[]): void {
  const at = dice.below(array.length + 1)
  const action = dice.below(4)
  if (action === 0) array.splice(at, 1)
  else if (action === 1) array.splice(at, 0, structuredClone(array[at] ?? null))
  else if (action === 2) array.splice(at, 1, anything(dice, foreign))
  else array.push(anything(dice, foreign))
}

function mutateObject(object: JsonObject, dice: Dice, foreign: readonly JsonObject[]): void {
  const keys = Object.keys(object)
  if (keys.length === 0) {
    object.type = anything(dice, foreign)
    return
  }
  const key = dice.pick(keys)
  const action = dice.below(6)
  if (action === 0) delete object[key]
  else if (action === 1)
    object[dice.pick(['type', 'content', 'id', 'index', 'role', 'error'])] = structuredClone(object[key])
  else if (action === 2) object[key] = structuredClone(object[dice.pick(keys)])
  else if (action === 3) object[key] = [object[key] ?? null]
  else object[key] = anything(dice, foreign)
}
