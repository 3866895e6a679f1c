import type { JsonObject, JsonValue } from '../src/lib/chat/json.ts'
import type { Dice } from './dice.ts'

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

/** Always a copy: what is mutated later must not be what the next round picks. */
function anything(dice: Dice): JsonValue {
  return structuredClone(dice.pick(hostile))
}

/** A copy of a value with a few places in it replaced, removed, repeated, exchanged or renamed. */
export function mutated(value: JsonObject, dice: Dice): JsonObject {
  const copy = structuredClone(value)
  for (let left = 1 + dice.below(4); left > 0; left--) mutateOnce(copy, dice)
  return copy
}

function mutateOnce(root: JsonObject, dice: Dice): void {
  const holders: (JsonObject | JsonValue[])[] = []
  collect(root, holders)
  const holder = dice.pick(holders)
  if (Array.isArray(holder)) mutateArray(holder, dice)
  else mutateObject(holder, dice)
}

function collect(value: JsonValue | undefined, into: (JsonObject | JsonValue[])[]): void {
  if (typeof value !== 'object' || value === null || into.length > 500) return
  into.push(value)
  for (const inner of Object.values(value)) collect(inner, into)
}

function mutateArray(array: JsonValue[], dice: Dice): void {
  const at = dice.below(array.length + 1)
  const action = dice.below(4)
  if (action === 0) array.splice(at, 1)
  else if (action === 1) array.splice(at, 0, structuredClone(array[at] ?? null))
  else if (action === 2) array.splice(at, 1, anything(dice))
  else array.push(anything(dice))
}

function mutateObject(object: JsonObject, dice: Dice): void {
  const keys = Object.keys(object)
  if (keys.length === 0) {
    object.type = anything(dice)
    return
  }
  const key = dice.pick(keys)
  const action = dice.below(6)
  if (action === 0) delete object[key]
  else if (action === 1)
    object[dice.pick(['type', 'content', 'id', 'index', 'role', 'error'])] = structuredClone(object[key])
  else if (action === 2) object[key] = structuredClone(object[dice.pick(keys)])
  else if (action === 3) object[key] = [object[key] ?? null]
  else object[key] = anything(dice)
}
