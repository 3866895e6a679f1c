import type { Dialect } from '../../src/lib/chat/dialect.ts'
import type { JsonObject, JsonValue } from '../../src/lib/chat/json.ts'

/** One thing a request can ask for, as each dialect that has it spells it: members laid over a plain request. */
export interface Feature {
  readonly name: string
  readonly in: { readonly [dialect in Dialect]?: JsonObject }
  /** What is near to it is another way to the same end. */
  readonly emulated?: true
  /** What the request it is compared with has too: the image whose resolution is asked for. */
  readonly beside?: { readonly [dialect in Dialect]?: JsonObject }
}

/** Features a person looks for together. */
export interface Group {
  readonly title: string
  /** The models converted for: what a model takes decides as much as its dialect. */
  readonly models: { readonly [dialect in Dialect]: string }
  readonly features: readonly Feature[]
}

const plainModels = {
  anthropic: 'claude-sonnet-4-5',
  gemini: 'gemini-2.5-pro',
  'openai-chat': 'gpt-4.1',
  'openai-completions': 'gpt-3.5-turbo-instruct',
  'openai-responses': 'gpt-4.1',
} as const

const thinkingModels = {
  ...plainModels,
  anthropic: 'claude-opus-4-8',
  gemini: 'gemini-3.1-pro-preview',
  'openai-chat': 'gpt-5.6',
  'openai-responses': 'gpt-5.6',
} as const

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const bounded = { type: 'object', properties: { city: { type: 'string', maxLength: 40 } }, required: ['city'] }
const pixel = 'iVBORw0KGgo='
const pdf = 'JVBERi0xLjQ='
const link = 'https://example.com/a.png'

/** The same member in several dialects. */
function same(dialects: readonly Dialect[], members: JsonObject): Feature['in'] {
  return Object.fromEntries(dialects.map((dialect) => [dialect, members]))
}

function says(parts: readonly JsonValue[]): JsonValue[] {
  return [{ role: 'user', content: [...parts] }]
}

function geminiSays(...parts: JsonObject[]): JsonObject {
  return { contents: [{ role: 'user', parts }] }
}

const chatTool = { type: 'function', function: { name: 'get_weather', description: 'Tells it.', parameters: schema } }
const responsesTool = { type: 'function', name: 'get_weather', description: 'Tells it.', parameters: schema }
const messagesTool = { name: 'get_weather', description: 'Tells it.', input_schema: schema }
const geminiTool = {
  functionDeclarations: [{ name: 'get_weather', description: 'Tells it.', parametersJsonSchema: schema }],
}

/** One declared tool in each dialect. */
const oneTool = {
  'openai-chat': { tools: [chatTool] },
  'openai-responses': { tools: [responsesTool] },
  anthropic: { tools: [messagesTool] },
  gemini: { tools: [geminiTool] },
}

const sampling: Group = {
  title: 'Sampling and limits',
  models: plainModels,
  features: [
    {
      name: 'temperature',
      in: {
        ...same(['openai-chat', 'openai-completions', 'openai-responses', 'anthropic'], { temperature: 0.5 }),
        gemini: { generationConfig: { temperature: 0.5 } },
      },
    },
    {
      name: 'temperature above 1',
      in: {
        ...same(['openai-chat', 'openai-completions', 'openai-responses'], { temperature: 1.5 }),
        gemini: { generationConfig: { temperature: 1.5 } },
      },
    },
    {
      name: 'nucleus sampling (top p)',
      in: {
        ...same(['openai-chat', 'openai-completions', 'openai-responses', 'anthropic'], { top_p: 0.9 }),
        gemini: { generationConfig: { topP: 0.9 } },
      },
    },
    { name: 'top k', in: { anthropic: { top_k: 40 }, gemini: { generationConfig: { topK: 40 } } } },
    {
      name: 'output limit',
      in: {
        'openai-chat': { max_completion_tokens: 500 },
        'openai-completions': { max_tokens: 500 },
        'openai-responses': { max_output_tokens: 500 },
        anthropic: { max_tokens: 500 },
        gemini: { generationConfig: { maxOutputTokens: 500 } },
      },
    },
    {
      name: 'stop sequences',
      in: {
        ...same(['openai-chat', 'openai-completions'], { stop: ['END'] }),
        anthropic: { stop_sequences: ['END'] },
        gemini: { generationConfig: { stopSequences: ['END'] } },
      },
    },
    {
      name: 'five stop sequences',
      in: {
        anthropic: { stop_sequences: ['A', 'B', 'C', 'D', 'E'] },
        gemini: { generationConfig: { stopSequences: ['A', 'B', 'C', 'D', 'E'] } },
      },
    },
    {
      name: 'seed',
      in: { ...same(['openai-chat', 'openai-completions'], { seed: 7 }), gemini: { generationConfig: { seed: 7 } } },
    },
    {
      name: 'penalties',
      in: {
        ...same(['openai-chat', 'openai-completions'], { presence_penalty: 0.5 }),
        gemini: { generationConfig: { presencePenalty: 0.5 } },
      },
    },
    { name: 'logit bias', in: same(['openai-chat', 'openai-completions'], { logit_bias: { '50256': -100 } }) },
    {
      name: 'log probabilities',
      in: {
        'openai-chat': { logprobs: true, top_logprobs: 2 },
        'openai-completions': { logprobs: 2 },
        'openai-responses': { top_logprobs: 2, include: ['message.output_text.logprobs'] },
        gemini: { generationConfig: { responseLogprobs: true, logprobs: 2 } },
      },
    },
    {
      name: 'several answers',
      in: {
        ...same(['openai-chat', 'openai-completions'], { n: 2 }),
        gemini: { generationConfig: { candidateCount: 2 } },
      },
    },
  ],
}

