import { type JsonObject, text } from '../json.ts'
import { invalid } from './error.ts'
import { typeOf } from './messages.ts'

/** Kinds of calls that the client answers, by the type of the call's item; the words are OpenAI's. */
const ANSWERED: Readonly<Record<string, string>> = {
  function_call: 'function call',
  custom_tool_call: 'custom tool call',
  shell_call: 'shell call',
  local_shell_call: 'local shell call',
  apply_patch_call: 'apply patch call',
  computer_call: 'computer call',
}

/** Checks that calls and outputs belong together: every call answered, every answer called for, each once. */
export function checkPairing(items: readonly JsonObject[]): void {
  const called = new Map<string, Set<string>>()
  const answered = new Map<string, Set<string>>()
  for (const item of items) {
    const type = typeOf(item)
    const kind = ANSWERED[type] === undefined ? type.replace(/_output$/, '') : type
    if (ANSWERED[kind] === undefined) continue
    const id = text(item.call_id) ?? text(item.id) ?? ''
    if (kind === type) add(called, kind, id)
    else checkOutput(kind, id, called, answered)
  }
  for (const [kind, ids] of called) {
    const open = [...ids].find((id) => !answered.get(kind)?.has(id))
    if (open !== undefined) throw invalid(`No tool output found for ${ANSWERED[kind]} ${open}.`, 'input')
  }
}

function checkOutput(
  kind: string,
  id: string,
  called: ReadonlyMap<string, ReadonlySet<string>>,
  answered: Map<string, Set<string>>,
): void {
  if (!called.get(kind)?.has(id)) {
    throw invalid(`No tool call found for ${ANSWERED[kind]} output with call_id ${id}.`, 'input')
  }
  if (answered.get(kind)?.has(id)) {
    throw invalid(`Duplicate tool output found for ${ANSWERED[kind]} with call_id ${id}.`, 'input')
  }
  add(answered, kind, id)
}

function add(sets: Map<string, Set<string>>, key: string, id: string): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(id))
}

/** Reasoning must be followed by what it led to. Items sent back without ids are not held to this. */
export function checkFollowed(items: readonly JsonObject[]): void {
  items.forEach((item, index) => {
    const id = text(item.id)
    if (typeOf(item) !== 'reasoning' || id === undefined) return
    const next = items.slice(index + 1).find((candidate) => typeOf(candidate) !== 'reasoning')
    if (next !== undefined && (next.role === 'assistant' || /_call$|^program$/.test(typeOf(next)))) return
    throw invalid(`Item '${id}' of type 'reasoning' was provided without its required following item.`, 'input')
  })
}
