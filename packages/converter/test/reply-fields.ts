import type { Dialect } from '../src/lib/chat/dialect.ts'
import type { JsonObject, JsonValue } from '../src/lib/chat/json.ts'
import type { Declared } from './sdk-replies.ts'

/** Another value for a field, and why it may change nothing for a client of some other dialect without a word. */
export type Probe = readonly [value: JsonValue, silent?: string]

/** The members of one object of an answer, and where such an object stands in the answer that is probed. */
export interface Place {
  readonly interfaces: readonly (readonly [file: Declared, name: string])[]
  readonly at: readonly (string | number)[]
  readonly fields: Readonly<Record<string, Probe>>
}

/** A list that an SDK declares as a union of objects told apart by their `type`, and where one more of them is put. */
export interface Kinds {
  readonly unions: readonly (readonly [file: Declared, name: string])[]
  readonly at: readonly (string | number)[]
}

export interface ProbedReply {
  readonly dialect: Dialect
  readonly reply: JsonObject
  readonly places: readonly Place[]
  readonly kinds?: Kinds
}

const constant = 'always the same word'
const noTime = 'not every dialect tells the time'
const noTier = 'not every dialect tells the tier'
const own = 'answers a field of the request that no other dialect has'
const repeats = 'repeats the request'
const summed = 'is the sum of the others'
const finer = 'other dialects do not count so finely'
const toldWhole = 'Anthropic has no log-probabilities, and is told so of all of them at once'
const hidden = 'where the provider kept something means nothing elsewhere'

/** Both of OpenAI's older dialects count alike. */
const usagePlaces: readonly Place[] = [
  {
    interfaces: [['completions', 'CompletionUsage']],
    at: ['usage'],
    fields: {
      completion_tokens: [8],
      prompt_tokens: [8],
      total_tokens: [99, summed],
      completion_tokens_details: [{ reasoning_tokens: 3 }],
      prompt_tokens_details: [{ cached_tokens: 5 }],
    },
  },
  {
    interfaces: [['completions', 'CompletionUsage.CompletionTokensDetails']],
    at: ['usage', 'completion_tokens_details'],
    fields: {
      accepted_prediction_tokens: [1, finer],
      audio_tokens: [1, finer],
      reasoning_tokens: [3],
      rejected_prediction_tokens: [1, finer],
      text_tokens: [1, finer],
    },
  },
  {
    interfaces: [['completions', 'CompletionUsage.PromptTokensDetails']],
    at: ['usage', 'prompt_tokens_details'],
    fields: {
      audio_tokens: [1, finer],
      cache_write_tokens: [1, finer],
      cached_tokens: [5],
      image_tokens: [1, finer],
      text_tokens: [1, finer],
    },
  },
]

const chat: ProbedReply = {
  dialect: 'openai-chat',
  reply: {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_763_900_000,
    model: 'gpt-x',
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        logprobs: null,
        message: {
          role: 'assistant',
          content: 'It is blue.',
          refusal: null,
          annotations: [
            {
              type: 'url_citation',
              url_citation: { url: 'https://a.example', title: 'A', start_index: 0, end_index: 2 },
            },
          ],
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
        },
      },
    ],
    usage: {
      prompt_tokens: 10,
      completion_tokens: 9,
      total_tokens: 19,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    },
  },
  places: [
    {
      interfaces: [['chat', 'ChatCompletion']],
      at: [],
      fields: {
        id: ['chatcmpl-2'],
        choices: [[{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'No.' } }]],
        created: [1, noTime],
        model: ['gpt-y'],
        object: ['x', constant],
        metadata: [{ a: 'b' }, repeats],
        moderation: [{ input: { type: 'error', code: 'x', message: 'x' } }, own],
        service_tier: ['priority', noTier],
        system_fingerprint: ['fp', hidden],
        usage: [{ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }],
      },
    },
    {
      interfaces: [['chat', 'ChatCompletion.Choice']],
      at: ['choices', 0],
      fields: {
        finish_reason: ['length'],
        index: [1, 'the first choice is the answer'],
        logprobs: [{ content: [{ token: 'It', logprob: -1, bytes: null, top_logprobs: [] }], refusal: null }],
        message: [{ role: 'assistant', content: 'No.' }],
      },
    },
    {
      interfaces: [['chat', 'ChatCompletionMessage']],
      at: ['choices', 0, 'message'],
      fields: {
        content: ['No.'],
        refusal: ['I cannot.'],
        role: ['x', constant],
        annotations: [[]],
        audio: [{ id: 'a', data: 'AA==', expires_at: 1, transcript: 'said' }],
        function_call: [{ name: 'g', arguments: '{}' }],
        tool_calls: [[]],
      },
    },
    {
      interfaces: [['chat', 'ChatCompletionMessageFunctionToolCall']],
      at: ['choices', 0, 'message', 'tool_calls', 0],
      fields: { id: ['call_2'], function: [{ name: 'g', arguments: '{}' }], type: ['x', constant] },
    },
    ...usagePlaces,
  ],
}

