import { type Document, isAlias, isMap, isScalar, isSeq, Lexer, type Node, type YAMLMap, type YAMLSeq } from 'yaml'
import { emitAfterColon, emitFlow, emitItem, emitKey, emitLike, emitPair } from './emit.ts'
import type { DataPath } from './issue.ts'
import {
  columnOf,
  contentEnd,
  type Entry,
  endOfLine,
  flowRemoval,
  keyOf,
  newlineLength,
  type Splice,
  startOf,
} from './yaml-places.ts'

/** What changes of the data replace in the text they were read from; undefined for one that cannot be made in place. */
export class YamlSplices {
  readonly #text: string
  readonly #doc: Document.Parsed
  readonly #newline: string

  constructor(text: string, doc: Document.Parsed) {
    this.#text = text
    this.#doc = doc
    this.#newline = text.includes('\r\n') ? '\r\n' : '\n'
  }

  /** What stands at a path. */
  node(path: DataPath): Node | undefined {
    const node = path.length === 0 ? this.#doc.contents : this.#doc.getIn(path, true)
    return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node : undefined
  }

  /** The key at a path and its value. */
  entry(path: DataPath): Entry | undefined {
    const section = this.node(path.slice(0, -1))
    return isMap(section)
      ? section.items.map((item) => item as Entry).find((item) => keyOf(item) === path.at(-1))
      : undefined
  }

