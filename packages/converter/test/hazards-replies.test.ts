import { afterEach, describe, expect, it, vi } from 'vitest'
import { convertReply, type JsonObject, type Loss, openStream } from '../src/index.ts'
import { fixed } from './corpus.ts'
import { type Chatty, pairs } from './hazard-kit.ts'
import { wantsAll } from './streams.ts'
import { type Answer, counted, ended, gathered, reads, seal, spelled } from './told-answers.ts'
import { asStream } from './told-streams.ts'

/** Hazards of answers, each for every ordered pair of dialects, whole and streamed; streams are gathered by the official SDKs. */

const told = pairs.flatMap((pair) => (['whole', 'streamed'] as const).map((how) => ({ ...pair, how })))

afterEach(() => {
  vi.unstubAllGlobals()
})

type Told = (typeof told)[number]
interface Heard {
  readonly body: JsonObject
  readonly losses: readonly Loss[]
}

async function hear(reply: JsonObject, { from, to, how }: Told, request: JsonObject = wantsAll): Promise<Heard> {
  const options = { from, to, request, ...fixed }
  if (how === 'whole') return convertReply(reply, options)
  const stream = openStream(options)
  const text = stream.push(asStream[from](reply)) + stream.end()
  return { body: JSON.parse(JSON.stringify(await gathered[to](text))) as JsonObject, losses: stream.losses }
}

const withoutWrites: Readonly<Record<Chatty, JsonObject>> = {
  ...counted,
  anthropic: { input_tokens: 120, cache_read_input_tokens: 60, output_tokens: 50 },
  'openai-chat': { ...counted['openai-chat'], prompt_tokens_details: { cached_tokens: 60 } },
  'openai-responses': {
    ...counted['openai-responses'],
    input_tokens_details: { cached_tokens: 60, cache_write_tokens: 0 },
  },
}

/** The word for an answer that came to its end with calls. */
const called = { ...ended, anthropic: 'tool_use', 'openai-chat': 'tool_calls' }

