import type { JsonObject } from '../src/index.ts'

/**
 * Vendors of the chat dialect that give more with their reasoning than text, as they answer in a turn of a tool loop: the message, and
 * the deltas that tell it in a stream.
 */
export interface Shape {
  readonly model: string
  /** What must come back of the message. */
  readonly member: 'reasoning_details' | 'content'
  message(turn: number): JsonObject
  deltas(turn: number): JsonObject[]
}

const call = (turn: number): JsonObject => ({
  id: `call_${turn}`,
  type: 'function',
  function: { name: 'step', arguments: `{"turn":${turn}}` },
})
const callDelta = (turn: number): JsonObject => ({ tool_calls: [{ index: 0, ...call(turn) }] })
const detail = (rest: JsonObject): JsonObject => ({ reasoning_details: [rest] })

const claude = { type: 'reasoning.text', format: 'anthropic-claude-v1', index: 0 }
const gemini = { format: 'google-gemini-v1' }
const gpt = { format: 'openai-responses-v1', index: 0 }

/** Claude's thinking: the text in pieces, the signature on a last one without text (agno-agi/agno#8794). */
const signed: Shape = {
  model: 'anthropic/claude-sonnet-4.5',
  member: 'reasoning_details',
  message: (turn) => ({
    role: 'assistant',
    content: `Step ${turn}.`,
    reasoning: `Thought ${turn}.\n“so” \\ 思`,
    reasoning_details: [{ ...claude, text: `Thought ${turn}.\n“so” \\ 思`, signature: `c2ln${turn}+/=` }],
    tool_calls: [call(turn)],
  }),
  deltas: (turn) => [
    { role: 'assistant', content: '', reasoning: 'Thou', ...detail({ ...claude, text: 'Thou' }) },
    {
      content: '',
      reasoning: `ght ${turn}.\n“so” \\ 思`,
      ...detail({ ...claude, text: `ght ${turn}.\n“so” \\ 思`, signature: null }),
    },
    { content: '', reasoning: null, ...detail({ ...claude, signature: `c2ln${turn}+/=` }) },
    { content: `Step ${turn}.` },
    callDelta(turn),
  ],
}

/** Several blocks with words between them, one of them hidden: one list beside the whole content. */
const interleaved: Shape = {
  model: 'anthropic/claude-opus-5',
  member: 'reasoning_details',
  message: (turn) => ({
    role: 'assistant',
    content: `Step ${turn}.`,
    reasoning: 'FirstSecond',
    reasoning_details: [
      { ...claude, text: 'First', signature: 'c2lnMQ==' },
      { type: 'reasoning.encrypted', data: `aGlkZGVu${turn}`, format: 'anthropic-claude-v1', index: 1 },
      { ...claude, index: 2, text: 'Second', signature: 'c2lnMg==' },
    ],
    tool_calls: [call(turn)],
  }),
  deltas: (turn) => [
    { reasoning: 'First', ...detail({ ...claude, text: 'First' }) },
    detail({ ...claude, signature: 'c2lnMQ==' }),
    detail({ type: 'reasoning.encrypted', data: `aGlkZGVu${turn}`, format: 'anthropic-claude-v1', index: 1 }),
    { content: `Step ${turn}.` },
    { reasoning: 'Second', ...detail({ ...claude, index: 2, text: 'Second' }) },
    detail({ ...claude, index: 2, signature: 'c2lnMg==' }),
    callDelta(turn),
  ],
}

/** Gemini's: thoughts without a signature, and what is sealed on a call under the call's id. */
function encrypted(order: 'with the call' | 'behind the call' | 'behind the text'): Shape {
  const sealed = (turn: number): JsonObject => ({
    type: 'reasoning.encrypted',
    data: `c2VhbA${turn}==`,
    id: `call_${turn}`,
    ...gemini,
    index: 0,
  })
  const thought = (turn: number): JsonObject => ({
    type: 'reasoning.text',
    text: `Thought ${turn}.`,
    ...gemini,
    index: 0,
  })
  const ends: { readonly [key in typeof order]: (turn: number) => JsonObject[] } = {
    'with the call': (turn) => [{ ...callDelta(turn), ...detail(sealed(turn)) }],
    'behind the call': (turn) => [callDelta(turn), detail(sealed(turn))],
    'behind the text': (turn) => [detail(sealed(turn)), callDelta(turn)],
  }
  return {
    model: 'google/gemini-3-pro-preview',
    member: 'reasoning_details',
    message: (turn) => ({
      role: 'assistant',
      content: `Step ${turn}.`,
      reasoning: `Thought ${turn}.`,
      reasoning_details: [thought(turn), sealed(turn)],
      tool_calls: [call(turn)],
    }),
    deltas: (turn) => [
      { reasoning: `Thought ${turn}.`, ...detail(thought(turn)) },
      { content: `Step ${turn}.` },
      ...ends[order](turn),
    ],
  }
}

