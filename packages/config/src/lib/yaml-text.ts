import { isDeepStrictEqual } from 'node:util'
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { isSection, valueAt, withoutValue, withValue } from './data.ts'
import { emitAfterColon, emitFlow, emitItem, emitKey, emitLike, emitPair } from './emit.ts'
import { ConfigError } from './error.ts'
import type { DataPath } from './issue.ts'
import {
  applySplices,
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

/**
 * YAML text that is changed in place: only the bytes of what changes are replaced, so comments, order, blank lines,
 * quotes and spacing elsewhere stay as they are. Each change is checked by reading the result back; one that cannot
 * be made in place is made on the document instead, which keeps comments and order but may re-space lines.
 */
export class YamlText {
  #text: string
  #doc: Document.Parsed
  readonly #newline: string

  constructor(text: string) {
    this.#text = text
    this.#doc = parse(text)
    this.#newline = text.includes('\r\n') ? '\r\n' : '\n'
  }

  toString(): string {
    return this.#text
  }

  /** The data as it stands, references unresolved. */
  get data(): unknown {
    const data: unknown = this.#doc.toJS()
    return data
  }

  /** Whether anything stands at the path. */
  has(path: DataPath): boolean {
    return this.#doc.hasIn(path)
  }

  /** Writes a value, making the sections above it. A section given for a section changes only what differs. */
  set(path: DataPath, value: unknown): void {
    const before = valueAt(this.data, path)
    if (isDeepStrictEqual(before, value)) return
    if (isSection(before) && isSection(value) && Object.keys(before).length > 0) {
      for (const key of Object.keys(before)) if (!Object.hasOwn(value, key)) this.delete([...path, key])
      for (const [key, inner] of Object.entries(value)) this.set([...path, key], inner)
      return
    }
    const expected = withValue(this.data, path, value)
    this.#change(this.#setSplices(path, value), expected, (doc) => doc.setIn(path, doc.createNode(value)))
  }

  /** Adds an item to the end of a list, making the list if there is none. */
  append(path: DataPath, item: unknown): void {
    const list = this.#node(path)
    if (!isSeq(list) || list.items.length === 0) {
      this.set(path, [item])
      return
    }
    const expected = withValue(this.data, [...path, list.items.length], item)
    this.#change(this.#appendSplices(list, item), expected, (doc) => doc.addIn(path, doc.createNode(item)))
  }

  /**
   * Removes a key or a list item, if it is there.
   *
   * @param options `keepComments`: what is commented beside or within it stays, as lines of its own.
   */
  delete(path: DataPath, options: { readonly keepComments?: boolean } = {}): void {
    if (!this.has(path)) return
    const splices = this.#deleteSplices(path)
    const kept = options.keepComments === true ? splices?.map((splice) => this.#withComments(splice)) : splices
    this.#change(kept, withoutValue(this.data, path), (doc) => doc.deleteIn(path))
  }

  /** The same removal of whole lines, leaving the comments of those lines. */
  #withComments(splice: Splice): Splice {
    const removed = this.#text.slice(splice.start, splice.end)
    const comments = [...new Lexer().lex(removed)].filter((token) => token.startsWith('#'))
    if (splice.text !== '' || comments.length === 0) return splice
    const indent = /^ */.exec(removed)?.[0] ?? ''
    return { ...splice, text: comments.map((comment) => indent + comment + this.#newline).join('') }
  }

  /** Puts what stands at a path, or an empty list, into a section of its own under this key; comments stay, lines may be re-spaced. */
  nest(path: DataPath, key: string): void {
    const expected = withValue(this.data, path, { [key]: valueAt(this.data, path) ?? [] })
    this.#change(undefined, expected, (doc) => {
      const inner = doc.hasIn(path) ? doc.getIn(path, true) : doc.createNode([])
      doc.setIn(path, doc.createNode({}))
      doc.setIn([...path, key], inner)
    })
  }

  /** Gives a key another name and leaves its value alone. */
  rename(path: DataPath, name: string): void {
    const entry = this.#entry(path)
    const [start, end] = entry?.key.range ?? []
    if (entry === undefined || start === undefined || end === undefined) return
    const data = this.data
    const expected = withValue(withoutValue(data, path), [...path.slice(0, -1), name], valueAt(data, path))
    this.#change([{ start, end, text: emitKey(name) }], expected, (doc) => {
      const section = doc.getIn(path.slice(0, -1), true)
      const pair = isMap(section) ? section.items.find((item) => keyOf(item as Entry) === path.at(-1)) : undefined
      if (pair !== undefined) pair.key = doc.createNode(name)
    })
  }

  /** Makes a change in place if that gives the data expected, and on the document otherwise. */
  #change(splices: readonly Splice[] | undefined, expected: unknown, onDocument: (doc: Document.Parsed) => void): void {
    if (splices !== undefined) {
      const text = applySplices(this.#text, splices)
      const doc = parseDocument(text, PARSE)
      if (doc.errors.length === 0 && isDeepStrictEqual(doc.toJS(), expected)) {
        this.#text = text
        this.#doc = doc
        return
      }
    }
    try {
      const changed = parse(this.#text)
      onDocument(changed)
      this.#text = changed.toString({ lineWidth: 0, flowCollectionPadding: false })
      this.#doc = parse(this.#text)
    } catch (error) {
      const message = 'this file uses YAML that cannot be edited here; edit it by hand, or write out its aliases'
      throw new ConfigError('EDIT_UNSUPPORTED', message, { cause: error })
    }
  }

  #node(path: DataPath): Node | undefined {
    const node = path.length === 0 ? this.#doc.contents : this.#doc.getIn(path, true)
    return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node : undefined
  }

  #entry(path: DataPath): Entry | undefined {
    const section = this.#node(path.slice(0, -1))
    return isMap(section)
      ? section.items.map((item) => item as Entry).find((item) => keyOf(item) === path.at(-1))
      : undefined
  }

  #setSplices(path: DataPath, value: unknown): Splice[] | undefined {
    const depth = path.findIndex((_, index) => !this.has(path.slice(0, index + 1)))
    if (depth < 0) return this.#replaceSplices(path, value)
    // What is missing is made as one value of the deepest section there is.
    const inner = path.slice(depth + 1).reduceRight((nested, key) => ({ [key]: nested }), value)
    const parent = path.slice(0, depth)
    const section = this.#node(parent)
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
    const node = this.#node(path)
    const scalar = isScalar(node) && node.range != null && node.range[1] > node.range[0] ? node : undefined
    const single = scalar === undefined || scalar.type?.startsWith('BLOCK') ? undefined : emitLike(value, scalar.type)
    if (scalar?.range != null && single !== undefined) {
      return [{ start: scalar.range[0], end: scalar.range[1], text: single }]
    }
    const entry = this.#entry(path)
    const section = this.#node(path.slice(0, -1))
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

  #appendSplices(list: YAMLSeq, item: unknown): Splice[] | undefined {
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

  #deleteSplices(path: DataPath): Splice[] | undefined {
    const parentPath = path.slice(0, -1)
    const parent = this.#node(parentPath)
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
    const above = this.#entry(parentPath)
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
}

const PARSE = { version: '1.2', schema: 'core', merge: false, logLevel: 'error', keepSourceTokens: true } as const

function parse(text: string): Document.Parsed {
  const doc = parseDocument(text, PARSE)
  if (doc.errors.length === 0) return doc
  throw new ConfigError('EDIT_UNSUPPORTED', 'the file is not valid YAML; correct it by hand first')
}
