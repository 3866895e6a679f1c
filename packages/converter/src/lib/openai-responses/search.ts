import type { JsonObject } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { arrayAt, objectAt, stringAt } from '../chat/read.ts'
import type { Search } from '../chat/search.ts'
import { objectsAt } from './wire.ts'

/** The search an item tells of; undefined for other items, and for pages that were opened or looked through. */
export function searchOf(item: JsonObject): Search | undefined {
  const action = objectAt(item, 'action') ?? {}
  if (stringAt(item, 'type') !== 'web_search_call' || (stringAt(action, 'type') ?? 'search') !== 'search') {
    return undefined
  }
  const several = arrayAt(action, 'queries').filter((query) => typeof query === 'string')
  const query = stringAt(action, 'query')
  // Told only to who asks for them, and compatible servers that have none give an empty list.
  const pages = objectsAt(action, 'sources').flatMap((source) => {
    const url = stringAt(source, 'url')
    return url === undefined ? [] : [{ url }]
  })
  return {
    queries: several.length > 0 || query === undefined ? several : [query],
    ...(pages.length > 0 && { pages }),
    ...(stringAt(item, 'status') === 'failed' && { failed: true }),
  }
}

/** The item of a search that another provider ran. */
export function searchItem(id: string, status: string, { queries, pages, failed }: Search): JsonObject {
  return {
    id,
    type: 'web_search_call',
    // What became of the answer says nothing of the search.
    status: status === 'in_progress' ? status : failed ? 'failed' : 'completed',
    action: {
      type: 'search',
      query: queries[0] ?? '',
      queries: [...queries],
      ...(pages && { sources: pages.map(({ url }) => ({ type: 'url', url })) }),
    },
  }
}

/** Reports what an item has no place for. */
export function tellSearch({ pages = [] }: Search, at: string, report: Report): void {
  if (pages.some(({ title }) => title)) report.approximated(at, 'pages are told by their addresses alone')
}
