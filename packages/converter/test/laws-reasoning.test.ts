import { describe, expect, it } from 'vitest'
import { convertReply, convertRequest, type JsonObject, openStream } from '../src/index.ts'
import { envelopeMark } from '../src/lib/seals/envelope.ts'
import { fixed } from './corpus.ts'
import { type Client, clients, foldedBy, grown, sides } from './tool-loop.ts'

/**
 * A tool loop of three turns at a vendor of the chat dialect that shows its reasoning and wants it back: through a client of any other
 * dialect it comes back to that vendor as it was, and to nobody else.
 */

const sealKey = 'the key of this gateway'
const others: readonly Client[] = clients.filter((client) => client !== 'openai-chat')
const turns = [0, 1, 2] as const
type Member = 'reasoning_content' | 'reasoning'

const thoughtOf = (turn: number): string => `Thought ${turn}.\n“so” \\ 思`

function replyOf(turn: number, member: Member = 'reasoning_content'): JsonObject {
  const message = {
    role: 'assistant',
    content: `Step ${turn}.`,
    [member]: thoughtOf(turn),
    tool_calls: [{ id: `call_${turn}`, type: 'function', function: { name: 'step', arguments: `{"turn":${turn}}` } }],
  }
  return {
    id: `c${turn}`,
    object: 'chat.completion',
    created: 1,
    model: 'served',
    choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }
}

