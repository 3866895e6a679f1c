import type { Dialect, JsonObject } from '../../src/index.ts'
import type { JsonValue } from '../../src/lib/chat/json.ts'
import { parseExact } from '../../src/lib/lossless.ts'
import type { Answered, Call, Result, Said, Script, Step } from './script.ts'
import type { Has } from './shared.ts'

/** How each dialect spells a conversation, in the words its own documentation uses. Written without the encoders. */

/** What a spelling depends on besides the conversation. */
export interface Spelling {
  /** The other dialect of the pair. */
  readonly other: Dialect
  readonly has: Has
  readonly model: string
}

export type Spell = (script: Script, spelling: Spelling) => JsonObject

const png = (data: string): string => `data:image/png;base64,${data}`
const pdfUrl = (data: string): string => `data:application/pdf;base64,${data}`

/** A value whose numbers keep their digits. */
function exact(text: string): JsonValue {
  return parseExact(text)
}

/** Members that are there only with a value. */
function given(members: { readonly [key: string]: JsonValue | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

type Made = Extract<Answered, { is: 'call' }>

function callsIn(parts: readonly Answered[]): Made[] {
  return parts.filter((part) => part.is === 'call')
}

function chosen(script: Script): {
  readonly word?: string
  readonly name?: string
  readonly names?: readonly string[]
} {
  const { choice } = script
  if (choice === undefined) return {}
  if (typeof choice === 'string') return { word: choice }
  return 'name' in choice ? { name: choice.name } : { names: choice.names }
}

/* ---- Anthropic ---- */

const anthropicSaid = (said: Said): JsonObject => {
  switch (said.is) {
    case 'text':
      return { type: 'text', text: said.text, ...(said.kept && { cache_control: { type: 'ephemeral' } }) }
    case 'image':
      return { type: 'image', source: { type: 'base64', media_type: 'image/png', data: said.data } }
    case 'image-url':
      return { type: 'image', source: { type: 'url', url: said.url } }
    case 'pdf':
      return {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: said.data },
        ...(said.name !== undefined && { title: said.name }),
      }
    case 'audio':
      throw new Error('Anthropic takes no sound')
  }
}

function anthropicResult({ call, result }: Made): JsonObject {
  const content = [
    ...result.texts.filter((text) => text !== '').map((text) => ({ type: 'text', text })),
    ...result.images.map((data) => anthropicSaid({ is: 'image', data })),
  ]
  return {
    type: 'tool_result',
    tool_use_id: call.id,
    ...(content.length > 0 && { content }),
    ...(result.failed && { is_error: true }),
  }
}

function anthropicMessages(steps: readonly Step[]): JsonObject[] {
  let waiting: JsonObject[] = []
  return steps.map((step): JsonObject => {
    if (step.by === 'system') return { role: 'system', content: [{ type: 'text', text: step.text }] }
    if (step.by === 'user') {
      const content = [...waiting, ...step.said.map(anthropicSaid)]
      waiting = []
      return { role: 'user', content }
    }
    waiting = callsIn(step.parts).map(anthropicResult)
    const content = step.parts.map(
      (part): JsonObject =>
        part.is === 'text'
          ? { type: 'text', text: part.text }
          : { type: 'tool_use', id: part.call.id, name: part.call.name, input: exact(part.call.input) },
    )
    return { role: 'assistant', content }
  })
}

const anthropicChoice: Readonly<Record<string, string>> = { auto: 'auto', required: 'any', none: 'none' }

const anthropic: Spell = (script, { model }) => {
  const { word, name } = chosen(script)
  const alone = script.parallel === false && { disable_parallel_tool_use: true }
  const choice =
    name === undefined ? word !== undefined && { type: anthropicChoice[word] ?? '' } : { type: 'tool', name }
  const config = given({
    effort: script.effort,
    format:
      typeof script.output === 'object' ? { type: 'json_schema', schema: exact(script.output.schema) } : undefined,
  })
  const tiers = { auto: 'auto', default: 'standard_only', flex: '', priority: '' }
  return given({
    model,
    max_tokens: script.limit,
    system: script.instructions.length === 0 ? undefined : script.instructions.map((text) => ({ type: 'text', text })),
    messages: anthropicMessages(script.steps),
    tools:
      script.tools.length === 0
        ? undefined
        : script.tools.map((tool) =>
            given({
              name: tool.name,
              description: tool.description,
              input_schema: exact(tool.schema ?? ''),
              strict: tool.strict || undefined,
            }),
          ),
    tool_choice: choice === false ? undefined : { ...choice, ...alone },
    thinking:
      script.effort === undefined ? undefined : { type: 'adaptive', ...(script.shown && { display: 'summarized' }) },
    output_config: Object.keys(config).length === 0 ? undefined : config,
    stop_sequences: script.stops && [...script.stops],
    temperature: script.temperature,
    top_k: script.topK,
    metadata: script.user === undefined ? undefined : { user_id: script.user },
    service_tier: script.tier && tiers[script.tier],
    stream: script.stream,
  })
}

/* ---- Chat Completions ---- */

const chatSaid = (said: Said): JsonObject => {
  switch (said.is) {
    case 'text':
      return { type: 'text', text: said.text, ...(said.kept && { prompt_cache_breakpoint: { mode: 'explicit' } }) }
    case 'image':
      return { type: 'image_url', image_url: given({ url: png(said.data), detail: said.detail }) }
    case 'image-url':
      return { type: 'image_url', image_url: { url: said.url } }
    case 'pdf':
      return { type: 'file', file: { filename: said.name ?? '', file_data: pdfUrl(said.data) } }
    case 'audio':
      return { type: 'input_audio', input_audio: { data: said.data, format: 'wav' } }
  }
}

/** A single plain text stands as a string. */
function chatContent(said: readonly Said[]): JsonValue {
  const [only, more] = said
  if (only === undefined) return ''
  return more === undefined && only.is === 'text' && !only.kept ? only.text : said.map(chatSaid)
}

const textsOf = (texts: readonly string[]): Said[] => texts.map((text) => ({ is: 'text', text }))

function chatCall({ id, name, input, free }: Call): JsonObject {
  return free
    ? { id, type: 'custom', custom: { name, input } }
    : { id, type: 'function', function: { name, arguments: input } }
}

function chatStep(step: Step, system: string): JsonObject[] {
  if (step.by === 'system') return [{ role: system, content: step.text }]
  if (step.by === 'user') return [{ role: 'user', content: chatContent(step.said) }]
  const texts = step.parts.filter((part) => part.is === 'text')
  const calls = callsIn(step.parts)
  const message = {
    role: 'assistant',
    content: texts.length === 0 ? null : texts.map(({ text }) => text).join(''),
    ...(step.refusal !== undefined && { refusal: step.refusal }),
    ...(calls.length > 0 && { tool_calls: calls.map(({ call }) => chatCall(call)) }),
  }
  const results = calls.map(({ call, result }) => ({
    role: 'tool',
    tool_call_id: call.id,
    content: chatContent(textsOf(result.texts)),
  }))
  return [message, ...results]
}

function chatTool({ name, description, schema, strict, free }: Script['tools'][number], { has }: Spelling): JsonObject {
  if (free) return { type: 'custom', custom: given({ name, description }) }
  const said = has('strictTools') ? strict : strict || undefined
  return { type: 'function', function: given({ name, description, parameters: exact(schema ?? ''), strict: said }) }
}

function chatChoice(script: Script): JsonValue | undefined {
  const { word, name, names } = chosen(script)
  const one = (each: string): JsonObject =>
    script.tools.some((tool) => tool.name === each && tool.free)
      ? { type: 'custom', custom: { name: each } }
      : { type: 'function', function: { name: each } }
  if (name !== undefined) return one(name)
  return names ? { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: names.map(one) } } : word
}

