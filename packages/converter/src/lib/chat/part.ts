import type { Dialect } from './dialect.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { Search } from './search.ts'

/**
 * Opaque provider state: a thinking signature, redacted thinking, encrypted reasoning, a thought signature.
 * It goes back to its issuer unchanged or to nobody.
 */
export interface Seal {
  /** Who made it: the dialect it came in. */
  readonly issuer: Dialect
  readonly value: string
  /** The id of the item it is bound to, where its issuer takes it back only under that id (openai-responses). */
  readonly id?: string
  /** Which of the vendors that speak the issuer's dialect made it, where they are told apart (openai-chat). */
  readonly vendor?: string
}

/** A request to keep the prompt up to and including this part in the provider's cache. */
export interface CacheHint {
  readonly ttl?: '5m' | '1h' | '30m' | '12h' | '24h'
  /** Where the mark stands, where that is not the usual member of its part. */
  readonly at?: string
}

/** Where media lies. `base64` data is carried as the source's own string, never decoded or copied. */
export type MediaSource =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'text'; readonly text: string }
  /** A file stored at one provider; means nothing to another. */
  | { readonly kind: 'id'; readonly id: string }

interface Located {
  /** Where the part stood in the source body, for loss reports: `messages[1].content[0]`. */
  readonly at: string
}

export interface TextPart extends Located {
  readonly type: 'text'
  readonly text: string
  readonly cache?: CacheHint
  readonly citations?: readonly Citation[]
}

/** A source the text of a part rests on. */
export interface Citation {
  readonly url?: string
  readonly title?: string
  readonly quote?: string
  /** Character offsets in the part's own text, where the source gives them. */
  readonly start?: number
  readonly end?: number
  /** The dialect's own object, re-emitted only to that dialect. */
  readonly native?: { readonly dialect: Dialect; readonly value: JsonValue }
}

export interface ImagePart extends Located {
  readonly type: 'image'
  readonly source: MediaSource
  readonly detail?: string
  /** Where the detail is asked for, where that is not the usual member of the part. */
  readonly detailAt?: string
  readonly cache?: CacheHint
}

/** A document: PDF, plain text, or anything a dialect carries as a file. */
export interface FilePart extends Located {
  readonly type: 'file'
  readonly source: MediaSource
  /** File name (openai) or title (anthropic). */
  readonly name?: string
  /** Anthropic's `context`: text about the document that is not part of it. */
  readonly context?: string
  readonly cache?: CacheHint
}

export interface AudioPart extends Located {
  readonly type: 'audio'
  readonly source: MediaSource
  readonly format: string
}

/** What the assistant declined to do, in its own words. */
export interface RefusalPart extends Located {
  readonly type: 'refusal'
  readonly text: string
}

/** Where vendors of the chat dialect show reasoning beside `reasoning_content`: a member, and Mistral's chunks of the content. */
export type ReasoningPlace = 'reasoning' | 'thinking'

export interface ReasoningPart extends Located {
  readonly type: 'reasoning'
  /** Empty when the provider shows only the seal. */
  readonly text: string
  readonly seal?: Seal
  /** The provider hid the text: the seal is all there is. */
  readonly redacted?: true
  /** Where in the message it stood, where that is not its dialect's usual member (openai-chat: `reasoning_content`). */
  readonly member?: ReasoningPlace
}

export interface ToolCallPart extends Located {
  readonly type: 'tool-call'
  /** As the source has it; encoders alias what their dialect's limits refuse. */
  readonly id: string
  readonly name: string
  /** The arguments as JSON text, digit for digit (`json`), or the free text of a custom tool (`text`). */
  readonly input: string
  readonly inputKind: 'json' | 'text'
  /** What `input` is the text of, where the source has the object itself: a dialect that wants one need not parse the text. */
  readonly object?: JsonObject
  readonly seal?: Seal
  readonly cache?: CacheHint
}

/** Content that only its own dialect understands: server tool calls and their results, container uploads, compaction. */
export interface OpaquePart extends Located {
  readonly type: 'opaque'
  readonly dialect: Dialect
  /** The source's own type word, such as `server_tool_use`. */
  readonly kind: string
  readonly value: JsonValue
  /** A readable rendering, where leaving the part out would take meaning away (search results, compaction summaries). */
  readonly text?: string
  /** What of it the other dialects have words for, too: a search of the web. */
  readonly search?: Search
}

/** What a tool gave back. */
export interface ToolResult extends Located {
  readonly callId: string
  /** The tool's name, looked up from the call where the source does not repeat it. */
  readonly name?: string
  readonly parts: readonly (TextPart | ImagePart | FilePart | OpaquePart)[]
  readonly isError?: boolean
  readonly cache?: CacheHint
}

export type UserPart = TextPart | ImagePart | FilePart | AudioPart | OpaquePart
export type AssistantPart = TextPart | RefusalPart | ReasoningPart | ToolCallPart | ImagePart | OpaquePart
