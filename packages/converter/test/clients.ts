import type { Dialect, JsonObject } from '../src/index.ts'

/**
 * What unmodified agents and SDKs were seen to send (Claude Code 2.1.330, Codex 0.169.0, Gemini CLI 0.61.0, opencode 1.18.33,
 * Vercel ai 7.0.173), shortened.
 */

export interface Sent {
  readonly client: string
  readonly from: Dialect
  readonly request: JsonObject
}

const userId = JSON.stringify({ device_id: 'a'.repeat(64), account_uuid: '', session_id: 'b'.repeat(36) })

export const claudeCode: Sent = {
  client: 'Claude Code',
  from: 'anthropic',
  request: {
    model: 'claude-opus-4-8',
    max_tokens: 64_000,
    stream: true,
    thinking: { type: 'adaptive', display: 'omitted' },
    output_config: { effort: 'high' },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    metadata: { user_id: userId },
    system: [
      { type: 'text', text: 'You are an agent.', cache_control: { type: 'ephemeral' } },
      { type: 'text', text: 'Be brief.' },
    ],
    tools: [
      {
        name: 'Bash',
        description: 'Runs a command.',
        input_schema: {
          $schema: 'https://json-schema.org/draft/2020-12/schema',
          type: 'object',
          properties: { command: { type: 'string' } },
          required: ['command'],
          additionalProperties: false,
        },
      },
      {
        name: 'Later',
        description: 'Loaded later.',
        input_schema: { type: 'object', properties: {} },
        defer_loading: true,
      },
    ],
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'Show me.' }] },
      { role: 'system', content: 'Plan mode is off.' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: '', signature: 'EqoB' },
          { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'ls' }, caller: { type: 'direct' } },
          {
            type: 'tool_use',
            id: 'toolu_2',
            name: 'Bash',
            input: { command: 'cat a.png' },
            caller: { type: 'direct' },
          },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_2',
            content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } }],
          },
          { type: 'tool_result', tool_use_id: 'toolu_1', content: 'a.png', is_error: false },
        ],
      },
    ],
  },
}

export const codex: Sent = {
  client: 'Codex',
  from: 'openai-responses',
  request: {
    model: 'gpt-5.6-sol',
    instructions: 'You are an agent.',
    input: [
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Sandbox: read only.' }] },
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be brief.' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Fix it.' }] },
      { type: 'reasoning', id: 'rs_1', summary: [], content: null, encrypted_content: 'gAAAA' },
      {
        type: 'function_call',
        id: 'fc_1',
        call_id: 'call_1',
        name: 'exec',
        namespace: 'shell',
        arguments: '{"cmd":"ls"}',
      },
      {
        type: 'custom_tool_call',
        id: 'ctc_1',
        call_id: 'call_2',
        name: 'apply_patch',
        input: '*** Begin Patch',
        status: 'completed',
      },
      { type: 'function_call_output', id: 'fco_1', call_id: 'call_1', output: 'a.txt' },
      { type: 'custom_tool_call_output', id: 'cto_1', call_id: 'call_2', output: 'done' },
    ],
    tools: [
      {
        type: 'namespace',
        name: 'shell',
        description: '',
        tools: [
          {
            type: 'function',
            name: 'exec',
            strict: false,
            parameters: { type: 'object', properties: { cmd: { type: 'string' } } },
          },
        ],
      },
      {
        type: 'custom',
        name: 'apply_patch',
        description: 'Patches.',
        format: { type: 'grammar', syntax: 'lark', definition: 'start: /.+/' },
      },
      { type: 'tool_search', execution: 'client' },
      { type: 'web_search', external_web_access: true },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { effort: 'medium', summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: 'thread-1',
    client_metadata: { 'x-codex-installation-id': 'x' },
  },
}

export const geminiCli: Sent = {
  client: 'Gemini CLI',
  from: 'gemini',
  request: {
    model: 'gemini-3-pro',
    systemInstruction: { role: 'user', parts: [{ text: 'You are an agent.' }] },
    contents: [
      { role: 'user', parts: [{ text: 'Look.' }] },
      {
        role: 'model',
        parts: [
          {
            functionCall: { name: 'list', args: { dir: '.' } },
            thoughtSignature: 'skip_thought_signature_validator',
          },
        ],
      },
      { role: 'user', parts: [{ functionResponse: { id: 'x', name: 'list', response: { output: 'a.txt' } } }] },
    ],
    tools: [
      {
        functionDeclarations: [
          {
            name: 'list',
            description: 'Lists.',
            parametersJsonSchema: { type: 'object', properties: { dir: { type: 'string' } } },
          },
        ],
      },
    ],
    generationConfig: {
      temperature: 1,
      topP: 0.95,
      topK: 64,
      thinkingConfig: { includeThoughts: true, thinkingLevel: 'HIGH' },
    },
  },
}

export const opencode: Sent = {
  client: 'opencode',
  from: 'gemini',
  request: {
    model: 'gemini-3-pro',
    contents: [
      { role: 'user', parts: [{ text: 'One.' }] },
      { role: 'user', parts: [{ text: 'Two.' }] },
    ],
    generationConfig: { maxOutputTokens: 32_000, thinkingConfig: { includeThoughts: true, thinkingLevel: 'high' } },
  },
}

export const vercel: Sent = {
  client: 'Vercel AI SDK',
  from: 'gemini',
  request: {
    model: 'gemini-2.5-pro',
    contents: [
      { role: 'user', parts: [{ text: 'Go.' }] },
      { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
      {
        role: 'user',
        parts: [{ functionResponse: { name: 'f', response: { name: 'f', content: { sum: 12 } } } }],
      },
    ],
    generationConfig: {},
  },
}

export const clients: readonly Sent[] = [claudeCode, codex, geminiCli, opencode, vercel]
