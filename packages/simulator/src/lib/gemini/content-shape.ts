import {
  anything,
  bool,
  bytes,
  enumeration,
  float,
  int32,
  list,
  message,
  type Reader,
  string,
  struct,
} from './proto.ts'

// Keys and values: @google/genai 3.1.0, dist/genai.d.ts; what the Gemini API takes and what only Vertex takes: its
// converters.

/** How finely images, documents and videos are looked at. */
export const mediaLevels: Reader = enumeration(
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

/** A turn of the conversation. */
export const content: Reader = message('Content', { parts: list(part), role: string })