function chatOutput(output: Script['output'], { has }: Spelling): JsonObject | undefined {
  if (output === undefined) return undefined
  if (output === 'json') return { type: 'json_object' }
  const strict = has('namedSchema') ? output.strict : output.strict || undefined
  return {
    type: 'json_schema',
    json_schema: given({
      name: output.name ?? 'response',
      description: output.description,
      schema: exact(output.schema),
      strict,
    }),
  }
}

const chat: Spell = (script, spelling) => {
  const system = script.reasoning ? 'developer' : 'system'
  const lead = chatContent(textsOf(script.instructions))
  return given({
    model: spelling.model,
    messages: [
      ...(script.instructions.length === 0 ? [] : [{ role: system, content: lead }]),
      ...script.steps.flatMap((step) => chatStep(step, system)),
    ],
    tools: script.tools.length === 0 ? undefined : script.tools.map((tool) => chatTool(tool, spelling)),
    tool_choice: chatChoice(script),
    parallel_tool_calls: script.parallel,
    max_completion_tokens: script.limit,
    ...openaiSampling(script),
    logprobs: script.logprobs === undefined ? undefined : true,
    top_logprobs: script.logprobs,
    response_format: chatOutput(script.output, spelling),
    reasoning_effort: script.effort,
    verbosity: script.verbosity,
    service_tier: script.tier,
    [spelling.other === 'openai-completions' ? 'user' : 'safety_identifier']: script.user,
    metadata: script.metadata && { ...script.metadata },
    store: script.store,
    prompt_cache_key: script.cacheKey,
  })
}

