import { describe, expect, it } from 'vitest'
import { convertReply, type JsonObject } from '../src/index.ts'
import { fixed } from './corpus.ts'
import { type Chatty, convert, outline, pairs, spoken } from './hazard-kit.ts'

/** Hazards of who says what in which order, which only show between two dialects: each request is converted whole. */

const user = { role: 'user', content: 'Go.' }

describe('instructions', () => {
  const turns = (role: string): JsonObject[] => [
    { role: 'user', content: 'one' },
    { role, content: 'later' },
    { role: 'assistant', content: 'two' },
    { role: 'user', content: 'three' },
  ]
  const requests: { readonly [dialect in Chatty]?: (role: string) => JsonObject } = {
    anthropic: (role) => ({ max_tokens: 99, system: 'first', messages: turns(role) }),
    'openai-chat': (role) => ({ messages: [{ role, content: 'first' }, ...turns(role)] }),
    'openai-responses': (role) => ({ instructions: 'first', input: turns(role) }),
  }
  const sources = pairs.flatMap(({ from, to }) => {
    if (from === 'gemini') return []
    return [...(from === 'anthropic' ? [] : [{ from, to, role: 'developer' }]), { from, to, role: 'system' }]
  })

  it.each(sources)(
    'hazards 1, 4 and 5: a later one of $role stays in its place, $from to $to',
    ({ from, to, role }) => {
      const { body } = convert({ model: 'm', ...requests[from]?.(role) }, from, to)
      const told = spoken(to, body)
      const place = told.findIndex((words) => words.endsWith('one'))
      expect(told.slice(place)).toEqual([
        'user: one',
        to === 'gemini'
          ? 'user: <system-reminder>\nlater\n</system-reminder>'
          : expect.stringMatching(/^(system|developer): later$/),
        'assistant: two',
        'user: three',
      ])
      expect(JSON.stringify(body).match(/first/g)).toHaveLength(1)
      expect(JSON.stringify(body).match(/later/g)).toHaveLength(1)
    },
  )

  it.each(sources)(
    'hazard 6: of several that lead of $role none is lost or joined, $from to $to',
    ({ from, to, role }) => {
      const leading: { readonly [dialect in Chatty]?: JsonObject } = {
        anthropic: {
          max_tokens: 99,
          system: ['a', 'b', 'c'].map((text) => ({ type: 'text', text })),
          messages: [user],
        },
        'openai-chat': { messages: [...['a', 'b', 'c'].map((content) => ({ role, content })), user] },
        'openai-responses': { instructions: 'a', input: [...['b', 'c'].map((content) => ({ role, content })), user] },
      }
      const { body } = convert({ model: 'm', ...leading[from] }, from, to)
      const system = body.system ?? (body.systemInstruction as JsonObject | undefined)?.parts
      const texts =
        system === undefined
          ? spoken(to, body).filter((words) => /^(system|developer)/.test(words))
          : (system as { text: string }[]).map(({ text }) => `system: ${text}`)
      expect(texts.map((words) => words.at(-1))).toEqual(['a', 'b', 'c'])
    },
  )
})

