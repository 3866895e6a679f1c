import { isObject, type JsonObject, number, objects, text } from '../json.ts'
import { type GeminiModel, geminiModel } from '../models/gemini.ts'
import type { Seals } from '../seal.ts'
import { countTokens } from '../tokens.ts'
import type { OfferedTool, Segment, Turn } from '../turn.ts'
import { DATA_FIELDS } from './content-shape.ts'
import { invalid, violation } from './error.ts'
import { checkMedia } from './media.ts'
import { readMessages } from './messages.ts'
import { checkOrder } from './pairing.ts'
import { checkPlatform } from './platform.ts'
import { checkSchema, jsonSchemaOf } from './schema.ts'
import { readCount, readRequest } from './shape.ts'
import { checkSignatures, checkThinking, showsThoughts } from './thinking.ts'
import { allowedTools, checkTools, toolChoice } from './tools.ts'

/** What of a request besides its body decides whether it is legal, and what it means. */
export interface ValidateOptions {
  model: string
  stream: boolean
  /** Vertex takes a few fields more. */
  vertex: boolean
  seals: Seals
}

/** A legal request: in its canonical spelling, and what it means. */
export interface ContentRequest {
  request: JsonObject
  turn: Turn
}

/** Checks a generateContent request as Google does; throws its 400, or says what the request means. */
export function validate(body: JsonObject, options: ValidateOptions): ContentRequest {
  return examine(readRequest(body, options.vertex), options)
}

/** Checks a countTokens request, which holds contents, or a whole request. */
export function validateCount(body: JsonObject, options: ValidateOptions): ContentRequest {
  const { generateContentRequest: whole, ...rest } = readCount(body, options.vertex)
  if (whole !== undefined && rest.contents !== undefined) {
    throw invalid('Only one of contents and generate_content_request may be set.')
  }
  return examine(isObject(whole) ? whole : rest, options)
}

function examine(request: JsonObject, options: ValidateOptions): ContentRequest {
  checkPlatform(request, options.vertex)
  const rules = geminiModel(options.model)
  const contents = objects(request.contents)
  checkOrder(contents)
  checkParts(contents)
  checkMedia(contents)
  checkSystem(request)
  checkSafety(request)
  if (text(request.cachedContent) !== undefined) {
    throw invalid('CachedContent not found (or permission denied)')
  }
  const tools = checkTools(request, rules)
  checkConfig(isObject(request.generationConfig) ? request.generationConfig : {}, tools, rules, options.model)
  checkThinking(request, rules)
  checkSignatures(contents, rules, options.seals)
  return { request, turn: turnOf(request, tools, options) }
}

function checkParts(contents: readonly JsonObject[]): void {
  contents.forEach((content, index) => {
    objects(content.parts).forEach((part, place) => {
      if (DATA_FIELDS.some((field) => part[field] !== undefined) || part.thoughtSignature !== undefined) return
      throw violation(
        `contents[${index}].parts[${place}].data`,
        "required oneof field 'data' must have one initialized field",
      )
    })
  })
}

function checkSystem(request: JsonObject): void {
  if (!isObject(request.systemInstruction)) return
  const parts = objects(request.systemInstruction.parts)
  if (parts.length === 0) throw violation('system_instruction.parts', 'contents.parts must not be empty.')
  if (parts.some((part) => part.text === undefined)) throw invalid('System instruction only supports text parts.')
}

function checkSafety(request: JsonObject): void {
  const seen = new Set<unknown>()
  objects(request.safetySettings).forEach((setting, index) => {
    const { category } = setting
    if (category === undefined || category === 'HARM_CATEGORY_UNSPECIFIED') {
      throw violation(
        `safety_settings[${index}]`,
        'element predicate failed: $.category in (HarmCategory.HARM_CATEGORY_SEXUALLY_EXPLICIT, HarmCategory.HARM_CATEGORY_HATE_SPEECH, HarmCategory.HARM_CATEGORY_HARASSMENT, HarmCategory.HARM_CATEGORY_DANGEROUS_CONTENT, HarmCategory.HARM_CATEGORY_CIVIC_INTEGRITY)',
      )
    }
    if (seen.has(category)) throw violation('safety_settings', 'there can be only one setting for each category.')
    seen.add(category)
  })
}

type Range = readonly [least: number, most: number]

const RANGES: Readonly<Record<string, Range>> = {
  temperature: [0, 2],
  topP: [0, 1],
  topK: [1, 1000],
  candidateCount: [1, 8],
  presencePenalty: [-2, 2],
  frequencyPenalty: [-2, 2],
  logprobs: [0, 20],
}

