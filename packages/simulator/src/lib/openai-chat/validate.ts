import { isObject, type JsonObject, number, objects, show } from '../json.ts'
import { openAiModel } from '../models/openai.ts'
import type { Seals } from '../seal.ts'
import type { Shape } from '../shape.ts'
import { countTokens } from '../tokens.ts'
import type { OfferedTool, Segment, Turn } from '../turn.ts'
import type { Variant } from '../variant.ts'
import { invalid, listed, wording } from './error.ts'
import { checkKept } from './kept-reasoning.ts'
import { checkMedia } from './media.ts'
import { contentText, readMessages } from './messages.ts'
import { checkPairing } from './pairing.ts'
import { checkReasoning } from './reasoning.ts'
import { reasoningKey } from './reply.ts'
import { requestShape, type Takes } from './shape.ts'
import { strictSchemaProblem } from './strict-schema.ts'
import { checkTools, chosenNames, toolChoice } from './tools.ts'

const shapes: Readonly<Record<Takes, Shape>> = {
  nothing: requestShape('nothing'),
  members: requestShape('members'),
  details: requestShape('details'),
  chunks: requestShape('chunks'),
}

function takenBy(variant: Variant): Takes {
  if (variant === 'openrouter') return 'details'
  if (variant === 'mistral') return 'chunks'
  return reasoningKey(variant) === undefined ? 'nothing' : 'members'
}

/** Checks a chat completion request as OpenAI does; throws its 400, or says what the request means. */
export function validate(body: JsonObject, model: string, variant: Variant, seals: Seals): Turn {
  if (body.model === undefined) throw invalid('you must provide a model parameter')
  shapes[takenBy(variant)](body, [], wording)
  checkModelRules(body, model)
  checkOptions(body)
  const messages = objects(body.messages)
  messages.forEach(checkMessage)
  checkPairing(messages)
  checkReasoning(messages, variant)
  checkKept(messages, model, variant, seals)
  const tools = checkTools(body)
  checkFormat(body, messages)
  return turnOf(body, model, messages, tools)
}

/** A parameter the model does not take. */
export function unsupported(param: string, hint = ''): Error {
  return invalid(
    `Unsupported parameter: '${param}' is not supported with this model.${hint}`,
    param,
    'unsupported_parameter',
  )
}

/** A value the model does not take. */
export function unsupportedValue(param: string, value: unknown, rest: string): Error {
  return invalid(
    `Unsupported value: '${param}' does not support ${JSON.stringify(value)} with this model. ${rest}`,
    param,
    'unsupported_value',
  )
}

function checkModelRules(body: JsonObject, model: string): void {
  const rules = openAiModel(model)
  if (rules.reasoning) checkReasoningModel(body)
  if (!rules.stop && body.stop != null) throw unsupported('stop')
  if (!rules.parallelToolCalls && body.parallel_tool_calls !== undefined) throw unsupported('parallel_tool_calls')
  const effort = body.reasoning_effort
  if (typeof effort === 'string' && !rules.efforts.includes(effort)) {
    if (rules.efforts.length === 0) throw invalid('Unrecognized request argument supplied: reasoning_effort')
    throw unsupportedValue('reasoning_effort', effort, `Supported values are: ${listed(rules.efforts)}.`)
  }
  if (typeof body.verbosity === 'string' && !rules.verbosities.includes(body.verbosity)) {
    throw unsupportedValue('verbosity', body.verbosity, `Supported values are: ${listed(rules.verbosities)}.`)
  }
  for (const param of ['max_tokens', 'max_completion_tokens']) {
    const wanted = number(body[param])
    if (wanted === undefined || wanted <= rules.maxOutput) continue
    const message = `${param} is too large: ${wanted}. This model supports at most ${rules.maxOutput} completion tokens, whereas you provided ${wanted}.`
    throw invalid(message, param, 'invalid_value')
  }
}

function checkReasoningModel(body: JsonObject): void {
  if (body.max_tokens != null) throw unsupported('max_tokens', " Use 'max_completion_tokens' instead.")
  for (const [param, standard] of Object.entries({
    temperature: 1,
    top_p: 1,
    presence_penalty: 0,
    frequency_penalty: 0,
  })) {
    const value = body[param]
    if (value == null || value === standard) continue
    throw unsupportedValue(param, value, `Only the default (${standard}) value is supported.`)
  }
  for (const param of ['logprobs', 'top_logprobs', 'logit_bias']) if (body[param]) throw unsupported(param)
}

