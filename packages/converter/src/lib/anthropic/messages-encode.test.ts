import { describe, expect, it } from 'vitest'
import { chatRequest, encode, userTurn } from '../../../test/anthropic-kit.ts'
import type { CapabilityOverrides } from '../capabilities/capabilities.ts'
import { ConversionError } from '../chat/error.ts'
import type { JsonObject } from '../chat/json.ts'
import type { Loss } from '../chat/loss.ts'
import type { AssistantPart, UserPart } from '../chat/part.ts'
import type { Turn } from '../chat/request.ts'

function messages(
  turns: readonly Turn[],
  overrides: CapabilityOverrides = {},
): { told: JsonObject[]; losses: readonly Loss[] } {
  const tools = [{ type: 'function' as const, name: 'declared', at: 'tools[0]' }]
  const { body, losses } = encode(chatRequest({ turns, tools }), overrides)
  return { told: body.messages as JsonObject[], losses }
}

/** The messages as `role: text | text` lines. */
function outline(turns: readonly Turn[], overrides: CapabilityOverrides = {}): string[] {
  return messages(turns, overrides).told.map(({ role, content }) => {
    const blocks = (content as JsonObject[]).map((block) => block.text ?? block.type)
    return `${String(role)}: ${blocks.join(' | ')}`
  })
}

function refusal(run: () => unknown): string | undefined {
  try {
    run()
  } catch (error) {
    if (ConversionError.is(error)) return `${error.code} ${error.path}`
    throw error
  }
  return undefined
}

const says = (text: string): Turn => userTurn(text)
const answers = (...parts: AssistantPart[]): Turn => ({ role: 'assistant', parts, at: 'messages[1]' })
const text = (value: string): AssistantPart & UserPart => ({ type: 'text', text: value, at: 'messages[1].content' })
const call = (id: string, input = '{}'): AssistantPart => ({
  type: 'tool-call',
  id,
  name: 'f',
  input,
  inputKind: 'json',
  at: `call ${id}`,
})
const result = (...ids: string[]): Turn => ({
  role: 'tool',
  at: 'messages[2]',
  results: ids.map((callId) => ({ callId, parts: [{ type: 'text', text: `of ${callId}`, at: 'r' }], at: 'r' })),
})
const instructs = (value: string): Turn => ({
  role: 'system',
  at: 'messages[9]',
  parts: [{ type: 'text', text: value, at: 'messages[9].content' }],
})
const reminder = (value: string): string => `<system-reminder>\n${value}\n</system-reminder>`

describe('order', () => {
  it('hazard 9: the results of one turn are one user message, before the words', () => {
    expect(outline([says('q'), answers(call('a'), call('b')), result('a'), result('b'), says('go on')])).toEqual([
      'user: q',
      'assistant: tool_use | tool_use',
      'user: tool_result | tool_result | go on',
    ])
  })

  it('moves results before words that came between', () => {
    expect(outline([says('q'), answers(call('a')), says('wait'), result('a')])).toEqual([
      'user: q',
      'assistant: tool_use',
      'user: tool_result | wait',
    ])
  })

  it('hazard 15: neighbours of one role become one message', () => {
    expect(outline([says('a'), says('b'), answers(text('c')), answers(text('d')), says('e')])).toEqual([
      'user: a | b',
      'assistant: c | d',
      'user: e',
    ])
  })

  it('hazard 13: a conversation that the assistant opens gets a neutral user message', () => {
    const { told, losses } = messages([answers(text('Hello!')), says('hi')])
    expect(told[0]).toMatchObject({ role: 'user' })
    expect(told).toHaveLength(3)
    expect(losses).toMatchObject([{ kind: 'invented' }])
  })

  it('hazard 12: refuses a conversation without content', () => {
    expect(refusal(() => messages([says('')]))).toBe('UNSUPPORTED messages')
    expect(refusal(() => messages([]))).toBe('UNSUPPORTED messages')
  })

  it('the cache prefix holds: a longer history begins with the bytes of the shorter', () => {
    const turns = [says('a'), answers(text('b'), call('x')), result('x'), says('c'), answers(text('d')), says('e')]
    for (let n = 1; n < turns.length; n++) {
      const shorter = JSON.stringify(messages(turns.slice(0, n), { prefill: true }).told)
      const longer = JSON.stringify(messages(turns, { prefill: true }).told)
      expect(longer.startsWith(shorter.slice(0, -3))).toBe(true)
    }
  })
})

