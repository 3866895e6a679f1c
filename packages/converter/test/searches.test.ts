import { describe, expect, it } from 'vitest'
import { convertReply, convertRequest, type Dialect, type JsonObject, openStream, withholdSeals } from '../src/index.ts'
import { envelopeMark } from '../src/lib/seals/envelope.ts'
import { messages, response } from './sdk-kit.ts'

/** A search that a provider ran, in the words of clients of other dialects. Replies are spelled as the SDKs declare them. */

type Chatty = Exclude<Dialect, 'openai-completions' | 'openai-chat'>

const url = 'https://example.com/oslo'
const page = { title: 'Oslo', url }
const text = 'About 717,710.'

const anthropicSearch = [
  {
    type: 'server_tool_use',
    id: 'srvtoolu_01',
    name: 'web_search',
    input: { query: 'Oslo' },
    caller: { type: 'direct' },
  },
  {
    type: 'web_search_tool_result',
    tool_use_id: 'srvtoolu_01',
    caller: { type: 'direct' },
    content: [{ type: 'web_search_result', ...page, encrypted_content: 'Eqgf', page_age: null }],
  },
]

function anthropicReply(content: readonly JsonObject[] = anthropicSearch): JsonObject {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [...content, { type: 'text', text }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  }
}

function call(id: string, more: JsonObject = {}, status = 'completed'): JsonObject {
  return { id, type: 'web_search_call', status, action: { type: 'search', query: 'Oslo', queries: ['Oslo'], ...more } }
}

const sources = { sources: [{ type: 'url', url }] }

function responsesReply(calls: readonly JsonObject[]): JsonObject {
  const annotations = [{ type: 'url_citation', ...page, start_index: 0, end_index: text.length }]
  const content = [{ type: 'output_text', text, annotations, logprobs: [] }]
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 7,
    model: 'm',
    status: 'completed',
    output: [...calls, { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }],
    usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
  }
}

const geminiReply: JsonObject = {
  candidates: [
    {
      content: { role: 'model', parts: [{ text }] },
      finishReason: 'STOP',
      index: 0,
      groundingMetadata: {
        webSearchQueries: ['Oslo', 'Oslo people'],
        groundingChunks: [{ web: { uri: url, title: 'Oslo' } }],
        groundingSupports: [{ segment: { endIndex: text.length, text }, groundingChunkIndices: [0] }],
      },
    },
  ],
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
  modelVersion: 'm',
  responseId: 'r',
}

const fixed = { newId: () => 'fresh', now: () => 7 }

function whole(reply: JsonObject, from: Chatty, to: Dialect): { body: JsonObject; losses: string[] } {
  const { body, losses } = convertReply(reply, { from, to, ...fixed })
  return { body, losses: losses.map(({ path, kind }) => `${kind} ${path}`) }
}

/** The reply as the provider could have streamed it. */
function framesOf(reply: JsonObject, from: Chatty): string {
  const events: JsonObject[] = []
  if (from === 'gemini') events.push(reply)
  else if (from === 'anthropic') {
    events.push({ type: 'message_start', message: { ...reply, content: [], stop_reason: null } })
    for (const [index, block] of (reply.content as JsonObject[]).entries()) {
      const { input } = block
      const start = { ...block, ...(input !== undefined && { input: {} }), ...(block.type === 'text' && { text: '' }) }
      events.push({ type: 'content_block_start', index, content_block: start })
      if (input) {
        const json = JSON.stringify(input)
        for (const partial_json of [json.slice(0, 4), json.slice(4)])
          events.push({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } })
      }
      if (block.type === 'text')
        events.push({ type: 'content_block_delta', index, delta: { type: 'text_delta', text: block.text as string } })
      events.push({ type: 'content_block_stop', index })
    }
    events.push({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } })
    events.push({ type: 'message_stop' })
  } else {
    events.push({ type: 'response.created', response: { ...reply, status: 'in_progress', output: [] } })
    for (const [output_index, item] of (reply.output as JsonObject[]).entries()) {
      events.push({ type: 'response.output_item.added', output_index, item: { ...item, content: [], action: null } })
      events.push({ type: 'response.output_item.done', output_index, item })
    }
    events.push({ type: 'response.completed', response: reply })
  }
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
}

