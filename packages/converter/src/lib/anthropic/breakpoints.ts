import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'

/** Most `cache_control` marks a request may have. */
const maxBreakpoints = 4
/** A block in a tool result in a message is the deepest place a mark can stand. */
const deepest = 2

/**
 * Holds a request to Anthropic's rules for cache marks: four at most (the latest are worth most, because they hold the longest
 * prefix), and none of an hour behind one of five minutes. `body` is changed in place.
 */
export function limitBreakpoints(body: JsonObject, report: Report): void {
  const marked = holders(body)
  for (const holder of marked.splice(0, Math.max(0, marked.length - maxBreakpoints))) {
    delete holder.cache_control
    report.dropped('cache_control', `Anthropic takes ${maxBreakpoints} cache marks at most; the earliest are left out`)
  }
  let short = false
  for (const holder of marked) {
    const hour = isObject(holder.cache_control) && holder.cache_control.ttl === '1h'
    if (hour && short) {
      holder.cache_control = { type: 'ephemeral', ttl: '5m' }
      report.approximated('cache_control', 'behind a cache mark of 5 minutes Anthropic takes none of 1 hour')
    }
    short ||= !hour
  }
}

/** Everything that bears a mark, in the order of the prompt: tools, system, messages, and the automatic mark at its end. */
function holders(body: JsonObject): JsonObject[] {
  const found: JsonObject[] = []
  const visit = (value: JsonValue | undefined, depth = 0): void => {
    if (!Array.isArray(value)) return
    for (const item of value) {
      if (!isObject(item)) continue
      if (item.cache_control !== undefined) found.push(item)
      if (depth < deepest && Array.isArray(item.content)) visit(item.content, depth + 1)
    }
  }
  visit(body.tools)
  visit(body.system)
  visit(body.messages)
  if (body.cache_control !== undefined) found.push(body)
  return found
}
