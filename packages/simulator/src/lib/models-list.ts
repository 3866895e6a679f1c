import type { Call } from './endpoint.ts'
import { credential } from './gemini/endpoint.ts'
import type { JsonObject } from './json.ts'
import { anthropicModel } from './models/anthropic.ts'
import { geminiModel } from './models/gemini.ts'
import { DEFAULT_MODELS } from './models/listed.ts'

/** When all simulated models were released: 2026-01-01. */
const RELEASED = 1_767_225_600
const CONTEXT_TOKENS = 200_000

/** Whose API the caller speaks, by its headers and path. */
export function listProvider(call: Call): 'anthropic' | 'gemini' | 'openai' {
  if (call.headers['anthropic-version'] !== undefined) return 'anthropic'
  const google = call.headers['x-goog-api-key'] !== undefined || call.query.has('key')
  return google || call.model !== undefined || call.path.startsWith('/v1beta') ? 'gemini' : 'openai'
}

/** The credential of a request for models, of any provider. */
export function listKey(call: Call): string {
  return call.headers['x-api-key'] || call.headers['api-key'] || credential(call)
}

/** `GET /v1/models` in the shape of the caller's provider. */
export function listModels(call: Call, models: readonly string[] = DEFAULT_MODELS): JsonObject {
  switch (listProvider(call)) {
    case 'anthropic':
      return anthropicPage(call, models)
    case 'gemini':
      return geminiPage(call, models)
    default:
      return { object: 'list', data: models.map(openAiEntry) }
  }
}

function anthropicPage(call: Call, models: readonly string[]): JsonObject {
  const limit = Number(call.query.get('limit') ?? 20)
  const after = call.query.get('after_id')
  const start = after === null ? 0 : models.indexOf(after) + 1
  const page = models.slice(start, start + limit)
  return {
    data: page.map(anthropicEntry),
    has_more: start + limit < models.length,
    first_id: page[0] ?? null,
    last_id: page.at(-1) ?? null,
  }
}

function geminiPage(call: Call, models: readonly string[]): JsonObject {
  const limit = Number(call.query.get('pageSize') ?? call.query.get('page_size') ?? 50)
  const start = Number(call.query.get('pageToken') ?? call.query.get('page_token') ?? 0)
  const page = models.slice(start, start + limit).map(geminiEntry)
  return { models: page, ...(start + limit < models.length && { nextPageToken: String(start + limit) }) }
}

/** `GET /v1/models/{id}`, or `undefined` when there is no such model. */
export function findModel(call: Call, id: string, models: readonly string[] = DEFAULT_MODELS): JsonObject | undefined {
  if (!models.includes(id)) return undefined
  switch (listProvider(call)) {
    case 'anthropic':
      return anthropicEntry(id)
    case 'gemini':
      return geminiEntry(id)
    default:
      return openAiEntry(id)
  }
}

function geminiEntry(id: string): JsonObject {
  const rules = geminiModel(id)
  const embeds = /embedding/.test(id)
  return {
    name: `models/${id}`,
    version: '001',
    displayName: id,
    description: 'A simulated model',
    inputTokenLimit: embeds ? 2048 : 1_048_576,
    outputTokenLimit: embeds ? 1 : rules.maxOutput,
    supportedGenerationMethods: embeds ? ['embedContent', 'countTokens'] : ['generateContent', 'countTokens'],
    ...(!embeds && { temperature: 1, topP: 0.95, topK: 64, maxTemperature: 2 }),
    ...(!embeds && rules.thinking !== 'none' && { thinking: true }),
  }
}

function openAiEntry(id: string): JsonObject {
  return { id, object: 'model', created: RELEASED, owned_by: 'simulator' }
}

function anthropicEntry(id: string): JsonObject {
  return {
    type: 'model',
    id,
    display_name: id,
    created_at: new Date(RELEASED * 1000).toISOString(),
    lifecycle: 'active',
    line: null,
    deprecated_at: null,
    retires_at: null,
    max_input_tokens: CONTEXT_TOKENS,
    max_tokens: anthropicModel(id).maxOutput,
    capabilities: null,
  }
}
