import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import type { FunctionTool } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'

/**
 * Whether a schema keeps OpenAI's rules for strict ones: every object closes its properties and requires all of them.
 * Walks without recursion, because a schema may be as deep as the sender likes.
 */
export function isStrict(schema: JsonObject): boolean {
  if (member(schema, 'type') !== 'object') return false
  const pending: JsonValue[] = [schema]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (Array.isArray(node)) for (const branch of node) pending.push(branch)
    if (!isObject(node)) continue
    if (!isClosed(node)) return false
    for (const key of Object.keys(node)) {
      const child = member(node, key)
      if (key === 'properties' || key === '$defs' || key === 'definitions') {
        if (isObject(child)) for (const name of Object.keys(child)) pending.push(child[name] ?? null)
      } else if (key === 'items' || key === 'anyOf') pending.push(child ?? null)
      else if (loosening.has(key)) return false
    }
  }
  return true
}

/** Keywords a strict schema may not hold. */
const loosening: ReadonlySet<string> = new Set(['allOf', 'oneOf', 'not', 'if', 'then', 'else', 'patternProperties'])

function isClosed(node: JsonObject): boolean {
  const properties = member(node, 'properties')
  const type = member(node, 'type')
  if (type !== 'object' && !(Array.isArray(type) && type.includes('object')) && properties === undefined) return true
  const required = member(node, 'required')
  const needed = new Set(Array.isArray(required) ? required : [])
  const names = isObject(properties) ? Object.keys(properties) : []
  return member(node, 'additionalProperties') === false && names.every((name) => needed.has(name))
}

/**
 * Whether a tool is told as strict. OpenAI refuses a strict tool whose schema leaves properties open, which other providers hold the
 * model to all the same: it is told, and the tool is not strict.
 */
export function strictOf(
  { strict, parameters, at }: Pick<FunctionTool, 'strict' | 'parameters' | 'at'>,
  { report, capabilities }: RequestContext,
): boolean | undefined {
  const kept = strict !== true || parameters === undefined || !capabilities.openaiExtensions || isStrict(parameters)
  if (kept) return strict
  report.approximated(
    `${at}.strict`,
    'OpenAI takes no schema as strict that leaves properties open: it is not enforced',
  )
  return undefined
}
