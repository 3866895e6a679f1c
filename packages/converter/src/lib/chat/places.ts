import type { Dialect } from './dialect.ts'
import type { Report } from './loss.ts'
import type { CacheHint } from './part.ts'
import type { ChatRequest } from './request.ts'

/** What a part carries beside its content. */
type Detail = 'cache' | 'citations' | 'detail' | 'name' | 'context' | 'error' | 'seal'

/** How the dialects that have such a member call it, from the part on. */
const words: Readonly<Record<Detail, Partial<Record<Dialect, string>>>> = {
  cache: {
    'openai-chat': 'prompt_cache_breakpoint',
    'openai-responses': 'prompt_cache_breakpoint',
    anthropic: 'cache_control',
  },
  citations: { 'openai-responses': 'annotations', anthropic: 'citations' },
  detail: { 'openai-chat': 'image_url.detail', 'openai-responses': 'detail', gemini: 'mediaResolution' },
  name: { 'openai-chat': 'file.filename', 'openai-responses': 'filename', anthropic: 'title' },
  context: { anthropic: 'context' },
  error: { anthropic: 'is_error', gemini: 'functionResponse.response.error' },
  seal: {
    'openai-chat': 'extra_content',
    'openai-responses': 'encrypted_content',
    anthropic: 'signature',
    gemini: 'thoughtSignature',
  },
}

/**
 * The path of what a part carries beside its content, as the source spells it, for the loss report.
 *
 * @param at the path of the part.
 */
export function placeOf(detail: Detail, at: string, from: Dialect): string {
  return `${at}.${words[detail][from] ?? detail}`
}

/** Reports that log-probabilities are not told, with everything the client said of them. */
export function dropLogprobs({ paths, logprobs }: ChatRequest, report: Report, why: string): void {
  if (logprobs === undefined) return
  report.dropped(paths.logprobs ?? 'logprobs', why)
  if (logprobs.top !== undefined && paths.topLogprobs !== undefined) report.dropped(paths.topLogprobs, why)
}

/** The path of a part's cache mark; empty when it bears none. Chat requests spell it in two ways, so a decoder may have told where it stands. */
export function cachePlace(part: { readonly at: string; readonly cache?: CacheHint }, from: Dialect): string {
  return part.cache === undefined ? '' : (part.cache.at ?? placeOf('cache', part.at, from))
}