/** The reply as its stream, the reasoning in two pieces. */
function streamOf(turn: number, member: Member = 'reasoning_content'): string {
  const [{ message }] = replyOf(turn).choices as [{ message: { content: string; tool_calls: JsonObject[] } }]
  const thought = thoughtOf(turn)
  const deltas: JsonObject[] = [
    { role: 'assistant', content: '' },
    { [member]: thought.slice(0, 4) },
    { [member]: thought.slice(4) },
    { content: message.content },
    { tool_calls: message.tool_calls.map((call, index) => ({ index, ...call })) },
  ]
  const chunk = (delta: JsonObject, finish: string | null): string =>
    `data: ${JSON.stringify({ id: `c${turn}`, object: 'chat.completion.chunk', created: 1, model: 'served', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  return `${deltas.map((delta) => chunk(delta, null)).join('')}${chunk({}, 'tool_calls')}data: [DONE]\n\n`
}

interface Way {
  readonly client: Client
  readonly streamed?: boolean
  readonly vendor?: string
  readonly member?: Member
  readonly key?: string | undefined
}

/** One answer as the client keeps it. */
function kept(turn: number, request: JsonObject, way: Way): JsonObject[] {
  const { client, streamed = false, vendor, member, key = sealKey } = way
  const options = { from: 'openai-chat', to: client, request, ...fixed, ...(key !== '' && { sealKey: key }) } as const
  const named = { ...options, ...(vendor !== undefined && { vendor }) }
  if (!streamed) {
    return sides[client].keep(JSON.parse(JSON.stringify(convertReply(replyOf(turn, member), named).body)) as JsonObject)
  }
  const stream = openStream(named)
  const text = stream.push(streamOf(turn, member)) + stream.end()
  expect(stream.phase).toBe('finished')
  const body = foldedBy(client, text, request)
  return sides[client].keep(JSON.parse(JSON.stringify(body)) as JsonObject)
}

function requestAfter(count: number, way: Way): JsonObject {
  const side = sides[way.client]
  let request = side.start
  for (let turn = 0; turn < count; turn++) {
    const items = kept(turn, request, way)
    request = grown(request, way.client, [...items, side.answer(items, turn)])
  }
  return request
}

interface Target {
  readonly vendor?: string
  readonly model?: string
  readonly key?: string
}

/** What is sent, and what is told of the history. */
function sent(request: JsonObject, client: Client, target: Target = {}): ReturnType<typeof convertRequest> {
  const { vendor, model = 'deepseek-v4-pro', key = sealKey } = target
  const options = { from: client, to: 'openai-chat', model } as const
  const named = { ...options, ...(vendor && { vendor }), ...(key !== '' && { sealKey: key }) }
  const { body, losses } = convertRequest(request, named)
  return { body, losses: losses.filter(({ path }) => path.startsWith(`${sides[client].history}[`)) }
}

function assistants(body: JsonObject): JsonObject[] {
  return (body.messages as JsonObject[]).filter(({ role }) => role === 'assistant')
}

const ways = others.flatMap((client) => [false, true].map((streamed) => ({ client, streamed })))

describe('law: reasoning of a chat comes back to its vendor through a client of another dialect', () => {
  it.each(ways)('$client over three turns, streamed: $streamed', (way) => {
    const { body, losses } = sent(requestAfter(3, { ...way, vendor: 'v' }), way.client, { vendor: 'v' })
    expect(assistants(body).map((message) => message.reasoning_content)).toEqual(turns.map(thoughtOf))
    expect(JSON.stringify(body)).not.toContain(envelopeMark)
    expect(losses).toEqual([])
  })

  it.each(ways)('$client: each turn only adds to the one before, streamed: $streamed', (way) => {
    const texts = turns.map((turn) => {
      const { body } = sent(requestAfter(turn + 1, way), way.client)
      return JSON.stringify(body.messages).slice(0, -1)
    })
    for (const [i, text] of texts.entries()) expect(text.startsWith(texts[i - 1] ?? '')).toBe(true)
  })

  it.each(ways)('$client: it stands in the member it came in, where that is taken, streamed: $streamed', (way) => {
    const request = requestAfter(1, { ...way, member: 'reasoning' })
    const [message] = assistants(sent(request, way.client, { model: 'served' }).body)
    expect(message).toMatchObject({ reasoning: thoughtOf(0) })
    const options = { from: way.client, to: 'openai-chat', model: 'served', sealKey } as const
    const taken = convertRequest(request, { ...options, capabilities: { reasoningMembers: ['reasoning_content'] } })
    expect(assistants(taken.body)[0]).toMatchObject({ reasoning_content: thoughtOf(0) })
  })

  it.each(ways)('$client: a vendor that does not insist gets its own as well, streamed: $streamed', (way) => {
    const { body, losses } = sent(requestAfter(2, way), way.client, { model: 'glm-5' })
    expect(assistants(body).map((message) => message.reasoning_content)).toEqual([thoughtOf(0), thoughtOf(1)])
    expect(losses).toEqual([])
  })

  it('an Anthropic client sees the reasoning as it comes', () => {
    const stream = openStream({
      from: 'openai-chat',
      to: 'anthropic',
      request: sides.anthropic.start,
      sealKey,
      ...fixed,
    })
    const [, first = ''] = streamOf(0).split(/(?<=\n\n)/)
    expect(stream.push(first)).toContain('"thinking_delta","thinking":"Thou"')
  })
})

describe('law: reasoning of a chat goes to nobody but its vendor', () => {
  it.each(ways)('$client, to another vendor that insists: a blank, streamed: $streamed', (way) => {
    const { body, losses } = sent(requestAfter(2, { ...way, vendor: 'a' }), way.client, { vendor: 'b' })
    expect(assistants(body).map((message) => message.reasoning_content)).toEqual([' ', ' '])
    expect(losses.map(({ kind }) => kind).sort()).toEqual(['dropped', 'dropped', 'invented', 'invented'])
  })

  it.each(ways)('$client, to an endpoint that takes none, streamed: $streamed', (way) => {
    const { body, losses } = sent(requestAfter(1, way), way.client, { model: 'gpt-4.1' })
    expect(JSON.stringify(body)).not.toContain('reasoning')
    expect(losses).toMatchObject([{ kind: 'dropped', detail: 'reasoning goes back to its own provider only' }])
  })

  it.each(others.flatMap((client) => others.map((to) => ({ client, to }))))('$client, to $to', ({ client, to }) => {
    const request = requestAfter(2, { client })
    const { body, losses } = convertRequest(request, { from: client, to, model: 'gpt-5.6-sol', sealKey })
    expect(JSON.stringify(body)).not.toContain(envelopeMark)
    // Between clients and servers of one dialect the client's own words pass.
    if (client !== to) expect(JSON.stringify(body)).not.toContain('Thought')
    expect(losses.filter(({ kind }) => kind === 'dropped').length).toBeGreaterThanOrEqual(2)
  })

  it.each(others)('%s: an envelope it changed is told, and what it echoes is no more than text', (client) => {
    const text = JSON.stringify(requestAfter(1, { client }))
    const at = text.indexOf(envelopeMark) + 30
    const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
    const { losses } = sent(JSON.parse(changed) as JsonObject, client)
    expect(losses.map(({ detail }) => detail)).toContain('the envelope of a seal was changed on its way')
  })
})

describe('without a key', () => {
  it.each(ways)('$client: what it echoes goes where reasoning is insisted on, streamed: $streamed', (way) => {
    const request = requestAfter(2, { ...way, key: '' })
    const { body, losses } = sent(request, way.client, { key: '' })
    const echoed = assistants(body).map((message) => message.reasoning_content)
    // Anthropic's clients are not shown what they could not send back; Gemini's do not send thoughts back.
    const shown = way.client === 'openai-responses'
    expect(echoed).toEqual(shown ? [thoughtOf(0), thoughtOf(1)] : [' ', ' '])
    expect(losses.filter(({ kind }) => kind === 'invented')).toHaveLength(shown ? 0 : 2)
  })

  it('what it echoes goes nowhere else', () => {
    const request = requestAfter(1, { client: 'openai-responses', key: '' })
    const { body, losses } = sent(request, 'openai-responses', { key: '', model: 'served' })
    expect(JSON.stringify(body)).not.toContain('reasoning')
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'input[1]' }])
  })
})

describe('seals on calls of Gemini behind a chat endpoint', () => {
  /** A reply as Google's endpoint for OpenAI's clients gives it. */
  function sealedReply(turn: number): JsonObject {
    const [{ message }] = replyOf(turn).choices as [{ message: { tool_calls: JsonObject[] } }]
    const calls = message.tool_calls.map((call) => ({
      ...call,
      extra_content: { google: { thought_signature: `c2VhbA${turn}==` } },
    }))
    const bare = { role: 'assistant', content: null, tool_calls: calls }
    return { ...replyOf(turn), choices: [{ index: 0, message: bare, finish_reason: 'tool_calls' }] }
  }

  function after(count: number, client: Client): JsonObject {
    let request = sides[client].start
    for (let turn = 0; turn < count; turn++) {
      const { body } = convertReply(sealedReply(turn), { from: 'openai-chat', to: client, request, sealKey, ...fixed })
      const items = sides[client].keep(JSON.parse(JSON.stringify(body)) as JsonObject)
      request = grown(request, client, [...items, sides[client].answer(items, turn)])
    }
    return request
  }

  it.each(others)('%s: they come back where they were given', (client) => {
    const { body, losses } = sent(after(3, client), client, { model: 'google/gemini-3-pro-preview' })
    expect(assistants(body).map((message) => (message.tool_calls as JsonObject[])[0]?.extra_content)).toEqual(
      turns.map((turn) => ({ google: { thought_signature: `c2VhbA${turn}==` } })),
    )
    expect(losses).toEqual([])
  })

  it.each(others)('%s: they go to no other model', (client) => {
    const { body, losses } = sent(after(1, client), client, { model: 'served' })
    expect(JSON.stringify(body)).not.toContain('c2VhbA')
    expect(losses.map(({ kind }) => kind)).toEqual(['dropped'])
  })
})

describe('an endpoint that insists on reasoning in a tool loop', () => {
  const call = { type: 'tool_use', id: 't', name: 'step', input: {} }
  const result = { type: 'tool_result', tool_use_id: 't', content: 'done' }
  const request = {
    ...sides.anthropic.start,
    messages: [
      { role: 'user', content: 'Hello.' },
      { role: 'assistant', content: 'Hello!' },
      { role: 'user', content: 'Go.' },
      { role: 'assistant', content: [call] },
      { role: 'user', content: [result] },
      { role: 'assistant', content: 'It is done.' },
      { role: 'user', content: 'Thanks.' },
    ],
  }
  const members = (body: JsonObject): unknown[] =>
    assistants(body).map(({ reasoning_content, reasoning }) => reasoning_content ?? reasoning)

  it.each(['deepseek-reasoner', 'moonshotai/Kimi-K2.5', 'mimo-v2-flash'])(
    '%s: gets it in every message of one',
    (model) => {
      const { body, losses } = sent(request, 'anthropic', { model })
      expect(members(body)).toEqual([undefined, ' ', ' '])
      expect(losses.filter(({ kind }) => kind === 'invented').map(({ path }) => path)).toEqual([
        'messages[3]',
        'messages[5]',
      ])
    },
  )

  it('others get no blank', () => {
    expect(members(sent(request, 'anthropic', { model: 'served' }).body)).toEqual([undefined, undefined, undefined])
  })

  it('configuration says which insists, and in which member', () => {
    const capabilities = { reasoningRequired: true, reasoningMembers: ['reasoning'] } as const
    const options = { from: 'anthropic', to: 'openai-chat', model: 'served', capabilities } as const
    expect(assistants(convertRequest(request, options).body)[1]).toMatchObject({ reasoning: ' ' })
    const none = { ...options, capabilities: { reasoningRequired: true, reasoningMembers: [] } } as const
    expect(members(convertRequest(request, none).body)).toEqual([undefined, undefined, undefined])
  })

  it('a message of nothing but reasoning is told', () => {
    const body = grown(requestAfter(1, { client: 'anthropic' }), 'anthropic', [])
    const [, message] = body.messages as { content: JsonObject[] }[]
    const bare = {
      ...sides.anthropic.start,
      messages: [
        { role: 'user', content: 'Go.' },
        { role: 'assistant', content: (message?.content ?? []).filter(({ type }) => type === 'thinking') },
        { role: 'user', content: 'Go on.' },
      ],
    }
    const { losses } = sent(bare, 'anthropic')
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'messages[1].content[0]' }])
  })
})
