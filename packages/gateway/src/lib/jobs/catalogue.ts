import { isObject, type JsonObject, type JsonValue } from '@llm-gateway/converter'
import { providers, resolveCall, type UpstreamSink } from '@llm-gateway/upstream'
import type { Call } from '../call.ts'
import type { Services } from '../services.ts'
import type { Account } from '../state.ts'

export interface CataloguedModel {
  readonly id: string
  readonly provider: string
  readonly name?: string
  /** Seconds since the epoch. */
  readonly created?: number
  /** What Gemini's lists say besides: limits in tokens, and what the model can be asked for. */
  readonly details?: JsonObject
}

interface Listing {
  readonly until: number
  readonly models: Promise<readonly CataloguedModel[]>
}

const freshMs = 10 * 60_000
/** A listing that failed is asked for again this soon. */
const retryMs = 30_000
/** Claude Code gives model discovery three seconds. */
const listTimeoutMs = 2_500
const maxListBytes = 4 * 1024 * 1024

/**
 * Which models are served: what the configuration names, and for accounts that name none what their provider lists. Listings
 * are free of charge, are asked for once in ten minutes, and an account that does not answer is left out.
 */
export class Catalogue {
  /** By the account as configured: one that was changed is asked anew, and what is gone is forgotten. */
  readonly #listings = new WeakMap<Account, Listing>()

  async models(call: Call, services: Services): Promise<readonly CataloguedModel[]> {
    const { client, state } = call
    const found = new Map<string, CataloguedModel>()
    for (const model of services.router.served(client?.models, client?.modelRoutes)) {
      found.set(model.id, { id: model.id, provider: model.provider })
    }
    const open = [...state.accounts.values()].filter((account) => account.listsModels)
    const listings = await Promise.all(open.map((account) => this.#listing(account, call, services)))
    for (const model of listings.flat()) {
      if (!found.has(model.id) && mayUse(client?.models, model.id)) found.set(model.id, model)
    }
    return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  #listing(account: Account, call: Call, services: Services): Promise<readonly CataloguedModel[]> {
    const known = this.#listings.get(account)
    if (known && known.until > services.tick()) return known.models
    const models = list(account, call, services)
    this.#listings.set(account, { until: services.tick() + freshMs, models })
    void models.then((listed) => {
      if (listed.length === 0) this.#listings.set(account, { until: services.tick() + retryMs, models })
    })
    return models
  }
}

function mayUse(patterns: readonly string[] | undefined, model: string): boolean {
  if (patterns === undefined) return true
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : pattern === model,
  )
}

/** What one account's provider lists; nothing when it does not answer. */
async function list(account: Account, call: Call, services: Services): Promise<readonly CataloguedModel[]> {
  const provider = providers.get(account.provider)
  const dialect = account.dialects?.[0] ?? provider?.dialects[0]
  if (provider === undefined || dialect === undefined) return []
  try {
    const { origin, path, headers } = resolveCall(account, provider, {
      dialect,
      operation: 'list-models',
      model: '',
      stream: false,
      clientHeaders: {},
      // Anthropic gives twenty and Google fifty unless asked for more; a dialect without the parameter does not get it.
      clientQuery: 'limit=1000&pageSize=1000',
      sameDialect: true,
    })
    const credential = await services.authorize(account)
    const timeouts = { ...call.state.timeouts, requestMs: listTimeoutMs }
    const text = await new Promise<string>((resolve) => {
      const sink = collector(resolve)
      services.upstream.send(
        {
          accountId: account.id,
          origin,
          path,
          headers: { ...headers, ...credential },
          body: '',
          method: 'GET',
          stream: false,
          timeouts,
        },
        sink,
      )
    })
    return read(JSON.parse(text) as JsonValue, account.provider)
  } catch {
    return []
  }
}

function collector(resolve: (text: string) => void): UpstreamSink {
  const pieces: Buffer[] = []
  let size = 0
  let ok = false
  return {
    onHead: (status) => {
      ok = status === 200
    },
    onData: (chunk) => {
      size += chunk.length
      if (size <= maxListBytes) pieces.push(chunk)
    },
    onEnd: () => resolve(ok ? Buffer.concat(pieces).toString('utf8') : '{}'),
    onFailure: () => resolve('{}'),
  }
}

/** OpenAI and Anthropic list under `data`, with `id` and a time each spells its own way; Google under two names, by resource names. */
function read(listing: JsonValue, provider: string): CataloguedModel[] {
  if (!isObject(listing)) return []
  const entries = [listing.data, listing.models, listing.publisherModels].find((list) => Array.isArray(list))
  if (!Array.isArray(entries)) return []
  return entries.flatMap((entry) => {
    const model = isObject(entry) ? modelOf(entry, provider) : undefined
    return model ? [model] : []
  })
}

function modelOf(entry: JsonObject, provider: string): CataloguedModel | undefined {
  const resource =
    typeof entry.name === 'string' ? entry.name.replace(/^(?:publishers\/[^/]+\/)?models\//, '') : undefined
  const id = typeof entry.id === 'string' ? entry.id : resource
  if (id === undefined) return undefined
  const created = typeof entry.created === 'number' ? entry.created : secondsOf(entry.created_at)
  const name = entry.display_name ?? entry.displayName
  const details = Object.fromEntries(
    geminiDetails.filter((key) => entry[key] !== undefined).map((key) => [key, entry[key]]),
  )
  return {
    id,
    provider,
    ...(typeof name === 'string' && { name }),
    ...(created !== undefined && { created }),
    ...(resource !== undefined && { details }),
  }
}

/** Members of a Gemini model that clients choose by; its defaults for sampling are the provider's own business. */
const geminiDetails = [
  'version',
  'description',
  'inputTokenLimit',
  'outputTokenLimit',
  'supportedGenerationMethods',
  'thinking',
] as const

function secondsOf(value: JsonValue | undefined): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000)
}
