import type { JsonObject } from '../src/lib/chat/json.ts'
import { named, type Probed, silent } from './probes.ts'

const schema = { type: 'OBJECT', properties: { city: { type: 'STRING' } } }
const jsonSchema = { type: 'object', properties: { city: { type: 'number' } } }
const pixel = 'iVBORw0KGgo='

const body: JsonObject = {
  model: 'gemini-3-pro',
  systemInstruction: { parts: [{ text: 'Be brief.' }] },
  contents: [
    {
      role: 'user',
      parts: [
        { text: 'Hello' },
        { inlineData: { mimeType: 'image/png', data: pixel } },
        { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
        { fileData: { mimeType: 'image/png', fileUri: 'https://example.com/a.png' } },
      ],
    },
    {
      role: 'model',
      parts: [
        { text: 'Hm.', thought: true },
        { functionCall: { name: 'get_weather', args: { city: 'Oslo' } }, thoughtSignature: 'c2VhbA==' },
      ],
    },
    { role: 'user', parts: [{ functionResponse: { name: 'get_weather', response: { output: 'rain' } } }] },
  ],
  tools: [{ functionDeclarations: [{ name: 'get_weather', parameters: schema }, { name: 'get_time' }] }],
  toolConfig: { functionCallingConfig: { mode: 'ANY' } },
  generationConfig: {
    maxOutputTokens: 1000,
    responseLogprobs: true,
    thinkingConfig: { thinkingLevel: 'LOW' },
    mediaResolution: 'MEDIA_RESOLUTION_LOW',
  },
}

const place = ['contents', 0, 'parts', 0] as const
const calls = 'what calls bear and what answers them is matched by id'

/** A part as it is replaced by one of each kind; the text that is there is moved away by the decoder's own order of kinds. */
const kinds = {
  toolCall: { id: 't', toolType: 'GOOGLE_SEARCH' },
  toolResponse: { id: 't', toolType: 'GOOGLE_SEARCH' },
  codeExecutionResult: { outcome: 'OUTCOME_OK', output: '42' },
  executableCode: { language: 'PYTHON', code: 'print(42)' },
}

export const geminiProbes: Probed = {
  dialect: 'gemini',
  request: body,
  places: [
    {
      // What the SDK takes in one object stands partly at the top of the wire's request and partly in `generationConfig`.
      interfaces: [],
      at: [],
      fields: {
        model: silent('gemini-3-flash', named),
        contents: [{ role: 'user', parts: [{ text: 'Other' }] }],
        systemInstruction: { parts: [{ text: 'Be long.' }] },
        tools: [],
        toolConfig: { functionCallingConfig: { mode: 'NONE' } },
        safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
        cachedContent: 'cachedContents/1',
        labels: { team: 'x' },
        serviceTier: 'flex',
        store: true,
        modelArmorConfig: { promptTemplateName: 'x' },
        continuationToken: 'x',
        automaticContinuation: true,
        generationOutputConfig: { x: 1 },
      },
    },
    {
      interfaces: [['gemini', 'GenerationConfig']],
      at: ['generationConfig'],
      fields: {
        modelSelectionConfig: { x: 1 },
        responseJsonSchema: jsonSchema,
        audioTranscriptionConfig: { x: 1 },
        audioTimestamp: true,
        candidateCount: 2,
        enableAffectiveDialog: true,
        frequencyPenalty: 0.5,
        logprobs: 3,
        maxOutputTokens: 2000,
        mediaResolution: 'MEDIA_RESOLUTION_HIGH',
        presencePenalty: 0.5,
        responseFormat: { type: 'x' },
        responseLogprobs: false,
        responseMimeType: 'application/json',
        responseModalities: ['AUDIO'],
        responseSchema: schema,
        routingConfig: { x: 1 },
        seed: 7,
        speechConfig: { x: 1 },
        imageConfig: { x: 1 },
        stopSequences: ['END'],
        temperature: 0.5,
        thinkingConfig: { thinkingLevel: 'HIGH' },
        topK: 40,
        topP: 0.9,
        enableEnhancedCivicAnswers: true,
        translationConfig: { x: 1 },
      },
    },
    {
      interfaces: [['gemini', 'ThinkingConfig']],
      at: ['generationConfig', 'thinkingConfig'],
      fields: { includeThoughts: true, thinkingBudget: 4096, thinkingLevel: 'HIGH' },
    },
    {
      interfaces: [['gemini', 'Content']],
      at: ['contents', 0],
      fields: { parts: [{ text: 'Other' }], role: 'model' },
    },
    {
      interfaces: [['gemini', 'Part']],
      at: place,
      fields: {
        ...kinds,
        mediaResolution: silent({ level: 'MEDIA_RESOLUTION_HIGH' }, 'a text has no resolution'),
        audioTranscription: { x: 1 },
        fileData: { mimeType: 'application/pdf', fileUri: 'gs://bucket/a.pdf' },
        functionCall: { name: 'get_weather', args: {} },
        functionResponse: { name: 'get_weather', response: { output: 'x' } },
        inlineData: { mimeType: 'audio/wav', data: 'AAAA' },
        text: 'Other',
        thought: silent(true, 'only what the model says can be its thought'),
        thoughtSignature: 'b3RoZXI=',
        videoMetadata: silent({ fps: 1 }, 'a text is no video'),
        partMetadata: { x: 1 },
        mediaProcessing: { x: 1 },
        speechMetadata: { x: 1 },
      },
    },
    {
      interfaces: [['gemini', 'Part']],
      at: ['contents', 1, 'parts', 1],
      fields: {
        ...Object.fromEntries(
          Object.entries(kinds).map(([kind, value]) => [kind, silent(value, 'a part is one thing: here the call')]),
        ),
        mediaResolution: silent({ level: 'MEDIA_RESOLUTION_HIGH' }, 'a call has no resolution'),
        audioTranscription: silent({ x: 1 }, 'a part is one thing: here the call'),
        fileData: silent({ fileUri: 'gs://x' }, 'a part is one thing: here the call'),
        functionResponse: silent({ name: 'x' }, 'a part is one thing: here the call'),
        inlineData: silent({ mimeType: 'image/png', data: 'AAAA' }, 'a part is one thing: here the call'),
        text: silent('Other', 'a part is one thing: here the call'),
        thought: silent(true, 'a part is one thing: here the call'),
        functionCall: { name: 'other', args: {} },
        thoughtSignature: 'b3RoZXI=',
        videoMetadata: silent({ fps: 1 }, 'a call is no video'),
        partMetadata: { x: 1 },
        mediaProcessing: { x: 1 },
        speechMetadata: { x: 1 },
      },
    },
    {
      interfaces: [['gemini', 'FunctionCall']],
      at: ['contents', 1, 'parts', 1, 'functionCall'],
      fields: {
        args: { city: 'Rome' },
        id: silent('call_7', calls),
        name: 'other',
        partialArgs: [{ jsonPath: '$.city', stringValue: 'x' }],
        willContinue: true,
      },
    },
    {
      interfaces: [['gemini', 'FunctionResponse']],
      at: ['contents', 2, 'parts', 0, 'functionResponse'],
      fields: {
        id: silent('call_7', calls),
        name: 'other',
        parts: [{ inlineData: { mimeType: 'image/png', data: pixel } }],
        response: { output: 'snow' },
        scheduling: 'SILENT',
        willContinue: true,
      },
    },
    {
      interfaces: [['gemini', 'Blob_2']],
      at: ['contents', 0, 'parts', 2, 'inlineData'],
      fields: { data: 'AAAA', displayName: 'a.pdf', mimeType: 'image/gif' },
    },
    {
      interfaces: [['gemini', 'FileData']],
      at: ['contents', 0, 'parts', 3, 'fileData'],
      fields: {
        displayName: silent('a.png', 'no dialect names its images'),
        fileUri: 'https://example.com/b.png',
        mimeType: 'video/mp4',
      },
    },
    {
      interfaces: [['gemini', 'Tool']],
      at: ['tools', 0],
      fields: {
        retrieval: { x: 1 },
        googleMaps: {},
        mcpServers: [{ name: 'x' }],
        codeExecution: {},
        computerUse: { environment: 'x' },
        enterpriseWebSearch: {},
        exaAiSearch: {},
        functionDeclarations: [{ name: 'other' }],
        googleSearch: {},
        googleSearchRetrieval: {},
        parallelAiSearch: {},
        urlContext: {},
        fileSearch: {},
      },
    },
    {
      interfaces: [['gemini', 'FunctionDeclaration']],
      at: ['tools', 0, 'functionDeclarations', 0],
      fields: {
        behavior: 'NON_BLOCKING',
        description: 'Tells the weather.',
        name: 'other',
        parameters: { type: 'OBJECT', properties: {} },
        parametersJsonSchema: jsonSchema,
        response: schema,
        responseJsonSchema: jsonSchema,
      },
    },
    {
      interfaces: [['gemini', 'ToolConfig']],
      at: ['toolConfig'],
      fields: {
        functionCallingConfig: { mode: 'VALIDATED' },
        retrievalConfig: { languageCode: 'de' },
        includeServerSideToolInvocations: true,
      },
    },
    {
      interfaces: [['gemini', 'FunctionCallingConfig']],
      at: ['toolConfig', 'functionCallingConfig'],
      fields: { allowedFunctionNames: ['get_weather'], mode: 'AUTO', streamFunctionCallArguments: true },
    },
  ],
  kinds: [],
}