describe('a conversation', () => {
  it.each(pairs)('hazards 11 and 12: empty words are no part and no message, $from to $to', ({ from, to }) => {
    const empty = { type: 'text', text: '' }
    const calls = [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } }]
    const requests: { readonly [dialect in Chatty]: JsonObject } = {
      anthropic: {
        max_tokens: 99,
        messages: [
          { role: 'user', content: 'Go.' },
          { role: 'assistant', content: [empty, { type: 'tool_use', id: 'a', name: 'look', input: {} }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'done' }, empty] },
          { role: 'assistant', content: '' },
          { role: 'user', content: 'End.' },
        ],
        tools: [{ name: 'look', input_schema: { type: 'object' } }],
      },
      'openai-chat': {
        messages: [
          { role: 'user', content: 'Go.' },
          { role: 'assistant', content: [empty], tool_calls: calls },
          { role: 'tool', tool_call_id: 'a', content: 'done' },
          { role: 'assistant', content: '' },
          { role: 'user', content: '' },
          { role: 'user', content: [empty, { type: 'text', text: 'End.' }] },
        ],
        tools: [{ type: 'function', function: { name: 'look' } }],
      },
      'openai-responses': {
        input: [
          { role: 'user', content: 'Go.' },
          { role: 'assistant', content: [{ type: 'output_text', text: '', annotations: [] }] },
          { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' },
          { type: 'function_call_output', call_id: 'a', output: 'done' },
          { role: 'user', content: '' },
          {
            role: 'user',
            content: [
              { type: 'input_text', text: '' },
              { type: 'input_text', text: 'End.' },
            ],
          },
        ],
        tools: [{ type: 'function', name: 'look', parameters: null, strict: false }],
      },
      gemini: {
        contents: [
          { role: 'user', parts: [{ text: 'Go.' }] },
          { role: 'model', parts: [{ text: '' }, { functionCall: { id: 'a', name: 'look', args: {} } }] },
          { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'look', response: { output: 'done' } } }] },
          { role: 'user', parts: [{ text: '' }, { text: 'End.' }] },
        ],
        tools: [{ functionDeclarations: [{ name: 'look' }] }],
      },
    }
    const { body } = convert({ model: 'm', ...requests[from] }, from, to)
    const lines = outline(to, body).join(', ').split(', ')
    // A chat server takes an empty message of the user, who may have meant to say nothing.
    expect(to === 'openai-chat' ? lines.filter((line) => line !== '') : lines).toEqual([
      'Go.',
      'call a',
      'result a',
      'End.',
    ])
    expect(JSON.stringify(body)).not.toMatch(/"text":""|"content":\[\]|"parts":\[\]/)
  })

  it.each(pairs)(
    'hazard 14: a last word of the assistant is continued, asked for, or told, $from to $to',
    ({ from, to }) => {
      const turns = [
        { role: 'user', content: 'Name one.' },
        { role: 'assistant', content: 'It is ' },
      ]
      const requests: { readonly [dialect in Chatty]: JsonObject } = {
        anthropic: { max_tokens: 99, messages: turns },
        'openai-chat': { messages: turns },
        'openai-responses': { input: turns },
        gemini: {
          contents: turns.map(({ role, content }) => ({
            role: role.replace('assistant', 'model'),
            parts: [{ text: content }],
          })),
        },
      }
      const { body, told } = convert({ model: 'm', ...requests[from] }, from, to)
      const last = spoken(to, body).at(-1)
      if (to === 'gemini') expect(last).toBe('assistant: It is ')
      else if (to === 'anthropic')
        expect([last, told]).toEqual(['user: Continue.', expect.arrayContaining(['invented messages'])])
      else expect([last, told.map((loss) => loss.split(' ')[0])]).toEqual(['assistant: It is ', ['approximated']])
      if (to === 'anthropic') {
        const older = convert({ model: 'm', ...requests[from] }, from, to, 'claude-haiku-4-5')
        expect(spoken(to, older.body).at(-1)).toBe('assistant: It is')
      }
    },
  )

  it.each([
    ['openai-chat', { messages: [{ role: 'system', content: 'Greet.' }] }],
    [
      'openai-chat',
      {
        messages: [
          { role: 'developer', content: 'Greet.' },
          { role: 'user', content: '' },
        ],
      },
    ],
    ['openai-responses', { instructions: 'Greet.', input: [] }],
  ] as const)('hazard 12: of %s that is nothing but instructions is answered', (from, body) => {
    const request = { model: 'm', ...body } as unknown as JsonObject
    const ofClaude = convert(request, from, 'anthropic')
    expect(ofClaude.body).toMatchObject({ system: [{ text: 'Greet.' }], messages: [{ role: 'user' }] })
    expect(ofClaude.told).toContain('invented messages')
    const ofGemini = convert(request, from, 'gemini')
    expect(ofGemini.body).toMatchObject({
      systemInstruction: { parts: [{ text: 'Greet.' }] },
      contents: [{ role: 'user' }],
    })
    expect(ofGemini.told).toContain('invented messages')
  })

  it('hazard 12: of nothing but an instruction has it as its input, where there must be some', () => {
    const request = { model: 'm', messages: [{ role: 'system', content: 'Greet.' }] }
    const { body } = convert(request, 'openai-chat', 'openai-responses')
    expect(body.instructions).toBeUndefined()
    expect(body.input).toEqual([{ type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Greet.' }] }])
  })

  it.each(['openai-chat', 'openai-responses', 'gemini'] as const)(
    'hazard 15: calls that Anthropic reads as one message are followed by all their results in %s',
    (to) => {
      const call = (id: string): JsonObject => ({ type: 'tool_use', id, name: 'f', input: {} })
      const result = (id: string): JsonObject => ({ type: 'tool_result', tool_use_id: id, content: id })
      const request = {
        model: 'm',
        max_tokens: 99,
        messages: [
          user,
          { role: 'assistant', content: 'I look.' },
          { role: 'assistant', content: [call('a')] },
          { role: 'assistant', content: [call('b')] },
          { role: 'user', content: [result('a'), result('b')] },
        ],
        tools: [{ name: 'f', input_schema: { type: 'object' } }],
      }
      const { body } = convert(request, 'anthropic', to)
      const order = (JSON.stringify(body).match(/"(?:id|call_id|tool_call_id)":"[ab]"/g) ?? []).map((id) => id.at(-2))
      expect(order).toEqual(['a', 'b', 'a', 'b'])
      expect(JSON.stringify(body)).toContain('I look.')
    },
  )

  it.each(pairs.filter(({ from }) => from.startsWith('openai')))(
    'hazard 16: a refusal is what the assistant said, $from to $to',
    ({ from, to }) => {
      const requests: { readonly [dialect in Chatty]?: JsonObject } = {
        'openai-chat': {
          messages: [
            user,
            { role: 'assistant', content: null, refusal: 'Not that.' },
            user,
            { role: 'assistant', content: [{ type: 'refusal', refusal: 'Nor this.' }] },
            user,
          ],
        },
        'openai-responses': {
          input: [
            user,
            { role: 'assistant', content: [{ type: 'refusal', refusal: 'Not that.' }] },
            user,
            { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'Nor this.' }] },
            user,
          ],
        },
      }
      const { body, told } = convert({ model: 'm', ...requests[from] }, from, to)
      const own = to.startsWith('openai')
      expect(JSON.stringify(body).match(/"(?:text|refusal)":"N[^"]*"/g)).toEqual(
        ['Not that.', 'Nor this.'].map((words) => `"${own ? 'refusal' : 'text'}":"${words}"`),
      )
      expect(JSON.stringify(body)).not.toMatch(/"null"|"content":\[\]|"text":""/)
      expect(told.filter((loss) => !loss.endsWith('max_tokens'))).toEqual([])
    },
  )

  it.each(pairs.filter(({ from }) => from === 'openai-chat'))(
    'hazard 17: who is named in a message is told as lost and not sent, $from to $to',
    ({ from, to }) => {
      const messages = [
        { role: 'system', content: 'Be kind.', name: 'bob' },
        { ...user, name: 'bob' },
        {
          role: 'assistant',
          name: 'bob',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'a', name: 'look', content: 'done' },
      ]
      const { body, told } = convert({ model: 'm', messages }, from, to)
      expect(JSON.stringify(body)).not.toContain('bob')
      // That of a result repeats the name of its call.
      expect(told.filter((loss) => loss.startsWith('dropped'))).toEqual([
        'dropped messages[0].name',
        'dropped messages[1].name',
        'dropped messages[2].name',
      ])
    },
  )

  it.each(pairs)('hazard 19: what comes in pieces has nothing between them, $from to $to', ({ from, to }) => {
    const pieces = ['It is ', 'sunny', '.']
    const requests: { readonly [dialect in Chatty]: JsonObject } = {
      anthropic: {
        max_tokens: 99,
        messages: [user, { role: 'assistant', content: pieces.map((text) => ({ type: 'text', text })) }, user],
      },
      'openai-chat': {
        messages: [user, { role: 'assistant', content: pieces.map((text) => ({ type: 'text', text })) }, user],
      },
      'openai-responses': {
        input: [
          user,
          { role: 'assistant', content: pieces.map((text) => ({ type: 'output_text', text, annotations: [] })) },
          user,
        ],
      },
      gemini: {
        contents: [
          { role: 'user', parts: [{ text: 'Go.' }] },
          { role: 'model', parts: pieces.map((text) => ({ text })) },
          { role: 'user', parts: [{ text: 'Go.' }] },
        ],
      },
    }
    const { body, told } = convert({ model: 'm', ...requests[from] }, from, to)
    const said = spoken(to, body).filter((words) => words.startsWith('assistant: '))
    expect(said.map((words) => words.slice('assistant: '.length)).join('')).toBe('It is sunny.')
    expect(told.filter((loss) => !loss.endsWith('max_tokens'))).toEqual([])
    const parts = pieces.map((text) => ({ type: 'text', text }))
    const reply = {
      anthropic: { content: parts, stop_reason: 'end_turn', usage: {} },
      'openai-chat': { choices: [{ message: { role: 'assistant', content: parts }, finish_reason: 'stop' }] },
      'openai-responses': {
        object: 'response',
        status: 'completed',
        output: pieces.map((text, i) => ({
          type: 'message',
          id: `msg_${i}`,
          role: 'assistant',
          content: [{ type: 'output_text', text, annotations: [] }],
        })),
      },
      gemini: {
        candidates: [{ content: { role: 'model', parts: pieces.map((text) => ({ text })) }, finishReason: 'STOP' }],
      },
    }[from]
    const whole = JSON.stringify(convertReply(reply, { from, to, ...fixed }).body)
    const texts = whole.match(/"(?:text|content)":"[^"]*"/g) ?? []
    expect(texts.map((text) => text.replace(/^"\w+":"(.*)"$/, '$1')).join('')).toBe('It is sunny.')
  })
})
