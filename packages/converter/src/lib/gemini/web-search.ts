import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { dropOthers } from '../chat/read.ts'
import type { WebSearch } from '../chat/search-settings.ts'
import { readSearch, writeSearch } from '../chat/web-search.ts'
import { bothSpellings, keyOf } from './wire.ts'

const known = bothSpellings(['excludeDomains'])
const kinds = bothSpellings(['googleSearch', 'googleSearchRetrieval'])

/** Reads a search by Google of either generation; undefined for other tools. */
export function decodeSearch(kind: string, settings: JsonValue, at: string, report: Report): WebSearch | undefined {
  if (!kinds.has(kind) || !isObject(settings)) return undefined
  dropOthers(settings, at, known, report)
  return readSearch(settings, at, { blockedDomains: keyOf(settings, 'excludeDomains') })
}

/** Without settings: the API of AI Studio refuses those that Vertex has. */
export function encodeSearch(search: WebSearch, report: Report): JsonObject {
  return { googleSearch: writeSearch(search, {}, report) }
}