const messages: ProbedReply = {
  dialect: 'anthropic',
  reply: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
      {
        type: 'text',
        text: 'It is blue.',
        citations: [
          {
            type: 'web_search_result_location',
            url: 'https://a.example',
            title: 'A',
            cited_text: 'blue',
            encrypted_index: 'e',
          },
        ],
      },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 }, caller: { type: 'direct' } },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    stop_details: null,
    usage: { input_tokens: 6, cache_read_input_tokens: 4, cache_creation_input_tokens: 0, output_tokens: 9 },
  },
  kinds: {
    unions: [
      ['messages', 'ContentBlock'],
      ['beta-messages', 'BetaContentBlock'],
    ],
    at: ['content'],
  },
  places: [
    {
      interfaces: [
        ['messages', 'Message'],
        ['beta-messages', 'BetaMessage'],
      ],
      at: [],
      fields: {
        id: ['msg_2'],
        container: [{ id: 'c', expires_at: 'x' }, hidden],
        content: [[]],
        context_management: [{ applied_edits: [] }, own],
        diagnostics: [{ cache_miss_reason: null }, own],
        input_transformations: [[{ type: 'x' }], own],
        model: ['claude-y'],
        role: ['x', constant],
        stop_details: [{ type: 'refusal', category: 'cyber', explanation: 'No.' }, 'tells of a refusal only'],
        stop_reason: ['max_tokens'],
        stop_sequence: ['END', 'no other dialect says which sequence was met'],
        type: ['x', constant],
        usage: [{ input_tokens: 1, output_tokens: 1 }],
      },
    },
    {
      interfaces: [['messages', 'TextBlock']],
      at: ['content', 1],
      fields: { citations: [null], text: ['No.'], type: ['x'] },
    },
    {
      interfaces: [['messages', 'CitationsWebSearchResultLocation']],
      at: ['content', 1, 'citations', 0],
      fields: {
        cited_text: ['sky', 'other dialects name the place in the answer'],
        encrypted_index: ['f', hidden],
        title: ['B'],
        type: ['x', constant],
        url: ['https://b.example'],
      },
    },
    {
      interfaces: [['messages', 'ThinkingBlock']],
      at: ['content', 0],
      fields: {
        signature: ['other', 'a seal is withheld, and told where reasoning is shown'],
        thinking: ['Ah.'],
        type: ['x'],
      },
    },
    {
      interfaces: [
        ['messages', 'ToolUseBlock'],
        ['beta-messages', 'BetaToolUseBlock'],
      ],
      at: ['content', 2],
      fields: {
        id: ['toolu_2'],
        caller: [{ type: 'code_execution_20260120', tool_id: 's' }],
        input: [{ a: 2 }],
        name: ['g'],
        toolset_name: ['browser'],
        type: ['x'],
      },
    },
    {
      interfaces: [
        ['messages', 'Usage'],
        ['beta-messages', 'BetaUsage'],
      ],
      at: ['usage'],
      fields: {
        cache_creation: [{ ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 0 }, finer],
        cache_creation_input_tokens: [3],
        cache_read_input_tokens: [3],
        fallback_credit: [{ tokens: 1 }, own],
        inference_geo: ['eu', own],
        input_tokens: [7],
        iterations: [[{ type: 'message', input_tokens: 1, output_tokens: 1 }], finer],
        output_tokens: [8],
        output_tokens_details: [{ thinking_tokens: 3 }],
        server_tool_use: [{ web_search_requests: 1, web_fetch_requests: 0 }, finer],
        service_tier: ['priority', noTier],
        speed: ['fast', own],
      },
    },
  ],
}