function streamed(reply: JsonObject, from: Chatty, to: Dialect): string {
  const stream = openStream({ from, to, ...fixed })
  const out = stream.push(framesOf(reply, from)) + stream.end()
  expect(stream.error).toBeUndefined()
  return out
}

const ours = expect.stringMatching(new RegExp(`^srvtoolu_${envelopeMark}[A-Za-z0-9]+$`)) as string
const result = {
  type: 'web_search_result',
  ...page,
  encrypted_content: expect.stringContaining(envelopeMark) as string,
  page_age: null,
}
const blocks = (query: string, content: readonly object[] = [result]): object[] => [
  { type: 'server_tool_use', id: ours, name: 'web_search', input: { query }, caller: { type: 'direct' } },
  { type: 'web_search_tool_result', tool_use_id: ours, content, caller: { type: 'direct' } },
]
const said = expect.objectContaining({ type: 'text', text }) as object

describe('a search by another provider, told to a client of Anthropic', () => {
  const cases: readonly (readonly [string, JsonObject, Chatty, unknown[], number])[] = [
    ['Gemini, behind the text', geminiReply, 'gemini', [said, ...blocks('Oslo; Oslo people')], 1],
    [
      'Responses with sources',
      responsesReply([call('ws_1', sources)]),
      'openai-responses',
      [...blocks('Oslo'), said],
      1,
    ],
    ['Responses without sources', responsesReply([call('ws_1')]), 'openai-responses', [said, ...blocks('Oslo')], 1],
    [
      'Responses, several without sources: one is given all',
      responsesReply([call('ws_1'), call('ws_2')]),
      'openai-responses',
      [said, ...blocks('Oslo', []), ...blocks('Oslo')],
      2,
    ],
    [
      'Responses, one that failed',
      responsesReply([call('ws_1', {}, 'failed')]),
      'openai-responses',
      [
        { type: 'server_tool_use', id: ours, name: 'web_search', input: { query: 'Oslo' }, caller: { type: 'direct' } },
        {
          type: 'web_search_tool_result',
          tool_use_id: ours,
          content: { type: 'web_search_tool_result_error', error_code: 'unavailable' },
          caller: { type: 'direct' },
        },
        said,
      ],
      1,
    ],
  ]

  it.each(cases)('%s', async (_, reply, from, content, requests) => {
    const { body } = whole(reply, from, 'anthropic')
    expect(body.content).toEqual(content)
    const usage = { server_tool_use: { web_search_requests: requests, web_fetch_requests: 0 } }
    expect(body.usage).toMatchObject(usage)
    const message = await messages(streamed(reply, from, 'anthropic'))
    // A stream cannot know the title of a page before the text that rests on it.
    const named = JSON.parse(
      JSON.stringify(message.content).replaceAll(`"title":"${url}"`, '"title":"Oslo"'),
    ) as unknown
    expect(named).toEqual(content)
    expect(message.usage).toMatchObject(usage)
  })

  it('has one query, which is told where there were more', () => {
    expect(whole(geminiReply, 'gemini', 'anthropic').losses).toContain('approximated candidates[0].groundingMetadata')
  })

  it('is nothing but a search: pages that were opened are not told', () => {
    const opened = { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'open_page', url } }
    const { body, losses } = whole(responsesReply([opened]), 'openai-responses', 'anthropic')
    expect(body.content).toEqual([said])
    expect(body.usage).toMatchObject({ server_tool_use: null })
    expect(losses).toContain('dropped output[0]')
  })
})

