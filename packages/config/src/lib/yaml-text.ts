import { isDeepStrictEqual } from 'node:util'
import { type Document, isMap, isSeq } from 'yaml'
import { isSection, valueAt, withoutValue, withValue } from './data.ts'
import { documentOf, freshDocumentOf, hasDuplicateKey } from './document.ts'
import { emitKey } from './emit.ts'
import { ConfigError } from './error.ts'
import type { DataPath } from './issue.ts'
import { applySplices, type Entry, keyOf, type Splice } from './yaml-places.ts'
import { YamlSplices } from './yaml-splices.ts'

/**
 * YAML text that is changed in place: only the bytes of what changes are replaced, so comments, order, blank lines,
 * quotes and spacing elsewhere stay as they are. Each change is checked by reading the result back; one that cannot
 * be made in place is made on the document instead, which keeps comments and order but may re-space lines.
 */
export class YamlText {
  #text: string
  #doc: Document.Parsed
  #data: unknown
  #splices: YamlSplices
  /** Changes that wait to be made together. */
  #waiting: Change[] | undefined

  constructor(text: string) {
    this.#text = text
    this.#doc = valid(documentOf(text))
    this.#data = this.#doc.toJS()
    this.#splices = new YamlSplices(text, this.#doc)
  }

  toString(): string {
    return this.#text
  }

  /** The data as it stands, references unresolved. */
  get data(): unknown {
    return this.#data
  }

  /**
   * Makes the changes that `work` asks for as one, once it returns: reading back a long file after each takes minutes. They
   * must not build on each other, and `data` shows none of them before. Values and their aliases may change together.
   */
  together(work: () => void): void {
    const changes: Change[] = []
    this.#waiting = changes
    try {
      work()
    } finally {
      this.#waiting = undefined
    }
    this.#make(changes)
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
    this.#change({
      path,
      splices: () => this.#splices.set(path, value),
      expected: (data) => withValue(data, path, value),
      onDocument: (doc) => doc.setIn(path, doc.createNode(value)),
    })
  }

  /** Adds an item to the end of a list, making the list if there is none. */
  append(path: DataPath, item: unknown): void {
    const list = this.#splices.node(path)
    if (!isSeq(list) || list.items.length === 0) {
      this.set(path, [item])
      return
    }
    this.#change({
      path,
      splices: () => this.#splices.append(path, item),
      expected: (data) => withValue(data, [...path, list.items.length], item),
      onDocument: (doc) => doc.addIn(path, doc.createNode(item)),
    })
  }

  /**
   * Removes a key or a list item, if it is there.
   *
   * @param options `keepComments`: what is commented beside or within it stays, as lines of its own.
   */
  delete(path: DataPath, options: { readonly keepComments?: boolean } = {}): void {
    if (!this.has(path)) return
    this.#change({
      path,
      splices: () => this.#splices.delete(path, options.keepComments === true),
      expected: (data) => withoutValue(data, path),
      onDocument: (doc) => doc.deleteIn(path),
    })
  }

  /** Puts what stands at a path, or an empty list, into a section of its own under this key; comments stay, lines may be re-spaced. */
  nest(path: DataPath, key: string): void {
    this.#change({
      path,
      splices: () => undefined,
      expected: (data) => withValue(data, path, { [key]: valueAt(data, path) ?? [] }),
      onDocument: (doc) => {
        const inner = doc.hasIn(path) ? doc.getIn(path, true) : doc.createNode([])
        doc.setIn(path, doc.createNode({}))
        doc.setIn([...path, key], inner)
      },
    })
  }

  /** Gives a key another name and leaves its value alone. */
  rename(path: DataPath, name: string): void {
    const entry = this.#splices.entry(path)
    const [start, end] = entry?.key.range ?? []
    if (entry === undefined || start === undefined || end === undefined) return
    this.#change({
      path,
      splices: () => [{ start, end, text: emitKey(name) }],
      expected: (data) => withValue(withoutValue(data, path), [...path.slice(0, -1), name], valueAt(data, path)),
      onDocument: (doc) => {
        const section = doc.getIn(path.slice(0, -1), true)
        const pair = isMap(section) ? section.items.find((item) => keyOf(item as Entry) === path.at(-1)) : undefined
        if (pair !== undefined) pair.key = doc.createNode(name)
      },
    })
  }

  #change(change: Change): void {
    if (this.#waiting === undefined) this.#make([change])
    else this.#waiting.push(change)
  }

  /** Makes changes in place if that gives the data expected. Else each half by itself, and one alone on the document. */
  #make(changes: readonly Change[]): void {
    const [change] = changes
    if (change === undefined || this.#inPlace(changes)) return
    if (changes.length === 1) {
      this.#onDocument(change)
      return
    }
    const half = changes.length >> 1
    // What is named by an alias further down can change only once the alias has gone.
    this.#make(changes.slice(half))
    this.#make(changes.slice(0, half))
  }

  #inPlace(changes: readonly Change[]): boolean {
    const splices = changes.map((change) => change.splices())
    if (!splices.every((each) => each !== undefined)) return false
    const text = applySplices(this.#text, splices.flat())
    if (text === undefined) return false
    const doc = documentOf(text)
    if (!isValid(doc)) return false
    const data: unknown = doc.toJS()
    const expected = changes.reduce((before, change) => change.expected(before), this.#data)
    if (!isDeepStrictEqual(data, expected)) return false
    this.#hold(text, doc, data)
    return true
  }

  #onDocument(change: Change): void {
    try {
      const changed = valid(freshDocumentOf(this.#text))
      change.onDocument(changed)
      const text = changed.toString({ lineWidth: 0, flowCollectionPadding: false })
      const doc = valid(documentOf(text))
      this.#hold(text, doc, doc.toJS())
    } catch (error) {
      const message =
        `this file uses YAML that cannot be edited here (${change.path.join('.')}): ` +
        'edit it by hand, or write out its aliases'
      throw new ConfigError('EDIT_UNSUPPORTED', message, { cause: error })
    }
  }

  #hold(text: string, doc: Document.Parsed, data: unknown): void {
    this.#text = text
    this.#doc = doc
    this.#data = data
    this.#splices = new YamlSplices(text, doc)
  }
}

/** A change that is asked for; its pieces of text are those of the text as it stands when they are asked for. */
interface Change {
  readonly path: DataPath
  /** What it replaces in the text; undefined where it cannot be made in place. */
  splices(): readonly Splice[] | undefined
  /** What it makes of the data. */
  expected(data: unknown): unknown
  /** The same on the parsed document, which may re-space lines. */
  onDocument(doc: Document.Parsed): void
}

function isValid(doc: Document.Parsed): boolean {
  return doc.errors.length === 0 && !hasDuplicateKey(doc)
}

function valid(doc: Document.Parsed): Document.Parsed {
  if (isValid(doc)) return doc
  throw new ConfigError('EDIT_UNSUPPORTED', 'the file is not valid YAML; correct it by hand first')
}
