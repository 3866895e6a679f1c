import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import { type Environment, expandReferences } from './env.ts'
import type { DataPath, IssueCode, Problem } from './issue.ts'

/** Nodes that aliases may repeat in all: plenty for a shared block, far too few for a bomb. */
const MAX_ALIASED_NODES = 10_000

/** Explicit tags that only say what the core schema would say anyway. */
const CORE_TAGS: ReadonlySet<string> = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
)

/** Where a key and its value stand in the text. */
interface Place {
  readonly key?: number
  readonly value: number
  readonly end: number
}

/** The data of a file, and the way back from a path in it to a place in the text. */
export interface PlainData {
  /** Maps as objects, lists as arrays, references resolved. A key without a value holds undefined. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Whether a value at or above the path could not be resolved, so that no more can be said about it. */
  unresolved(path: DataPath): boolean
  /** Offset of the key or value at the path, or of the nearest thing around it. */
  offsetOf(path: DataPath, at: 'key' | 'value', mark?: string): number
}

/** How references are resolved. */
export interface ReferenceOptions {
  readonly env: Environment
  /** Leaves a value whose variable is not set as it is written, with a warning, rather than as a fault. */
  readonly keepUnset: boolean
}

/** Turns a YAML tree into plain data. */
export function readPlain(doc: Document.Parsed, text: string, references: ReferenceOptions): PlainData {
  const reader = new Reader(references)
  const value = doc.contents === null ? undefined : reader.read(doc.contents, [])
  return {
    value,
    problems: reader.problems,
    unresolved: (path) => path.some((_, index) => reader.unresolved.has(pathKey(path.slice(0, index + 1)))),
    offsetOf: (path, at, mark) => offsetOf(reader.places, text, path, at, mark),
  }
}

function offsetOf(
  places: ReadonlyMap<string, Place>,
  text: string,
  path: DataPath,
  at: 'key' | 'value',
  mark: string | undefined,
): number {
  const place = places.get(pathKey(path))
  if (place === undefined) return path.length === 0 ? 0 : offsetOf(places, text, path.slice(0, -1), 'key', undefined)
  if (at === 'key' && place.key !== undefined) return place.key
  const marked = mark === undefined ? -1 : text.slice(place.value, place.end).indexOf(mark)
  return place.value + Math.max(0, marked)
}

function pathKey(path: DataPath): string {
  return JSON.stringify(path)
}

class Reader {
  readonly places = new Map<string, Place>()
  readonly unresolved = new Set<string>()
  readonly problems: Problem[] = []
  readonly #anchors = new Map<string, Node>()
  /** Anchored nodes being read: an alias to one of them would never end. */
  readonly #open = new Set<Node>()
  readonly #references: ReferenceOptions
  #aliasDepth = 0
  #aliasedNodes = 0
  #exhausted = false

  constructor(references: ReferenceOptions) {
    this.#references = references
  }

  read(node: Node, path: DataPath, key?: number): unknown {
    const [start, end] = node.range ?? [0, 0]
    // Of a value that an alias repeats, the alias is the place that can be changed.
    if (this.#aliasDepth === 0)
      this.places.set(pathKey(path), { ...(key === undefined ? {} : { key }), value: start, end })
    else if (++this.#aliasedNodes > MAX_ALIASED_NODES) return undefined
    if (isAlias(node)) return this.#readAlias(node.source, path, start)
    if (node.tag !== undefined && !CORE_TAGS.has(node.tag)) {
      this.#report(start, path, 'yaml-unsupported', 'a YAML tag (!name) is not supported here', 'remove the tag')
    }
    if (isScalar(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
      return typeof node.value === 'string' ? this.#expand(node.value, path) : this.#scalar(node.value)
    }
    if (!isMap(node) && !isSeq(node)) return undefined
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    this.#open.add(node)
    const value = isMap(node) ? this.#readMap(node, path) : this.#readList(node, path)
    this.#open.delete(node)
    return value
  }

  #scalar(value: unknown): unknown {
    return typeof value === 'number' || typeof value === 'boolean' ? value : null
  }

  #readList(node: YAMLSeq, path: DataPath): unknown[] {
    return node.items.map((item, index) => this.read(item as Node, [...path, index]))
  }

  #readMap(node: YAMLMap, path: DataPath): Record<string, unknown> {
    const value: Record<string, unknown> = {}
    const seen = new Set<string>()
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const offset = pair.key.range?.[0] ?? 0
      const key = this.#readKey(pair.key, path, offset)
      if (key === undefined) continue
      if (seen.has(key)) {
        this.#report(offset, [...path, key], 'duplicate-key', `"${key}" is written twice in one section`, 'keep one')
        continue
      }
      seen.add(key)
      const inner = [...path, key]
      const read = pair.value === null ? null : this.read(pair.value, inner, offset)
      if (pair.value === null) this.places.set(pathKey(inner), { key: offset, value: offset, end: offset })
      value[key] = read === null && !path.includes('options') ? undefined : read
    }
    return value
  }

  #readKey(node: Node, path: DataPath, offset: number): string | undefined {
    const value = isScalar(node) ? node.value : undefined
    if (value === '<<') {
      this.#report(offset, path, 'yaml-unsupported', 'merge keys (<<) are not supported', 'write the keys out')
      return undefined
    }
    if (typeof value === 'string' && value !== '__proto__') return value
    this.#report(offset, path, 'wrong-type', 'a key must be a plain name', 'put it in quotes if it is meant as a name')
    return undefined
  }

  #readAlias(name: string, path: DataPath, offset: number): unknown {
    const target = this.#anchors.get(name)
    if (target === undefined || this.#open.has(target)) {
      this.#report(
        offset,
        path,
        'yaml-syntax',
        'an alias (*name) has no anchor (&name) before it',
        'write the value out',
      )
      return undefined
    }
    this.#aliasDepth += 1
    const value = this.read(target, path)
    this.#aliasDepth -= 1
    if (this.#aliasDepth === 0 && this.#aliasedNodes > MAX_ALIASED_NODES && !this.#exhausted) {
      this.#exhausted = true
      this.#report(offset, path, 'yaml-unsupported', 'aliases repeat too much of the file', 'write the values out')
    }
    return value
  }

  #expand(text: string, path: DataPath): string {
    const { text: value, faults } = expandReferences(text, this.#references.env)
    const kept = this.#references.keepUnset && faults.every(({ unset }) => unset)
    for (const { mark, message, hint } of faults) {
      if (!kept) this.unresolved.add(pathKey(path))
      this.problems.push({ severity: kept ? 'warning' : 'error', code: 'unset-variable', path, mark, message, hint })
    }
    return kept && faults.length > 0 ? text : value
  }

  #report(offset: number, path: DataPath, code: IssueCode, message: string, hint: string): void {
    // A second spelling of a key leaves the first one readable; after any other fault there is nothing to judge.
    if (code !== 'duplicate-key') this.unresolved.add(pathKey(path))
    this.problems.push({ severity: 'error', code, path, message, hint, offset })
  }
}
