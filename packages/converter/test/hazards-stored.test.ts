import { describe, expect, it } from 'vitest'
import { convertRequest, type JsonObject, type Loss } from '../src/index.ts'
import { type Chatty, pairs } from './hazard-kit.ts'

/** Hazards of what is stored, cached and thought, and of several answers, each for every ordered pair of dialects. */

const models: Readonly<Record<Chatty, string>> = {
  anthropic: 'claude-opus-4-8',
  'openai-chat': 'gpt-5.6-sol',
  'openai-responses': 'gpt-5.6-sol',
  gemini: 'gemini-2.5-pro',
}

function sent(from: Chatty, to: Chatty, body: JsonObject): { body: JsonObject; losses: readonly Loss[] } {
  return convertRequest(body, { from, to, model: models[to] })
}

/** A question whose pieces are to be cached, each as long as said, in the words of its dialect. */
const marked: Readonly<Record<Exclude<Chatty, 'gemini'>, (ttls: readonly string[]) => JsonObject>> = {
  anthropic: (ttls) => ({ model: 'm', max_tokens: 50, messages: [{ role: 'user', content: ttls.map(ephemeral) }] }),
  'openai-chat': (ttls) => ({ model: 'm', messages: [{ role: 'user', content: ttls.map(breakpoint('text')) }] }),
  'openai-responses': (ttls) => ({
    model: 'm',
    input: [{ role: 'user', content: ttls.map(breakpoint('input_text')) }],
  }),
}
const ephemeral = (ttl: string): JsonObject => ({ type: 'text', text: ttl, cache_control: { type: 'ephemeral', ttl } })
const breakpoint =
  (type: string) =>
  (ttl: string): JsonObject => ({ type, text: ttl, prompt_cache_breakpoint: { mode: 'explicit', ttl } })

/** The lifetime each dialect has that is next to another's, and not shorter. */
const nearest = { '5m': { anthropic: '5m', openai: '30m' }, '1h': { anthropic: '1h', openai: '12h' } } as const
const nearestOfOpenai = {
  '30m': { anthropic: '1h', openai: '30m' },
  '12h': { anthropic: '1h', openai: '12h' },
} as const

function marksIn(body: JsonObject): unknown[] {
  const marks: unknown[] = []
  JSON.stringify(body, (key, value: unknown) => {
    if (key === 'cache_control' || key === 'prompt_cache_breakpoint') marks.push(value)
    return value
  })
  return marks
}

describe.each(pairs.filter(({ from }) => from !== 'gemini'))('$from to $to', ({ from, to }) => {
  const spell = marked[from as keyof typeof marked]
  const told: Readonly<Record<string, { anthropic: string; openai: string }>> =
    from === 'anthropic' ? nearest : nearestOfOpenai

  it.each(Object.keys(told))(
    'hazard 72: a cache lifetime of %s is the next there is, and reported where it is not the same',
    (ttl) => {
      const { body, losses } = sent(from, to, spell([ttl]))
      const reported = losses.filter(({ path }) => /cache_control|prompt_cache_breakpoint/.test(path))
      if (to === 'gemini') {
        expect(marksIn(body)).toEqual([])
        expect(reported).toMatchObject([{ kind: 'dropped' }])
        return
      }
      const there = to === 'anthropic' ? told[ttl]?.anthropic : told[ttl]?.openai
      const mark = to === 'anthropic' ? { type: 'ephemeral', ttl: there } : { mode: 'explicit', ttl: there }
      expect(marksIn(body)).toEqual([mark])
      expect(JSON.stringify(body)).not.toContain(to === 'anthropic' ? 'prompt_cache_breakpoint' : 'cache_control')
      expect(reported.map(({ kind }) => kind)).toEqual(there === ttl ? [] : ['approximated'])
    },
  )
})

