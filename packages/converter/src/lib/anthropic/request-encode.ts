import type { JsonObject } from '../chat/json.ts'
import { dropLogprobs } from '../chat/places.ts'
import type {
  ChatRequest,
  CustomTool,
  FunctionTool,
  HostedTool,
  RequestField,
  Tool,
  ToolChoice,
} from '../chat/request.ts'
import { choiceOfSent, searchName } from '../chat/web-search.ts'
import type { RequestContext } from '../codec.ts'
import { limitBreakpoints } from './breakpoints.ts'
import { cacheControl, hasWords, marked, textBlocks } from './content-encode.ts'
import { encodeMessages } from './messages-encode.ts'
import { enforceable } from './output-schema.ts'
import { planThinking } from './thinking.ts'
import { encodeSearch } from './web-search.ts'

/** Writes a Messages request that the model's own rules accept. Keys stand in a fixed order, so that prompt caches match. */
export function encodeRequest(chat: ChatRequest, target: RequestContext): JsonObject {
  const marks: JsonObject[] = []
  const context = { ...target, marks }
  const { report, capabilities } = context
  const maxTokens = chat.maxTokens ?? capabilities.defaultMaxTokens
  if (chat.maxTokens === 0) {
    report.refuse(pathOf(chat, 'maxTokens'), 'an output limit of no tokens would only fill the cache of Anthropic')
  }
  if (chat.maxTokens === undefined) {
    report.invented('max_tokens', `Anthropic requires an output limit; ${maxTokens} tokens is the default`)
  }
  const offered = encodeTools(chat, context)
  const tools = offered.length > 0 ? offered : calledTools(chat, context)
  const chosen = encodeToolChoice(chat, offered.length > 0, context)
  const choice = tools === offered || tools.length === 0 ? chosen : { type: 'none' }
  const forced = choice !== undefined && (choice.type === 'any' || choice.type === 'tool')
  const plan = planThinking(chat, maxTokens, forced, context)
  const system = [...chat.system.flatMap((part) => textBlocks(part, context)), ...outputNote(chat, context)]
  const config = { ...(plan.effort && { effort: plan.effort }), ...outputFormat(chat, context) }
  const cache = chat.cache && cacheControl(chat.cache, chat.paths.cache ?? 'cache_control', report)
  const body: JsonObject = {
    model: chat.model,
    max_tokens: maxTokens,
    ...(cache && { cache_control: cache }),
    ...(tools.length > 0 && { tools }),
    ...(choice && { tool_choice: choice }),
    ...(system.length > 0 && { system }),
    messages: encodeMessages(chat, context),
    ...(plan.thinking && { thinking: plan.thinking }),
    ...(Object.keys(config).length > 0 && { output_config: config }),
    ...encodeStops(chat, context),
    ...encodeSampling(chat, plan.on, context),
    ...encodeService(chat, context),
    ...(chat.stream && { stream: true }),
  }
  dropUnsupported(chat, context)
  if (marks.length > 0) limitBreakpoints(body, report)
  return body
}

function pathOf(chat: ChatRequest, field: RequestField): string {
  return chat.paths[field] ?? field
}

function encodeTools(chat: ChatRequest, context: RequestContext): JsonObject[] {
  const names = allowedNames(chat.toolChoice, context)
  if (names && chat.tools.some((tool) => tool.name === undefined || !names.has(tool.name))) {
    context.report.approximated(
      pathOf(chat, 'toolChoice'),
      'only the allowed tools are declared, which changes the cached prefix',
    )
  }
  return chat.tools.flatMap((tool) => {
    if (names && (tool.name === undefined || !names.has(tool.name))) return []
    return encodeTool(tool, chat.tools, context)
  })
}

/** Anthropic refuses calls in the history where no tool is declared: those that were called are then, and may not be called again. */
function calledTools(chat: ChatRequest, context: RequestContext): JsonObject[] {
  const names = new Set<string>()
  for (const turn of chat.turns) {
    if (turn.role !== 'assistant') continue
    for (const part of turn.parts) if (part.type === 'tool-call') names.add(part.name)
  }
  if (names.size > 0) {
    context.report.invented(
      'tools',
      'the conversation calls tools and declares none: they are declared, not to be called',
    )
  }
  return [...names].map((name) => ({
    name: context.toolName(name),
    input_schema: { type: 'object', properties: {} },
  }))
}

/** The tools a choice leaves; undefined for all. A named tool that cannot be forced is at least the only one. */
function allowedNames(choice: ToolChoice | undefined, context: RequestContext): ReadonlySet<string> | undefined {
  if (choice?.type === 'allowed') return new Set(choice.names)
  if (choice?.type === 'tool' && context.capabilities.forcedTools === false) return new Set([choice.name])
  return undefined
}