const responses: ProbedReply = {
  dialect: 'openai-responses',
  reply: {
    id: 'resp_1',
    object: 'response',
    created_at: 1_763_900_000,
    status: 'completed',
    error: null,
    incomplete_details: null,
    model: 'gpt-x',
    output: [
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'enc' },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [
          {
            type: 'output_text',
            text: 'It is blue.',
            annotations: [{ type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 0, end_index: 2 }],
            logprobs: [],
          },
        ],
      },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{"a":1}', status: 'completed' },
      { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_2', name: 'g', input: 'free' },
    ],
    usage: {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 19,
    },
  },
  kinds: { unions: [['responses', 'ResponseOutputItem']], at: ['output'] },
  places: [
    {
      interfaces: [['responses', 'Response']],
      at: [],
      fields: {
        id: ['resp_2'],
        access_programs: [{}, own],
        output_text: ['x', 'the SDK puts it together itself'],
        created_at: [1, noTime],
        error: [{ code: 'server_error', message: 'x' }],
        incomplete_details: [{ reason: 'content_filter' }, 'says why a response is incomplete'],
        instructions: ['x', repeats],
        metadata: [{ a: 'b' }, repeats],
        model: ['gpt-y'],
        object: ['x', constant],
        output: [[]],
        parallel_tool_calls: [false, repeats],
        temperature: [1, repeats],
        tool_choice: ['none', repeats],
        tools: [[{ type: 'web_search' }], repeats],
        top_p: [1, repeats],
        background: [true, repeats],
        completed_at: [2, noTime],
        conversation: [{ id: 'conv' }, hidden],
        image: [{}, own],
        input_transformations: [[{}], own],
        max_output_tokens: [9, repeats],
        max_tool_calls: [9, repeats],
        moderation: [{}, own],
        previous_response_id: ['resp_0', repeats],
        prompt: [{ id: 'p' }, repeats],
        prompt_cache_diagnostics: [{}, own],
        prompt_cache_key: ['k', repeats],
        prompt_cache_options: [{}, repeats],
        prompt_cache_retention: ['24h', repeats],
        reasoning: [{ effort: 'low' }, repeats],
        safety_identifier: ['s', repeats],
        service_tier: ['priority', noTier],
        status: ['incomplete'],
        text: [{}, repeats],
        tool_usage: [{}, finer],
        top_logprobs: [1, repeats],
        truncation: ['auto', repeats],
        usage: [{ input_tokens: 1, output_tokens: 1 }],
        user: ['u', repeats],
      },
    },
    {
      interfaces: [['responses', 'ResponseOutputMessage']],
      at: ['output', 1],
      fields: {
        id: ['msg_2', hidden],
        content: [[]],
        role: ['x', constant],
        status: ['incomplete', 'the status of the response says it'],
        type: ['x'],
        phase: ['commentary', 'the order of the texts is kept'],
      },
    },
    {
      interfaces: [['responses', 'ResponseOutputText']],
      at: ['output', 1, 'content', 0],
      fields: {
        annotations: [[]],
        text: ['No.'],
        type: ['x', 'is known by its text'],
        logprobs: [[{ token: 'It', logprob: -1, bytes: [], top_logprobs: [] }]],
      },
    },
    {
      interfaces: [['responses', 'ResponseReasoningItem']],
      at: ['output', 0],
      fields: {
        id: ['rs_2', hidden],
        summary: [[]],
        type: ['x'],
        content: [[{ type: 'reasoning_text', text: 'Ah.' }]],
        encrypted_content: ['other', 'a seal is withheld, and told where reasoning is shown'],
        status: ['incomplete', 'the status of the response says it'],
      },
    },
    {
      interfaces: [['responses', 'ResponseFunctionToolCall']],
      at: ['output', 2],
      fields: {
        arguments: ['{"a":2}'],
        call_id: ['call_9'],
        name: ['h'],
        type: ['x'],
        id: ['fc_2', hidden],
        async: [true, own],
        caller: [{ type: 'program', caller_id: 'p' }],
        namespace: ['n'],
        status: ['incomplete', 'the status of the response says it'],
      },
    },
    {
      interfaces: [['responses', 'ResponseCustomToolCall']],
      at: ['output', 3],
      fields: {
        call_id: ['call_9'],
        input: ['other'],
        name: ['h'],
        type: ['x'],
        id: ['ctc_2', hidden],
        async: [true, own],
        caller: [{ type: 'program', caller_id: 'p' }],
        namespace: ['n'],
      },
    },
    {
      interfaces: [['responses', 'ResponseUsage']],
      at: ['usage'],
      fields: {
        input_tokens: [8],
        input_tokens_details: [{ cached_tokens: 5 }],
        output_tokens: [8],
        output_tokens_details: [{ reasoning_tokens: 3 }],
        total_tokens: [99, summed],
      },
    },
    {
      interfaces: [['responses', 'ResponseUsage.InputTokensDetails']],
      at: ['usage', 'input_tokens_details'],
      fields: { cached_tokens: [5], cache_write_tokens: [1, finer], cache_write_tokens_details: [{}, finer] },
    },
  ],
}