it.each(['openai-chat', 'openai-responses'] as const)(
  'hazard 72: more marks of %s than Anthropic takes are no refusal',
  (from) => {
    const { body, losses } = sent(from, 'anthropic', marked[from](['12h', '12h', '12h', '12h', '12h', '12h']))
    expect(marksIn(body)).toHaveLength(4)
    expect(losses).toContainEqual(expect.objectContaining({ path: 'cache_control', kind: 'dropped' }))
  },
)

const questions: Readonly<Record<Chatty, JsonObject>> = {
  anthropic: { model: 'm', max_tokens: 50, messages: [{ role: 'user', content: 'x' }] },
  'openai-chat': { model: 'm', messages: [{ role: 'user', content: 'x' }] },
  'openai-responses': { model: 'm', input: 'x' },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'x' }] }] },
}

const secret = 'a secret thought'
const seal = 'SEALED-BY-ITS-PROVIDER'

/** A conversation in which the model has thought before it answered. */
const histories: Readonly<Record<Chatty, JsonObject>> = {
  anthropic: {
    ...questions.anthropic,
    messages: [
      { role: 'user', content: 'x' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: secret, signature: seal },
          { type: 'redacted_thinking', data: seal },
          { type: 'text', text: 'said' },
        ],
      },
      { role: 'user', content: 'y' },
    ],
  },
  'openai-chat': {
    model: 'm',
    messages: [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: 'said', reasoning_content: secret },
      { role: 'user', content: 'y' },
    ],
  },
  'openai-responses': {
    model: 'm',
    input: [
      { role: 'user', content: 'x' },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: secret }], encrypted_content: seal },
      { role: 'assistant', content: 'said' },
      { role: 'user', content: 'y' },
    ],
  },
  gemini: {
    contents: [
      { role: 'user', parts: [{ text: 'x' }] },
      { role: 'model', parts: [{ text: secret, thought: true, thoughtSignature: seal }, { text: 'said' }] },
      { role: 'user', parts: [{ text: 'y' }] },
    ],
  },
}

it.each(pairs)(
  'hazards 74, 75, 78 and 79: $from to $to, the thoughts of a history go to nobody else',
  ({ from, to }) => {
    const { body, losses } = sent(from, to, histories[from])
    const text = JSON.stringify(body)
    expect(text).toContain('said')
    expect(text).not.toContain(secret)
    expect(text).not.toContain(seal)
    expect(losses).toContainEqual(expect.objectContaining({ kind: 'dropped' }))
  },
)

describe('hazard 71: what is stored', () => {
  it.each(pairs)('$from to $to: nothing of a client that did not say so', ({ from, to }) => {
    expect(sent(from, to, questions[from]).body.store).toBe(to === 'openai-responses' ? false : undefined)
  })

  it.each(pairs.filter(({ from }) => from !== 'anthropic'))(
    '$from to $to: what the client wants, or it is told',
    ({ from, to }) => {
      const { body, losses } = sent(from, to, { ...questions[from], store: true })
      if (to === 'anthropic') expect(losses).toContainEqual(expect.objectContaining({ path: 'store', kind: 'dropped' }))
      else expect(body.store).toBe(true)
    },
  )
})

describe('hazard 73: several answers', () => {
  const chat = { ...questions['openai-chat'], n: 2 }
  const gemini = { ...questions.gemini, generationConfig: { candidateCount: 2 } }

  it.each(['anthropic', 'openai-responses'] as const)('are refused where %s gives one', (to) => {
    expect(() => sent('openai-chat', to, chat)).toThrow(/^n: /)
    expect(() => sent('gemini', to, gemini)).toThrow(/^generationConfig\.candidateCount: /)
  })

  it('are asked for of who gives them', () => {
    expect(sent('openai-chat', 'gemini', chat).body).toMatchObject({ generationConfig: { candidateCount: 2 } })
    expect(sent('gemini', 'openai-chat', gemini).body).toMatchObject({ n: 2 })
  })
})