/** Nothing shown, and nothing said: the seal is all there is. */
const hidden: Shape = {
  model: 'google/gemini-3-flash-preview',
  member: 'reasoning_details',
  message: (turn) => ({
    role: 'assistant',
    content: null,
    reasoning: null,
    reasoning_details: [
      { id: `call_${turn}`, ...gemini, index: 0, type: 'reasoning.encrypted', data: `c2VhbA${turn}` },
    ],
    tool_calls: [call(turn)],
  }),
  deltas: (turn) => [
    { role: 'assistant', content: null },
    {
      ...callDelta(turn),
      ...detail({ id: `call_${turn}`, ...gemini, index: 0, type: 'reasoning.encrypted', data: `c2VhbA${turn}` }),
    },
  ],
}

/** GPT's: a summary in pieces, and what is encrypted under the same index. */
const summed: Shape = {
  model: 'openai/gpt-5.6',
  member: 'reasoning_details',
  message: (turn) => ({
    role: 'assistant',
    content: null,
    reasoning: `Summed ${turn}.`,
    reasoning_details: [
      { type: 'reasoning.summary', summary: `Summed ${turn}.`, ...gpt },
      { type: 'reasoning.encrypted', data: `Z0FBQUFB${turn}`, id: `rs_${turn}`, ...gpt },
    ],
    tool_calls: [call(turn)],
  }),
  deltas: (turn) => [
    { reasoning: 'Summed ', ...detail({ type: 'reasoning.summary', summary: 'Summed ', ...gpt }) },
    { reasoning: `${turn}.`, ...detail({ type: 'reasoning.summary', summary: `${turn}.`, ...gpt }) },
    detail({ type: 'reasoning.encrypted', data: `Z0FBQUFB${turn}`, id: `rs_${turn}`, ...gpt }),
    callDelta(turn),
  ],
}

const thinking = (text: string, rest: JsonObject = {}): JsonObject => ({
  type: 'thinking',
  thinking: [{ type: 'text', text }],
  ...rest,
})

/** Mistral's chunks of content (mistralai/client-python, reasoning_with_streaming.py). */
function chunked(rest: JsonObject): Shape {
  return {
    model: 'mistral-medium-3-5',
    member: 'content',
    message: (turn) => ({
      role: 'assistant',
      content: [thinking(`Thought ${turn}.`, { closed: true, ...rest }), { type: 'text', text: `Step ${turn}.` }],
      tool_calls: [call(turn)],
    }),
    deltas: (turn) => [
      { role: 'assistant', content: '' },
      { content: [thinking('Thought ')] },
      { content: [thinking(`${turn}.`, { closed: true, ...rest }), { type: 'text', text: 'Step ' }] },
      { content: `${turn}.` },
      callDelta(turn),
    ],
  }
}

export const shapes: Readonly<Record<string, Shape>> = {
  signed,
  interleaved,
  'encrypted, with the call': encrypted('with the call'),
  'encrypted, behind the call': encrypted('behind the call'),
  'encrypted, behind the text': encrypted('behind the text'),
  hidden,
  summed,
  thinking: chunked({}),
  'signed thinking': chunked({ signature: 'bWlzdA==' }),
}

const head = (turn: number): JsonObject => ({ id: `c${turn}`, created: 1, model: 'served' })

/** The whole reply of a turn. */
export function replyOf(shape: Shape, turn: number): JsonObject {
  return {
    ...head(turn),
    object: 'chat.completion',
    choices: [{ index: 0, message: shape.message(turn), finish_reason: 'tool_calls' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }
}

/** The reply of a turn as its stream. */
export function streamOf(shape: Shape, turn: number): string {
  const chunk = (delta: JsonObject, finish: string | null): string =>
    `data: ${JSON.stringify({ ...head(turn), object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  return `${shape
    .deltas(turn)
    .map((delta) => chunk(delta, null))
    .join('')}${chunk({}, 'tool_calls')}data: [DONE]\n\n`
}