describe('instructions between turns', () => {
  const native: CapabilityOverrides = { systemTurns: true }

  it('hazard 1: stay in place where the model takes them', () => {
    expect(outline([says('a'), instructs('s'), answers(text('b')), says('c'), instructs('t')], native)).toEqual([
      'user: a',
      'system: s',
      'assistant: b',
      'user: c',
      'system: t',
    ])
  })

  it('hazard 2: at an illegal place they move into the user message, tagged', () => {
    const { losses } = messages([says('a'), instructs('s'), says('b')], native)
    expect(outline([says('a'), instructs('s'), says('b')], native)).toEqual([`user: a | ${reminder('s')} | b`])
    expect(losses).toMatchObject([{ kind: 'approximated' }])
    expect(outline([says('a'), answers(text('b')), instructs('s'), says('c')], native)).toEqual([
      'user: a',
      'assistant: b',
      `user: ${reminder('s')} | c`,
    ])
  })

  it('hazard 2: never two in a row, never between a call and its result', () => {
    expect(outline([says('a'), instructs('s'), instructs('t'), answers(text('b')), says('c')], native)[1]).toBe(
      'system: s | t',
    )
    expect(outline([says('a'), answers(call('x')), instructs('s'), result('x')], native)).toEqual([
      'user: a',
      'assistant: tool_use',
      `user: tool_result | ${reminder('s')}`,
    ])
  })

  it('hazard 2: results that follow an instruction still lead their message', () => {
    const turns = [says('a'), answers(call('x'), call('y')), result('x'), instructs('s'), result('y')]
    expect(outline(turns, native)[2]).toBe(`user: tool_result | tool_result | ${reminder('s')}`)
  })

  it('hazard 3: older models get them inside the user message', () => {
    const { told, losses } = messages([says('a'), instructs('s'), answers(text('b')), says('c')])
    expect(told).toHaveLength(3)
    expect(outline([says('a'), instructs('s'), answers(text('b')), says('c')])[0]).toBe(`user: a | ${reminder('s')}`)
    expect(losses).toMatchObject([{ kind: 'approximated', path: 'messages[9]' }])
  })
})

describe('the last assistant message', () => {
  const turns = [says('q'), answers(text('The answer is  \n'))]

  it('hazard 14: is continued without its trailing white space', () => {
    const { told, losses } = messages(turns, { prefill: true })
    expect(told[1]).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'The answer is' }] })
    expect(losses).toMatchObject([{ kind: 'approximated' }])
  })

  it('hazard 14: is followed by a request to go on where the model continues none', () => {
    const { told, losses } = messages(turns, { prefill: false })
    expect(told.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(losses).toMatchObject([{ kind: 'invented' }])
  })
})

describe('assistant parts', () => {
  it('hazard 11: empty text beside calls gives no block', () => {
    const { told, losses } = messages([says('q'), answers(text(''), call('a')), result('a')])
    expect(told[1]?.content).toMatchObject([{ type: 'tool_use' }])
    expect(losses).toEqual([])
  })

  it('hazard 12: a message of white space is left out and reported', () => {
    const { told, losses } = messages([says('q'), answers(text('\n\n')), says('r')])
    expect(told).toHaveLength(1)
    expect(losses.map((loss) => loss.kind)).toEqual(['dropped', 'dropped'])
  })

  it('hazard 16: a refusal is text', () => {
    const { told } = messages([says('q'), answers({ type: 'refusal', text: 'No.', at: 'm' }), says('r')])
    expect(told[1]).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'No.' }] })
  })

  it('hazard 20: no arguments are the empty object', () => {
    const { told } = messages([says('q'), answers(call('a', '')), result('a')])
    expect(told[1]?.content).toEqual([{ type: 'tool_use', id: 'a', name: 'f', input: {} }])
  })

  it.each(['{"city":"Os', '[1]', '7', '"x"'])('hazard 21: arguments %s are wrapped and reported', (input) => {
    const { told, losses } = messages([says('q'), answers(call('a', input)), result('a')])
    expect(told[1]?.content).toMatchObject([{ input: { _raw: input } }])
    expect(losses).toMatchObject([{ kind: 'approximated', path: 'call a' }])
  })

  it('hazard 23: numbers keep their digits', () => {
    const input = '{"id":12345678901234567890,"ratio":1.0,"big":1e400}'
    const { told } = messages([says('q'), answers(call('a', input)), result('a')])
    expect(JSON.stringify(told[1])).toContain(input)
  })

  it('hazard 75: reasoning goes back with its own seal only', () => {
    const parts: AssistantPart[] = [
      { type: 'reasoning', text: 'unsealed', at: 'm0' },
      { type: 'reasoning', text: 'foreign', at: 'm1', seal: { issuer: 'gemini', value: 'g' } },
      { type: 'reasoning', text: 'own', at: 'm2', seal: { issuer: 'anthropic', value: 'sig' } },
      { type: 'reasoning', text: '', redacted: true, at: 'm3', seal: { issuer: 'anthropic', value: 'data' } },
      text('visible'),
    ]
    const { told, losses } = messages([says('q'), answers(...parts), says('r')])
    expect(told[1]?.content).toEqual([
      { type: 'thinking', thinking: 'own', signature: 'sig' },
      { type: 'redacted_thinking', data: 'data' },
      { type: 'text', text: 'visible' },
    ])
    expect(losses.map((loss) => loss.path)).toEqual(['m0', 'm1'])
  })

  it('wraps the free text of a custom tool', () => {
    const custom: AssistantPart = { type: 'tool-call', id: 'a', name: 'f', input: 'a "b"', inputKind: 'text', at: 'm' }
    const { told } = messages([says('q'), answers(custom), result('a')])
    expect(told[1]?.content).toMatchObject([{ input: { input: 'a "b"' } }])
  })
})

