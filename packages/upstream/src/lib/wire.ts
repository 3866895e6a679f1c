import { pathSegment } from './path-segment.ts'
import type { Operation, TargetContext } from './providers/provider.ts'

/** What a path below the version depends on. */
type PathContext = Pick<TargetContext, 'model' | 'stream' | 'resource'>

/** What a dialect asks of the HTTP request that carries it, whoever the provider is. */
export interface Wire {
  /** Paths below the version (`/v1`), with their query where the dialect needs one. */
  readonly paths: Readonly<Partial<Record<Operation, string | ((context: PathContext) => string)>>>
  /** Client headers that belong to the dialect and go up when the client speaks it; `*` at the end stands for any rest. */
  readonly forwardHeaders: readonly string[]
  /** Client query parameters that go up on the same condition. */
  readonly forwardQuery: readonly string[]
  /** Headers the dialect needs; the client's own win. */
  readonly headers: Readonly<Record<string, string>>
}

const openai = { forwardHeaders: ['openai-beta'], forwardQuery: [], headers: {} }
const openaiPaths = { embed: '/embeddings', 'list-models': '/models' }

/** Gemini's methods of a model. The name stands in the path; a route may have kept the resource's prefix. */
const ofModel =
  (method: string) =>
  ({ model }: PathContext): string =>
    `/models/${pathSegment(model.replace(/^models\//, ''))}:${method}`
const generateContent = ofModel('generateContent')
const streamGenerateContent = ofModel('streamGenerateContent?alt=sse')

/**
 * The dialects that go out, by name.
 *
 * Sources: the paths and headers of the SDKs openai 7.57.0, @anthropic-ai/sdk 1.12.0 and @google/genai 3.1.0. Anthropic's gateway
 * protocol wants `anthropic-*` headers and `?beta=true` forwarded untouched, also those not known yet. Of Gemini's headers those
 * about who pays (`x-goog-user-project`) are the operator's to say.
 */
export const wires: ReadonlyMap<string, Wire> = new Map<string, Wire>([
  ['openai-chat', { ...openai, paths: { ...openaiPaths, generate: '/chat/completions' } }],
  ['openai-completions', { ...openai, paths: { ...openaiPaths, generate: '/completions' } }],
  [
    'openai-responses',
    {
      ...openai,
      paths: {
        ...openaiPaths,
        generate: '/responses',
        'count-tokens': '/responses/input_tokens',
        compact: '/responses/compact',
        stored: ({ resource = [] }) => resource.map((segment) => `/${pathSegment(segment)}`).join(''),
      },
    },
  ],
  [
    'anthropic',
    {
      paths: { generate: '/messages', 'count-tokens': '/messages/count_tokens', 'list-models': '/models' },
      forwardHeaders: ['anthropic-*'],
      forwardQuery: ['beta', 'limit', 'before_id', 'after_id'],
      headers: { 'anthropic-version': '2023-06-01' },
    },
  ],
  [
    'gemini',
    {
      paths: {
        generate: (context) => (context.stream ? streamGenerateContent(context) : generateContent(context)),
        'count-tokens': ofModel('countTokens'),
        embed: ofModel('embedContent'),
        'embed-batch': ofModel('batchEmbedContents'),
        'list-models': '/models',
      },
      forwardHeaders: ['x-goog-api-client', 'x-server-timeout'],
      forwardQuery: ['pageSize', 'pageToken'],
      headers: {},
    },
  ],
])

/** Whether a dialect has an operation at all; a provider may still refuse it. */
export function speaks(dialect: string, operation: Operation): boolean {
  return wires.get(dialect)?.paths[operation] !== undefined
}
