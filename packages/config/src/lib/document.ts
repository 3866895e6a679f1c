import { type Document, isMap, isScalar, isSeq, parseDocument } from 'yaml'

/** How the text of a configuration file is read, whoever reads it. */
const OPTIONS = {
  version: '1.2',
  schema: 'core',
  merge: false,
  strict: true,
  // The library compares every key with every other; one pass finds duplicates, see below and the reading of the tree.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'error',
  keepSourceTokens: true,
} as const

/** Texts whose trees are kept: a file before a change, after it, and in between. */
const MAX_KEPT = 4

/** One command reads the same text many times within a second or two; a server does not keep a tree it reads once. */
const KEPT_MS = 5_000

const kept = new Map<string, Document.Parsed>()
let forgetting: NodeJS.Timeout | undefined

/**
 * The tree of a text, for reading only: the same one may be given to others. It is kept for some seconds, since to parse a file of
 * ten thousand lines takes a third of one.
 */
export function documentOf(text: string): Document.Parsed {
  const doc = kept.get(text) ?? freshDocumentOf(text)
  kept.delete(text)
  kept.set(text, doc)
  for (const oldest of kept.keys()) {
    if (kept.size <= MAX_KEPT) break
    kept.delete(oldest)
  }
  forgetting ??= setTimeout(() => {
    kept.clear()
    forgetting = undefined
  }, KEPT_MS).unref()
  forgetting.refresh()
  return doc
}

/** The tree of a text that is the caller's own. */
export function freshDocumentOf(text: string): Document.Parsed {
  return parseDocument(text, OPTIONS)
}

const withDuplicates = new WeakMap<Document.Parsed, boolean>()

/** Whether a section of the text has a key twice, which YAML does not allow. */
export function hasDuplicateKey(doc: Document.Parsed): boolean {
  const known = withDuplicates.get(doc)
  if (known !== undefined) return known
  const found = repeatsKey(doc.contents)
  withDuplicates.set(doc, found)
  return found
}

function repeatsKey(node: unknown): boolean {
  if (isSeq(node)) return node.items.some(repeatsKey)
  if (!isMap(node)) return false
  const keys = node.items.flatMap(({ key }) => (isScalar(key) ? [key.value] : []))
  return new Set(keys).size < keys.length || node.items.some(({ key, value }) => repeatsKey(key) || repeatsKey(value))
}
