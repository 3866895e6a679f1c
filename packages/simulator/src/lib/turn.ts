import type { JsonObject } from './json.ts'

/** The wire protocols the simulator speaks. */
export type Dialect = 'openai-chat' | 'openai-completions' | 'openai-responses' | 'anthropic' | 'gemini'

/** An image, a document or a sound the client sent. */
export interface Media {
  kind: 'image' | 'document' | 'audio'
  /** Its media type where the request says it, else where it lies. */
  from: string
  /** Characters of its encoded data; 0 when it is only referred to. */
  size: number
}

/** What a tool of the client answered. */
export interface ToolResult {
  id: string
  /** The tool's name, from the call the result belongs to. */
  name: string
  text: string
  isError: boolean
  media: readonly Media[]
}

/** A tool the client offers. */
export interface OfferedTool {
  name: string
  /** JSON Schema of its input; absent for tools that take plain text. */
  schema?: JsonObject
  /** `hosted`: the provider runs it; its name is its type. */
  kind: 'function' | 'custom' | 'hosted'
  /** The group it belongs to, where the client groups its tools. */
  namespace?: string
}

/** A piece of the prompt, in order; the prompt cache works on these. */
export interface Segment {
  text: string
  tokens: number
  /** A cache breakpoint behind this piece, and how long it lasts. */
  cache?: '5m' | '1h'
}

/** One request, with what its dialect has of its own left out: what scripts match and answers are made from. */
export interface Turn {
  dialect: Dialect
  model: string
  stream: boolean
  /** System and developer text, joined by newlines. */
  system: string
  /** What the user said since the last assistant message. */
  userText: string
  media: readonly Media[]
  toolResults: readonly ToolResult[]
  tools: readonly OfferedTool[]
  toolChoice: 'auto' | 'none' | 'required' | { readonly name: string }
  parallelTools: boolean
  /** Whether the client asked to see reasoning. */
  thinking: boolean
  /** The structured output asked for: any JSON object, or one of a schema. */
  format?: 'json' | { readonly schema: JsonObject /** The value without JSON's quotes. */; readonly bare?: boolean }
  /** Limit of the answer in tokens, reasoning included. */
  maxTokens?: number
  stops: readonly string[]
  /** How many alternatives to answer with. */
  count: number
  segments: readonly Segment[]
}
