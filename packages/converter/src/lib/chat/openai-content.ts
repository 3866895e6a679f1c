import type { RequestContext } from '../codec.ts'
import type { JsonObject } from './json.ts'
import type { CacheHint, OpaquePart, TextPart } from './part.ts'
import { cachePlace, placeOf } from './places.ts'

// What OpenAI's two dialects say alike of the content they send.

/** How long OpenAI keeps what a breakpoint covers; the shortest that is not shorter than asked for. Default 30m. */
const breakpointTtl: Readonly<Record<NonNullable<CacheHint['ttl']>, '30m' | '12h'>> = {
  '5m': '30m',
  '30m': '30m',
  '1h': '12h',
  '12h': '12h',
  '24h': '12h',
}

/** The member that marks the end of what the prompt cache is to keep; none where nothing is marked. */
export function breakpointOf(
  part: { readonly at: string; readonly cache?: CacheHint },
  context: RequestContext,
): JsonObject {
  const { cache } = part
  if (cache === undefined) return {}
  const { report, capabilities, from } = context
  if (!capabilities.cacheBreakpoints) {
    report.dropped(cachePlace(part, from), 'the model takes no cache breakpoints')
    return {}
  }
  const ttl = breakpointTtl[cache.ttl ?? '30m']
  if (cache.ttl !== undefined && cache.ttl !== ttl) {
    report.approximated(cachePlace(part, from), `a cache lifetime of ${cache.ttl} is sent as ${ttl}`)
  }
  return { prompt_cache_breakpoint: { mode: 'explicit', ...(cache.ttl !== undefined && { ttl }) } }
}

/** Reports the sources of a text that is sent. */
export function tellCitations({ citations, at }: TextPart, { report, from }: RequestContext): void {
  if (citations) report.dropped(placeOf('citations', at, from), 'a text that is sent carries no sources')
}

/** A readable rendering of what only its own dialect understands, where there is one. */
export function renderingOf(part: OpaquePart, { report }: RequestContext): string | undefined {
  if (part.kind === 'container_upload') report.refuse(part.at, 'a file in a provider container cannot be sent')
  if (part.text === undefined) report.dropped(part.at, `only ${part.dialect} understands ${part.kind}`)
  else report.approximated(part.at, `${part.kind} is sent as text`)
  return part.text
}
