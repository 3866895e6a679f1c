import type { Dialect } from '../src/lib/chat/dialect.ts'
import type { JsonObject, JsonValue } from '../src/lib/chat/json.ts'
import type { Declaration } from './sdk-fields.ts'

/** One value for a field, and why it may change nothing without a word. */
export interface Silent {
  readonly value: JsonValue
  readonly silent: string
}

/** The members one object of a request may have, and where such an object stands in the request that is probed. */
export interface Place {
  readonly interfaces: readonly (readonly [file: Declaration, name: string])[]
  readonly at: readonly (string | number)[]
  /** A value for every member the SDK declares, other than the one the request has. */
  readonly fields: Readonly<Record<string, JsonValue | Silent>>
}

/** A list in a request whose members an SDK tells apart by a word, and a sample of each kind. */
export interface Kinds {
  readonly union: readonly [file: Declaration, name: string]
  /** Under which key the word stands. Default `type`. */
  readonly by?: string
  /** The list the samples are put into; a place that is no list is replaced by the sample. */
  readonly at: readonly (string | number)[]
  /** A sample by its word. */
  readonly samples: Readonly<Record<string, JsonValue | Silent>>
}

export interface Probed {
  readonly dialect: Dialect
  readonly request: JsonObject
  readonly places: readonly Place[]
  readonly kinds: readonly Kinds[]
}

export function silent(value: JsonValue, reason: string): Silent {
  return { value, silent: reason }
}

export function isSilent(value: JsonValue | Silent): value is Silent {
  return typeof value === 'object' && value !== null && 'silent' in value
}

const schema = { type: 'object', properties: { city: { type: 'string' } } }
const format = { type: 'json_schema', schema }
const mark = { type: 'ephemeral', ttl: '1h' }
const pixel = 'iVBORw0KGgo='

const messagesBody: JsonObject = {
  model: 'claude-opus-4-8',
  max_tokens: 1000,
  thinking: { type: 'adaptive' },
  output_config: { effort: 'low' },
  metadata: { user_id: 'u1' },
  tool_choice: { type: 'auto' },
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Hello', cache_control: { type: 'ephemeral' } },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
        { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } },
        {
          type: 'search_result',
          title: 'Skies',
          source: 'https://example.com',
          content: [{ type: 'text', text: 'Blue.' }],
        },
      ],
    },
    { role: 'system', content: 'Plan mode is off.' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
        { type: 'redacted_thinking', data: 'ZGF0YQ==' },
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Oslo' } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'rain' }] },
  ],
  tools: [
    { name: 'get_weather', input_schema: schema },
    { type: 'bash_20250124', name: 'bash' },
    { type: 'web_search_20250305', name: 'web_search' },
  ],
}

export const named = 'the model is named by who routes the request'
export const always = 'the value the field has without being given'

const serverTool = (type: string): JsonObject => ({ type, name: type.replace(/_\d+$/, '') })
const serverResult = (type: string): JsonObject => ({ type, tool_use_id: 'srvtoolu_1', content: [] })

