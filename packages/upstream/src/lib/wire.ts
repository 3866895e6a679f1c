import type { Operation } from './providers/provider.ts'

/** What a dialect asks of the HTTP request that carries it, whoever the provider is. */
export interface Wire {
  /** Paths below the version (`/v1`). */
  readonly paths: Readonly<Partial<Record<Operation, string>>>
  /** Client headers that belong to the dialect and go up when the client speaks it; `*` at the end stands for any rest. */
  readonly forwardHeaders: readonly string[]
  /** Client query parameters that go up on the same condition. */
  readonly forwardQuery: readonly string[]
  /** Headers the dialect needs; the client's own win. */
  readonly headers: Readonly<Record<string, string>>
}

const openai = { forwardHeaders: ['openai-beta'], forwardQuery: [], headers: {} }

/**
 * The dialects that go out, by name.
 *
 * Sources: the paths and headers of the SDKs openai 7.57.0 and @anthropic-ai/sdk 1.12.0. Anthropic's gateway protocol wants
 * `anthropic-*` headers and `?beta=true` forwarded untouched, also those not known yet.
 */
export const wires: ReadonlyMap<string, Wire> = new Map<string, Wire>([
  ['openai-chat', { ...openai, paths: { generate: '/chat/completions', 'list-models': '/models' } }],
  ['openai-completions', { ...openai, paths: { generate: '/completions', 'list-models': '/models' } }],
  ['openai-responses', { ...openai, paths: { generate: '/responses', 'list-models': '/models' } }],
  [
    'anthropic',
    {
      paths: { generate: '/messages', 'count-tokens': '/messages/count_tokens', 'list-models': '/models' },
      forwardHeaders: ['anthropic-*'],
      forwardQuery: ['beta', 'limit', 'before_id', 'after_id'],
      headers: { 'anthropic-version': '2023-06-01' },
    },
  ],
])
