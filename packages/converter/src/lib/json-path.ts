/** Steps of a path that are told; deeper ones say nothing more to a person. */
const shownSteps = 6
const plainName = /^[\w$-]{1,64}$/
const decoder = new TextDecoder()

interface Frame {
  readonly list: boolean
  /** Within a list, the position of the present element. */
  index: number
  /** Within an object, the present member; undefined before the first. */
  key: string | undefined
  /** Within an object, whether the next string is a member's name. */
  beforeKey: boolean
}

/**
 * Where a byte of JSON lies, as people and errors name it: `messages[3].content`. The text before it must be JSON as far as it goes.
 * For errors: it reads all the text once more.
 *
 * @returns undefined outside of every member.
 */
export function pathAt(bytes: Uint8Array, at: number): string | undefined {
  const frames: Frame[] = []
  for (let i = 0; i < at; i++) {
    const c = bytes[i]
    const top = frames.at(-1)
    if (c === 34) {
      const end = stringEnd(bytes, i)
      if (end >= at) break
      if (top?.beforeKey) {
        top.key = textOf(bytes.subarray(i, end + 1))
        top.beforeKey = false
      }
      i = end
    } else if (c === 123) frames.push({ list: false, index: 0, key: undefined, beforeKey: true })
    else if (c === 91) frames.push({ list: true, index: 0, key: undefined, beforeKey: false })
    else if (c === 125 || c === 93) frames.pop()
    else if (c === 44 && top?.list) top.index++
    else if (c === 44 && top) top.beforeKey = true
  }
  const steps = frames.flatMap(stepOf)
  if (steps.length === 0) return undefined
  const path = steps.slice(0, shownSteps).join('').replace(/^\./, '')
  return steps.length > shownSteps ? `${path}…` : path
}

function stepOf({ list, index, key }: Frame): string[] {
  if (list) return [`[${index}]`]
  // A name that no API has may be anything of the caller's, and errors are logged.
  return key === undefined ? [] : [plainName.test(key) ? `.${key}` : '.…']
}

/** The place of the quote that ends the string which begins here; the end of the text where there is none. */
function stringEnd(bytes: Uint8Array, start: number): number {
  for (let i = start + 1; i < bytes.length; i++) {
    if (bytes[i] === 92) i++
    else if (bytes[i] === 34) return i
  }
  return bytes.length
}

function textOf(literal: Uint8Array): string {
  const text = decoder.decode(literal)
  try {
    return JSON.parse(text) as string
  } catch {
    return text.slice(1, -1)
  }
}