const conversation: Group = {
  title: 'Instructions and conversation',
  models: plainModels,
  features: [
    {
      name: 'system prompt',
      in: {
        'openai-chat': {
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'Hello' },
          ],
        },
        'openai-responses': { instructions: 'Be brief.' },
        anthropic: { system: 'Be brief.' },
        gemini: { systemInstruction: { parts: [{ text: 'Be brief.' }] } },
      },
    },
    {
      name: 'instruction between turns',
      emulated: true,
      in: {
        'openai-chat': { messages: [...says(['Hello'].map(text)), { role: 'system', content: 'Be brief.' }] },
        'openai-responses': {
          input: [
            { role: 'user', content: 'Hello' },
            { role: 'system', content: 'Be brief.' },
          ],
        },
        anthropic: {
          messages: [
            { role: 'user', content: 'Hello' },
            { role: 'system', content: 'Be brief.' },
          ],
        },
      },
    },
    {
      name: 'assistant message to continue (prefill)',
      in: {
        'openai-chat': {
          messages: [
            { role: 'user', content: 'Hello' },
            { role: 'assistant', content: 'Well,' },
          ],
        },
        anthropic: {
          messages: [
            { role: 'user', content: 'Hello' },
            { role: 'assistant', content: 'Well,' },
          ],
        },
        gemini: {
          contents: [
            { role: 'user', parts: [{ text: 'Hello' }] },
            { role: 'model', parts: [{ text: 'Well,' }] },
          ],
        },
      },
    },
    {
      name: 'prompt cache marks',
      in: {
        anthropic: { messages: says([{ type: 'text', text: 'Hello', cache_control: { type: 'ephemeral' } }]) },
      },
    },
    { name: 'conversation stored at the provider', in: { 'openai-responses': { previous_response_id: 'resp_1' } } },
  ],
}

function text(words: string): JsonObject {
  return { type: 'text', text: words }
}

