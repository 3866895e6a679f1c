import type { JsonObject, JsonValue } from './json.ts'
import type { Report } from './loss.ts'
import { pathOf, present } from './read.ts'
import type { HostedTool, Tool, ToolChoice } from './request.ts'
import type { SearchSetting, WebSearch } from './search-settings.ts'

/** Under which name the tool is chosen: Anthropic's own, and nobody else has one. */
export const searchName = 'web_search'

/** Reads settings from the members that hold them; null is absent. */
export function readSearch(
  wire: JsonObject,
  at: string,
  members: Readonly<Partial<Record<SearchSetting, string>>>,
): WebSearch {
  const search: { -readonly [Setting in SearchSetting]?: { value: JsonValue; at: string } } = {}
  for (const [setting, key] of Object.entries(members)) {
    const value = present(wire, key)
    if (value !== undefined) search[setting as SearchSetting] = { value, at: pathOf(at, key) }
  }
  return search
}

/** Writes the settings a dialect has a member for, and reports the others. */
export function writeSearch(
  search: WebSearch,
  members: Readonly<Partial<Record<SearchSetting, string>>>,
  report: Report,
): JsonObject {
  const wire: JsonObject = {}
  for (const setting of Object.keys(search) as SearchSetting[]) {
    const found = search[setting]
    const key = members[setting]
    if (found === undefined) continue
    if (key === undefined) report.dropped(found.at, 'the search of this provider has no such setting')
    else wire[key] = found.value
  }
  return wire
}

/**
 * The choice as far as the tools it names are sent, because a provider refuses a choice of what is not there.
 *
 * @throws ConversionError `UNSUPPORTED` where the one tool that must be called is not sent: the answer would be another one
 */
export function choiceOfSent(
  choice: ToolChoice | undefined,
  tools: readonly Tool[],
  isSent: (tool: HostedTool) => boolean,
  path: string,
  report: Report,
): ToolChoice | undefined {
  const isGone = (name: string): boolean => {
    const named = tools.filter((tool) => tool.name === name)
    return named.length > 0 && named.every((tool) => tool.type === 'hosted' && !isSent(tool))
  }
  if (choice?.type === 'tool' && isGone(choice.name)) report.refuse(path, 'the model cannot be made to search the web')
  if (choice?.type !== 'allowed' || !choice.names.some(isGone)) return choice
  report.approximated(path, 'a tool it names is not sent')
  return { ...choice, names: choice.names.filter((name) => !isGone(name)) }
}
