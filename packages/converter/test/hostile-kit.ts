import { ConversionError } from '../src/lib/chat/error.ts'
import { isObject, type JsonValue } from '../src/lib/chat/json.ts'

/** What a hostile or broken peer may put in any place. */
const odd: readonly JsonValue[] = [
  null,
  5,
  -1.5,
  1e308,
  '',
  'x',
  true,
  [],
  {},
  [null],
  [[]],
  [{}],
  { type: 'x' },
  { type: 7 },
]

/** Every value that differs from the given one in a single place: where something odd stands, or nothing. */
export function* mutations(value: JsonValue): Generator<JsonValue> {
  yield* odd
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) for (const other of mutations(item)) yield value.with(i, other)
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      const { [key]: member = null, ...rest } = value
      yield rest
      for (const other of mutations(member)) yield { ...value, [key]: other }
    }
  }
}

/** What a conversion broke with: it may refuse in its own words, nothing else. */
export function breakage(act: () => void): unknown[] {
  try {
    act()
    return []
  } catch (error) {
    return ConversionError.is(error) ? [] : [error]
  }
}
