import { bearer, type Call } from './endpoint.ts'
import type { JsonObject } from './json.ts'
import { anthropicModel, DEFAULT_MODELS } from './models.ts'

/** When all simulated models were released: 2026-01-01. */
const RELEASED = 1_767_225_600
const CONTEXT_TOKENS = 200_000

/** Whether the caller speaks Anthropic's dialect. */
export function wantsAnthropic(call: Call): boolean {
  return call.headers['anthropic-version'] !== undefined
}

/** The credential of a request for models, of either provider. */
export function listKey(call: Call): string {
  return call.headers['x-api-key'] || call.headers['api-key'] || bearer(call.headers)
}

/** `GET /v1/models` in the shape of the caller's provider. */
export function listModels(call: Call, models: readonly string[] = DEFAULT_MODELS): JsonObject {
  if (!wantsAnthropic(call)) return { object: 'list', data: models.map(openAiEntry) }
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

/** `GET /v1/models/{id}`, or `undefined` when there is no such model. */
export function findModel(call: Call, id: string, models: readonly string[] = DEFAULT_MODELS): JsonObject | undefined {
  if (!models.includes(id)) return undefined
  return wantsAnthropic(call) ? anthropicEntry(id) : openAiEntry(id)
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
