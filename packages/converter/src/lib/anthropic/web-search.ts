import type { JsonObject } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { dropOthers } from '../chat/read.ts'
import type { WebSearch } from '../chat/search-settings.ts'
import { readSearch, searchName, writeSearch } from '../chat/web-search.ts'

const members = {
  maxUses: 'max_uses',
  allowedDomains: 'allowed_domains',
  blockedDomains: 'blocked_domains',
  location: 'user_location',
} as const

const known: ReadonlySet<string> = new Set(['type', 'name', ...Object.values(members)])

/** Reads a tool of any version of `web_search_…`; undefined for other tools. */
export function decodeSearch(type: string, wire: JsonObject, at: string, report: Report): WebSearch | undefined {
  if (!type.startsWith('web_search_')) return undefined
  dropOthers(wire, at, known, report)
  return readSearch(wire, at, members)
}

/** The oldest version, which every model that searches has: later ones filter results by code that the client may have to see. */
export function encodeSearch(search: WebSearch, report: Report): JsonObject {
  return { type: 'web_search_20250305', name: searchName, ...writeSearch(search, members, report) }
}