function encodeTool(tool: Tool, tools: readonly Tool[], context: RequestContext): JsonObject[] {
  switch (tool.type) {
    case 'function':
      return [encodeFunction(tool, context)]
    case 'custom':
      return [wrapCustom(tool, context)]
    case 'hosted':
      if (context.from === 'anthropic') return [{ ...tool.value }]
      if (isSent(tool, tools, context)) return [encodeSearch(tool.search ?? {}, context.report)]
      context.report.dropped(tool.at, `the tool ${tool.kind} is run by its provider alone`)
      return []
  }
}

/** Anthropic's own tools come back to it; a search it has too, unless a function of the client's has its name. */
function isSent(tool: HostedTool, tools: readonly Tool[], { from, capabilities }: RequestContext): boolean {
  if (from === 'anthropic') return true
  if (tool.search === undefined || !capabilities.webSearch) return false
  return tools.every((other) => other.type === 'hosted' || other.name !== searchName)
}

function encodeFunction(tool: FunctionTool, context: RequestContext): JsonObject {
  const { report, capabilities } = context
  if (tool.strict && !capabilities.structuredOutput) {
    report.dropped(`${tool.at}.strict`, 'the model cannot be held to a schema')
  }
  const wire: JsonObject = { name: context.toolName(tool.name) }
  if (tool.description !== undefined) wire.description = tool.description
  const strict = tool.strict && capabilities.structuredOutput
  const schema = schemaOf(tool.parameters)
  wire.input_schema = strict ? enforced(schema, tool.at, context) : schema
  if (strict) wire.strict = true
  return marked(wire, tool, context)
}

/** Verbatim, but for the two members Anthropic insists on in a schema of no arguments. */
function schemaOf(parameters: JsonObject | undefined): JsonObject {
  if (parameters === undefined || Object.keys(parameters).length === 0) return { type: 'object', properties: {} }
  return Object.hasOwn(parameters, 'type') ? parameters : { type: 'object', ...parameters }
}

/** A tool of free text as a function of one string; the reply's encoder takes the wrapping off by the tool's name. */
function wrapCustom(tool: CustomTool, context: RequestContext): JsonObject {
  context.report.approximated(
    tool.at,
    'a tool of free text is declared as a function of one string, its grammar as a description',
  )
  const grammar = tool.format && `The input must be of this format: ${JSON.stringify(tool.format)}`
  const description = [tool.description, grammar].filter((text) => text).join('\n\n')
  return {
    name: context.toolName(tool.name),
    ...(description !== '' && { description }),
    input_schema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
  }
}

function encodeToolChoice(chat: ChatRequest, tools: boolean, context: RequestContext): JsonObject | undefined {
  const { toolChoice } = chat
  if (!tools) {
    if (toolChoice !== undefined && toolChoice.type !== 'none' && toolChoice.type !== 'auto') {
      context.report.dropped(pathOf(chat, 'toolChoice'), 'there is no tool to choose')
    }
    return undefined
  }
  const sent = choiceOfSent(
    toolChoice,
    chat.tools,
    (tool) => isSent(tool, chat.tools, context),
    pathOf(chat, 'toolChoice'),
    context.report,
  )
  const choice = sent && choiceOf(sent, chat, context)
  if (chat.parallelToolCalls !== false || choice?.type === 'none') return choice
  return { ...(choice ?? { type: 'auto' }), disable_parallel_tool_use: true }
}

function choiceOf(choice: ToolChoice, chat: ChatRequest, context: RequestContext): JsonObject {
  if (choice.type === 'none' || choice.type === 'auto') return { type: choice.type }
  if (choice.type === 'allowed' && choice.mode === 'auto') return { type: 'auto' }
  if (context.capabilities.forcedTools === false) {
    context.report.approximated(pathOf(chat, 'toolChoice'), 'the model cannot be forced to call a tool; it may')
    return { type: 'auto' }
  }
  return choice.type === 'tool' ? { type: 'tool', name: context.toolName(choice.name) } : { type: 'any' }
}

function outputFormat(chat: ChatRequest, context: RequestContext): JsonObject {
  const { output } = chat
  if (output?.type !== 'json-schema' || !context.capabilities.structuredOutput) return {}
  return { format: { type: 'json_schema', schema: enforced(output.schema, pathOf(chat, 'output'), context) } }
}

function enforced(schema: JsonObject, at: string, { report }: RequestContext): JsonObject {
  const { schema: made, told, closed } = enforceable(schema)
  if (told.size > 0) {
    report.approximated(at, `Anthropic does not enforce ${[...told].join(', ')}: told in the schema's descriptions`)
  }
  if (closed)
    report.approximated(at, 'Anthropic holds answers to closed objects only: no members beside the named ones')
  return made
}

