import { anything, bool, enumeration, float, int64, list, map, message, type Reader, string, struct } from './proto.ts'

// Keys and values: @google/genai 3.1.0, dist/genai.d.ts; what the Gemini API takes and what only Vertex takes: its
// converters.

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

/** Tools a request offers: functions of the client's and what Google runs. */
export const tool: Reader = message('Tool', {
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

/** Whether and which of them are to be called. */
export const toolConfig: Reader = message('ToolConfig', {
  functionCallingConfig: message('FunctionCallingConfig', {
    mode: enumeration('FunctionCallingConfig.Mode', 'MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'),
    allowedFunctionNames: list(string),
    streamFunctionCallArguments: bool,
  }),
  includeServerSideToolInvocations: bool,
  retrievalConfig: message('RetrievalConfig', { languageCode: string, latLng: struct }),
})
