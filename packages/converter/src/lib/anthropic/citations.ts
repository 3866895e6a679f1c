import type { JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { Citation } from '../chat/part.ts'
import { foreignMark } from '../chat/search.ts'

/** What an answer rests on, as Anthropic tells it: its own citations as they are, pages of the web found by others as found by a search. */
export function writeCitation(citation: Citation, at: string, report: Report): JsonValue | undefined {
  const { native, url, title, quote, start } = citation
  if (native?.dialect === 'anthropic') return native.value
  if (url === undefined) {
    report.dropped(at, 'Anthropic has no citation of this kind')
    return undefined
  }
  if (start !== undefined) report.approximated(at, 'Anthropic tells the source of a text as a whole')
  return {
    type: 'web_search_result_location',
    url,
    title: title ?? null,
    cited_text: quote ?? '',
    encrypted_index: foreignMark,
  }
}