describe.each(told)('hazards of answers, $from to $to, $how', (each) => {
  const { from, to } = each

  it('hazards 81, 82, 83 and 97: every token is counted once, in the client’s own way', async () => {
    const { body } = await hear(spelled[from]({ texts: ['a'], usage: counted[from] }, ended[from]), each)
    expect(reads[to](body).usage).toMatchObject(from === 'gemini' ? withoutWrites[to] : counted[to])
  })

  it('hazard 74: thoughts are never in the text', async () => {
    const { body } = await hear(spelled[from]({ thought: 'hm, secret', texts: ['It is', ' so.'] }, ended[from]), each)
    expect(reads[to](body).text).toBe('It is so.')
  })

  it('hazards 75, 78 and 79: what only the provider can read reaches no client of another dialect', async () => {
    const { body, losses } = await hear(spelled[from]({ thought: 'hm', texts: ['a'] }, ended[from]), each)
    expect(JSON.stringify(body)).not.toContain(seal)
    // Chat completions have thoughts, but nothing that seals them.
    if (from !== 'openai-chat') expect(losses).toContainEqual(expect.objectContaining({ kind: 'dropped' }))
  })

  it('hazards 47 and 88: every text and every call is told, in order, and the stop says so', async () => {
    const answer: Answer = { texts: ['One. ', 'Two.'], calls: ['look', 'look'] }
    const { body } = await hear(spelled[from](answer, from === 'openai-chat' ? 'tool_calls' : ended[from]), each)
    const { text, calls, stop } = reads[to](body)
    expect(text).toBe('One. Two.')
    expect(calls).toEqual(Array.from({ length: 2 }, () => 'look {"city":"Oslo"}'))
    expect(stop).toBe(called[to])
  })

  it('hazards 84, 85 and 86: a stop is told by the word for it', async () => {
    for (const { words } of stops) {
      for (const word of words[from]) {
        const { body } = await hear(spelled[from]({ texts: ['a'] }, word), each)
        expect([word, reads[to](body).stop]).toEqual([word, words[to][0]])
      }
    }
  })

  it('hazard 84: a word nobody knows is an end that is told of, never the word itself', async () => {
    const { body, losses } = await hear(spelled[from]({ texts: ['a'] }, 'of_tomorrow'), each)
    expect(reads[to](body).stop).toBe({ ...ended, gemini: 'OTHER' }[to])
    expect(losses).toContainEqual(expect.objectContaining({ path: 'stop_reason', kind: 'approximated' }))
  })

  it('hazard 84: such a word is told of also where calls decide', async () => {
    // A chat server's word for calls that are there says nothing that they do not.
    if (from === 'openai-chat') return
    const { body, losses } = await hear(spelled[from]({ calls: ['look'] }, 'of_tomorrow'), each)
    expect(reads[to](body).stop).toBe({ ...called, gemini: 'OTHER' }[to])
    expect(losses).toContainEqual(expect.objectContaining({ path: 'stop_reason', kind: 'approximated' }))
  })

  it('hazards 91 and 105: what only its provider understands says nothing, and is told of', async () => {
    const { body, losses } = await hear(strange[from], each)
    const { text, calls, stop } = reads[to](body)
    expect({ text, calls }).toEqual({ text: 'So. Done.', calls: ['look {"city":"Oslo"}'] })
    expect(stop).toBe(called[to])
    expect(losses).toContainEqual(expect.objectContaining({ kind: 'dropped' }))
  })

  it('hazard 98: counts that nobody told are numbers where the dialect has them, and are told of', async () => {
    const { body, losses } = await hear(spelled[from]({ texts: ['a'] }, ended[from]), each)
    const { usage } = reads[to](body)
    if (to === 'anthropic') {
      expect(usage).toMatchObject({ input_tokens: 0, output_tokens: 0 })
      expect(losses).toContainEqual(expect.objectContaining({ path: 'usage', kind: 'invented' }))
    } else expect(usage ?? undefined).toBeUndefined()
  })

  it('hazard 87: a refusal is visible, and no plain end', async () => {
    const { body } = await hear(refusals[from], each)
    const { text, stop } = reads[to](body)
    expect(text).toBe('I will not.')
    const worded = from === 'openai-chat' || from === 'openai-responses'
    const words = {
      anthropic: 'refusal',
      'openai-chat': 'content_filter',
      'openai-responses': 'content_filter',
      gemini: 'SAFETY',
    }
    // A refusal in words of its own is a complete answer to both of OpenAI's dialects.
    expect(stop).toBe(worded ? { ...words, 'openai-chat': 'stop', 'openai-responses': 'completed' }[to] : words[to])
  })
})

/** How each dialect says why it stopped; the first word is the one a client is told. */
const stops: readonly { readonly words: Readonly<Record<Chatty, readonly string[]>> }[] = [
  {
    words: {
      anthropic: ['end_turn', 'stop_sequence'],
      'openai-chat': ['stop'],
      'openai-responses': ['completed'],
      gemini: ['STOP'],
    },
  },
  {
    words: {
      anthropic: ['max_tokens', 'model_context_window_exceeded'],
      'openai-chat': ['length'],
      'openai-responses': ['max_output_tokens'],
      gemini: ['MAX_TOKENS', 'CONTINUATION'],
    },
  },
  {
    words: {
      anthropic: ['refusal'],
      'openai-chat': ['content_filter'],
      'openai-responses': ['content_filter'],
      gemini: ['SAFETY', 'RECITATION', 'LANGUAGE', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'IMAGE_SAFETY'],
    },
  },
]

const refusals: Readonly<Record<Chatty, JsonObject>> = {
  anthropic: spelled.anthropic({ texts: ['I will not.'] }, 'refusal'),
  'openai-chat': {
    ...spelled['openai-chat']({}, 'stop'),
    choices: [
      { index: 0, message: { role: 'assistant', content: null, refusal: 'I will not.' }, finish_reason: 'stop' },
    ],
  },
  'openai-responses': {
    ...spelled['openai-responses']({}, 'completed'),
    output: [
      { type: 'message', id: 'msg_0', role: 'assistant', content: [{ type: 'refusal', refusal: 'I will not.' }] },
    ],
  },
  gemini: spelled.gemini({ texts: ['I will not.'] }, 'SAFETY'),
}