describe('user parts', () => {
  const user = (...parts: UserPart[]): Turn => ({ role: 'user', parts, at: 'messages[0]' })

  it('hazards 51 and 52: images by address and by data, the media type in lower case', () => {
    const { told } = messages([
      user(
        { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' }, at: 'a' },
        { type: 'image', source: { kind: 'base64', mediaType: 'IMAGE/PNG', data: 'AAAA' }, at: 'b' },
      ),
    ])
    expect(told[0]?.content).toEqual([
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
    ])
  })

  it('hazard 53: documents by their type', () => {
    const { told } = messages([
      user(
        {
          type: 'file',
          source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBE' },
          name: 'a.pdf',
          at: 'a',
        },
        { type: 'file', source: { kind: 'base64', mediaType: 'text/markdown', data: 'IyBow6k=' }, at: 'b' },
        { type: 'file', source: { kind: 'text', text: 'plain' }, context: 'why', at: 'c' },
      ),
    ])
    expect(told[0]?.content).toMatchObject([
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' }, title: 'a.pdf' },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: '# hé' } },
      { type: 'document', source: { type: 'text', data: 'plain' }, context: 'why' },
    ])
  })

  it.each<[string, UserPart]>([
    [
      'hazard 56: audio',
      { type: 'audio', format: 'wav', source: { kind: 'base64', mediaType: 'audio/wav', data: '' }, at: 'p' },
    ],
    ['a TIFF image', { type: 'image', source: { kind: 'base64', mediaType: 'image/tiff', data: '' }, at: 'p' }],
    ['a ZIP file', { type: 'file', source: { kind: 'base64', mediaType: 'application/zip', data: '' }, at: 'p' }],
    ['hazard 58: a file stored elsewhere', { type: 'file', source: { kind: 'id', id: 'file-1' }, at: 'p' }],
    ['broken base64', { type: 'file', source: { kind: 'base64', mediaType: 'text/plain', data: '%%%' }, at: 'p' }],
  ])('refuses %s', (_, part) => {
    expect(refusal(() => messages([user(part)]))).toBe('UNSUPPORTED p')
  })

  it('tells an opaque part by its text, or drops and reports it', () => {
    const { told, losses } = messages([
      user(
        { type: 'opaque', dialect: 'gemini', kind: 'codeExecutionResult', value: {}, text: 'result: 7', at: 'a' },
        { type: 'opaque', dialect: 'gemini', kind: 'videoMetadata', value: {}, at: 'b' },
      ),
    ])
    expect(told[0]?.content).toEqual([{ type: 'text', text: 'result: 7' }])
    expect(losses.map((loss) => `${loss.kind} ${loss.path}`)).toEqual(['approximated a', 'dropped b'])
  })

  it('tells errors and media of tools natively; an empty result has no content', () => {
    const turn: Turn = {
      role: 'tool',
      at: 't',
      results: [
        {
          callId: 'a',
          isError: true,
          at: 'r',
          parts: [{ type: 'image', source: { kind: 'url', url: 'https://example.com/i.png' }, at: 'i' }],
        },
        { callId: 'b', at: 's', parts: [{ type: 'text', text: '', at: 's' }] },
      ],
    }
    expect(messages([says('q'), answers(call('a'), call('b')), turn]).told[2]?.content).toEqual([
      {
        type: 'tool_result',
        tool_use_id: 'a',
        content: [{ type: 'image', source: { type: 'url', url: 'https://example.com/i.png' } }],
        is_error: true,
      },
      { type: 'tool_result', tool_use_id: 'b' },
    ])
  })

  it('hazard 57: carries 30 MB of base64 without a copy', () => {
    const data = 'A'.repeat(30_000_000)
    const { told } = messages([
      user({ type: 'image', source: { kind: 'base64', mediaType: 'image/png', data }, at: 'a' }),
    ])
    expect(told[0]?.content).toMatchObject([{ source: { data } }])
  })
})
