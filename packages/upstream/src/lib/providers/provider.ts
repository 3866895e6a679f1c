import type { HeaderMap } from '../headers.ts'

/**
 * What is asked of a provider. `embed-batch` is Gemini's way of embedding several inputs; OpenAI's `embed` takes any number. `compact`
 * makes a conversation shorter, `stored` is about something the provider keeps.
 */
export type Operation = 'generate' | 'count-tokens' | 'list-models' | 'embed' | 'embed-batch' | 'compact' | 'stored'

/** What a call needs to know of an upstream account. */
export interface UpstreamAccount {
  readonly id: string
  /** A key of `providers`. */
  readonly provider: string
  /** What the vendor's own SDK takes as its base URL; with or without `/v1`. Default: the provider's. */
  readonly baseUrl?: string
  /** What the provider's file says it reads. */
  readonly options?: Readonly<Record<string, unknown>>
  /** What the endpoint speaks, most wanted first. Default: the provider's. */
  readonly dialects?: readonly string[]
}

/** What an address is built from. */
export interface TargetContext {
  readonly account: UpstreamAccount
  readonly dialect: string
  readonly operation: Operation
  /** As planned; empty where the operation is about no model. */
  readonly model: string
  readonly stream: boolean
  /** What is kept, as the segments of its path below the version; for `stored`. */
  readonly resource?: readonly string[]
}

/** One request as far as its address and headers depend on it. */
export interface CallContext {
  readonly dialect: string
  readonly operation: Operation
  readonly model: string
  readonly stream: boolean
  /** What is kept, as the segments of its path below the version; for `stored`. */
  readonly resource?: readonly string[]
  readonly clientHeaders: HeaderMap
  /** The client's query, without `?`. */
  readonly clientQuery?: string
  /** The client speaks the dialect of the call: what its headers say is meant for this upstream. */
  readonly sameDialect: boolean
  /** The client's own headers and query go up whole and nothing of ours with them. Default false. */
  readonly verbatim?: boolean
}

/** How an endpoint departs from what its dialect's models accept elsewhere; the names are the converter's. */
export interface ProviderProfile {
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  readonly streamUsage?: boolean
  readonly openaiExtensions?: boolean
  readonly developerRole?: boolean
  readonly reasoningMembers?: readonly ('reasoning_content' | 'reasoning' | 'reasoning_details' | 'thinking')[]
  readonly reasoningRequired?: boolean
}

/** The header that carries a credential, and what stands before it. */
export interface CredentialPlace {
  readonly header: string
  readonly prefix?: string
}

/** A company's endpoint, as data. */
export interface Provider {
  readonly id: string
  /** For people. */
  readonly name: string
  /** What the endpoint speaks, most wanted first. */
  readonly dialects: readonly string[]
  readonly baseUrl?: string
  /** Where an API key goes. */
  readonly credential: CredentialPlace
  /** Where this credential goes, if not where API keys do: a token has another place than a key at some providers. */
  credentialFor?(account: Pick<UpstreamAccount, 'baseUrl' | 'options'>, credential: string): CredentialPlace
  /** An account must bring its own base URL. */
  readonly needsBaseUrl?: boolean
  /** An account must have a credential. Default true. */
  readonly needsKey?: boolean
  readonly profile?: ProviderProfile
  /** The profile of an account whose host, or of a model that, is known to depart from the others'. Default: `profile`. */
  profileFor?(account: Pick<UpstreamAccount, 'baseUrl'>, model: string): ProviderProfile | undefined
  /**
   * Client headers this provider understands beyond those of its dialects. They go up when the client speaks the dialect of
   * the call; `*` at the end stands for any rest.
   */
  readonly forwardHeaders?: readonly string[]
  /**
   * The full URL of a call.
   *
   * @throws UpstreamError when the account or the model makes none.
   */
  target(context: TargetContext): string
  /** Headers of the account's own, besides the credential; they win over the client's. */
  headers?(context: TargetContext): Record<string, string>
  /** The name the provider knows the model by. Default: the planned one. */
  model?(context: TargetContext): string
}
