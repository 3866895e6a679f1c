import { type JsonObject, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { dropOthers, pathOf, readObject } from '../chat/read.ts'
import type { Tool } from '../chat/request.ts'
import type { WebSearch } from '../chat/search-settings.ts'
import { readSearch, writeSearch } from '../chat/web-search.ts'

const members = { location: 'user_location', contextSize: 'search_context_size' } as const
const filters = { allowedDomains: 'allowed_domains' } as const

const known = {
  tool: new Set(['type', 'filters', 'external_web_access', ...Object.values(members)]),
  filters: new Set(Object.values(filters)),
}

/** Whether a type word is that of a search, of any version. */
export function isSearch(type: string): boolean {
  return /^web_search(_preview)?(_\d|$)/.test(type)
}

/** Reads a tool of the web; undefined for other tools, and for a search of what OpenAI has stored alone. */
export function decodeSearch(type: string, wire: JsonObject, at: string, report: Report): WebSearch | undefined {
  if (!isSearch(type) || member(wire, 'external_web_access') === false) return undefined
  dropOthers(wire, at, known.tool, report)
  const path = pathOf(at, 'filters')
  const filter = readObject(wire, 'filters', at) ?? {}
  dropOthers(filter, path, known.filters, report)
  return { ...readSearch(wire, at, members), ...readSearch(filter, path, filters) }
}

/** Writes the tool. */
export function encodeSearch({ maxUses, allowedDomains, ...others }: WebSearch, report: Report): JsonObject {
  const tool: JsonObject = { type: 'web_search', ...writeSearch(others, members, report) }
  if (allowedDomains) tool.filters = { allowed_domains: allowedDomains.value }
  return tool
}

/** How often is searched at most, which is said of all the provider's own tools together here; no other is ever sent. */
export function limitOfSearch(tools: readonly Tool[]): JsonObject {
  for (const tool of tools) {
    if (tool.type === 'hosted' && tool.search?.maxUses) return { max_tool_calls: tool.search.maxUses.value }
  }
  return {}
}