const media: Group = {
  title: 'Images, documents and sound',
  models: plainModels,
  features: [
    {
      name: 'image as data',
      in: {
        'openai-chat': {
          messages: says([{ type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } }]),
        },
        'openai-responses': {
          input: says([{ type: 'input_image', image_url: `data:image/png;base64,${pixel}`, detail: 'auto' }]),
        },
        anthropic: {
          messages: says([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } }]),
        },
        gemini: geminiSays({ inlineData: { mimeType: 'image/png', data: pixel } }),
      },
    },
    {
      name: 'image by URL',
      in: {
        'openai-chat': { messages: says([{ type: 'image_url', image_url: { url: link } }]) },
        'openai-responses': { input: says([{ type: 'input_image', image_url: link, detail: 'auto' }]) },
        anthropic: { messages: says([{ type: 'image', source: { type: 'url', url: link } }]) },
        gemini: geminiSays({ fileData: { mimeType: 'image/png', fileUri: link } }),
      },
    },
    {
      name: 'resolution of an image',
      in: {
        'openai-chat': { messages: says([{ type: 'image_url', image_url: { url: link, detail: 'low' } }]) },
        'openai-responses': { input: says([{ type: 'input_image', image_url: link, detail: 'low' }]) },
      },
      beside: {
        'openai-chat': { messages: says([{ type: 'image_url', image_url: { url: link } }]) },
        'openai-responses': { input: says([{ type: 'input_image', image_url: link, detail: 'auto' }]) },
      },
    },
    {
      name: 'PDF as data',
      in: {
        'openai-chat': {
          messages: says([
            { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` } },
          ]),
        },
        'openai-responses': {
          input: says([{ type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` }]),
        },
        anthropic: {
          messages: says([{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pdf } }]),
        },
        gemini: geminiSays({ inlineData: { mimeType: 'application/pdf', data: pdf } }),
      },
    },
    {
      name: 'PDF by URL',
      in: {
        'openai-responses': { input: says([{ type: 'input_file', file_url: 'https://example.com/a.pdf' }]) },
        anthropic: {
          messages: says([{ type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }]),
        },
        gemini: geminiSays({ fileData: { mimeType: 'application/pdf', fileUri: 'https://example.com/a.pdf' } }),
      },
    },
    {
      name: 'file stored at the provider',
      in: {
        'openai-chat': { messages: says([{ type: 'file', file: { file_id: 'file_1' } }]) },
        'openai-responses': { input: says([{ type: 'input_file', file_id: 'file_1' }]) },
        anthropic: { messages: says([{ type: 'document', source: { type: 'file', file_id: 'file_1' } }]) },
      },
    },
    {
      name: 'sound to listen to',
      in: {
        'openai-chat': { messages: says([{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }]) },
        gemini: geminiSays({ inlineData: { mimeType: 'audio/wav', data: 'AAAA' } }),
      },
    },
    {
      name: 'spoken answers',
      in: {
        'openai-chat': { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } },
        gemini: { generationConfig: { responseModalities: ['AUDIO'] } },
      },
    },
  ],
}

const called = {
  'openai-chat': {
    role: 'assistant',
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }],
  },
  anthropic: {
    role: 'assistant',
    content: [{ type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'Oslo' } }],
  },
} as const

function messagesResult(result: JsonObject): JsonObject {
  return {
    ...oneTool.anthropic,
    messages: [
      { role: 'user', content: 'Hello' },
      { ...called.anthropic },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', ...result }] },
    ],
  } as unknown as JsonObject
}

const tools: Group = {
  title: 'Tools',
  models: plainModels,
  features: [
    { name: 'declared functions', in: oneTool },
    {
      name: 'strict arguments',
      in: {
        'openai-chat': { tools: [{ ...chatTool, function: { ...chatTool.function, strict: true } }] },
        'openai-responses': { tools: [{ ...responsesTool, strict: true }] },
        anthropic: { tools: [{ ...messagesTool, strict: true }] },
      },
    },
    {
      name: 'free text tools with a grammar',
      emulated: true,
      in: {
        'openai-chat': {
          tools: [
            {
              type: 'custom',
              custom: {
                name: 'patch',
                format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: /.+/' } },
              },
            },
          ],
        },
        'openai-responses': {
          tools: [
            { type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: /.+/' } },
          ],
        },
      },
    },
    {
      name: 'a call is required',
      in: {
        ...same(['openai-chat', 'openai-responses'], { tool_choice: 'required' }),
        anthropic: { tool_choice: { type: 'any' } },
        gemini: { toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
      },
      beside: oneTool,
    },
    {
      name: 'one tool is required',
      in: {
        'openai-chat': { tool_choice: { type: 'function', function: { name: 'get_weather' } } },
        'openai-responses': { tool_choice: { type: 'function', name: 'get_weather' } },
        anthropic: { tool_choice: { type: 'tool', name: 'get_weather' } },
        gemini: { toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['get_weather'] } } },
      },
      beside: oneTool,
    },
    {
      name: 'one call at a time',
      in: {
        ...same(['openai-chat', 'openai-responses'], { parallel_tool_calls: false }),
        anthropic: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
      },
      beside: oneTool,
    },
    {
      name: 'calls and their results',
      in: {
        'openai-chat': {
          messages: [
            { role: 'user', content: 'Hello' },
            { ...called['openai-chat'] },
            { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
          ],
        } as unknown as JsonObject,
        'openai-responses': {
          input: [
            { role: 'user', content: 'Hello' },
            { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
            { type: 'function_call_output', call_id: 'call_1', output: 'rain' },
          ],
        },
        anthropic: messagesResult({ content: 'rain' }),
        gemini: {
          contents: [
            { role: 'user', parts: [{ text: 'Hello' }] },
            { role: 'model', parts: [{ functionCall: { name: 'get_weather', args: { city: 'Oslo' } } }] },
            { role: 'user', parts: [{ functionResponse: { name: 'get_weather', response: { output: 'rain' } } }] },
          ],
        },
      },
      beside: oneTool,
    },
    {
      name: 'a result that is an error',
      emulated: true,
      in: { anthropic: messagesResult({ content: 'no', is_error: true }) },
      beside: { anthropic: messagesResult({ content: 'no' }) },
    },
    {
      name: 'an image in a result',
      emulated: true,
      in: {
        anthropic: messagesResult({
          content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } }],
        }),
      },
      beside: { anthropic: messagesResult({ content: [] }) },
    },
    {
      name: 'web search by the provider',
      in: {
        'openai-responses': { tools: [{ type: 'web_search' }] },
        anthropic: { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
        gemini: { tools: [{ googleSearch: {} }] },
      },
    },
    {
      name: "Anthropic's own tools the client runs (bash)",
      emulated: true,
      in: { anthropic: { tools: [{ type: 'bash_20250124', name: 'bash' }] } },
    },
  ],
}