describe('a search by another provider, told to a client of Responses', () => {
  const item = (more: JsonObject, status = 'completed'): object => ({
    id: expect.stringMatching(new RegExp(`^ws_${envelopeMark}[A-Za-z0-9_]{1,53}$`)) as string,
    type: 'web_search_call',
    status,
    action: { type: 'search', query: 'Oslo', queries: ['Oslo'], ...more },
  })
  const message = expect.objectContaining({ type: 'message', status: 'completed' }) as object
  const failing = [
    anthropicSearch[0] ?? {},
    {
      type: 'web_search_tool_result',
      tool_use_id: 'srvtoolu_01',
      content: { type: 'web_search_tool_result_error', error_code: 'max_uses_exceeded' },
    },
  ]
  const cases: readonly (readonly [string, JsonObject, Chatty, unknown[]])[] = [
    ['Anthropic', anthropicReply(), 'anthropic', [item(sources), message]],
    ['Anthropic, one that failed', anthropicReply(failing), 'anthropic', [item({}, 'failed'), message]],
    ['Gemini, behind the text', geminiReply, 'gemini', [message, item({ queries: ['Oslo', 'Oslo people'] })]],
  ]

  it.each(cases)('%s', async (_, reply, from, output) => {
    expect(whole(reply, from, 'openai-responses').body.output).toEqual(output)
    const told = await response(streamed(reply, from, 'openai-responses'))
    expect((told as unknown as JsonObject).output).toEqual(output)
  })

  it('is streamed with the events of a search', () => {
    const events = [...streamed(anthropicReply(), 'anthropic', 'openai-responses').matchAll(/^event: (.*)$/gm)]
    expect(events.map(([, name]) => name).slice(2, 7)).toEqual([
      'response.output_item.added',
      'response.web_search_call.in_progress',
      'response.web_search_call.searching',
      'response.web_search_call.completed',
      'response.output_item.done',
    ])
  })

  it('is over when the text is cut', () => {
    const [candidate] = geminiReply.candidates as JsonObject[]
    const cut = { ...geminiReply, candidates: [{ ...candidate, finishReason: 'MAX_TOKENS' }] }
    const statuses = (output: unknown): unknown => (output as JsonObject[]).map(({ status }) => status)
    expect(statuses(whole(cut, 'gemini', 'openai-responses').body.output)).toEqual(['incomplete', 'completed'])
    const last = streamed(cut, 'gemini', 'openai-responses').split('data: ').at(-1) ?? ''
    const { response: final } = JSON.parse(last) as { response: JsonObject }
    expect(statuses(final.output)).toEqual(['incomplete', 'completed'])
  })

  it('says what has no place', () => {
    expect(whole(anthropicReply(), 'anthropic', 'openai-responses').losses).toEqual(['approximated content[1]'])
    const { losses } = whole(anthropicReply(failing), 'anthropic', 'openai-responses')
    expect(losses).toEqual(['approximated content[1].content.error_code'])
    const [asked = {}] = anthropicSearch
    const unanswered = whole(anthropicReply([asked]), 'anthropic', 'openai-responses')
    expect(unanswered.body.output).toEqual([message])
    expect(unanswered.losses).toEqual(['dropped content[0]'])
  })
})

describe('a search by another provider, told to a client of Gemini', () => {
  const grounding = { webSearchQueries: ['Oslo'], groundingChunks: [{ web: { uri: url, title: 'Oslo' } }] }

  it.each([
    ['Anthropic', anthropicReply(), 'anthropic'],
    ['Responses', responsesReply([call('ws_1', sources)]), 'openai-responses'],
    ['Responses without sources', responsesReply([call('ws_1')]), 'openai-responses'],
  ] as const)('%s', (_, reply, from) => {
    const { body } = whole(reply, from, 'gemini')
    expect(body.candidates).toMatchObject([{ groundingMetadata: grounding }])
    const last = streamed(reply, from, 'gemini').split('data: ').at(-1) ?? ''
    expect(JSON.parse(last)).toMatchObject({ candidates: [{ groundingMetadata: grounding }] })
  })

  it('is not told when it failed', () => {
    const { body, losses } = whole(responsesReply([call('ws_1', {}, 'failed')]), 'openai-responses', 'gemini')
    expect(JSON.stringify(body)).not.toContain('webSearchQueries')
    expect(losses).toContain('dropped output[0]')
  })
})

