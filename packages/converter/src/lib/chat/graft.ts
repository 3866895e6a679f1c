import { isObject, type JsonObject, type JsonValue, member } from './json.ts'

/**
 * Takes the subtrees whose digits matter from a parse of the same text that kept number literals. Only objects are taken: a bare
 * number in their place is an error the decoder has to see as a number. `wire` is changed in place.
 *
 * @param paths where they stand: `messages.content.input`. A list is passed through, whether it holds many objects or one stands for it.
 */
export function graftAt(wire: JsonObject, lossless: JsonObject, paths: readonly string[]): void {
  for (const path of paths) graftIn(wire, lossless, path.split('.'))
}

function graftIn(wire: JsonObject, exact: JsonObject, [key = '', ...rest]: readonly string[]): void {
  const inner = member(wire, key)
  const exactInner = member(exact, key)
  if (rest.length === 0) {
    if (isObject(inner) && isObject(exactInner)) wire[key] = exactInner
  } else if (Array.isArray(inner) && Array.isArray(exactInner)) {
    for (const [i, item] of inner.entries()) graftPair(item, exactInner[i], rest)
  } else graftPair(inner, exactInner, rest)
}

function graftPair(item: JsonValue | undefined, exact: JsonValue | undefined, keys: readonly string[]): void {
  if (isObject(item) && isObject(exact)) graftIn(item, exact, keys)
}
