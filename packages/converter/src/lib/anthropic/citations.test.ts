import { describe, expect, it } from 'vitest'
import { convertReply, convertRequest, type JsonObject, openStream, withholdSeals } from '../../index.ts'
import { foreignMark } from '../chat/search.ts'
import { envelopeMark } from '../seals/envelope.ts'

const cited = {
  type: 'web_search_result_location',
  url: 'https://example.com/a',
  title: 'A',
  cited_text: '',
  encrypted_index: foreignMark,
}

const responses: JsonObject = {
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'gpt-5.2',
  output: [
    { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'a' } },
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [
        {
          type: 'output_text',
          text: 'It is so.',
          annotations: [
            { type: 'url_citation', url: 'https://example.com/a', title: 'A', start_index: 0, end_index: 9 },
            { type: 'file_citation', file_id: 'file_1', filename: 'a.txt', index: 1 },
          ],
        },
      ],
    },
  ],
}

const grounded: JsonObject = {
  candidates: [
    {
      content: { role: 'model', parts: [{ text: 'It is so.' }] },
      finishReason: 'STOP',
      groundingMetadata: {
        webSearchQueries: ['a'],
        groundingChunks: [{ web: { uri: 'https://example.com/a', title: 'A' } }],
        groundingSupports: [{ segment: { endIndex: 9, text: 'It is so.' }, groundingChunkIndices: [0] }],
      },
    },
  ],
}

describe('pages another provider has found', () => {
  it('are told as found by a search', () => {
    const { body, losses } = convertReply(responses, { from: 'openai-responses', to: 'anthropic' })
    expect(body.content).toMatchObject([{ type: 'text', text: 'It is so.', citations: [cited] }, {}, {}])
    expect(losses).toContainEqual({
      path: 'output[1].content[0].citations',
      kind: 'approximated',
      detail: 'Anthropic tells the source of a text as a whole',
    })
    const gemini = convertReply(grounded, { from: 'gemini', to: 'anthropic' })
    expect(gemini.body.content).toMatchObject([
      { type: 'text', citations: [{ ...cited, cited_text: expect.any(String) as string }] },
      {},
      {},
    ])
  })

  it('are told in streams', () => {
    const stream = openStream({ from: 'gemini', to: 'anthropic', newId: () => 'x' })
    const written = stream.push(`data: ${JSON.stringify(grounded)}\n\n`) + stream.end()
    expect(written).toContain('"citations_delta"')
    expect(written).toContain(foreignMark)
  })

  it('do not go back to Anthropic, which refuses an index it has not made', () => {
    expect(foreignMark.startsWith(envelopeMark)).toBe(true)
    const own = { ...cited, encrypted_index: 'Eo8BCioIAhgB' }
    const request = {
      model: 'claude-sonnet-4-5',
      max_tokens: 10,
      messages: [
        { role: 'user', content: 'a?' },
        { role: 'assistant', content: [{ type: 'text', text: 'It is so.', citations: [cited, own] }] },
        { role: 'user', content: 'Why?' },
      ],
    }
    const passed = withholdSeals(JSON.stringify(request), 'anthropic')
    expect(passed?.losses).toMatchObject([{ path: 'messages[1].content[0].citations[0]', kind: 'dropped' }])
    expect(JSON.parse(passed?.body ?? '')).toMatchObject({ messages: [{}, { content: [{ citations: [own] }] }, {}] })
    const { body } = convertRequest(request, { from: 'anthropic', to: 'openai-responses', model: 'gpt-5.2' })
    expect(JSON.stringify(body)).not.toContain(envelopeMark)
  })
})