describe('a search that comes back in the next turn', () => {
  const question = { role: 'user', content: 'How many?' }

  function asked(content: unknown): JsonObject {
    const messages = [
      question,
      { role: 'assistant', content: content as JsonObject[] },
      { role: 'user', content: 'Sure?' },
    ]
    return { model: 'claude-sonnet-4-5', max_tokens: 9, messages }
  }

  it.each([
    ['Gemini', geminiReply, 'gemini'],
    ['Responses', responsesReply([call('ws_1', {}, 'failed'), call('ws_2')]), 'openai-responses'],
  ] as const)('of %s does not go to Anthropic, which refuses what it has not made', (_, reply, from) => {
    const { body } = whole(reply, from, 'anthropic')
    const [answer] = (body.content as JsonObject[]).filter(({ type }) => type === 'text')
    const sent = withholdSeals(
      JSON.stringify(asked([...(body.content as JsonObject[]), ...anthropicSearch])),
      'anthropic',
    )
    expect(sent?.body).not.toContain(envelopeMark)
    // Its own stay as they are.
    const { citations: _cited, ...bare } = answer ?? {}
    expect(JSON.parse(sent?.body ?? '')).toEqual(asked([{ ...bare, citations: [] }, ...anthropicSearch]))
    expect(sent?.losses).toContainEqual({
      path: expect.stringMatching(/^messages\[1\]\.content\[\d\]$/) as string,
      kind: 'dropped',
      detail: 'the search was run by another provider, which the conversation was with before',
    })
  })

  it('leaves out a message of nothing else', () => {
    const { body } = whole(geminiReply, 'gemini', 'anthropic')
    const found = (body.content as JsonObject[]).filter(({ type }) => type !== 'text')
    const sent = withholdSeals(JSON.stringify(asked(found)), 'anthropic')
    expect((JSON.parse(sent?.body ?? '') as JsonObject).messages).toHaveLength(2)
  })

  it('does not go to OpenAI, and its own do', () => {
    const { body } = whole(anthropicReply(), 'anthropic', 'openai-responses')
    const input = [{ role: 'user', content: 'How many?' }, ...(body.output as JsonObject[]), call('ws_own')]
    const sent = withholdSeals(JSON.stringify({ model: 'gpt-5.2', input }), 'openai-responses')
    expect(JSON.parse(sent?.body ?? '')).toEqual({ model: 'gpt-5.2', input: input.toSpliced(1, 1) })
    expect(sent?.losses).toMatchObject([{ path: 'input[1]', kind: 'dropped' }])
  })

  it('goes to no other dialect', () => {
    const { body } = whole(geminiReply, 'gemini', 'anthropic')
    for (const [to, model] of [
      ['openai-responses', 'gpt-5.2'],
      ['openai-chat', 'gpt-5.2'],
      ['gemini', 'gemini-2.5-pro'],
    ] as const) {
      const sent = convertRequest(asked(body.content), { from: 'anthropic', to, model })
      expect(JSON.stringify(sent.body)).not.toMatch(/srvtoolu|web_search|llmgw|bGxtZ3/)
      expect(sent.losses.filter(({ path }) => path.startsWith('messages[1].content')).length).toBeGreaterThanOrEqual(2)
    }
  })
})

it('OpenAI is asked for the pages a search finds', () => {
  const tools = [{ type: 'web_search_20250305', name: 'web_search' }]
  const request = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'news?' }], tools }
  const { body } = convertRequest(request, { from: 'anthropic', to: 'openai-responses', model: 'gpt-5.2' })
  expect(body.include).toEqual(['web_search_call.action.sources'])
  const elsewhere = convertRequest(request, { from: 'anthropic', to: 'openai-responses', model: 'some-open-model' })
  expect(elsewhere.body).not.toHaveProperty('include')
  const plain = convertRequest(
    { ...request, tools: [] },
    { from: 'anthropic', to: 'openai-responses', model: 'gpt-5.2' },
  )
  expect(plain.body).not.toHaveProperty('include')
})
