import { isObject, type JsonObject, number, objects, show, text } from '../json.ts'
import { type AnthropicModel, anthropicModel } from '../models.ts'
import type { Seals } from '../seal.ts'
import type { OfferedTool, Turn } from '../turn.ts'
import { invalid, wording } from './error.ts'
import { blocksOf, readMessages } from './messages.ts'
import { checkOutputSchema } from './output-schema.ts'
import { checkCacheMarkers, checkOrder } from './pairing.ts'
import { BETA_FIELDS, countShape, requestShape } from './shape.ts'

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

function checkMedia(messages: readonly JsonObject[]): void {
  messages.forEach((message, index) => {
    blocksOf(message.content).forEach((block, place) => {
      checkSource(block, `messages.${index}.content.${place}`)
      objects(block.content).forEach((inner, at) => {
        checkSource(inner, `messages.${index}.content.${place}.${show(block.type)}.content.${at}`)
      })
    })
  })
}

function checkSource(block: JsonObject, where: string): void {
  if (!isObject(block.source)) return
  const { type, data, url } = block.source
  const path = `${where}.${show(block.type)}.source.${show(type)}`
  if (type === 'base64' && !isBase64(text(data) ?? '')) throw invalid(`${path}.data: Input should be valid base64`)
  if (type === 'base64' && block.type === 'document' && !text(data)?.startsWith('JVBER')) {
    throw invalid(`${path}.data: The PDF specified was not valid.`)
  }
  if (type === 'url' && !/^https?:\/\/[^\s/]+/.test(text(url) ?? ''))
    throw invalid(`${path}.url: Only HTTP and HTTPS URLs are supported.`)
}

function isBase64(source: string): boolean {
  return source.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(source)
}

function checkTools(body: JsonObject, messages: readonly JsonObject[]): OfferedTool[] {
  const tools = objects(body.tools)
  const names = tools.map((tool) => text(tool.name)).filter((name) => name !== undefined)
  if (new Set(names).size < names.length) throw invalid('tools: Tool names must be unique.')
  const blocks = messages.flatMap((message) => blocksOf(message.content))
  if (tools.length === 0 && blocks.some((block) => block.type === 'tool_use' || block.type === 'tool_result')) {
    throw invalid('Requests which include `tool_use` or `tool_result` blocks must define tools')
  }
  tools.forEach((tool, index) => {
    if (tool.strict === true && isObject(tool.input_schema))
      checkOutputSchema(tool.input_schema, `tools.${index}.custom.input_schema`)
    if (tool.defer_loading === true && tool.cache_control != null) {
      throw invalid(`tools.${index}: Tools with defer_loading cannot use prompt caching.`)
    }
  })
  checkToolChoice(body, names)
  return tools
    .filter((tool) => isObject(tool.input_schema))
    .map((tool) => {
      return {
        name: text(tool.name) ?? '',
        schema: isObject(tool.input_schema) ? tool.input_schema : {},
        kind: 'function',
      }
    })
}

function checkToolChoice(body: JsonObject, names: readonly string[]): void {
  if (!isObject(body.tool_choice)) return
  const { type, name } = body.tool_choice
  if (body.tools === undefined && type !== 'none')
    throw invalid('tool_choice may only be specified while providing tools.')
  if (type === 'tool' && !names.includes(show(name))) throw invalid(`Tool '${show(name)}' not found in provided tools`)
}

function checkThinking(body: JsonObject, rules: AnthropicModel, counting: boolean): void {
  const { thinking } = body
  const limit = number(body.max_tokens)
  if (limit !== undefined && limit > rules.maxOutput) {
    throw invalid(
      `max_tokens: ${limit} > ${rules.maxOutput}, which is the maximum allowed number of output tokens for ${show(body.model)}`,
    )
  }
  if (!isObject(thinking)) return
  checkThinkingType(show(thinking.type), rules)
  if (!counting && Number(thinking.budget_tokens) >= (limit ?? 0)) {
    throw invalid(
      '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size',
    )
  }
  if (!thinks(body)) return
  const choice = isObject(body.tool_choice) ? body.tool_choice.type : 'auto'
  if (choice === 'any' || choice === 'tool')
    throw invalid('Thinking may not be enabled when tool_choice forces tool use.')
  if (body.temperature !== undefined && body.temperature !== 1) {
    throw invalid(
      '`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking',
    )
  }
  if (body.top_k !== undefined) throw invalid('`top_k` must be unset when thinking is enabled.')
  if (thinking.type === 'enabled') checkThinkingFirst(objects(body.messages))
}

function checkThinkingType(type: string, rules: AnthropicModel): void {
  if (rules.thinking.includes(type)) return
  if (type === 'enabled' && rules.thinking.includes('adaptive')) {
    throw invalid(
      '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
    )
  }
  throw invalid(
    type === 'adaptive'
      ? 'adaptive thinking is not supported on this model'
      : `"thinking.type.${type}" is not supported for this model.`,
  )
}

/** With thinking on, the assistant turn whose calls are being answered must begin with its thinking. */
function checkThinkingFirst(messages: readonly JsonObject[]): void {
  const index = messages.findLastIndex((message) => message.role === 'assistant')
  const blocks = blocksOf(messages[index]?.content)
  const type = show(blocks[0]?.type)
  if (!blocks.some((block) => block.type === 'tool_use') || type === 'thinking' || type === 'redacted_thinking') return
  throw invalid(
    `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${type}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking`,
  )
}

function checkSeals(messages: readonly JsonObject[], seals: Seals): void {
  messages.forEach((message, index) => {
    blocksOf(message.content).forEach((block, place) => {
      const [field, seal, shown] =
        block.type === 'thinking'
          ? ['signature', block.signature, text(block.thinking) ?? '']
          : ['data', block.data, '']
      const sealed = block.type === 'thinking' || block.type === 'redacted_thinking'
      if (!sealed || seals.verify(text(seal) ?? '', shown)) return
      throw invalid(`messages.${index}.content.${place}: Invalid \`${field}\` in \`${show(block.type)}\` block`)
    })
  })
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

function thinks(body: JsonObject): boolean {
  return isObject(body.thinking) && (body.thinking.type === 'enabled' || body.thinking.type === 'adaptive')
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

function chosen(choice: JsonObject): Turn['toolChoice'] {
  if (choice.type === 'tool') return { name: show(choice.name) }
  if (choice.type === 'any') return 'required'
  return choice.type === 'none' ? 'none' : 'auto'
}
