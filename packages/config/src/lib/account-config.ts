import type { EntryStatus } from './entry-status.ts'

/** A wire protocol that an upstream account's endpoint can speak. */
export type AccountDialect = 'openai-chat' | 'openai-completions' | 'openai-responses' | 'anthropic' | 'gemini'

/** An upstream account: a provider, a credential and options. */
export interface AccountConfig {
  /** Unique among the accounts, by habit `upstream_…`. */
  id: string
  name: string
  /**
   * Where its credential comes from: the file, a login at the provider, or each client, who sends its own with its gateway key
   * in `x-llm-gateway-key`.
   */
  type: 'api-key' | 'oauth' | 'passthrough'
  /** One of {@link KNOWN_PROVIDERS}, or of the list the caller gave. */
  provider: string
  /** How often it is checked without a request, in milliseconds. Absent: as `routing` says. */
  healthCheckMs?: number
  /** The key itself, `file:PATH` or `enc:v1:…`; the last two are for the application to resolve. */
  apiKey?: string
  /** An `http:` or `https:` URL without trailing slash; absent means the provider's own. */
  baseUrl?: string
  /** Its own proxy instead of the environment's: a URL, `file:PATH` or `enc:v1:…` for one, or `direct`. */
  proxy?: string
  /** Default `active`. */
  status: EntryStatus
  /** Higher first; absent is 0. */
  priority?: number
  /** Share among equals under the `weighted` strategy; absent is 1. */
  weight?: number
  /** Upstream models the account serves: exact or `prefix*`. Absent means every model of its provider. */
  models?: string[]
  /** Dialects its endpoint speaks, most wanted first; absent means the provider's. */
  dialects?: AccountDialect[]
  /** With type oauth: the name of its profile, built in or under `oauth_profiles`; absent means its provider's. */
  oauthProfile?: string
  /** Provider-specific settings, passed on as they are. */
  options?: Record<string, unknown>
  /** What its models accept, where the converter's tables do not know or are wrong. */
  capabilities?: CapabilityConfig
  /** When the account was added, in milliseconds since the epoch. */
  createdAt?: number
  /** OAuth tokens that the older Go program kept in the file, for the application to move to its credential store. */
  legacyTokens?: LegacyTokens
}

/** A word for how much a model should think. */
export type EffortWord = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** What the models of an account accept, laid over what the converter knows of them by name. Absent means as it knows. */
export interface CapabilityConfig {
  /** Output limit sent where the dialect requires one and the client gave none. Tokens. */
  defaultMaxTokens?: number
  /** The longest answer; more is asked for as this. Tokens. */
  maxOutputTokens?: number
  /** Sampling parameters: all, temperature or top_p but not both, or none. */
  sampling?: 'full' | 'either' | 'none'
  maxTemperature?: number
  /** Instructions between turns. */
  systemTurns?: boolean
  /** Instructions as `developer` rather than `system`. */
  developerRole?: boolean
  /** A last assistant message is continued. */
  prefill?: boolean
  /** Effort words, weakest first. */
  efforts?: EffortWord[]
  thinking?: 'budget' | 'adaptive' | 'none'
  /** A schema for the answer. */
  structuredOutput?: boolean
  /** Most stop sequences. */
  maxStops?: number
  maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  /** `stream_options.include_usage`. */
  streamUsage?: boolean
  /** OpenAI's newer fields. */
  openaiExtensions?: boolean
  /** Tool calls at all. */
  tools?: boolean
  /** The provider's own tool for searching the web. */
  webSearch?: boolean
  /** `web_search_options` (Chat Completions). */
  webSearchOptions?: boolean
  /** A tool choice that forces a call. */
  forcedTools?: boolean
  /** Members of a message in which reasoning may come back, and `thinking` chunks of its content (Chat Completions). */
  reasoningMembers?: ('reasoning_content' | 'reasoning' | 'reasoning_details' | 'thinking')[]
  reasoningRequired?: boolean
  callSeals?: boolean
  /** Media beside text. */
  media?: ('image' | 'document' | 'audio')[]
}

/** An OAuth 2.0 provider, or what a built-in profile of this name lacks. */
export interface OAuthProfileConfig {
  name: string
  clientId?: string
  /** For confidential clients; as for `apiKey`, a reference or the secret itself. */
  clientSecret?: string
  /** Default `none` without a secret, else `post`. */
  clientAuthentication?: 'none' | 'post' | 'basic'
  /** Where a person logs in. */
  authorizeUrl?: string
  /** Where codes and refresh tokens are sent. */
  tokenUrl?: string
  /** Where the device flow begins. */
  deviceUrl?: string
  /** The `iss` a callback must bear if it bears one; absent means any on the origin of `authorizeUrl`. */
  issuer?: string
  scopes?: string[]
  /** Default `http://127.0.0.1/callback`; elsewhere than on loopback the person copies the code. */
  redirectUri?: string
  authorizeParameters?: Record<string, string>
  tokenParameters?: Record<string, string>
  /** The header that carries the token to the upstream. Default `authorization`. */
  header?: string
  /** What stands before the token in it. Default `Bearer `. */
  prefix?: string
  /** The only clients whose requests may be sent with these tokens; absent means any. */
  clients?: 'claude-code'[]
}

/** OAuth tokens found in a file of the older Go program. */
export interface LegacyTokens {
  accessToken?: string
  refreshToken?: string
  /** Milliseconds since the epoch. */
  expiresAt?: number
}

/** The providers a file may name unless the caller gives another list. */
export const KNOWN_PROVIDERS: readonly string[] = [
  'anthropic',
  'openai',
  'azure',
  'google',
  'openai-compatible',
  'simulator',
]

/** The options that each of {@link KNOWN_PROVIDERS} reads; any other has no effect. */
export const KNOWN_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  anthropic: [],
  openai: ['organization', 'project', 'version_path'],
  azure: ['api_version', 'deployment', 'deployments'],
  google: ['project', 'location'],
  'openai-compatible': ['version_path'],
  simulator: [],
}

/** The OAuth profiles that need no entry under `oauth_profiles` to be named. */
export const KNOWN_OAUTH_PROFILES: readonly string[] = ['claude-code', 'generic']