const gemini: ProbedReply = {
  dialect: 'gemini',
  reply: {
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: 'Hm.', thought: true },
            { text: 'It is blue.' },
            { functionCall: { id: 'fc1', name: 'f', args: { a: 1 } } },
          ],
        },
        finishReason: 'STOP',
        index: 0,
      },
    ],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 7, thoughtsTokenCount: 2, totalTokenCount: 19 },
    modelVersion: 'gemini-x',
    responseId: 'r1',
  },
  places: [
    {
      interfaces: [['genai', 'GenerateContentResponse']],
      at: [],
      fields: {
        sdkHttpResponse: [{}, 'the SDK adds it itself'],
        candidates: [[{ content: { parts: [{ text: 'No.' }] }, finishReason: 'STOP' }]],
        createTime: ['2026-01-01T00:00:00Z', noTime],
        automaticFunctionCallingHistory: [[], 'the SDK adds it itself'],
        modelVersion: ['gemini-y'],
        promptFeedback: [{ blockReason: 'SAFETY' }, 'tells of a refused prompt, which has no candidates'],
        responseId: ['r2'],
        usageMetadata: [{ promptTokenCount: 1, candidatesTokenCount: 1 }],
        modelStatus: [{ modelStage: 'PREVIEW' }, own],
      },
    },
    {
      interfaces: [['genai', 'Candidate']],
      at: ['candidates', 0],
      fields: {
        content: [{ parts: [{ text: 'No.' }] }],
        citationMetadata: [{ citations: [{ uri: 'https://a.example', startIndex: 0, endIndex: 2 }] }],
        finishMessage: ['x', 'says why an answer was withheld'],
        tokenCount: [3, finer],
        finishReason: ['MAX_TOKENS'],
        groundingMetadata: [{ groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }] }],
        avgLogprobs: [-1, finer],
        index: [1, 'the first candidate is the answer'],
        logprobsResult: [
          { chosenCandidates: [{ token: 'It', logProbability: -1 }], topCandidates: [{ candidates: [] }] },
        ],
        safetyRatings: [[{ category: 'HARM_CATEGORY_HARASSMENT', probability: 'LOW' }], own],
        urlContextMetadata: [{ urlMetadata: [{ retrievedUrl: 'https://a.example' }] }, own],
        continuationToken: ['t', own],
      },
    },
    {
      interfaces: [['genai', 'Part']],
      at: ['candidates', 0, 'content', 'parts', 3],
      fields: {
        mediaResolution: [{ level: 'LOW' }, 'says how media was read'],
        toolCall: [{ id: 'x', toolType: 'GOOGLE_SEARCH_WEB' }],
        toolResponse: [{ id: 'x', toolType: 'GOOGLE_SEARCH_WEB' }],
        audioTranscription: [{ text: 'x' }],
        codeExecutionResult: [{ outcome: 'OUTCOME_OK', output: '1' }],
        executableCode: [{ language: 'PYTHON', code: '1' }],
        fileData: [{ fileUri: 'gs://x', mimeType: 'image/png' }],
        functionCall: [{ name: 'g', args: {} }],
        functionResponse: [{ name: 'g', response: {} }],
        inlineData: [{ mimeType: 'image/png', data: 'AA==' }],
        text: ['more'],
        thought: [true, 'a thought without a word says nothing'],
        thoughtSignature: ['sig'],
        videoMetadata: [{ fps: 1 }, 'says how media was read'],
        partMetadata: [{ a: 1 }, own],
        mediaProcessing: [{}, 'says how media was read'],
        speechMetadata: [{}, own],
      },
    },
    {
      interfaces: [['genai', 'FunctionCall']],
      at: ['candidates', 0, 'content', 'parts', 2, 'functionCall'],
      fields: {
        args: [{ a: 2 }],
        id: ['fc2'],
        name: ['g'],
        partialArgs: [[{ jsonPath: '$.b', numberValue: 1 }], 'only streams give arguments in pieces'],
        willContinue: [true, 'only streams give arguments in pieces'],
      },
    },
    {
      interfaces: [['genai', 'GenerateContentResponseUsageMetadata']],
      at: ['usageMetadata'],
      fields: {
        cacheTokensDetails: [[{ modality: 'TEXT', tokenCount: 1 }], finer],
        cachedContentTokenCount: [4],
        candidatesTokenCount: [8],
        candidatesTokensDetails: [[{ modality: 'TEXT', tokenCount: 1 }], finer],
        promptTokenCount: [11],
        promptTokensDetails: [[{ modality: 'TEXT', tokenCount: 1 }], finer],
        thoughtsTokenCount: [3],
        toolUsePromptTokenCount: [5],
        toolUsePromptTokensDetails: [[{ modality: 'TEXT', tokenCount: 1 }], finer],
        totalTokenCount: [99, summed],
        trafficType: ['ON_DEMAND', own],
        initialPromptTokenCount: [1, finer],
      },
    },
  ],
}

