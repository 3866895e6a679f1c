import type { JsonObject, JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { dropOthers, invalid, pathOf, present, readBoolean, readObject, readString } from '../chat/read.ts'
import type { ChatRequest, Extra, RequestField } from '../chat/request.ts'
import { isTtl } from './content.ts'

/** What is gathered on the way through a request. */
export interface Gathering {
  readonly extras: Extra[]
  readonly paths: { [field in RequestField]?: string }
  readonly report: Report
}

/** What becomes, in a dialect that has no counterpart, of a field that the canon does not model. */
export type Verdict = Pick<Extra, 'verdict' | 'detail'>

/** Who asks, and what the provider keeps: alike in OpenAI's two dialects. */
export function decodeIdentity(
  wire: JsonObject,
  gathering: Gathering,
): Pick<ChatRequest, 'user' | 'store' | 'metadata' | 'cache'> {
  const user = readUser(wire, gathering)
  const store = readBoolean(wire, 'store', '')
  const metadata = readMetadata(wire)
  const cache = readCacheOptions(wire, gathering)
  // A path is asked for only where its field is there.
  Object.assign(gathering.paths, { store: 'store', metadata: 'metadata', cache: 'prompt_cache_options' })
  return {
    ...(user !== undefined && { user }),
    ...(store !== undefined && { store }),
    ...(metadata && { metadata }),
    ...(cache && { cache }),
  }
}

/** `safety_identifier` replaces `user`, so it wins where both are given. */
function readUser(wire: JsonObject, { paths, extras }: Gathering): string | undefined {
  const safety = readString(wire, 'safety_identifier', '')
  const user = readString(wire, 'user', '')
  paths.user = safety === undefined ? 'user' : 'safety_identifier'
  if (safety !== undefined && user !== undefined && user !== safety) {
    extras.push(extra('user', user, 'drop', 'safety_identifier is sent in its place'))
  }
  return safety ?? user
}

/** Labels of the client's own; none of them is nothing to convert. */
function readMetadata(wire: JsonObject): Readonly<Record<string, string>> | undefined {
  const metadata = readObject(wire, 'metadata', '')
  if (metadata === undefined || Object.keys(metadata).length === 0) return undefined
  const entries = Object.entries(metadata).map(([key, value]): [string, string] =>
    typeof value === 'string' ? [key, value] : invalid(pathOf('metadata', key), 'must be a string'),
  )
  return Object.fromEntries(entries)
}

/** Implicit caching keeps the whole prefix; `explicit` only turns that off, which other dialects do anyway. */
function readCacheOptions(wire: JsonObject, { extras, report }: Gathering): ChatRequest['cache'] {
  const key = 'prompt_cache_options'
  const options = readObject(wire, key, '')
  if (options === undefined) return undefined
  dropOthers(options, key, new Set(['mode', 'ttl']), report)
  const mode = readString(options, 'mode', key) ?? 'implicit'
  const ttl = readString(options, 'ttl', key)
  if (mode === 'implicit') return isTtl(ttl) ? { ttl } : {}
  extras.push({ key, path: key, value: options, verdict: 'drop' })
  return undefined
}

/** A field that the canon does not model, and what becomes of it elsewhere. */
export function extra(key: string, value: JsonValue, verdict: Extra['verdict'], detail: string): Extra {
  return { key, path: key, value, verdict, detail }
}

/** Tells every other field as an extra, dropped where no verdict is given. */
export function readUnknown(
  wire: JsonObject,
  extras: Extra[],
  known: ReadonlySet<string>,
  verdicts: ReadonlyMap<string, Verdict>,
): void {
  for (const key of Object.keys(wire)) {
    const value = present(wire, key)
    if (value === undefined || known.has(key)) continue
    extras.push({ key, path: key, value, ...(verdicts.get(key) ?? { verdict: 'drop' }) })
  }
}
