import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'

/** A piece of the text and what stands there instead. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A key of a section and its value. */
export type Entry = Pair<Node, Node | null>

/** The text with all of these made, those at one place in their order; undefined where two overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string | undefined {
  const pieces: string[] = []
  let at = 0
  for (const { start, end, text: piece } of [...splices].sort((a, b) => a.start - b.start)) {
    if (start < at) return undefined
    pieces.push(text.slice(at, start), piece)
    at = end
  }
  return pieces.join('') + text.slice(at)
}

function isEntry(item: Entry | Node): item is Entry {
  return 'key' in item
}

/** The key of an entry; undefined where it is no scalar. */
export function keyOf(entry: Entry): unknown {
  return isScalar(entry.key) ? entry.key.value : undefined
}

/** Where the text of an item begins. */
export function startOf(item: Entry | Node): number {
  return (isEntry(item) ? item.key.range?.[0] : item.range?.[0]) ?? 0
}

/** Column of a block section's keys or of a block list's dashes. */
export function columnOf(collection: YAMLMap | YAMLSeq): number {
  const token = collection.srcToken
  return token !== undefined && 'indent' in token ? token.indent : 0
}

/** Where the text of an item ends, without what follows it on its line. */
export function contentEnd(text: string, item: Entry | Node): number {
  const node = isEntry(item) ? (item.value ?? item.key) : item
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const last = node.items.at(-1) as Entry | Node | undefined
    if (last !== undefined) return contentEnd(text, last)
  }
  const end = node.range?.[1] ?? 0
  // The value of a block scalar reaches over its line breaks.
  return text.slice(0, end).trimEnd().length
}

/** Where the line ends that `from` stands in, before its break. */
export function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  if (at < 0) return text.length
  return at > from && text[at - 1] === '\r' ? at - 1 : at
}

/** The length of the line break at `at`. */
export function newlineLength(text: string, at: number): number {
  return text[at] === '\r' ? 2 : 1
}

/** Takes an item out of a list or section in brackets, with one of the commas beside it. */
export function flowRemoval(text: string, items: readonly (Entry | Node)[], index: number): Splice {
  const item = items[index]
  const next = items[index + 1]
  const previous = items[index - 1]
  if (item === undefined) return { start: 0, end: 0, text: '' }
  if (next !== undefined) return { start: startOf(item), end: startOf(next), text: '' }
  const start = previous === undefined ? startOf(item) : contentEnd(text, previous)
  return { start, end: contentEnd(text, item), text: '' }
}