const completions: ProbedReply = {
  dialect: 'openai-completions',
  reply: {
    id: 'cmpl-1',
    object: 'text_completion',
    created: 1_763_900_000,
    model: 'gpt-x',
    choices: [
      {
        index: 0,
        text: 'It is blue.',
        finish_reason: 'stop',
        logprobs: { tokens: ['It'], token_logprobs: [-1], top_logprobs: [{ It: -1, He: -2 }], text_offset: [0] },
      },
    ],
    usage: {
      prompt_tokens: 10,
      completion_tokens: 9,
      total_tokens: 19,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    },
  },
  places: [
    {
      interfaces: [['completions', 'Completion']],
      at: [],
      fields: {
        id: ['cmpl-2'],
        choices: [[{ index: 0, text: 'No.', finish_reason: 'stop', logprobs: null }]],
        created: [1, noTime],
        model: ['gpt-y'],
        object: ['x', constant],
        system_fingerprint: ['fp', hidden],
        usage: [{ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }],
      },
    },
    {
      interfaces: [['completions', 'CompletionChoice']],
      at: ['choices', 0],
      fields: {
        finish_reason: ['length'],
        index: [1, 'the first choice is the answer'],
        logprobs: [null],
        text: ['No.'],
      },
    },
    {
      interfaces: [['completions', 'CompletionChoice.Logprobs']],
      at: ['choices', 0, 'logprobs'],
      fields: {
        text_offset: [[1], 'is the sum of the tokens before'],
        token_logprobs: [[-3], toldWhole],
        tokens: [['He'], toldWhole],
        top_logprobs: [[{ It: -1 }], toldWhole],
      },
    },
    ...usagePlaces,
  ],
}

/** One answer of each dialect, and another value for everything an answer may have. */
export const probedReplies: readonly ProbedReply[] = [chat, messages, responses, gemini, completions]
