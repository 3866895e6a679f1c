import { isObject, type JsonObject, number, objects, show, text } from '../json.ts'
import { openAiModel } from '../models/openai.ts'
import { listed } from '../openai-chat/error.ts'
import { strictSchemaProblem } from '../openai-chat/strict-schema.ts'
import { checkMetadata, unsupported, unsupportedValue } from '../openai-chat/validate.ts'
import type { Seals } from '../seal.ts'
import { countTokens } from '../tokens.ts'
import type { OfferedTool, Segment, Turn } from '../turn.ts'
import { conversationNotFound, invalid, itemNotFound, previousNotFound, wording } from './error.ts'
import { checkMedia } from './media.ts'
import { contentText, itemsOf, readMessages, typeOf } from './messages.ts'
import { checkFollowed, checkPairing } from './pairing.ts'
import { checkReasoning } from './reasoning.ts'
import { compactShape, countShape, requestShape } from './shape.ts'
import type { ResponseStore } from './store.ts'
import { allowedTools, checkTools, toolChoice } from './tools.ts'

/** What of a request besides its body decides whether it is legal. */
export interface ValidateOptions {
  seals: Seals
  responses: ResponseStore
  /** A token count, which takes fewer fields. */
  counting: boolean
  /** A conversation to be made shorter, which takes fewer still. */
  compacting?: boolean
}

/** A legal request: what it means, and the items it brought. */
export interface ResponseRequest {
  turn: Turn
  /** The items of the request itself. */
  input: readonly JsonObject[]
  /** Those and all that stand before them in stored responses or a conversation. */
  context: readonly JsonObject[]
}

/** Checks a request as OpenAI does; throws its 400 or 404, or says what the request means. */
export function validate(body: JsonObject, options: ValidateOptions): ResponseRequest {
  const shape = options.compacting ? compactShape : options.counting ? countShape : requestShape
  shape(body, [], wording)
  checkModelRules(body)
  checkOptions(body)
  const before = history(body, options.responses)
  const input = itemsOf(body.input)
  checkItems(input)
  checkReasoning(input, options.seals, options.responses)
  const context = [...before, ...input.map((item) => resolved(item, options.responses))]
  checkPairing(context)
  checkFollowed(context)
  const tools = checkTools(body)
  checkFormat(body, context)
  return { turn: turnOf(body, context, tools), input, context }
}

/** The items that stand before the request's own. */
function history(body: JsonObject, responses: ResponseStore): readonly JsonObject[] {
  const conversation = isObject(body.conversation) ? text(body.conversation.id) : text(body.conversation)
  if (conversation !== undefined) {
    const found = responses.conversation(conversation)
    if (!found) throw conversationNotFound(conversation)
    return found.items
  }
  const previous = text(body.previous_response_id)
  if (previous === undefined) return []
  const stored = responses.find(previous)
  if (!stored) throw previousNotFound(previous)
  return [...stored.input, ...objects(stored.response.output)]
}

function resolved(item: JsonObject, responses: ResponseStore): JsonObject {
  if (typeOf(item) !== 'item_reference') return item
  const id = text(item.id) ?? ''
  const found = responses.item(id)
  if (!found) throw itemNotFound(id)
  return found
}

function checkModelRules(body: JsonObject): void {
  const rules = openAiModel(show(body.model))
  const asked = isObject(body.reasoning) ? body.reasoning : {}
  const effort = asked.effort
  if (!rules.reasoning && rules.efforts.length === 0 && (effort != null || asked.summary != null)) {
    throw unsupported(effort == null ? 'reasoning.summary' : 'reasoning.effort')
  }
  if (typeof effort === 'string' && !rules.efforts.includes(effort)) {
    throw unsupportedValue('reasoning.effort', effort, `Supported values are: ${listed(rules.efforts)}.`)
  }
  for (const param of ['temperature', 'top_p']) {
    if (rules.reasoning && body[param] != null && body[param] !== 1) throw unsupported(param)
  }
  if (rules.reasoning && Number(body.top_logprobs ?? 0) > 0) throw unsupported('top_logprobs')
  if (!rules.parallelToolCalls && body.parallel_tool_calls === false) throw unsupported('parallel_tool_calls')
  const verbosity = isObject(body.text) ? text(body.text.verbosity) : undefined
  if (verbosity !== undefined && !rules.verbosities.includes(verbosity)) {
    throw unsupportedValue('text.verbosity', verbosity, `Supported values are: ${listed(rules.verbosities)}.`)
  }
  const include: unknown[] = Array.isArray(body.include) ? body.include : []
  if (!rules.reasoning && rules.efforts.length === 0 && include.includes('reasoning.encrypted_content')) {
    throw invalid('Encrypted content is not supported with this model.', 'include')
  }
  const wanted = number(body.max_output_tokens)
  if (wanted === undefined || wanted <= rules.maxOutput) return
  const message = `Invalid 'max_output_tokens': integer above maximum value. Expected a value <= ${rules.maxOutput}, but got ${wanted} instead.`
  throw invalid(message, 'max_output_tokens', 'integer_above_max_value')
}

