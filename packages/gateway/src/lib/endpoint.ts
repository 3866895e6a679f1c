import type { Dialect } from '@llm-gateway/converter'
import { type HeaderMap, headerOf } from './port.ts'

/** What a client asks the gateway for. */
export type Task =
  | 'generate'
  | 'count-tokens'
  | 'compact'
  | 'embed'
  | 'list-models'
  | 'stored-response'
  | 'conversation'

type Method = 'POST' | 'GET' | 'DELETE'

/** What a path is for. */
export interface Endpoint {
  readonly task: Task
  /** The dialect of the path, where it has one of its own; a body may say otherwise. */
  readonly dialect?: Dialect
  readonly methods: readonly Method[]
  /** What the path names: the model to call or to show, a stored response or a conversation. */
  readonly name?: string
  /** What is kept, as the segments of its path below the version. */
  readonly resource?: readonly string[]
  /** Set where the path says whether to stream, as Gemini's do, and not the body. */
  readonly stream?: boolean
  /** The path is the one for several inputs at once (Gemini's `batchEmbedContents`). */
  readonly batch?: true
}

const post = (dialect: Dialect, task: Task = 'generate'): Endpoint => ({ task, dialect, methods: ['POST'] })
const models: Endpoint = { task: 'list-models', methods: ['GET'] }
const openaiModels: Endpoint = { ...models, dialect: 'openai-chat' }

/** OpenAI's operations by their path below the version. */
const openaiPaths: readonly (readonly [string, Endpoint])[] = [
  ['/chat/completions', post('openai-chat')],
  ['/completions', post('openai-completions')],
  ['/responses', post('openai-responses')],
  ['/responses/input_tokens', post('openai-responses', 'count-tokens')],
  ['/responses/compact', post('openai-responses', 'compact')],
  ['/embeddings', post('openai-chat', 'embed')],
]

/** Every model endpoint whose path is always the same. */
export const endpoints: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ...openaiPaths.map(([path, endpoint]) => [`/v1${path}`, endpoint] as const),
  ['/v1/messages', post('anthropic')],
  ['/v1/messages/count_tokens', post('anthropic', 'count-tokens')],
  ['/v1/models', models],
  // Azure's v1 API, and what its classic one has outside of deployments.
  ...openaiPaths.map(([path, endpoint]) => [`/openai/v1${path}`, endpoint] as const),
  ['/openai/v1/models', openaiModels],
  ['/openai/responses', post('openai-responses')],
  ['/openai/models', openaiModels],
])

const geminiTasks: ReadonlyMap<string, Pick<Endpoint, 'task' | 'stream' | 'batch'>> = new Map([
  ['generateContent', { task: 'generate', stream: false }],
  ['streamGenerateContent', { task: 'generate', stream: true }],
  ['countTokens', { task: 'count-tokens' }],
  ['embedContent', { task: 'embed' }],
  ['batchEmbedContents', { task: 'embed', batch: true }],
])

/** Reads one family of paths. */
interface Family {
  readonly pattern: RegExp
  readonly read: (match: RegExpExecArray) => Endpoint | undefined
}

