import type { JsonValue } from './json.ts'

/** What a client may say of a search. */
export type SearchSetting = 'maxUses' | 'allowedDomains' | 'blockedDomains' | 'location' | 'contextSize'

/**
 * A search of the web that the provider runs itself: `web_search_20250305` (anthropic), `web_search` (openai-responses),
 * `web_search_options` (openai-chat), `googleSearch` (gemini). Values are the source's own, each with the place it stood in. A
 * location is `{type: 'approximate', city, region, country, timezone}`.
 */
export type WebSearch = Readonly<Partial<Record<SearchSetting, { readonly value: JsonValue; readonly at: string }>>>
