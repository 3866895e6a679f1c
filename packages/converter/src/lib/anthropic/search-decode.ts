import { isObject, type JsonObject } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { arrayAt, objectAt, stringAt } from '../chat/read.ts'
import type { Search } from '../chat/search.ts'
import { searchName } from '../chat/web-search.ts'

/** Why one thing is left out of a result. */
const noAge = 'other dialects do not say how old a page is'

/** Whether a block is the call of a search. */
export function isSearchCall(block: JsonObject): boolean {
  return stringAt(block, 'type') === 'server_tool_use' && stringAt(block, 'name') === searchName
}

/** Puts the calls of searches and their results together, which are blocks of their own. */
export class SearchCalls {
  readonly #calls = new Map<string, { readonly input: JsonObject; readonly at: string }>()

  /** Takes a call, until its result comes. */
  call(block: JsonObject, at: string, input: JsonObject = objectAt(block, 'input') ?? {}): void {
    this.#calls.set(stringAt(block, 'id') ?? '', { input, at })
  }

  /** The search that a block is the result of; undefined for every other block. */
  result(block: JsonObject, at: string, report: Report): Search | undefined {
    if (stringAt(block, 'type') !== 'web_search_tool_result') return undefined
    const id = stringAt(block, 'tool_use_id') ?? ''
    const query = stringAt(this.#calls.get(id)?.input ?? {}, 'query')
    this.#calls.delete(id)
    const queries = query === undefined ? [] : [query]
    const error = objectAt(block, 'content')
    if (error) {
      report.approximated(`${at}.content.error_code`, 'other dialects say that a search failed, not why')
      return { queries, failed: true }
    }
    const found = arrayAt(block, 'content').filter(isObject)
    if (found.some((page) => stringAt(page, 'page_age'))) report.dropped(`${at}.content`, noAge)
    return { queries, pages: found.flatMap(pageOf) }
  }

  /** Reports the calls whose results are not in this answer. */
  finish(report: Report): void {
    for (const { at } of this.#calls.values()) report.dropped(at, 'the answer ends before the search does')
  }
}

function pageOf(wire: JsonObject): Search['pages'] & object {
  const url = stringAt(wire, 'url')
  const title = stringAt(wire, 'title')
  return url === undefined ? [] : [{ url, ...(title && { title }) }]
}