/** What both of OpenAI's older dialects call the same. */
function openaiSampling(script: Script): { readonly [key: string]: JsonValue | undefined } {
  return {
    stop: script.stops && [...script.stops],
    temperature: script.temperature,
    top_p: script.topP,
    presence_penalty: script.presence,
    frequency_penalty: script.frequency,
    seed: script.seed,
    n: script.candidates,
    stream: script.stream,
    stream_options: script.stream && { include_usage: true },
  }
}

/* ---- Completions ---- */

const completions: Spell = (script, { model }) => {
  const [step] = script.steps
  const [said] = step?.by === 'user' ? step.said : []
  return given({
    model,
    prompt: said?.is === 'text' ? said.text : '',
    max_tokens: script.limit,
    ...openaiSampling(script),
    logprobs: script.logprobs,
    user: script.user,
  })
}

/* ---- Responses ---- */

const responsesSaid = (said: Said): JsonObject => {
  switch (said.is) {
    case 'text':
      return {
        type: 'input_text',
        text: said.text,
        ...(said.kept && { prompt_cache_breakpoint: { mode: 'explicit' } }),
      }
    case 'image':
      return { type: 'input_image', image_url: png(said.data), detail: said.detail ?? 'auto' }
    case 'image-url':
      return { type: 'input_image', image_url: said.url, detail: 'auto' }
    case 'pdf':
      return { type: 'input_file', filename: said.name ?? '', file_data: pdfUrl(said.data) }
    case 'audio':
      throw new Error('Responses takes no sound')
  }
}

function responsesOutput({ texts, images }: Result): JsonValue {
  const parts = [...textsOf(texts), ...images.map((data): Said => ({ is: 'image', data }))]
  const [only, more] = parts
  if (only === undefined) return ''
  return more === undefined && only.is === 'text' ? only.text : parts.map(responsesSaid)
}

function message(role: string, content: readonly JsonObject[]): JsonObject {
  return { type: 'message', role, content: [...content] }
}

