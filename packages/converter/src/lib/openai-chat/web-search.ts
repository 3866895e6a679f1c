import type { JsonObject } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { dropOthers, pathOf, readObject } from '../chat/read.ts'
import type { HostedTool, Tool } from '../chat/request.ts'
import { readSearch, searchName, writeSearch } from '../chat/web-search.ts'

const key = 'web_search_options'
const members = { location: 'user_location', contextSize: 'search_context_size' } as const
const known: ReadonlySet<string> = new Set(Object.values(members))

/** Reads `web_search_options`, which stand for a tool; its location is wrapped once more here. */
export function decodeSearch(wire: JsonObject, report: Report): HostedTool[] {
  const options = readObject(wire, key, '')
  if (options === undefined) return []
  dropOthers(options, key, known, report)
  const search = readSearch(options, key, members)
  const { location } = search
  const place = location && readObject(options, members.location, key)
  const flat = place && { type: 'approximate', ...readObject(place, 'approximate', pathOf(key, members.location)) }
  return [
    {
      type: 'hosted',
      kind: key,
      name: searchName,
      value: options,
      at: key,
      search: { ...search, ...(location && flat && { location: { ...location, value: flat } }) },
    },
  ]
}

/** Whether a tool is a search of the web. */
export function isSearch(tool: Tool): tool is HostedTool {
  return tool.type === 'hosted' && tool.search !== undefined
}

/** The options by which the search models of this dialect are told how to search. */
export function encodeSearch({ search = {} }: HostedTool, report: Report): JsonObject {
  const options = writeSearch(search, members, report)
  const { type: _, ...approximate } = readObject(options, members.location, '') ?? {}
  if (search.location) options[members.location] = { type: 'approximate', approximate }
  return { [key]: options }
}