export const messagesProbes: Probed = {
  dialect: 'anthropic',
  request: messagesBody,
  places: [
    {
      interfaces: [
        ['messages', 'MessageCreateParamsBase'],
        ['beta-messages', 'MessageCreateParamsBase'],
      ],
      at: [],
      fields: {
        model: silent('claude-opus-4-9', named),
        max_tokens: 2000,
        messages: [{ role: 'user', content: 'Other' }],
        system: 'Be brief.',
        stream: true,
        stop_sequences: ['END'],
        tools: [],
        tool_choice: { type: 'any' },
        thinking: { type: 'enabled', budget_tokens: 4096 },
        output_config: { effort: 'max' },
        output_format: format,
        metadata: { user_id: 'u2' },
        service_tier: 'standard_only',
        speed: 'fast',
        cache_control: mark,
        container: 'container_1',
        context_management: { edits: [] },
        compaction: { type: 'auto' },
        diagnostics: { previous_message_id: 'msg_1' },
        billing_policy: { bill_to: 'x' },
        fallback_credit_token: 'token',
        fallbacks: [{ model: 'claude-haiku-5' }],
        inference_geo: 'us',
        mcp_servers: [{ type: 'url', name: 'm', url: 'https://example.com' }],
        thread: { type: 'create' },
        betas: silent(['x-2026-01-01'], 'names features, each of which is a field of its own'),
        user_profile_id: 'p1',
        workspace_id: 'w1',
        // API version 2023-06-01 has these; the SDK's types are those of the next.
        temperature: 0.5,
        top_p: 0.9,
        top_k: 40,
      },
    },
    {
      interfaces: [['beta-messages', 'BetaOutputConfig']],
      at: ['output_config'],
      fields: { effort: 'max', format, task_budget: { type: 'tokens', total: 20_000 } },
    },
    {
      interfaces: [['beta-messages', 'BetaJSONOutputFormat']],
      at: ['output_config', 'format'],
      fields: { type: 'json_object', schema: { type: 'object', properties: { a: {} } } },
    },
    {
      interfaces: [
        ['beta-messages', 'BetaThinkingConfigAdaptive'],
        ['beta-messages', 'BetaThinkingConfigEnabled'],
      ],
      at: ['thinking'],
      fields: {
        type: 'disabled',
        budget_tokens: 30_000,
        display: 'summarized',
        block_binding: { type: 'strict' },
      },
    },
    { interfaces: [['beta-messages', 'BetaMetadata']], at: ['metadata'], fields: { user_id: 'u2' } },
    {
      interfaces: [
        ['messages', 'ToolChoiceAuto'],
        ['messages', 'ToolChoiceAny'],
        ['messages', 'ToolChoiceNone'],
      ],
      at: ['tool_choice'],
      fields: { type: 'none', disable_parallel_tool_use: true },
    },
    {
      interfaces: [
        ['messages', 'UserMessageParam'],
        ['messages', 'AssistantMessageParam'],
      ],
      at: ['messages', 2],
      fields: { role: 'user', content: 'Other' },
    },
    {
      interfaces: [['beta-messages', 'BetaSystemMessageParam']],
      at: ['messages', 1],
      fields: { role: 'user', content: 'Other', clear_at: 'next_turn', output_config: { effort: 'low' } },
    },
    {
      interfaces: [['beta-messages', 'BetaTextBlockParam']],
      at: ['messages', 0, 'content', 0],
      fields: {
        type: 'unheard_of',
        text: 'Other',
        cache_control: mark,
        citations: [{ type: 'char_location', cited_text: 'x', document_index: 0 }],
      },
    },
    {
      interfaces: [['beta-messages', 'BetaCacheControlEphemeral']],
      at: ['messages', 0, 'content', 0, 'cache_control'],
      fields: { type: 'eternal', ttl: '1h' },
    },
    {
      interfaces: [['beta-messages', 'BetaImageBlockParam']],
      at: ['messages', 0, 'content', 1],
      fields: {
        type: 'unheard_of',
        source: { type: 'url', url: 'https://example.com/a.png' },
        cache_control: mark,
        transformations: { rotate: 90 },
      },
    },
    {
      interfaces: [['messages', 'Base64ImageSource']],
      at: ['messages', 0, 'content', 1, 'source'],
      fields: { type: 'unheard_of', media_type: 'image/gif', data: 'AAAA' },
    },
    {
      interfaces: [['beta-messages', 'BetaRequestDocumentBlock']],
      at: ['messages', 0, 'content', 2],
      fields: {
        type: 'unheard_of',
        source: { type: 'text', media_type: 'text/plain', data: 'Other' },
        cache_control: mark,
        citations: { enabled: true },
        context: 'Written in 2024.',
        title: 'report.pdf',
      },
    },
    {
      interfaces: [['beta-messages', 'BetaSearchResultBlockParam']],
      at: ['messages', 0, 'content', 3],
      fields: {
        type: 'unheard_of',
        title: 'Other',
        source: 'https://example.org',
        content: [{ type: 'text', text: 'Grey.' }],
        cache_control: mark,
        citations: { enabled: true },
      },
    },
    {
      interfaces: [['beta-messages', 'BetaThinkingBlockParam']],
      at: ['messages', 2, 'content', 0],
      fields: { type: 'unheard_of', thinking: 'Other', signature: 'b3RoZXI=' },
    },
    {
      interfaces: [['beta-messages', 'BetaRedactedThinkingBlockParam']],
      at: ['messages', 2, 'content', 1],
      fields: { type: 'unheard_of', data: 'b3RoZXI=' },
    },
    {
      interfaces: [['beta-messages', 'BetaToolUseBlockParam']],
      at: ['messages', 2, 'content', 3],
      fields: {
        type: 'server_tool_use',
        id: 'toolu_2',
        name: 'other',
        input: { city: 'Rome' },
        cache_control: mark,
        caller: { type: 'code_execution_20250825', tool_id: 'x' },
        toolset_name: 'browser',
      },
    },
    {
      interfaces: [['beta-messages', 'BetaToolResultBlockParam']],
      at: ['messages', 3, 'content', 0],
      fields: {
        type: 'unheard_of',
        tool_use_id: 'toolu_2',
        content: 'snow',
        cache_control: mark,
        is_error: true,
        toolset_name: 'browser',
      },
    },
    {
      interfaces: [['beta-messages', 'BetaTool']],
      at: ['tools', 0],
      fields: {
        type: silent('custom', always),
        name: 'other',
        description: 'Tells the weather.',
        input_schema: { type: 'object', properties: {} },
        strict: true,
        cache_control: mark,
        allowed_callers: ['code_execution_20250825'],
        defer_loading: true,
        eager_input_streaming: true,
        input_examples: [{ city: 'Oslo' }],
      },
    },
    {
      interfaces: [['beta-messages', 'BetaToolBash20250124']],
      at: ['tools', 1],
      fields: {
        type: 'bash_20241022',
        name: 'bash2',
        strict: true,
        cache_control: mark,
        allowed_callers: ['code_execution_20250825'],
        defer_loading: true,
        input_examples: [{ command: 'ls' }],
      },
    },
    {
      interfaces: [['beta-messages', 'BetaWebSearchTool20250305']],
      at: ['tools', 2],
      fields: {
        type: silent('web_search_20260209', 'a search is a search in every version'),
        name: silent('web_search_2', 'a search has the same name in every request'),
        cache_control: mark,
        allowed_callers: ['direct'],
        allowed_domains: ['example.com'],
        blocked_domains: ['example.org'],
        defer_loading: true,
        max_uses: 2,
        strict: true,
        user_location: { type: 'approximate', city: 'Oslo' },
      },
    },
  ],
  kinds: [
    {
      union: ['beta-messages', 'BetaContentBlockParam'],
      at: ['messages', 0, 'content'],
      samples: {
        text: { type: 'text', text: 'More' },
        image: { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        document: { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } },
        search_result: { type: 'search_result', title: 't', source: 's', content: [{ type: 'text', text: 'x' }] },
        thinking: { type: 'thinking', thinking: 'x', signature: 's' },
        redacted_thinking: { type: 'redacted_thinking', data: 's' },
        tool_use: { type: 'tool_use', id: 'toolu_3', name: 'get_weather', input: {} },
        tool_result: { type: 'tool_result', tool_use_id: 'toolu_1', content: 'x' },
        server_tool_use: { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
        web_search_tool_result: serverResult('web_search_tool_result'),
        web_fetch_tool_result: serverResult('web_fetch_tool_result'),
        advisor_tool_result: serverResult('advisor_tool_result'),
        code_execution_tool_result: serverResult('code_execution_tool_result'),
        bash_code_execution_tool_result: serverResult('bash_code_execution_tool_result'),
        text_editor_code_execution_tool_result: serverResult('text_editor_code_execution_tool_result'),
        tool_search_tool_result: serverResult('tool_search_tool_result'),
        mcp_tool_use: { type: 'mcp_tool_use', id: 'm', name: 'x', server_name: 'y', input: {} },
        mcp_tool_result: { type: 'mcp_tool_result', tool_use_id: 'm', content: 'x' },
        mcp_tool_listing: { type: 'mcp_tool_listing' },
        container_upload: { type: 'container_upload', file_id: 'file_1' },
        compaction: { type: 'compaction', content: 'What was said.' },
        tool_addition: {
          type: 'tool_addition',
          tool: { type: 'tool_definition', definition: { name: 'get_time', input_schema: { type: 'object' } } },
        },
        tool_removal: { type: 'tool_removal', tool: { type: 'tool_reference', name: 'get_weather' } },
        fallback: { type: 'fallback' },
      },
    },
    {
      union: ['beta-messages', 'BetaToolUnion'],
      at: ['tools'],
      samples: {
        custom: { type: 'custom', name: 'g', input_schema: { type: 'object' } },
        ...Object.fromEntries(
          [
            'bash_20241022',
            'bash_20250124',
            'code_execution_20250522',
            'code_execution_20250825',
            'code_execution_20260120',
            'code_execution_20260521',
            'browser_toolset_20260801',
            'computer_20241022',
            'computer_20250124',
            'computer_20251124',
            'computer_toolset_20260801',
            'memory_20250818',
            'text_editor_20241022',
            'text_editor_20250124',
            'text_editor_20250429',
            'text_editor_20250728',
            'web_search_20250305',
            'web_search_20260209',
            'web_search_20260318',
            'web_fetch_20250910',
            'web_fetch_20260209',
            'web_fetch_20260309',
            'web_fetch_20260318',
            'advisor_20260301',
            'tool_search_tool_bm25_20251119',
            'tool_search_tool_bm25',
            'tool_search_tool_regex_20251119',
            'tool_search_tool_regex',
            'mcp_toolset',
          ].map((type) => [type, serverTool(type)]),
        ),
      },
    },
    {
      union: ['beta-messages', 'BetaToolChoice'],
      at: ['tool_choice'],
      samples: {
        auto: { type: 'auto', disable_parallel_tool_use: true },
        any: { type: 'any' },
        tool: { type: 'tool', name: 'get_weather' },
        none: { type: 'none' },
      },
    },
    {
      union: ['beta-messages', 'BetaThinkingConfigParam'],
      at: ['thinking'],
      samples: {
        enabled: { type: 'enabled', budget_tokens: 4096 },
        disabled: { type: 'disabled' },
        between_tools: { type: 'between_tools' },
        adaptive: { type: 'adaptive', display: 'summarized' },
      },
    },
  ],
}

const chatBody: JsonObject = {
  model: 'gpt-5.6-sol',
  max_completion_tokens: 1000,
  stream_options: {},
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Hello', prompt_cache_breakpoint: { mode: 'explicit' } },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I look.' },
        { type: 'refusal', refusal: 'Not that.' },
      ],
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
        { id: 'call_2', type: 'custom', custom: { name: 'patch', input: 'x' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
    { role: 'tool', tool_call_id: 'call_2', content: 'done' },
    { role: 'developer', content: 'Be kind.' },
  ],
  tools: [
    { type: 'function', function: { name: 'get_weather', parameters: schema } },
    { type: 'custom', custom: { name: 'patch' } },
  ],
  response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
}

