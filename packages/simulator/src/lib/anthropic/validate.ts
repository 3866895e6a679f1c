import { isObject, type JsonObject, number, objects, show, text } from '../json.ts'
import { type AnthropicModel, anthropicModel } from '../models/anthropic.ts'
import type { Seals } from '../seal.ts'
import type { OfferedTool, Turn } from '../turn.ts'
import { invalid, wording } from './error.ts'
import { checkMedia } from './media.ts'
import { blocksOf, readMessages } from './messages.ts'
import { checkOutputSchema } from './output-schema.ts'
import { checkCacheMarkers, checkOrder } from './pairing.ts'
import { BETA_FIELDS, countShape, requestShape } from './shape.ts'
import { checkSeals, checkThinking, thinks } from './thinking.ts'
import { checkTools, chosen } from './tools.ts'

/** Values of `anthropic-version` the provider knows. */
export const VERSIONS: readonly string[] = ['2023-01-01', '2023-06-01', '2026-10-21']
/** From this version on there are no sampling parameters. */
const UNSAMPLED_VERSION = '2026-10-21'

/** What of a request besides its body decides whether it is legal. */
export interface ValidateOptions {
  version: string
  betas: readonly string[]
  seals: Seals
  /** A token count, which takes fewer fields and needs no `max_tokens`. */
  counting: boolean
}

/** Checks a message creation or a token count as Anthropic does; throws its 400, or says what the request means. */
export function validate(body: JsonObject, options: ValidateOptions): Turn {
  checkBetas(body, options.betas)
  const shape = options.counting ? countShape : requestShape
  shape(body, [], wording)
  const rules = anthropicModel(show(body.model))
  checkSampling(body, rules, options.version)
  checkStops(body)
  const messages = objects(body.messages)
  checkOrder(messages, rules)
  checkTexts(body, messages)
  checkMedia(messages)
  checkCacheMarkers(body)
  const tools = checkTools(body, messages)
  checkThinking(body, rules, options.counting)
  checkSeals(messages, options.seals)
  checkOutput(body, rules)
  return turnOf(body, tools)
}

function checkBetas(body: JsonObject, betas: readonly string[]): void {
  for (const [field, prefixes] of Object.entries(BETA_FIELDS)) {
    if (body[field] === undefined || prefixes.some((prefix) => betas.some((beta) => beta.startsWith(prefix)))) continue
    throw wording.unknown([field])
  }
}

function checkSampling(body: JsonObject, rules: AnthropicModel, version: string): void {
  const given = ['temperature', 'top_p', 'top_k'].filter((param) => body[param] !== undefined)
  const [first] = given
  if (first === undefined) return
  if (version >= UNSAMPLED_VERSION) throw wording.unknown([first])
  if (rules.sampling === 'free') {
    if (
      number(body.temperature) !== undefined &&
      number(body.top_p) !== undefined &&
      !show(body.model).startsWith('claude-3')
    ) {
      throw invalid('`temperature` and `top_p` cannot both be specified for this model. Please use only one.')
    }
    return
  }
  if (body.top_k !== undefined) throw invalid('`top_k` is not supported for this model.')
  if (body.temperature !== undefined && body.temperature !== 1) {
    throw invalid('`temperature` is deprecated for this model. Only the default value of 1.0 is supported.')
  }
  if (Number(body.top_p ?? 1) < 0.99)
    throw invalid('`top_p` is deprecated for this model. Only values of at least 0.99 are supported.')
}

function checkStops(body: JsonObject): void {
  const stops: unknown[] = Array.isArray(body.stop_sequences) ? body.stop_sequences : []
  const index = stops.findIndex((stop) => typeof stop === 'string' && stop.trim() === '')
  if (index >= 0) throw invalid(`stop_sequences.${index}: each stop sequence must contain non-whitespace`)
}

function checkTexts(body: JsonObject, messages: readonly JsonObject[]): void {
  messages.forEach((message, index) => {
    const blocks = blocksOf(message.content)
    const last = index === messages.length - 1 && message.role === 'assistant'
    if (!last && (message.content === '' || blocks.length === 0)) {
      throw invalid(
        `messages.${index}: all messages must have non-empty content except for the optional final assistant message`,
      )
    }
    if (!last) checkTextBlocks(blocks, 'messages')
    for (const block of blocks) checkTextBlocks(objects(block.content), 'messages')
  })
  checkTextBlocks(objects(body.system), 'system')
}

function checkTextBlocks(blocks: readonly JsonObject[], where: string): void {
  for (const block of blocks) {
    if (block.type !== 'text') continue
    if (block.text === '' && block.cache_control != null)
      throw invalid(`${where}: cache_control cannot be set for empty text blocks`)
    if (block.text === '') throw invalid(`${where}: text content blocks must be non-empty`)
    if (text(block.text)?.trim() === '') throw invalid(`${where}: text content blocks must contain non-whitespace text`)
  }
}

function checkOutput(body: JsonObject, rules: AnthropicModel): void {
  const config = isObject(body.output_config) ? body.output_config : {}
  if (typeof config.effort === 'string' && !rules.efforts.includes(config.effort)) {
    if (rules.efforts.length === 0) throw invalid('This model does not support the effort parameter.')
    throw invalid(
      `output_config.effort: '${config.effort}' is not supported for this model. Supported values: ${rules.efforts.join(', ')}`,
    )
  }
  const format = config.format ?? body.output_format
  if (!isObject(format) || !isObject(format.schema)) return
  if (!rules.structuredOutput) throw invalid('This model does not support structured outputs.')
  if (config.format != null && body.output_format != null) {
    throw invalid('output_format: cannot be specified together with output_config.format')
  }
  checkOutputSchema(format.schema, config.format == null ? 'output_format.schema' : 'output_config.format.schema')
}

function turnOf(body: JsonObject, tools: readonly OfferedTool[]): Turn {
  const choice = isObject(body.tool_choice) ? body.tool_choice : { type: 'auto' }
  const config = isObject(body.output_config) ? body.output_config : {}
  const format = config.format ?? body.output_format
  const schema = isObject(format) && isObject(format.schema) ? format.schema : undefined
  const stops: unknown[] = Array.isArray(body.stop_sequences) ? body.stop_sequences : []
  const maxTokens = number(body.max_tokens)
  return {
    ...readMessages(body),
    dialect: 'anthropic',
    model: show(body.model),
    stream: body.stream === true,
    tools,
    toolChoice: chosen(choice),
    parallelTools: choice.disable_parallel_tool_use !== true,
    thinking: thinks(body),
    ...(schema && { format: { schema } }),
    ...(maxTokens !== undefined && { maxTokens }),
    stops: stops.filter((stop) => typeof stop === 'string'),
    count: 1,
  }
}