function checkOptions(body: JsonObject): void {
  const sources = ['input', 'previous_response_id', 'conversation', 'prompt']
  if (sources.every((key) => body[key] == null)) {
    const message = `Missing required parameter: 'input'.`
    throw invalid(message, 'input', 'missing_required_parameter')
  }
  if (body.previous_response_id != null && body.conversation != null) {
    const message = `Mutually exclusive parameters: Ensure you are only providing one of: 'previous_response_id' or 'conversation'.`
    throw invalid(message, null, 'mutually_exclusive_parameters')
  }
  if (body.stream_options != null && body.stream !== true) {
    throw invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options')
  }
  if (body.background === true && body.store === false) {
    throw invalid("Background mode requires 'store' to be true.", 'background')
  }
  if (isObject(body.metadata)) checkMetadata(body.metadata)
  if (isObject(body.prompt)) {
    const id = show(body.prompt.id)
    throw invalid(`Prompt with id '${id}' not found.`, 'prompt', 'prompt_not_found')
  }
}

function checkItems(items: readonly JsonObject[]): void {
  items.forEach((item, index) => {
    for (const key of ['content', 'output']) {
      objects(item[key]).forEach((part, place) => {
        checkMedia(part, `input[${index}].${key}[${place}]`)
      })
    }
    if (item.type === 'function_call_output' && item.call_id == null) {
      const where = `input[${index}].call_id`
      throw invalid(`Missing required parameter: '${where}'.`, where, 'missing_required_parameter')
    }
  })
  const ids = items.filter((item) => typeOf(item) !== 'item_reference').map((item) => text(item.id))
  const twice = ids.find((id, index) => id !== undefined && ids.indexOf(id) !== index)
  if (twice !== undefined) {
    throw invalid(
      `Duplicate item found with id ${twice}. Remove duplicate items from your input and try again.`,
      'input',
    )
  }
}

function checkFormat(body: JsonObject, items: readonly JsonObject[]): void {
  const format = isObject(body.text) && isObject(body.text.format) ? body.text.format : {}
  const spoken = [text(body.instructions) ?? '', ...items.map(contentText)]
  if (format.type === 'json_object' && !spoken.some((each) => /json/i.test(each))) {
    throw invalid(
      "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
      'input',
    )
  }
  if (format.type !== 'json_schema' || !isObject(format.schema)) return
  // The API reference's default is false here, unlike a tool's (seen in huggingface/responses.js#22).
  const problem = format.strict === true ? strictSchemaProblem(format.schema) : undefined
  if (problem === undefined) return
  throw invalid(
    `Invalid schema for response_format '${show(format.name)}': ${problem}`,
    'text.format.schema',
    'invalid_json_schema',
  )
}

function turnOf(body: JsonObject, context: readonly JsonObject[], offered: readonly OfferedTool[]): Turn {
  const { segments, ...conversation } = readMessages(context, text(body.instructions))
  const format = isObject(body.text) && isObject(body.text.format) ? body.text.format : {}
  const maxTokens = number(body.max_output_tokens)
  return {
    ...conversation,
    dialect: 'openai-responses',
    model: show(body.model),
    stream: body.stream === true,
    tools: allowedTools(body, offered),
    toolChoice: toolChoice(body),
    parallelTools: body.parallel_tool_calls !== false,
    thinking: thinks(body),
    ...(format.type === 'json_object' && { format: 'json' }),
    ...(format.type === 'json_schema' && isObject(format.schema) && { format: { schema: format.schema } }),
    ...(maxTokens !== undefined && { maxTokens }),
    stops: [],
    count: 1,
    segments: [...toolSegment(body), ...segments],
  }
}

/** Whether a client wants to see reasoning, or to carry it. */
function thinks(body: JsonObject): boolean {
  const asked = isObject(body.reasoning) ? body.reasoning : {}
  if (asked.effort === 'none') return false
  const include: unknown[] = Array.isArray(body.include) ? body.include : []
  return asked.summary != null || asked.generate_summary != null || include.includes('reasoning.encrypted_content')
}

/** Tools stand before the messages in the prompt, and count. */
function toolSegment(body: JsonObject): Segment[] {
  if (objects(body.tools).length === 0) return []
  const source = JSON.stringify(body.tools)
  return [{ text: source, tokens: countTokens(source) }]
}
