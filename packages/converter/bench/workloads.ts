/** What the benchmarks feed the converter: streams and requests as the providers and coding agents send them. */

const words = 'The gateway turns one protocol into another without losing a word of it. '.split(/(?<= )/)

function word(i: number): string {
  return words[i % words.length] ?? ''
}

/** A Messages stream of so many text deltas. */
export function messagesStream(deltas: number): string {
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
export function chatStream(deltas: number): string {
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
