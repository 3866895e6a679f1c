import type { JsonObject } from '../chat/json.ts'
import { stringAt } from '../chat/read.ts'
import { objectsAt } from './wire.ts'

/** A tool's name as this dialect spells it. */
export interface SpelledName {
  readonly name: string
  readonly namespace?: string
}

/**
 * One name for each tool of a request, because no other dialect has namespaces: `github` and `search` are `github__search`.
 * Both ways are derived from the request's own tools, so they are exact whatever the names look like.
 */
export class ToolNames {
  readonly #spelled = new Map<string, SpelledName>()
  readonly #custom = new Set<string>()

  constructor(request: JsonObject) {
    const namespaces: JsonObject[] = []
    for (const tool of objectsAt(request, 'tools')) {
      if (stringAt(tool, 'type') === 'namespace') namespaces.push(tool)
      else this.#declare(tool, undefined)
    }
    // Plain names first: a joined one has to make way for them.
    for (const holder of namespaces) {
      for (const tool of objectsAt(holder, 'tools')) this.#declare(tool, stringAt(holder, 'name'))
    }
  }

  /** The one name of a tool, whether or not the request declares it. */
  flat(name: string, namespace: string | undefined): string {
    if (namespace === undefined || namespace === '') return name
    const joined = namespace.endsWith('__') ? namespace + name : `${namespace}__${name}`
    const owner = this.#spelled.get(joined)
    const free = owner === undefined || (owner.name === name && owner.namespace === namespace)
    // The dot is legal in no dialect's tool names, so this one is sent under an alias that nothing else can have.
    return free ? joined : `${namespace}.${name}`
  }

  /** How the request spells what {@link flat} gave. */
  spell(flat: string): SpelledName {
    return this.#spelled.get(flat) ?? { name: flat }
  }

  /** Every tool that is called by a name, in the order of the request; those of namespaces last. */
  declared(): { name: string; custom: boolean }[] {
    return [...this.#spelled.keys()].map((name) => ({ name, custom: this.#custom.has(name) }))
  }

  #declare(tool: JsonObject, namespace: string | undefined): void {
    const name = stringAt(tool, 'name')
    if (name === undefined) return
    const flat = this.flat(name, namespace)
    this.#spelled.set(flat, { name, ...(namespace !== undefined && { namespace }) })
    if (stringAt(tool, 'type') === 'custom') this.#custom.add(flat)
  }
}
