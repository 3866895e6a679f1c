import type { Json, JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import {
  anything,
  bool,
  bytes,
  enumeration,
  float,
  int32,
  int64,
  list,
  map,
  message,
  type ProtoFields,
  type Reader,
  string,
  struct,
} from './proto.ts'

// Keys and values: @google/genai 3.1.0, dist/genai.d.ts; what the Gemini API takes and what only Vertex takes: its
// converters.

const mediaLevels = enumeration(
  'GenerationConfig.MediaResolution',
  'MEDIA_RESOLUTION_UNSPECIFIED',
  'MEDIA_RESOLUTION_LOW',
  'MEDIA_RESOLUTION_MEDIUM',
  'MEDIA_RESOLUTION_HIGH',
  'MEDIA_RESOLUTION_ULTRA_HIGH',
)

const blob = message('Blob', { data: bytes, mimeType: string, displayName: string })
const fileData = message('FileData', { fileUri: string, mimeType: string, displayName: string })

const partialArg = message('PartialArg', {
  boolValue: bool,
  jsonPath: string,
  nullValue: anything,
  numberValue: float,
  stringValue: string,
  willContinue: bool,
})

const functionCall = message('FunctionCall', {
  args: struct,
  id: string,
  name: string,
  partialArgs: list(partialArg),
  willContinue: bool,
})

const functionResponse = message('FunctionResponse', {
  id: string,
  name: string,
  parts: list(
    message('FunctionResponsePart', { inlineData: blob, fileData, mediaProcessing: struct }, [
      'inlineData',
      'fileData',
    ]),
  ),
  response: struct,
  scheduling: enumeration('FunctionResponse.Scheduling', 'SCHEDULING_UNSPECIFIED', 'SILENT', 'WHEN_IDLE', 'INTERRUPT'),
  willContinue: bool,
})

/** The fields of a part of which only one may be there. */
export const DATA_FIELDS: readonly string[] = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
]

const part = message(
  'Part',
  {
    text: string,
    inlineData: blob,
    fileData,
    functionCall,
    functionResponse,
    executableCode: message('ExecutableCode', {
      code: string,
      id: string,
      language: enumeration('ExecutableCode.Language', 'LANGUAGE_UNSPECIFIED', 'PYTHON'),
    }),
    codeExecutionResult: message('CodeExecutionResult', {
      id: string,
      outcome: enumeration(
        'CodeExecutionResult.Outcome',
        'OUTCOME_UNSPECIFIED',
        'OUTCOME_OK',
        'OUTCOME_FAILED',
        'OUTCOME_DEADLINE_EXCEEDED',
      ),
      output: string,
    }),
    toolCall: struct,
    toolResponse: struct,
    thought: bool,
    thoughtSignature: bytes,
    videoMetadata: message('VideoMetadata', { startOffset: string, endOffset: string, fps: float }),
    mediaResolution: message('MediaResolution', { level: mediaLevels, numTokens: int32 }),
    mediaProcessing: struct,
    partMetadata: struct,
    audioTranscription: struct,
    speechMetadata: struct,
  },
  DATA_FIELDS,
)

const content = message('Content', { parts: list(part), role: string })

const TYPES = ['TYPE_UNSPECIFIED', 'STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL']

/** Google's subset of OpenAPI's schema, which refers to itself. */
export const schema: Reader = (value, path) => schemaMessage(value, path)

const schemaMessage = message('Schema', {
  anyOf: list(schema),
  default: anything,
  description: string,
  enum: list(string),
  example: anything,
  format: string,
  items: schema,
  maxItems: int64,
  maxLength: int64,
  maxProperties: int64,
  maximum: float,
  minItems: int64,
  minLength: int64,
  minProperties: int64,
  minimum: float,
  nullable: bool,
  pattern: string,
  properties: map(schema),
  propertyOrdering: list(string),
  required: list(string),
  title: string,
  type: enumeration('Type', ...TYPES),
})

const tool = message('Tool', {
  functionDeclarations: list(
    message('FunctionDeclaration', {
      name: string,
      description: string,
      parameters: schema,
      parametersJsonSchema: anything,
      response: schema,
      responseJsonSchema: anything,
      behavior: enumeration('FunctionDeclaration.Behavior', 'UNSPECIFIED', 'BLOCKING', 'NON_BLOCKING'),
    }),
  ),
  codeExecution: message('CodeExecution', {}),
  computerUse: struct,
  enterpriseWebSearch: struct,
  exaAiSearch: struct,
  fileSearch: struct,
  googleMaps: struct,
  googleSearch: message('GoogleSearch', {
    blockingConfidence: string,
    excludeDomains: list(string),
    searchTypes: struct,
    timeRangeFilter: struct,
  }),
  googleSearchRetrieval: struct,
  mcpServers: list(struct),
  parallelAiSearch: struct,
  retrieval: struct,
  urlContext: message('UrlContext', {}),
})

const toolConfig = message('ToolConfig', {
  functionCallingConfig: message('FunctionCallingConfig', {
    mode: enumeration('FunctionCallingConfig.Mode', 'MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'),
    allowedFunctionNames: list(string),
    streamFunctionCallArguments: bool,
  }),
  includeServerSideToolInvocations: bool,
  retrievalConfig: message('RetrievalConfig', { languageCode: string, latLng: struct }),
})