/** The endpoints whose path names something, most wanted first. */
const families: readonly Family[] = [
  {
    // Of any version, since @google/genai 3 calls /v1 and others /v1beta; with or without the scope Vertex's clients send.
    pattern:
      /^\/v1(?:beta1?|alpha)?\/(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/[^/]+\/)?models\/(.+):(\w+)$/,
    read: ([, name = '', method = '']) => {
      const known = geminiTasks.get(method)
      return known && { ...known, dialect: 'gemini', methods: ['POST'], name: bareName(decoded(name)) }
    },
  },
  {
    pattern: /^\/openai\/deployments\/([^/]+)(\/.+)$/,
    read: ([, name = '', path = '']) => {
      const known = endpoints.get(`/v1${path}`)
      return known?.methods[0] === 'POST' && known.dialect !== 'anthropic'
        ? { ...known, name: decoded(name) }
        : undefined
    },
  },
  {
    pattern: /^\/v1(?:beta1?|alpha)\/(?:publishers\/[^/]+\/)?models(?:\/(.+))?$/,
    read: ([, name]) => ({ ...models, dialect: 'gemini', ...(name !== undefined && { name: decoded(name) }) }),
  },
  {
    pattern: /^\/(?:openai\/)?v1\/models\/(.+)$/,
    read: ([, name = '']) => ({ ...models, name: decoded(name) }),
  },
  {
    pattern: /^(?:\/v1|\/openai(?:\/v1)?)\/responses\/([^/]+)(?:\/(cancel|input_items))?$/,
    read: ([, name = '', of]) => ({
      task: 'stored-response',
      dialect: 'openai-responses',
      methods: of === undefined ? ['GET', 'DELETE'] : of === 'cancel' ? ['POST'] : ['GET'],
      name: decoded(name),
      resource: ['responses', decoded(name), ...(of === undefined ? [] : [of])],
    }),
  },
  {
    pattern: /^\/(?:openai\/)?v1\/conversations(?:\/([^/]+)(?:\/(items)(?:\/([^/]+))?)?)?$/,
    read: ([, name, items, item]) => ({
      task: 'conversation',
      dialect: 'openai-responses',
      methods: methodsOf(name, items, item),
      ...(name !== undefined && { name: decoded(name) }),
      resource: ['conversations', name, items, item].filter((segment) => segment !== undefined).map(decoded),
    }),
  },
]

/** What can be asked of conversations, of one, of its items and of one of these. */
function methodsOf(name: string | undefined, items: string | undefined, item: string | undefined): readonly Method[] {
  if (name === undefined) return ['POST']
  if (items === undefined) return ['GET', 'POST', 'DELETE']
  return item === undefined ? ['GET', 'POST'] : ['GET', 'DELETE']
}

/** The name of a resource stands in its path once, but some clients encode it whole. */
function bareName(name: string): string {
  return name.startsWith('models/') ? name.slice('models/'.length) : name
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** The endpoint of a path, or undefined when no dialect has it. */
export function endpointOf(path: string): Endpoint | undefined {
  const known = endpoints.get(path)
  if (known) return known
  for (const { pattern, read } of families) {
    const match = pattern.exec(path)
    const endpoint = match === null ? undefined : read(match)
    if (endpoint) return endpoint
  }
  return undefined
}

/**
 * What may be wrong with a path that no dialect has, for people; undefined where nobody knows. Mostly the base URL that was given to
 * a client ends with too much or too little.
 */
export function pathHint(path: string): string | undefined {
  if (path.startsWith('/v1/v1/')) return 'the base URL given to the client should not end in /v1 twice'
  const single = path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
  if (single !== path && endpointOf(single)) return `it is ${single}, without the slash too many`
  const versioned = `/v1${single}`
  if (endpointOf(versioned)) return `it is ${versioned}, and the base URL given to the client should end in /v1`
  return undefined
}

/** What may be wrong with a call to the path of a model that only can be shown, for people. */
export function geminiMethodHint(path: string): string | undefined {
  const method = /^\/v1(?:beta1?|alpha)?\/.*models\/.+:(\w+)$/.exec(path)?.[1]
  return method && `models can be asked for ${[...geminiTasks.keys()].join(', ')}, and not for ${method}`
}

/** The dialect of a client whose path does not tell it: by the headers and the way of giving the key that only one vendor has. */
export function dialectOfClient(headers: HeaderMap, path: string, query: string): Dialect {
  if (headerOf(headers, 'anthropic-version') !== undefined) return 'anthropic'
  const google = headerOf(headers, 'x-goog-api-key') ?? headerOf(headers, 'x-goog-api-client')
  return google !== undefined || path.startsWith('/v1beta') || /(^|&)key=/.test(query) ? 'gemini' : 'openai-chat'
}
