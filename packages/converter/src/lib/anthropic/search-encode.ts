import type { JsonObject } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { Citation } from '../chat/part.ts'
import { foreignMark, type Page, type Search } from '../chat/search.ts'
import { searchName } from '../chat/web-search.ts'

/** Why there is one query where there were more. */
const oneQuery = 'Anthropic has one query a search: they are told as one'

/** Tells of searches that other providers ran, as the calls and results of Anthropic's own: two blocks each. */
export class SearchBlocks {
  readonly #newId: () => string
  readonly #report: Report
  /** Titles of the pages that the answer rests on, by their addresses. */
  readonly #cited = new Map<string, string | undefined>()
  /** Searches whose pages are the sources of the answer, which are all known at its end. */
  readonly #left: Search[] = []
  /** How many were told of. */
  count = 0

  constructor({ newId, report }: { readonly newId: () => string; readonly report: Report }) {
    this.#newId = newId
    this.#report = report
  }

  /** Takes note of what the answer rests on. */
  cite({ url, title }: Citation): void {
    if (url !== undefined) this.#cited.set(url, this.#cited.get(url) ?? title)
  }

  /** The blocks of a search, so far as they can be told at once. */
  told(search: Search, at: string): JsonObject[] {
    this.count++
    if (search.queries.length > 1) this.#report.approximated(at, oneQuery)
    if (search.pages || search.failed) return this.#blocks(search, search.pages ?? [])
    this.#left.push(search)
    return []
  }

  /** The blocks of the other searches, at the end of the answer. Which of them found its sources is not known: the last one is given them. */
  left(): JsonObject[] {
    const last = this.#left.at(-1)
    const pages = [...this.#cited.keys()].map((url) => ({ url }))
    return this.#left.flatMap((search) => this.#blocks(search, search === last ? pages : []))
  }

  #blocks({ queries, failed }: Search, pages: readonly Page[]): JsonObject[] {
    const id = `srvtoolu_${foreignMark}${this.#newId()}`
    const caller = { type: 'direct' }
    const input = queries.length > 0 ? { query: queries.join('; ') } : {}
    const content = failed
      ? { type: 'web_search_tool_result_error', error_code: 'unavailable' }
      : pages.map((page) => this.#result(page))
    return [
      { type: 'server_tool_use', id, name: searchName, input, caller },
      { type: 'web_search_tool_result', tool_use_id: id, content, caller },
    ]
  }

  #result({ url, title }: Page): JsonObject {
    return {
      type: 'web_search_result',
      url,
      title: title ?? this.#cited.get(url) ?? url,
      encrypted_content: foreignMark,
      page_age: null,
    }
  }
}