const CATEGORIES = [
  'UNSPECIFIED',
  'HARASSMENT',
  'HATE_SPEECH',
  'SEXUALLY_EXPLICIT',
  'DANGEROUS_CONTENT',
  'CIVIC_INTEGRITY',
  'JAILBREAK',
  'IMAGE_HATE',
  'IMAGE_DANGEROUS_CONTENT',
  'IMAGE_HARASSMENT',
  'IMAGE_SEXUALLY_EXPLICIT',
]

const safetySetting = message('SafetySetting', {
  category: enumeration('HarmCategory', ...CATEGORIES.map((name) => `HARM_CATEGORY_${name}`)),
  method: enumeration('SafetySetting.HarmBlockMethod', 'HARM_BLOCK_METHOD_UNSPECIFIED', 'SEVERITY', 'PROBABILITY'),
  threshold: enumeration(
    'SafetySetting.HarmBlockThreshold',
    'HARM_BLOCK_THRESHOLD_UNSPECIFIED',
    'BLOCK_LOW_AND_ABOVE',
    'BLOCK_MEDIUM_AND_ABOVE',
    'BLOCK_ONLY_HIGH',
    'BLOCK_NONE',
    'OFF',
  ),
})

const generationConfig = message('GenerationConfig', {
  temperature: float,
  topP: float,
  topK: float,
  candidateCount: int32,
  maxOutputTokens: int32,
  stopSequences: list(string),
  responseLogprobs: bool,
  logprobs: int32,
  presencePenalty: float,
  frequencyPenalty: float,
  seed: int32,
  responseMimeType: string,
  responseSchema: schema,
  responseJsonSchema: anything,
  responseModalities: list(
    enumeration('GenerationConfig.Modality', 'MODALITY_UNSPECIFIED', 'TEXT', 'IMAGE', 'AUDIO', 'VIDEO'),
  ),
  mediaResolution: mediaLevels,
  speechConfig: struct,
  audioTimestamp: bool,
  audioTranscriptionConfig: struct,
  imageConfig: struct,
  enableAffectiveDialog: bool,
  enableEnhancedCivicAnswers: bool,
  generationOutputConfig: struct,
  modelSelectionConfig: struct,
  responseFormat: list(struct),
  routingConfig: struct,
  translationConfig: struct,
  thinkingConfig: message('ThinkingConfig', {
    includeThoughts: bool,
    thinkingBudget: int32,
    thinkingLevel: enumeration(
      'ThinkingConfig.ThinkingLevel',
      'THINKING_LEVEL_UNSPECIFIED',
      'MINIMAL',
      'LOW',
      'MEDIUM',
      'HIGH',
    ),
  }),
})

const requestFields: ProtoFields = {
  model: string,
  contents: list(content),
  systemInstruction: content,
  tools: list(tool),
  toolConfig,
  safetySettings: list(safetySetting),
  generationConfig,
  cachedContent: string,
  automaticContinuation: bool,
  continuationToken: string,
  serviceTier: enumeration('ServiceTier', 'unspecified', 'flex', 'standard', 'priority'),
  store: bool,
}

/** Fields that only Vertex takes. */
const vertexFields: ProtoFields = { labels: map(string), modelArmorConfig: struct }

const geminiRequest = message('GenerateContentRequest', requestFields)
const vertexRequest = message('GenerateContentRequest', { ...requestFields, ...vertexFields })

/** Reads the body of a generateContent request. */
export function readRequest(body: JsonObject, vertex: boolean): JsonObject {
  return objectOf((vertex ? vertexRequest : geminiRequest)(body, ''))
}

const geminiCount = message('CountTokensRequest', {
  model: string,
  contents: list(content),
  generateContentRequest: geminiRequest,
})
const vertexCount = message('CountTokensRequest', {
  model: string,
  contents: list(content),
  instances: list(anything),
  systemInstruction: content,
  tools: list(tool),
  generationConfig,
})

/** Reads the body of a countTokens request. */
export function readCount(body: JsonObject, vertex: boolean): JsonObject {
  return objectOf((vertex ? vertexCount : geminiCount)(body, ''))
}

const embedRequest = message('EmbedContentRequest', {
  model: string,
  content,
  taskType: enumeration(
    'TaskType',
    'TASK_TYPE_UNSPECIFIED',
    'RETRIEVAL_QUERY',
    'RETRIEVAL_DOCUMENT',
    'SEMANTIC_SIMILARITY',
    'CLASSIFICATION',
    'CLUSTERING',
    'QUESTION_ANSWERING',
    'FACT_VERIFICATION',
    'CODE_RETRIEVAL_QUERY',
  ),
  title: string,
  outputDimensionality: int32,
  autoTruncate: bool,
  audioTrackExtraction: bool,
  documentOcr: bool,
  embedContentConfig: struct,
})
const batchRequest = message('BatchEmbedContentsRequest', { model: string, requests: list(embedRequest) })

/** Reads the body of an embedContent request. */
export function readEmbed(body: JsonObject): JsonObject {
  return objectOf(embedRequest(body, ''))
}

/** Reads the body of a batchEmbedContents request. */
export function readBatch(body: JsonObject): JsonObject {
  return objectOf(batchRequest(body, ''))
}

function objectOf(value: Json): JsonObject {
  return isObject(value) ? value : {}
}