function checkConfig(config: JsonObject, tools: readonly OfferedTool[], rules: GeminiModel, model: string): void {
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const value = number(config[name])
    if (value === undefined || (value >= least && value <= most)) continue
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    throw violation(`generation_config.${snake}`, `${snake} must be in the range [${least}, ${most}].`)
  }
  const limit = number(config.maxOutputTokens)
  if (limit !== undefined && (limit < 1 || limit > rules.maxOutput)) {
    throw invalid(
      `Unable to submit request because it has a maxOutputTokens value of ${limit} but the supported range is from 1 (inclusive) to ${rules.maxOutput + 1} (exclusive). Update the value and try again.`,
    )
  }
  const stops: unknown[] = Array.isArray(config.stopSequences) ? config.stopSequences : []
  if (stops.length > 5) throw violation('generation_config.stop_sequences', 'at most 5 stop sequences are allowed.')
  if (stops.includes('')) throw violation('generation_config.stop_sequences', 'stop sequences must not be empty.')
  if (config.logprobs !== undefined && config.responseLogprobs !== true) {
    throw violation('generation_config.logprobs', 'logprobs is only allowed when response_logprobs is true.')
  }
  const modalities: unknown[] = Array.isArray(config.responseModalities) ? config.responseModalities : []
  const other = modalities.find((modality) => modality !== 'TEXT')
  if (other !== undefined) {
    throw invalid(
      `The requested combination of response modalities (${modalities.join(', ')}) is not supported by the model. models/${model} accepts the following combination of response modalities:\n* TEXT\n`,
    )
  }
  checkFormat(config, tools, rules)
}

const MIME_TYPES = ['text/plain', 'application/json', 'text/x.enum']

function checkFormat(config: JsonObject, tools: readonly OfferedTool[], rules: GeminiModel): void {
  const type = text(config.responseMimeType) ?? 'text/plain'
  const where = 'generation_config.response_mime_type'
  if (!MIME_TYPES.includes(type)) {
    throw violation(
      where,
      'allowed mimetypes are `text/plain`, `application/json`, `application/xml`, `application/yaml` and `text/x.enum`.',
    )
  }
  if (config.responseSchema !== undefined && config.responseJsonSchema !== undefined) {
    throw invalid('Only one of response_schema and response_json_schema may be set.')
  }
  for (const [field, name] of [
    ['responseSchema', 'response_schema'],
    ['responseJsonSchema', 'response_json_schema'],
  ] as const) {
    if (config[field] === undefined || type !== 'text/plain') continue
    throw violation(
      `generation_config.${name}`,
      'only allowed when response_mime_type is `application/json` or `text/x.enum`.',
    )
  }
  if (isObject(config.responseSchema)) checkSchema(config.responseSchema, 'generation_config.response_schema')
  const functions = tools.some((tool) => tool.kind === 'function')
  if (type === 'application/json' && functions && rules.generation < 3) {
    throw invalid("Function calling with a response mime type: 'application/json' is unsupported")
  }
}

function turnOf(request: JsonObject, offered: readonly OfferedTool[], options: ValidateOptions): Turn {
  const { segments, ...conversation } = readMessages(request)
  const config = isObject(request.generationConfig) ? request.generationConfig : {}
  const maxTokens = number(config.maxOutputTokens)
  const stops: unknown[] = Array.isArray(config.stopSequences) ? config.stopSequences : []
  const format = formatOf(config)
  return {
    ...conversation,
    dialect: 'gemini',
    model: options.model,
    stream: options.stream,
    tools: allowedTools(request, offered),
    toolChoice: toolChoice(request),
    parallelTools: true,
    thinking: showsThoughts(request),
    ...(format && { format }),
    ...(maxTokens !== undefined && { maxTokens }),
    stops: stops.filter((stop) => typeof stop === 'string'),
    count: number(config.candidateCount) ?? 1,
    segments: [...toolSegment(request), ...segments],
  }
}

function formatOf(config: JsonObject): Turn['format'] {
  const type = config.responseMimeType
  if (type !== 'application/json' && type !== 'text/x.enum') return undefined
  const bare = type === 'text/x.enum' ? { bare: true } : {}
  if (isObject(config.responseJsonSchema)) return { schema: config.responseJsonSchema, ...bare }
  return isObject(config.responseSchema) ? { schema: jsonSchemaOf(config.responseSchema), ...bare } : 'json'
}

/** Tools stand before the contents in the prompt, and count. */
function toolSegment(request: JsonObject): Segment[] {
  if (objects(request.tools).length === 0) return []
  const source = JSON.stringify(request.tools)
  return [{ text: source, tokens: countTokens(source) }]
}