  /** What a value at a path, and the sections above it that are not there yet, replace in the text. */
  set(path: DataPath, value: unknown): Splice[] | undefined {
    const depth = path.findIndex((_, index) => !this.#doc.hasIn(path.slice(0, index + 1)))
    if (depth < 0) return this.#replaceSplices(path, value)
    // What is missing is made as one value of the deepest section there is.
    const inner = path.slice(depth + 1).reduceRight((nested, key) => ({ [key]: nested }), value)
    const parent = path.slice(0, depth)
    const section = this.node(parent)
    const key = path[depth]
    if (typeof key !== 'string') return undefined
    if (isMap(section) && section.items.length > 0) return this.#insertSplices(section, key, inner)
    if (depth > 0) return this.#replaceSplices(parent, { [key]: inner })
    const pair = emitPair(key, inner, 0, this.#newline)
    if (isMap(section) && section.range != null) return [{ start: section.range[0], end: section.range[1], text: pair }]
    const gap = this.#text === '' || this.#text.endsWith('\n') ? '' : this.#newline
    const end = this.#text.length
    return [{ start: end, end, text: gap + pair + this.#newline }]
  }

  #replaceSplices(path: DataPath, value: unknown): Splice[] | undefined {
    const node = this.node(path)
    const single = node === undefined ? undefined : singleInPlaceOf(node, value)
    if (node?.range != null && node.range[1] > node.range[0] && single !== undefined) {
      return [{ start: node.range[0], end: node.range[1], text: single }]
    }
    const entry = this.entry(path)
    const section = this.node(path.slice(0, -1))
    if (entry === undefined || !isMap(section) || section.flow === true) return undefined
    const colon = this.#colonEnd(entry)
    const text = emitAfterColon(value, columnOf(section), this.#newline)
    return this.#afterColonSplices(colon, Math.max(colon, contentEnd(this.#text, entry)), text)
  }

  /** A value of several lines begins below its key; a comment beside the key stays there. */
  #afterColonSplices(start: number, end: number, text: string): Splice[] {
    const lineEnd = endOfLine(this.#text, end)
    const rest = this.#text.slice(end, lineEnd)
    if (!text.startsWith(this.#newline) || rest.trim() === '') return [{ start, end, text }]
    return [
      { start, end, text: '' },
      { start: lineEnd, end: lineEnd, text },
    ]
  }

  #insertSplices(section: YAMLMap, key: string, value: unknown): Splice[] | undefined {
    return this.#addSplices(section, {
      flow: `, ${emitKey(key)}: ${emitFlow(value)}`,
      block: (column) => emitPair(key, value, column, this.#newline),
    })
  }

  /** What an item more at the end of a list that has some puts into the text. */
  append(path: DataPath, item: unknown): Splice[] | undefined {
    const list = this.node(path)
    if (!isSeq(list)) return undefined
    return this.#addSplices(list, {
      flow: `, ${emitFlow(item)}`,
      block: (column) => emitItem(item, column, this.#newline),
    })
  }

  /** Adds below the last entry of a section or list, apart from it where the entries before stand apart. */
  #addSplices(to: YAMLMap | YAMLSeq, text: { flow: string; block: (column: number) => string }): Splice[] | undefined {
    const items = to.items as (Entry | Node)[]
    const last = items.at(-1)
    const beforeLast = items.at(-2)
    if (last === undefined) return undefined
    const end = contentEnd(this.#text, last)
    if (to.flow === true) return [{ start: end, end, text: text.flow }]
    const column = columnOf(to)
    const at = endOfLine(this.#text, end)
    const gap = beforeLast === undefined ? '' : this.#text.slice(contentEnd(this.#text, beforeLast), startOf(last))
    const blank = /\n[ \t]*\r?\n/.test(gap) ? this.#newline : ''
    return [{ start: at, end: at, text: this.#newline + blank + ' '.repeat(column) + text.block(column) }]
  }

  /** What goes from the text with a key or a list item; with `keepComments` the comments of its lines stay. */
  delete(path: DataPath, keepComments: boolean): Splice[] | undefined {
    const splices = this.#deleteSplices(path)
    return keepComments ? splices?.map((splice) => this.#withComments(splice)) : splices
  }

  #deleteSplices(path: DataPath): Splice[] | undefined {
    const parentPath = path.slice(0, -1)
    const parent = this.node(parentPath)
    if (!(isMap(parent) || isSeq(parent))) return undefined
    const items = parent.items as (Entry | Node)[]
    const step = path.at(-1)
    const index = isMap(parent) ? items.findIndex((item) => keyOf(item as Entry) === step) : Number(step)
    const item = items[index]
    if (item === undefined) return undefined
    if (parent.flow === true) return [flowRemoval(this.#text, items, index)]
    const start = startOf(item)
    const end = contentEnd(this.#text, item)
    const lineStart = this.#text.lastIndexOf('\n', start - 1) + 1
    const lead = this.#text.slice(lineStart, start)
    if (!(isMap(parent) ? /^ *$/ : /^ *- +$/).test(lead)) return undefined
    const lines = this.#lineRemoval(lineStart, end, isSeq(parent) && index > 0)
    if (items.length > 1 || parentPath.length === 0) return [lines]
    const above = this.entry(parentPath)
    if (above === undefined) return undefined
    const colon = this.#colonEnd(above)
    return [{ start: colon, end: colon, text: isMap(parent) ? ' {}' : ' []' }, lines]
  }

  #colonEnd(entry: Entry): number {
    return this.#text.indexOf(':', entry.key.range?.[1] ?? 0) + 1
  }

  /** Whole lines; of a list item also the comment right above it, which speaks of it, and one of two blank lines. */
  #lineRemoval(lineStart: number, contentEndAt: number, withComment: boolean): Splice {
    const text = this.#text
    const end = Math.min(
      text.length,
      endOfLine(text, contentEndAt) + newlineLength(text, endOfLine(text, contentEndAt)),
    )
    let start = lineStart
    while (withComment && start > 0) {
      const previous = text.lastIndexOf('\n', start - 2) + 1
      if (!/^ *#/.test(text.slice(previous, start))) break
      start = previous
    }
    const before = text.lastIndexOf('\n', start - 2) + 1
    const blankBefore = start > 0 && text.slice(before, start).trim() === ''
    const blankAfter = text.slice(end, endOfLine(text, end)).trim() === ''
    return { start: withComment && blankBefore && blankAfter ? before : start, end, text: '' }
  }

  /** The same removal of whole lines, leaving the comments of those lines. */
  #withComments(splice: Splice): Splice {
    const removed = this.#text.slice(splice.start, splice.end)
    const comments = [...new Lexer().lex(removed)].filter((token) => token.startsWith('#'))
    if (splice.text !== '' || comments.length === 0) return splice
    const indent = /^ */.exec(removed)?.[0] ?? ''
    return { ...splice, text: comments.map((comment) => indent + comment + this.#newline).join('') }
  }
}

/** A value on one line, in the style of the one it replaces; undefined where lines below belong to either. */
function singleInPlaceOf(node: Node, value: unknown): string | undefined {
  if (isAlias(node)) return emitLike(value, undefined)
  return isScalar(node) && !node.type?.startsWith('BLOCK') ? emitLike(value, node.type) : undefined
}
