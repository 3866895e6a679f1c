import type { Call } from './call.ts'
import type { Catalogue, CataloguedModel } from './catalogue.ts'
import { GatewayError } from './error.ts'
import type { Services } from './services.ts'

/** Answers `GET /v1/models` and `GET /v1/models/{id}` in the shape of the caller's dialect. */
export async function listModels(call: Call, services: Services, catalogue: Catalogue): Promise<void> {
  const models = await catalogue.models(call, services)
  const anthropic = call.dialect === 'anthropic'
  const wanted = wantedId(call.request.path)
  if (wanted !== undefined) {
    const found = models.find((model) => model.id === wanted)
    if (!found)
      throw new GatewayError('model_not_found', `the model "${wanted}" is not served here`, { param: 'model' })
    call.answer.json(200, anthropic ? anthropicModel(found) : openaiModel(found))
    return
  }
  call.answer.json(200, anthropic ? anthropicList(models, call.request.query) : openaiList(models))
}

function wantedId(path: string): string | undefined {
  const prefix = '/v1/models/'
  if (!path.startsWith(prefix)) return undefined
  try {
    return decodeURIComponent(path.slice(prefix.length))
  } catch {
    return path.slice(prefix.length)
  }
}

function openaiModel(model: CataloguedModel): object {
  return { id: model.id, object: 'model', created: model.created ?? 0, owned_by: model.provider }
}

function openaiList(models: readonly CataloguedModel[]): object {
  return { object: 'list', data: models.map(openaiModel) }
}

function anthropicModel(model: CataloguedModel): object {
  const created = new Date((model.created ?? 0) * 1000).toISOString()
  return { type: 'model', id: model.id, display_name: model.name ?? model.id, created_at: created }
}

/** One page holds all but what `limit` cuts off; `after_id` goes on from there. */
function anthropicList(models: readonly CataloguedModel[], query: string): object {
  const search = new URLSearchParams(query)
  const after = search.get('after_id')
  const from = after === null ? 0 : models.findIndex((model) => model.id === after) + 1
  const limit = Math.max(1, Math.min(1000, Number(search.get('limit') ?? 20) || 20))
  const page = models.slice(from, from + limit)
  return {
    data: page.map(anthropicModel),
    has_more: from + limit < models.length,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  }
}
