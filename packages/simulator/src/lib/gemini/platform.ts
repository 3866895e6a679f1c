import { isObject, type Json, type JsonObject, objects } from '../json.ts'
import { unknownName } from './proto.ts'

/** Finds the messages of one kind in a request, each with its path. */
type Finder = (request: JsonObject) => readonly [path: string, message: JsonObject][]

interface Rule {
  at: Finder
  /** Fields that only Vertex AI takes, and fields that only the Gemini API takes (@google/genai 3.1.0, its converters). */
  vertex?: readonly string[]
  gemini?: readonly string[]
}

const RULES: readonly Rule[] = [
  {
    at: one('generationConfig', 'generation_config'),
    vertex: ['audioTimestamp', 'routingConfig', 'modelSelectionConfig', 'generationOutputConfig'],
    gemini: ['enableEnhancedCivicAnswers'],
  },
  { at: one('toolConfig', 'tool_config'), gemini: ['includeServerSideToolInvocations'] },
  {
    at: (request) => {
      const config = isObject(request.toolConfig) ? request.toolConfig.functionCallingConfig : undefined
      return located('tool_config.function_calling_config', config)
    },
    vertex: ['streamFunctionCallArguments'],
  },
  { at: (request) => listed('safety_settings', request.safetySettings), vertex: ['method'] },
  {
    at: (request) => listed('tools', request.tools),
    vertex: ['retrieval', 'enterpriseWebSearch', 'exaAiSearch', 'parallelAiSearch'],
    gemini: ['fileSearch'],
  },
  { at: parts, gemini: ['toolCall', 'toolResponse', 'partMetadata'] },
  {
    at: (request) => parts(request).flatMap(([path, part]) => located(`${path}.function_call`, part.functionCall)),
    vertex: ['partialArgs', 'willContinue'],
  },
]

function one(field: string, path: string): Finder {
  return (request) => located(path, request[field])
}

function located(path: string, value: Json | undefined): [string, JsonObject][] {
  return isObject(value) ? [[path, value]] : []
}

function listed(path: string, value: Json | undefined): [string, JsonObject][] {
  return objects(value).map((each, index) => [`${path}[${index}]`, each])
}

function parts(request: JsonObject): [string, JsonObject][] {
  return listed('contents', request.contents).flatMap(([path, content]) => listed(`${path}.parts`, content.parts))
}

/** Refuses fields of a read request that only the other of Google's two platforms takes. */
export function checkPlatform(request: JsonObject, vertex: boolean): void {
  for (const { at, ...rule } of RULES) {
    const foreign = (vertex ? rule.gemini : rule.vertex) ?? []
    for (const [path, message] of at(request)) {
      const found = foreign.find((field) => message[field] !== undefined)
      if (found !== undefined) throw unknownName(found, path)
    }
  }
}
