import type { JsonObject } from '../src/index.ts'
import type { JsonValue } from '../src/lib/chat/json.ts'
import type { Chatty } from './hazard-kit.ts'

/** Tells a whole answer as the stream its own provider would send it in. Written without the encoders. */
export const asStream: Readonly<Record<Chatty, (reply: JsonObject) => string>> = {
  anthropic: messageStream,
  'openai-chat': chatStream,
  'openai-responses': responseStream,
  gemini: contentStream,
}

const named = (event: JsonObject): string => `event: ${event.type as string}\n${data(event)}`
const data = (event: JsonObject): string => `data: ${JSON.stringify(event)}\n\n`
const list = (holder: JsonObject, key: string): JsonObject[] => (holder[key] ?? []) as JsonObject[]

/** A text in two pieces, as deltas bring it. */
function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)].filter((piece) => piece !== '')
}

function messageStream({ content, stop_reason, stop_sequence, stop_details, usage, ...message }: JsonObject): string {
  const counts = (usage ?? {}) as JsonObject
  const started = usage === undefined ? {} : { usage: { ...counts, output_tokens: 1 } }
  const start = { ...message, content: [], stop_reason: null, ...started }
  const blocks = list({ content: content ?? [] }, 'content')
  return [
    named({ type: 'message_start', message: start }),
    named({ type: 'ping' }),
    ...blocks.flatMap((block, index) => [
      named({ type: 'content_block_start', index, content_block: emptied(block) }),
      ...blockDeltas(block).map((delta) => named({ type: 'content_block_delta', index, delta })),
      named({ type: 'content_block_stop', index }),
    ]),
    named({
      type: 'message_delta',
      delta: {
        stop_reason: stop_reason ?? null,
        stop_sequence: stop_sequence ?? null,
        stop_details: stop_details ?? null,
      },
      usage: counts,
    }),
    named({ type: 'message_stop' }),
  ].join('')
}

function emptied(block: JsonObject): JsonObject {
  if (block.type === 'text') return { ...block, text: '' }
  if (block.type === 'thinking') return { ...block, thinking: '', signature: '' }
  return 'input' in block ? { ...block, input: {} } : block
}

function blockDeltas(block: JsonObject): JsonObject[] {
  if (block.type === 'text') return halves(block.text as string).map((text) => ({ type: 'text_delta', text }))
  if (block.type === 'thinking') {
    const deltas = halves(block.thinking as string).map((thinking) => ({ type: 'thinking_delta', thinking }))
    return [...deltas, { type: 'signature_delta', signature: block.signature ?? '' }]
  }
  if (!('input' in block)) return []
  return halves(JSON.stringify(block.input)).map((partial_json) => ({ type: 'input_json_delta', partial_json }))
}

function chatStream({ choices, usage, ...reply }: JsonObject): string {
  const chunk = (index: number, delta: JsonObject, finish_reason: string | null = null): string =>
    data({ ...reply, object: 'chat.completion.chunk', choices: [{ index, delta, logprobs: null, finish_reason }] })
  const told = list({ choices: choices ?? [] }, 'choices').map(({ index, message, finish_reason }) => {
    const { content, refusal, reasoning_content: reasoning, tool_calls: calls = [] } = message as JsonObject
    const texts = Object.entries({ reasoning_content: reasoning, content, refusal }).flatMap(([key, text]) =>
      pieces((text ?? '') as JsonValue).map((piece) => ({ [key]: piece })),
    )
    const deltas = [{ role: 'assistant', content: '' }, ...texts, ...(calls as JsonObject[]).flatMap(callDeltas)]
    const at = index as number
    return [...deltas.map((delta) => chunk(at, delta)), chunk(at, {}, finish_reason as string)]
  })
  // Choices of one answer come by turns.
  const longest = Math.max(...told.map((chunks) => chunks.length))
  const mixed = Array.from({ length: longest }, (_, i) => told.map((chunks) => chunks[i] ?? '').join(''))
  const last = usage === undefined ? '' : data({ ...reply, object: 'chat.completion.chunk', choices: [], usage })
  return `${mixed.join('')}${last}data: [DONE]\n\n`
}

/** Content that is a list comes a chunk at a time. */
function pieces(content: JsonValue): JsonValue[] {
  return Array.isArray(content) ? content.map((piece) => [piece]) : halves(content as string)
}

function callDeltas({ function: called, ...call }: JsonObject, index: number): JsonObject[] {
  const { name, arguments: args } = called as { name: string; arguments: string }
  return [
    { tool_calls: [{ index, ...call, function: { name, arguments: '' } }] },
    ...halves(args).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]
}

function responseStream(response: JsonObject): string {
  const running = { ...response, status: 'in_progress', output: [], usage: null, incomplete_details: null }
  return [
    named({ type: 'response.created', response: running }),
    named({ type: 'response.in_progress', response: running }),
    ...list(response, 'output').flatMap((item, output_index) => [
      named({ type: 'response.output_item.added', output_index, item: bare(item) }),
      ...itemDeltas(item).map((event) => named({ ...event, output_index, item_id: item.id ?? null })),
      named({ type: 'response.output_item.done', output_index, item }),
    ]),
    named({ type: `response.${response.status as string}`, response }),
  ].join('')
}

function bare(item: JsonObject): JsonObject {
  const { encrypted_content: _, ...rest } = item
  const cleared = Object.keys({ content: [], summary: [], arguments: '' }).filter((key) => key in rest)
  return { ...rest, ...Object.fromEntries(cleared.map((key) => [key, key === 'arguments' ? '' : []])) }
}

function itemDeltas(item: JsonObject): JsonObject[] {
  const spoken = list(item, 'content').flatMap((part, content_index) => {
    const type = part.type === 'refusal' ? 'response.refusal.delta' : 'response.output_text.delta'
    return halves((part.refusal ?? part.text) as string).map((delta) => ({ type, content_index, delta }))
  })
  const summaries = list(item, 'summary').flatMap(({ text }, summary_index) =>
    halves(text as string).map((delta) => ({ type: 'response.reasoning_summary_text.delta', summary_index, delta })),
  )
  const args = halves((item.arguments ?? '') as string)
  const type = 'response.function_call_arguments.delta'
  return [...spoken, ...summaries, ...args.map((delta) => ({ type, delta }))]
}

function contentStream({ candidates, usageMetadata, ...reply }: JsonObject): string {
  const told = list({ candidates: candidates ?? [] }, 'candidates').flatMap(({ content, ...candidate }, index) => {
    const parts = list((content ?? {}) as JsonObject, 'parts')
    const chunks = parts.map((part) => ({ index, content: { role: 'model', parts: [part] } }))
    return [...chunks, { ...candidate, index, content: { role: 'model', parts: [{ text: '' }] } }]
  })
  const counted = usageMetadata === undefined ? {} : { usageMetadata }
  if (told.length === 0) return data({ ...reply, ...counted })
  return told
    .map((candidate, i) => data({ ...reply, candidates: [candidate], ...(i === told.length - 1 && counted) }))
    .join('')
}