/** What asks for JSON in words where the model has no field for it. */
function outputNote(chat: ChatRequest, context: RequestContext): JsonObject[] {
  const { output } = chat
  if (output === undefined || (output.type === 'json-schema' && context.capabilities.structuredOutput)) return []
  context.report.approximated(pathOf(chat, 'output'), 'the format of the answer is asked for in words')
  const text =
    output.type === 'json'
      ? 'Answer with one JSON object and nothing else.'
      : `Answer with one JSON value that satisfies this JSON Schema and nothing else:\n${JSON.stringify(output.schema)}`
  return [{ type: 'text', text }]
}

function encodeStops(chat: ChatRequest, context: RequestContext): JsonObject {
  const { report, capabilities } = context
  const path = pathOf(chat, 'stop')
  const legal = (chat.stop ?? []).filter(hasWords)
  if (legal.length < (chat.stop?.length ?? 0)) report.dropped(path, 'Anthropic refuses stop sequences of white space')
  const stops = legal.slice(0, capabilities.maxStops)
  if (stops.length < legal.length)
    report.dropped(path, `the model takes ${capabilities.maxStops} stop sequences at most`)
  return stops.length > 0 ? { stop_sequences: stops } : {}
}

/** Sampling parameters, where the model has them. Values that change nothing (temperature and top_p of 1) go without a word. */
function encodeSampling(chat: ChatRequest, thinking: boolean, context: RequestContext): JsonObject {
  const { report, capabilities } = context
  const { temperature, topP } = chat
  const topK = chat.topK ?? vendorTopK(context)
  const drop = (field: RequestField, why: string): void => report.dropped(pathOf(chat, field), why)
  const why = thinking ? 'it does not go with thinking' : 'the model takes no sampling parameters'
  if (thinking || capabilities.sampling === 'none') {
    if (temperature !== undefined && temperature !== 1) drop('temperature', why)
    if (topP !== undefined && topP !== 1) drop('topP', why)
    if (topK !== undefined) report.dropped(chat.paths.topK ?? 'top_k', why)
    return {}
  }
  const clamped = temperature === undefined ? undefined : Math.min(temperature, capabilities.maxTemperature)
  if (clamped !== temperature) report.approximated(pathOf(chat, 'temperature'), `the highest temperature is ${clamped}`)
  const either = capabilities.sampling === 'either' && clamped !== undefined && topP !== undefined
  if (either && topP !== 1) drop('topP', 'the model takes temperature or top_p, not both')
  return {
    ...(clamped !== undefined && { temperature: clamped }),
    ...(topP !== undefined && !either && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
  }
}

/** OpenAI's own API has no `top_k`, but compatible vendors do, and their clients send it. */
function vendorTopK(context: RequestContext): number | undefined {
  const extra = context.take('top_k')
  if (extra === undefined) return undefined
  if (typeof extra.value === 'number' && Number.isInteger(extra.value) && extra.value >= 0) return extra.value
  context.report.dropped(extra.path, 'it is no whole number')
  return undefined
}

function encodeService(chat: ChatRequest, { report }: RequestContext): JsonObject {
  const { serviceTier, user, fast } = chat
  const tier = serviceTier === 'auto' ? 'auto' : serviceTier === 'default' ? 'standard_only' : undefined
  if (serviceTier !== undefined && tier === undefined) {
    report.dropped(pathOf(chat, 'serviceTier'), `Anthropic has no service tier ${serviceTier}`)
  }
  return {
    ...(user !== undefined && { metadata: { user_id: user } }),
    ...(tier && { service_tier: tier }),
    ...(fast && { speed: 'fast' }),
  }
}

/** Fields Anthropic has no counterpart for; those that ask for what happens anyway are passed over. */
function dropUnsupported(chat: ChatRequest, { report }: RequestContext): void {
  if (chat.candidates !== undefined && chat.candidates > 1) {
    report.refuse(pathOf(chat, 'candidates'), 'Anthropic gives one answer a request')
  }
  const asked: readonly (readonly [RequestField, boolean])[] = [
    ['presencePenalty', Boolean(chat.presencePenalty)],
    ['frequencyPenalty', Boolean(chat.frequencyPenalty)],
    ['seed', chat.seed !== undefined],
    ['verbosity', chat.verbosity !== undefined],
    ['metadata', chat.metadata !== undefined],
    ['store', chat.store === true],
  ]
  const why = 'Anthropic has no counterpart'
  for (const [field, told] of asked) if (told) report.dropped(pathOf(chat, field), why)
  dropLogprobs(chat, report, why)
}
