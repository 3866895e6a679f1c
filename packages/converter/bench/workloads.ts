import type { Dialect } from '../src/lib/chat/dialect.ts'

/** What the benchmarks feed the converter: streams and requests as the providers and coding agents send them. */

const words = 'The gateway turns one protocol into another without losing a word of it. '.split(/(?<= )/)

function word(i: number): string {
  return words[i % words.length] ?? ''
}

/** A Messages stream of so many text deltas. */
function messagesStream(deltas: number): string {
  const event = (type: string, members: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
  let text = event('message_start', {
    message: {
      id: 'msg_01',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-5',
      content: [],
      usage: { input_tokens: 25, output_tokens: 1 },
    },
  })
  text += event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
  for (let i = 0; i < deltas; i++) {
    text += event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: word(i) } })
  }
  text += event('content_block_stop', { index: 0 })
  text += event('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: deltas },
  })
  return text + event('message_stop', {})
}

/** A chat stream of so many text deltas, in OpenAI's spelling of today. */
function chatStream(deltas: number): string {
  const head = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_763_900_000,
    model: 'gpt-5.6-sol',
    service_tier: 'default',
    system_fingerprint: null,
  }
  const chunk = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], usage: null, obfuscation: 'aZ3kQ9xY' })}\n\n`
  let text = chunk({ role: 'assistant', content: '', refusal: null }, null)
  for (let i = 0; i < deltas; i++) text += chunk({ content: word(i) }, null)
  text += chunk({}, 'stop')
  const usage = { prompt_tokens: 25, completion_tokens: deltas, total_tokens: 25 + deltas }
  return `${text}data: ${JSON.stringify({ ...head, choices: [], usage })}\n\ndata: [DONE]\n\n`
}

/** A stream of legacy Completions. */
function completionsStream(deltas: number): string {
  const chunk = (text: string, finish: string | null): string =>
    `data: ${JSON.stringify({ id: 'cmpl-1', object: 'text_completion', created: 1_763_900_000, choices: [{ text, index: 0, logprobs: null, finish_reason: finish }], model: 'gpt-3.5-turbo-instruct' })}\n\n`
  let text = ''
  for (let i = 0; i < deltas; i++) text += chunk(word(i), null)
  return `${text}${chunk('', 'stop')}data: [DONE]\n\n`
}

/** A Responses stream of one message, with the sequence numbers and padding OpenAI sends. */
function responsesStream(deltas: number): string {
  let sequence = 0
  const event = (type: string, members: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...members })}\n\n`
  const response = { id: 'resp_1', object: 'response', created_at: 1_763_900_000, model: 'gpt-5.6-sol', output: [] }
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  const part = (text: string): object => ({ type: 'output_text', annotations: [], logprobs: [], text })
  const item = (status: string, content: object[]): object => ({
    id: 'msg_1',
    type: 'message',
    status,
    role: 'assistant',
    content,
  })
  let said = ''
  let text = event('response.created', { response: { ...response, status: 'in_progress' } })
  text += event('response.output_item.added', { output_index: 0, item: item('in_progress', []) })
  text += event('response.content_part.added', { ...place, part: part('') })
  for (let i = 0; i < deltas; i++) {
    said += word(i)
    text += event('response.output_text.delta', { ...place, delta: word(i), logprobs: [], obfuscation: 'aZ3kQ9xY' })
  }
  text += event('response.output_text.done', { ...place, text: said, logprobs: [] })
  text += event('response.content_part.done', { ...place, part: part(said) })
  const output = [item('completed', [part(said)])]
  text += event('response.output_item.done', { output_index: 0, item: output[0] })
  const usage = { input_tokens: 25, output_tokens: deltas, total_tokens: 25 + deltas }
  return text + event('response.completed', { response: { ...response, status: 'completed', output, usage } })
}

/** A Gemini stream, with the usage so far in every chunk. */
function geminiStream(deltas: number): string {
  const chunk = (text: string, count: number, finish: object): string =>
    `data: ${JSON.stringify({
      candidates: [{ content: { parts: [{ text }], role: 'model' }, ...finish, index: 0 }],
      usageMetadata: {
        promptTokenCount: 25,
        candidatesTokenCount: count,
        totalTokenCount: 25 + count,
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: 25 }],
      },
      modelVersion: 'gemini-2.5-flash',
      responseId: 'aZ3kQ9xYaZ3kQ9xY',
    })}\r\n\r\n`
  let text = ''
  for (let i = 0; i < deltas; i++) text += chunk(word(i), i + 1, {})
  return text + chunk('', deltas, { finishReason: 'STOP' })
}

/** A stream of so many text deltas, as the dialect's own provider sends it. */
export function streamOf(dialect: Dialect, deltas: number): string {
  switch (dialect) {
    case 'anthropic':
      return messagesStream(deltas)
    case 'gemini':
      return geminiStream(deltas)
    case 'openai-chat':
      return chatStream(deltas)
    case 'openai-completions':
      return completionsStream(deltas)
    case 'openai-responses':
      return responsesStream(deltas)
  }
}

/** The bytes of a stream in pieces of a size sockets give. */
export function inReads(text: string, size: number = 16_384): Uint8Array[] {
  const bytes = new TextEncoder().encode(text)
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
  return pieces
}

/** A coding agent's request of about so many bytes: a long prompt, twenty tools, a history of calls and results. */
export function agentRequest(size: number): object {
  const schema = {
    type: 'object',
    properties: { path: { type: 'string', description: 'Where the file is.' }, limit: { type: 'integer', minimum: 1 } },
    required: ['path'],
    additionalProperties: false,
  }
  const tools = Array.from({ length: 20 }, (_, i) => ({
    name: `tool_${i}`,
    description: `Does the thing number ${i}. `.repeat(12),
    input_schema: schema,
  }))
  const system = [{ type: 'text', text: 'You are an agent that edits files. '.repeat(200) }]
  const messages: object[] = [{ role: 'user', content: [{ type: 'text', text: 'Fix the bug.' }] }]
  const request = { model: 'claude-sonnet-4-5', max_tokens: 8192, stream: true, system, tools, messages }
  const source = 'export function add(a: number, b: number): number {\n  return a + b // "sum"\n}\n'.repeat(16)
  for (let i = 0; JSON.stringify(request).length < size; i++) {
    messages.push(
      {
        role: 'assistant',
        content: [
          { type: 'text', text: `Step ${i}: I look at the file.` },
          { type: 'tool_use', id: `toolu_${i}`, name: 'tool_3', input: { path: `/src/file-${i}.ts`, limit: 200 } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: `toolu_${i}`, content: source }] },
    )
  }
  return request
}