function checkOptions(body: JsonObject): void {
  if (body.max_tokens != null && body.max_completion_tokens != null) {
    throw invalid(
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      null,
      'invalid_parameter_combination',
    )
  }
  if (body.stream_options != null && body.stream !== true) {
    throw invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options')
  }
  if (body.top_logprobs != null && body.logprobs !== true) {
    throw invalid("The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", 'top_logprobs')
  }
  if (isObject(body.metadata)) checkMetadata(body.metadata)
  if (Array.isArray(body.modalities) && body.modalities.includes('audio')) {
    throw invalid('This model does not support audio output.', 'modalities', 'invalid_value')
  }
}

/** Checks the limits of `metadata`. */
export function checkMetadata(metadata: JsonObject): void {
  const keys = Object.keys(metadata)
  if (keys.length > 16) {
    const message = `Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with ${keys.length} properties instead.`
    throw invalid(message, 'metadata', 'object_above_max_properties')
  }
  const long = keys.find((key) => key.length > 64)
  if (long === undefined) return
  throw invalid(
    `Invalid 'metadata': property name too long: '${long}'. Expected at most 64 characters.`,
    'metadata',
    'property_name_above_max_length',
  )
}

function checkMessage(message: JsonObject, index: number): void {
  if (message.role === 'assistant') {
    const says = message.content ?? message.tool_calls ?? message.function_call ?? message.refusal ?? message.audio
    if (says == null) {
      throw invalid(`Invalid value for 'content': expected a string, got null.`, `messages.[${index}].content`)
    }
  }
  const parts = objects(message.content)
  if (message.role === 'tool') checkToolContent(parts, index)
  if (message.role !== 'user') return
  for (const [place, part] of parts.entries()) checkMedia(part, `messages[${index}].content[${place}]`)
}

function checkToolContent(parts: readonly JsonObject[], index: number): void {
  parts.forEach((part, place) => {
    if (part.type === 'image_url') {
      const message = `Invalid 'messages[${index}]'. Image URLs are only allowed for messages with role 'user', but this message with role 'tool' contains an image URL.`
      throw invalid(message, `messages[${index}]`, 'invalid_value')
    }
    if (part.type === 'text' && typeof part.text === 'string') return
    throw invalid(
      `Invalid value: '${show(part.type)}'. Supported values are: 'text'.`,
      `messages[${index}].content[${place}].type`,
      'invalid_value',
    )
  })
}

function checkFormat(body: JsonObject, messages: readonly JsonObject[]): void {
  const format = body.response_format
  if (!isObject(format)) return
  if (format.type === 'json_object' && !messages.some((message) => /json/i.test(contentText(message)))) {
    throw invalid(
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      'messages',
    )
  }
  const definition = format.json_schema
  if (!isObject(definition)) return
  if (!isObject(definition.schema)) {
    throw invalid(
      "Missing required parameter: 'response_format.json_schema.schema'.",
      'response_format.json_schema.schema',
      'missing_required_parameter',
    )
  }
  const problem = definition.strict === true ? strictSchemaProblem(definition.schema) : undefined
  if (problem !== undefined) {
    throw invalid(`Invalid schema for response_format '${show(definition.name)}': ${problem}`, 'response_format')
  }
}

function turnOf(
  body: JsonObject,
  model: string,
  messages: readonly JsonObject[],
  offered: readonly OfferedTool[],
): Turn {
  const { segments, ...conversation } = readMessages(messages)
  const format = isObject(body.response_format) ? body.response_format : {}
  const schema =
    isObject(format.json_schema) && isObject(format.json_schema.schema) ? format.json_schema.schema : undefined
  const allowed = isObject(body.tool_choice) && isObject(body.tool_choice.allowed_tools) ? chosenNames(body) : undefined
  const maxTokens = number(body.max_completion_tokens) ?? number(body.max_tokens)
  return {
    ...conversation,
    dialect: 'openai-chat',
    model,
    stream: body.stream === true,
    tools: allowed ? offered.filter((tool) => allowed.includes(tool.name)) : offered,
    toolChoice: toolChoice(body),
    // The older `functions` call one at a time.
    parallelTools: body.parallel_tool_calls !== false && body.functions === undefined,
    thinking: false,
    ...(format.type === 'json_object' && { format: 'json' }),
    ...(schema && { format: { schema } }),
    ...(maxTokens !== undefined && { maxTokens }),
    stops: stopsOf(body.stop),
    count: number(body.n) ?? 1,
    segments: [...toolSegment(body), ...segments],
  }
}

/** Tools stand before the messages in the prompt, and count. */
function toolSegment(body: JsonObject): Segment[] {
  const tools = body.tools ?? body.functions
  if (tools === undefined) return []
  const source = JSON.stringify(tools)
  return [{ text: source, tokens: countTokens(source) }]
}

/** The stop sequences of a request that has one, several or none. */
export function stopsOf(stop: unknown): string[] {
  const list: unknown[] = Array.isArray(stop) ? stop : [stop]
  return list.filter((entry): entry is string => typeof entry === 'string' && entry !== '')
}