function responsesStep(step: Step, system: string): JsonObject[] {
  if (step.by === 'system') return [message(system, [{ type: 'input_text', text: step.text }])]
  if (step.by === 'user') return [message('user', step.said.map(responsesSaid))]
  const items: JsonObject[] = []
  let content: JsonObject[] | undefined
  for (const part of step.parts) {
    if (part.is === 'text') {
      if (content === undefined) {
        content = []
        items.push({ type: 'message', role: 'assistant', content })
      }
      content.push({ type: 'output_text', text: part.text, annotations: [] })
      continue
    }
    content = undefined
    const { id, name, input, free } = part.call
    items.push(
      free
        ? { type: 'custom_tool_call', call_id: id, name, input }
        : { type: 'function_call', call_id: id, name, arguments: input },
    )
  }
  if (step.refusal !== undefined) items.push(message('assistant', [{ type: 'refusal', refusal: step.refusal }]))
  const outputs = callsIn(step.parts).map(({ call, result }) => ({
    type: call.free ? 'custom_tool_call_output' : 'function_call_output',
    call_id: call.id,
    output: responsesOutput(result),
  }))
  return [...items.map(plainly), ...outputs]
}

/** An assistant's single text is a string. */
function plainly(item: JsonObject): JsonObject {
  if (item.type !== 'message' || !Array.isArray(item.content) || item.content.length !== 1) return item
  const [only] = item.content as JsonObject[]
  return only?.type === 'output_text' ? { ...item, content: only.text ?? '' } : item
}

function responsesChoice(script: Script): JsonValue | undefined {
  const { word, name, names } = chosen(script)
  const one = (each: string): JsonObject => ({
    type: script.tools.some((tool) => tool.name === each && tool.free) ? 'custom' : 'function',
    name: each,
  })
  if (name !== undefined) return one(name)
  return names ? { type: 'allowed_tools', mode: 'auto', tools: names.map(one) } : word
}

function responsesFormat(output: Script['output']): JsonObject | undefined {
  if (output === undefined) return undefined
  if (output === 'json') return { type: 'json_object' }
  const { schema, strict, name = 'response', description } = output
  return given({ type: 'json_schema', name, description, schema: exact(schema), strict })
}

const responses: Spell = (script, { model, other }) => {
  // Chat Completions' newer models tell developers from the system; Anthropic and Gemini know no such difference.
  const system = script.reasoning && other === 'openai-chat' ? 'developer' : 'system'
  const [only, ...more] = script.instructions
  const lead = more.length === 0 ? [] : [message(system, textsOf(script.instructions).map(responsesSaid))]
  const text = given({ format: responsesFormat(script.output), verbosity: script.verbosity })
  const reasoning = given({ effort: script.effort, summary: script.shown && 'auto' })
  return given({
    model,
    instructions: more.length === 0 ? only : undefined,
    input: [...lead, ...script.steps.flatMap((step) => responsesStep(step, system))],
    tools:
      script.tools.length === 0
        ? undefined
        : script.tools.map(({ name, description, schema, strict, free }) =>
            free
              ? given({ type: 'custom', name, description })
              : given({
                  type: 'function',
                  name,
                  description,
                  parameters: exact(schema ?? ''),
                  strict: strict ?? false,
                }),
          ),
    tool_choice: responsesChoice(script),
    parallel_tool_calls: script.parallel,
    max_output_tokens: script.limit,
    temperature: script.temperature,
    top_p: script.topP,
    include: script.logprobs === undefined ? undefined : ['message.output_text.logprobs'],
    top_logprobs: script.logprobs,
    text: Object.keys(text).length === 0 ? undefined : text,
    reasoning: Object.keys(reasoning).length === 0 ? undefined : reasoning,
    service_tier: script.tier,
    [other === 'openai-completions' ? 'user' : 'safety_identifier']: script.user,
    metadata: script.metadata && { ...script.metadata },
    store: script.store ?? false,
    stream: script.stream,
    prompt_cache_key: script.cacheKey,
  })
}

/* ---- Gemini ---- */

