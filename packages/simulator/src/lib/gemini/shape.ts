import type { Json, JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import { content, mediaLevels } from './content-shape.ts'
import {
  anything,
  bool,
  enumeration,
  float,
  int32,
  list,
  map,
  message,
  type ProtoFields,
  string,
  struct,
} from './proto.ts'
import { schema, tool, toolConfig } from './tool-shape.ts'

// Keys and values: @google/genai 3.1.0, dist/genai.d.ts; what the Gemini API takes and what only Vertex takes: its
// converters.

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