const breakpoint = { mode: 'explicit', ttl: '12h' }
const grammar = { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: /.+/' } }
const answerName = 'names or explains the answer to OpenAI; the answer is the same without'

export const chatProbes: Probed = {
  dialect: 'openai-chat',
  request: chatBody,
  places: [
    {
      interfaces: [['chat', 'ChatCompletionCreateParamsBase']],
      at: [],
      fields: {
        model: silent('gpt-6', named),
        messages: [{ role: 'user', content: 'Other' }],
        audio: { voice: 'alloy', format: 'wav' },
        frequency_penalty: 0.5,
        presence_penalty: 0.5,
        function_call: silent('none', 'tools are given, so the legacy spelling of their choice is not read'),
        functions: [{ name: 'old' }],
        logit_bias: { '50256': -100 },
        logprobs: true,
        top_logprobs: 3,
        max_completion_tokens: 2000,
        max_tokens: silent(500, 'max_completion_tokens is given, which wins at OpenAI too'),
        metadata: { ticket: '1' },
        modalities: ['text', 'audio'],
        moderation: { model: 'omni-moderation-latest' },
        n: 2,
        parallel_tool_calls: false,
        prediction: { type: 'content', content: 'x' },
        prompt_cache_key: 'k',
        prompt_cache_options: { mode: 'implicit', ttl: '30m' },
        prompt_cache_retention: '24h',
        reasoning_effort: 'high',
        response_format: { type: 'json_object' },
        safety_identifier: 's1',
        user: 'u1',
        seed: 7,
        service_tier: 'flex',
        stop: 'END',
        store: true,
        stream: true,
        stream_options: silent({ include_usage: true }, 'Anthropic always tells usage; the reply half reads this'),
        temperature: 0.5,
        top_p: 0.9,
        tool_choice: 'required',
        tools: [],
        verbosity: 'low',
        web_search_options: { search_context_size: 'low' },
      },
    },
    {
      interfaces: [['chat', 'ChatCompletionStreamOptions']],
      at: ['stream_options'],
      fields: {
        include_usage: silent(true, 'Anthropic always tells usage; the reply half reads this'),
        include_obfuscation: silent(false, 'padding against listeners on the wire, which is another wire here'),
      },
    },
    {
      interfaces: [
        ['chat', 'ChatCompletionSystemMessageParam'],
        ['chat', 'ChatCompletionDeveloperMessageParam'],
      ],
      at: ['messages', 0],
      fields: {
        role: silent('developer', 'Anthropic has one word for both'),
        content: 'Be long.',
        name: 'boss',
      },
    },
    {
      interfaces: [['chat', 'ChatCompletionUserMessageParam']],
      at: ['messages', 1],
      fields: { role: 'assistant', content: 'Other', name: 'ann' },
    },
    {
      interfaces: [['chat', 'ChatCompletionAssistantMessageParam']],
      at: ['messages', 2],
      fields: {
        role: 'user',
        content: 'Other',
        name: 'bot',
        audio: { id: 'audio_1' },
        refusal: 'No.',
        tool_calls: [],
        function_call: { name: 'old', arguments: '{}' },
      },
    },
    {
      interfaces: [['chat', 'ChatCompletionToolMessageParam']],
      at: ['messages', 3],
      fields: { role: 'user', content: 'snow', tool_call_id: 'call_9' },
    },
    {
      interfaces: [['chat', 'ChatCompletionContentPartText']],
      at: ['messages', 1, 'content', 0],
      fields: { type: 'unheard_of', text: 'Other', prompt_cache_breakpoint: breakpoint },
    },
    {
      interfaces: [['chat', 'PromptCacheBreakpoint']],
      at: ['messages', 1, 'content', 0, 'prompt_cache_breakpoint'],
      fields: { mode: silent('implicit', 'explicit is the only mode there is'), ttl: '12h' },
    },
    {
      interfaces: [['chat', 'ChatCompletionContentPartImage']],
      at: ['messages', 1, 'content', 1],
      fields: {
        type: 'unheard_of',
        image_url: { url: 'https://example.com/a.png' },
        prompt_cache_breakpoint: breakpoint,
      },
    },
    {
      interfaces: [['chat', 'ImageURL']],
      at: ['messages', 1, 'content', 1, 'image_url'],
      fields: { url: 'https://example.com/a.png', detail: 'low' },
    },
    {
      interfaces: [['chat', 'File']],
      at: ['messages', 1, 'content', 2],
      fields: {
        type: 'unheard_of',
        file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
        prompt_cache_breakpoint: breakpoint,
      },
    },
    {
      interfaces: [['chat', 'ChatCompletionContentPartRefusal']],
      at: ['messages', 2, 'content', 1],
      fields: { type: 'unheard_of', refusal: 'Other' },
    },
    {
      interfaces: [['chat', 'ChatCompletionMessageFunctionToolCall']],
      at: ['messages', 2, 'tool_calls', 0],
      fields: { type: 'unheard_of', id: 'call_9', function: { name: 'other', arguments: '{}' } },
    },
    {
      interfaces: [['chat', 'ChatCompletionMessageCustomToolCall']],
      at: ['messages', 2, 'tool_calls', 1],
      fields: { type: 'unheard_of', id: 'call_9', custom: { name: 'other', input: 'x' } },
    },
    {
      interfaces: [['chat', 'Custom']],
      at: ['messages', 2, 'tool_calls', 1, 'custom'],
      fields: { name: 'other', input: 'y' },
    },
    {
      interfaces: [['chat', 'ChatCompletionFunctionTool']],
      at: ['tools', 0],
      fields: { type: 'unheard_of', function: { name: 'other' } },
    },
    {
      interfaces: [['openai-shared', 'FunctionDefinition']],
      at: ['tools', 0, 'function'],
      fields: { name: 'other', description: 'Tells the weather.', parameters: { type: 'object' }, strict: true },
    },
    {
      interfaces: [['chat', 'ChatCompletionCustomTool']],
      at: ['tools', 1],
      fields: { type: 'unheard_of', custom: { name: 'patch', format: grammar } },
    },
    {
      interfaces: [['openai-shared', 'ResponseFormatJSONSchema']],
      at: ['response_format'],
      fields: { type: 'text', json_schema: { name: 'x', schema: { type: 'object', properties: { place: {} } } } },
    },
    {
      interfaces: [['openai-shared', 'JSONSchema']],
      at: ['response_format', 'json_schema'],
      fields: {
        name: silent('other', answerName),
        description: silent('One thing.', answerName),
        schema: { type: 'object', properties: {} },
        strict: silent(true, 'Anthropic holds every answer to its schema'),
      },
    },
  ],
  kinds: [
    {
      union: ['chat', 'ChatCompletionContentPart'],
      at: ['messages', 1, 'content'],
      samples: {
        text: { type: 'text', text: 'More' },
        image_url: { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        input_audio: { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
        file: { type: 'file', file: { filename: 'b.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
      },
    },
    {
      union: ['chat', 'ChatCompletionMessageParam'],
      by: 'role',
      at: ['messages'],
      samples: {
        developer: { role: 'developer', content: 'x' },
        system: { role: 'system', content: 'x' },
        user: { role: 'user', content: 'x' },
        assistant: { role: 'assistant', content: 'x' },
        tool: { role: 'tool', tool_call_id: 'call_1', content: 'x' },
        function: { role: 'function', name: 'get_weather', content: 'x' },
      },
    },
    {
      union: ['chat', 'ChatCompletionTool'],
      at: ['tools'],
      samples: {
        function: { type: 'function', function: { name: 'g' } },
        custom: { type: 'custom', custom: { name: 'h', format: grammar } },
      },
    },
    {
      union: ['chat', 'ChatCompletionToolChoiceOption'],
      at: ['tool_choice'],
      samples: {
        function: { type: 'function', function: { name: 'get_weather' } },
        custom: { type: 'custom', custom: { name: 'patch' } },
        allowed_tools: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'get_weather' } }] },
        },
      },
    },
  ],
}

export const completionsProbes: Probed = {
  dialect: 'openai-completions',
  request: { model: 'gpt-3.5-turbo-instruct', prompt: 'Once' },
  places: [
    {
      interfaces: [['completions', 'CompletionCreateParamsBase']],
      at: [],
      fields: {
        model: silent('davinci-002', named),
        prompt: 'Twice',
        best_of: 2,
        echo: true,
        frequency_penalty: 0.5,
        presence_penalty: 0.5,
        logit_bias: { '50256': -100 },
        logprobs: 2,
        max_tokens: 50,
        n: 2,
        seed: 7,
        stop: 'END',
        stream: true,
        stream_options: silent({ include_usage: true }, 'usage is always asked for; the reply half reads this'),
        suffix: 'The end.',
        temperature: 0.5,
        top_p: 0.9,
        user: 'u1',
      },
    },
  ],
  kinds: [],
}
