import { type Capabilities, capabilitiesOf, type Dialect } from '@llm-gateway/converter'
import type { Call } from '../call.ts'
import { GatewayError } from '../error.ts'
import type { Services } from '../services.ts'
import type { Catalogue, CataloguedModel } from './catalogue.ts'

/** How one vendor writes a model and a list of them. */
interface Shape {
  readonly model: (model: CataloguedModel) => object
  readonly list: (models: readonly CataloguedModel[], query: URLSearchParams) => object
}

/** Answers the endpoints that list models or show one, in the shape of the caller's dialect. */
export async function listModels(call: Call, services: Services, catalogue: Catalogue): Promise<void> {
  const models = await catalogue.models(call, services)
  const shape = call.dialect === 'anthropic' ? anthropic : call.dialect === 'gemini' ? gemini : openai
  const { name } = call.endpoint
  if (name === undefined) {
    call.answer.json(200, shape.list(models, new URLSearchParams(call.request.query)))
    return
  }
  const found = models.find((model) => model.id === name)
  if (!found) throw new GatewayError('model_not_found', `the model "${name}" is not served here`, { param: 'model' })
  call.answer.json(200, shape.model(found))
}

const openai: Shape = {
  model: (model) => ({ id: model.id, object: 'model', created: model.created ?? 0, owned_by: model.provider }),
  // OpenAI's list has no pages.
  list: (models) => ({ object: 'list', data: models.map(openai.model) }),
}

const anthropic: Shape = {
  model: (model) => ({
    type: 'model',
    id: model.id,
    display_name: model.name ?? model.id,
    created_at: new Date((model.created ?? 0) * 1000).toISOString(),
    max_input_tokens: limitsOf(model).contextTokens ?? null,
    max_tokens: limitsOf(model).maxOutputTokens ?? null,
  }),
  list: (models, query) => {
    const limit = sizeOf(query.get('limit'), 20)
    const at = (id: string | null): number => models.findIndex((model) => model.id === id)
    const before = query.has('before_id') ? at(query.get('before_id')) : -1
    const from = before === -1 ? at(query.get('after_id')) + 1 : Math.max(0, before - limit)
    const to = before === -1 ? from + limit : before
    const page = models.slice(from, to)
    return {
      data: page.map(anthropic.model),
      has_more: before === -1 ? to < models.length : from > 0,
      first_id: page[0]?.id ?? null,
      last_id: page.at(-1)?.id ?? null,
    }
  },
}

const gemini: Shape = {
  model: (model) => ({
    name: `models/${model.id}`,
    displayName: model.name ?? model.id,
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
    inputTokenLimit: limitsOf(model).contextTokens,
    outputTokenLimit: limitsOf(model).maxOutputTokens,
    ...model.details,
  }),
  list: (models, query) => {
    // The token is the last name that was given, so that a list that changes meanwhile is still read to its end.
    const token = query.get('pageToken')
    const from = token === null ? 0 : models.findIndex((model) => model.id > token)
    if (from === -1) return { models: [] }
    const to = from + sizeOf(query.get('pageSize'), 50)
    const next = to < models.length ? models[to - 1]?.id : undefined
    return { models: models.slice(from, to).map(gemini.model), ...(next !== undefined && { nextPageToken: next }) }
  },
}

/**
 * What a model is known to take and to answer at most. Agents decide by it when to sum up a conversation; the gateway refuses nothing
 * for it, because it can only estimate how long a prompt is.
 */
function limitsOf({ id }: CataloguedModel): Pick<Capabilities, 'contextTokens' | 'maxOutputTokens'> {
  for (const dialect of makers) {
    const { contextTokens, maxOutputTokens } = capabilitiesOf(dialect, id)
    if (contextTokens !== undefined || maxOutputTokens !== undefined) {
      return {
        ...(contextTokens !== undefined && { contextTokens }),
        ...(maxOutputTokens !== undefined && { maxOutputTokens }),
      }
    }
  }
  return {}
}

/** One dialect of each maker's: its table knows the maker's models by their names, whoever serves them. */
const makers: readonly Dialect[] = ['anthropic', 'gemini', 'openai-chat']

/** The size of a page: the vendors take 1 to 1,000. */
function sizeOf(text: string | null, otherwise: number): number {
  return Math.max(1, Math.min(1000, Number(text ?? otherwise) || otherwise))
}