const reasoning: Group = {
  title: 'Reasoning',
  models: thinkingModels,
  features: [
    {
      name: 'effort',
      in: {
        'openai-chat': { reasoning_effort: 'high' },
        'openai-responses': { reasoning: { effort: 'high' } },
        anthropic: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
        gemini: { generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH' } } },
      },
    },
    {
      name: 'most effort there is',
      in: {
        'openai-chat': { reasoning_effort: 'max' },
        'openai-responses': { reasoning: { effort: 'max' } },
        anthropic: { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } },
      },
    },
    {
      name: 'a budget of tokens',
      in: {
        anthropic: { max_tokens: 20_000, thinking: { type: 'enabled', budget_tokens: 10_000 } },
        gemini: { generationConfig: { thinkingConfig: { thinkingBudget: 10_000 } } },
      },
    },
    {
      name: 'no reasoning',
      in: {
        'openai-chat': { reasoning_effort: 'none' },
        'openai-responses': { reasoning: { effort: 'none' } },
        anthropic: { thinking: { type: 'disabled' } },
        gemini: { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } },
      },
    },
    {
      name: 'a summary of the thoughts',
      in: {
        'openai-responses': { reasoning: { summary: 'auto' } },
        anthropic: { thinking: { type: 'adaptive', display: 'summarized' } },
        gemini: { generationConfig: { thinkingConfig: { includeThoughts: true } } },
      },
    },
  ],
}

const format: Group = {
  title: 'Form of the answer',
  models: plainModels,
  features: [
    {
      name: 'a JSON schema',
      in: {
        'openai-chat': { response_format: { type: 'json_schema', json_schema: { name: 'place', schema } } },
        'openai-responses': { text: { format: { type: 'json_schema', name: 'place', schema } } },
        anthropic: { output_config: { format: { type: 'json_schema', schema } } },
        gemini: { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema } },
      },
    },
    {
      name: 'a JSON schema with bounds and lengths',
      in: {
        'openai-chat': { response_format: { type: 'json_schema', json_schema: { name: 'place', schema: bounded } } },
        'openai-responses': { text: { format: { type: 'json_schema', name: 'place', schema: bounded } } },
        gemini: { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: bounded } },
      },
    },
    {
      name: 'any JSON',
      emulated: true,
      in: {
        'openai-chat': { response_format: { type: 'json_object' } },
        'openai-responses': { text: { format: { type: 'json_object' } } },
        gemini: { generationConfig: { responseMimeType: 'application/json' } },
      },
    },
    {
      name: 'verbosity',
      in: { 'openai-chat': { verbosity: 'low' }, 'openai-responses': { text: { verbosity: 'low' } } },
    },
  ],
}

const service: Group = {
  title: 'Service',
  models: plainModels,
  features: [
    {
      name: 'streaming',
      in: { ...same(['openai-chat', 'openai-completions', 'openai-responses', 'anthropic'], { stream: true }) },
    },
    {
      name: 'who the end user is',
      in: {
        ...same(['openai-chat', 'openai-responses'], { safety_identifier: 'u1' }),
        'openai-completions': { user: 'u1' },
        anthropic: { metadata: { user_id: 'u1' } },
      },
    },
    { name: 'metadata', in: same(['openai-chat', 'openai-responses'], { metadata: { ticket: '1' } }) },
    { name: 'service tier', in: same(['openai-chat', 'openai-responses'], { service_tier: 'flex' }) },
    {
      name: 'safety settings',
      in: { gemini: { safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }] } },
    },
    { name: 'cached content', in: { gemini: { cachedContent: 'cachedContents/1' } } },
  ],
}

export const groups: readonly Group[] = [sampling, conversation, media, tools, reasoning, format, service]