const geminiSaid = (said: Said): JsonObject => {
  switch (said.is) {
    case 'text':
      return { text: said.text }
    case 'image':
      return { inlineData: { mimeType: 'image/png', data: said.data } }
    case 'image-url':
      return { fileData: { fileUri: said.url, mimeType: 'image/png' } }
    case 'pdf':
      return { inlineData: { mimeType: 'application/pdf', data: said.data } }
    case 'audio':
      return { inlineData: { mimeType: 'audio/wav', data: said.data } }
  }
}

/** An object that would read as the wrapping of something, or as nothing, is wrapped. */
function geminiResponse({ texts, failed }: Result): JsonObject {
  const [text = ''] = texts
  if (failed) return { error: text }
  if (!text.startsWith('{')) return { output: text }
  const object = exact(text) as JsonObject
  const keys = Object.keys(object)
  const wraps = keys.includes('output') || keys.includes('error') || keys.join() === 'result' || keys.length === 0
  return wraps ? { output: object } : object
}

function geminiStep(step: Step): JsonObject[] {
  if (step.by === 'system') throw new Error('Gemini takes no late instructions')
  if (step.by === 'user') return [{ role: 'user', parts: step.said.map(geminiSaid) }]
  const parts = step.parts.map(
    (part): JsonObject =>
      part.is === 'text'
        ? { text: part.text }
        : { functionCall: { id: part.call.id, name: part.call.name, args: exact(part.call.input) } },
  )
  const answers = callsIn(step.parts).map(({ call, result }) => {
    const media = result.images.map((data) => geminiSaid({ is: 'image', data }))
    const response = { id: call.id, name: call.name, response: geminiResponse(result) }
    return { functionResponse: { ...response, ...(media.length > 0 && { parts: media }) } }
  })
  return [{ role: 'model', parts }, ...(answers.length === 0 ? [] : [{ role: 'user', parts: answers }])]
}

const geminiModes: Readonly<Record<string, string>> = { auto: 'AUTO', required: 'ANY', none: 'NONE' }

function geminiTools(script: Script): JsonObject {
  if (script.tools.length === 0) return {}
  const { word, name } = chosen(script)
  const functionDeclarations = script.tools.map((tool) =>
    given({ name: tool.name, description: tool.description, parametersJsonSchema: exact(tool.schema ?? '') }),
  )
  const calling =
    name === undefined
      ? word !== undefined && { mode: geminiModes[word] ?? '' }
      : { mode: 'ANY', allowedFunctionNames: [name] }
  return {
    tools: [{ functionDeclarations }],
    ...(calling && { toolConfig: { functionCallingConfig: calling } }),
  }
}

const gemini: Spell = (script) => {
  const thinking = given({ thinkingLevel: script.effort?.toUpperCase(), includeThoughts: script.shown })
  const tiers = { auto: '', default: 'standard', flex: 'flex', priority: 'priority' }
  return given({
    contents: script.steps.flatMap(geminiStep),
    systemInstruction:
      script.instructions.length === 0 ? undefined : { parts: textsOf(script.instructions).map(geminiSaid) },
    ...geminiTools(script),
    generationConfig: given({
      maxOutputTokens: script.limit,
      stopSequences: script.stops && [...script.stops],
      temperature: script.temperature,
      topP: script.topP,
      topK: script.topK,
      presencePenalty: script.presence,
      frequencyPenalty: script.frequency,
      seed: script.seed,
      candidateCount: script.candidates,
      responseLogprobs: script.logprobs === undefined ? undefined : true,
      logprobs: script.logprobs,
      responseMimeType: script.output === undefined ? undefined : 'application/json',
      responseJsonSchema: typeof script.output === 'object' ? exact(script.output.schema) : undefined,
      thinkingConfig: Object.keys(thinking).length === 0 ? undefined : thinking,
    }),
    serviceTier: script.tier && tiers[script.tier],
    store: script.store,
  })
}

export const spellRequest: Readonly<Record<Dialect, Spell>> = {
  anthropic,
  'openai-chat': chat,
  'openai-completions': completions,
  'openai-responses': responses,
  gemini,
}