/** Answers of which a part is of a kind that only its provider knows, between two texts and before a call. */
const strange: Readonly<Record<Chatty, JsonObject>> = {
  anthropic: {
    ...spelled.anthropic({}, 'tool_use'),
    content: [
      { type: 'text', text: 'So. ' },
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'Oslo' } },
      { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [{ stop_reason: 'end_turn', text: 'x' }] },
      { type: 'of_tomorrow', text: 'x' },
      { type: 'text', text: 'Done.' },
      { type: 'tool_use', id: 'toolu_1', name: 'look', input: { city: 'Oslo' } },
    ],
  },
  'openai-chat': {
    ...spelled['openai-chat']({}, 'tool_calls'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: [
            { type: 'text', text: 'So. ' },
            { type: 'of_tomorrow', reference_ids: [1] },
            { type: 'text', text: 'Done.' },
          ],
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"city":"Oslo"}' } }],
        },
        finish_reason: 'tool_calls',
      },
    ],
  },
  'openai-responses': {
    ...spelled['openai-responses']({}, 'completed'),
    output: [
      { type: 'message', id: 'msg_0', role: 'assistant', content: [{ type: 'output_text', text: 'So. ' }] },
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'Oslo' } },
      { type: 'of_tomorrow', id: 'x_1', content: [{ type: 'output_text', text: 'x' }] },
      { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'look', arguments: '{"city":"Oslo"}' },
    ],
  },
  gemini: {
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: 'So. ' },
            { executableCode: { language: 'PYTHON', code: '1' } },
            { ofTomorrow: { text: 'x' } },
            { text: 'Done.' },
            { functionCall: { name: 'look', args: { city: 'Oslo' } } },
          ],
        },
        finishReason: 'STOP',
      },
    ],
  },
}

describe('hazard 89: of several answers a client of one gets the first', () => {
  const message = (content: string): JsonObject => ({ role: 'assistant', content })
  const several: JsonObject = {
    ...spelled['openai-chat']({}, 'stop'),
    choices: [
      { index: 0, message: message('first'), finish_reason: 'stop' },
      { index: 1, message: message('second'), finish_reason: 'length' },
    ],
  }
  const content = (text: string): JsonObject => ({ role: 'model', parts: [{ text }] })
  const candidates: JsonObject = {
    candidates: [
      { index: 0, content: content('first'), finishReason: 'STOP' },
      { index: 1, content: content('second'), finishReason: 'MAX_TOKENS' },
    ],
  }

  it.each(told.filter(({ from }) => from === 'openai-chat' || from === 'gemini'))(
    '$from to $to, $how',
    async (each) => {
      const { from, to, how } = each
      const { body, losses } = await hear(from === 'gemini' ? candidates : several, each)
      expect(reads[to](body)).toMatchObject({ text: 'first', stop: ended[to] })
      const both = how === 'whole' && (to === 'openai-chat' || to === 'gemini')
      expect(JSON.stringify(body).includes('second')).toBe(both)
      expect(losses.filter(({ path }) => /^(?:choices|candidates)/.test(path))).toHaveLength(both ? 0 : 1)
    },
  )
})

describe('hazard 90: a prompt that was refused is an answer that was filtered', () => {
  const blocked = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 3 } }
  const words = { anthropic: 'refusal', 'openai-chat': 'content_filter', 'openai-responses': 'content_filter' } as const

  it.each(told.filter(({ from }) => from === 'gemini'))('gemini to $to, $how', async (each) => {
    const { body } = await hear(blocked, each)
    expect(reads[each.to](body)).toMatchObject({ text: '', calls: [], stop: words[each.to as keyof typeof words] })
  })
})
