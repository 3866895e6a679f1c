import { describe, expect, it } from 'vitest'
import { ConversionError } from '../chat/error.ts'
import type { JsonObject } from '../chat/json.ts'
import { convertEmbeddingReply, convertEmbeddingRequest, readEmbeddingReply } from './convert.ts'
import type { EmbeddingFormat } from './embedding.ts'
import { decodeFloats, encodeFloats } from './floats.ts'

const model = 'embedder'
const toGemini = (body: JsonObject, strict = false): ReturnType<typeof convertEmbeddingRequest> =>
  convertEmbeddingRequest(body, { from: 'openai', to: 'gemini', model, strict })
const toOpenai = (body: JsonObject): ReturnType<typeof convertEmbeddingRequest> =>
  convertEmbeddingRequest(body, { from: 'gemini', to: 'openai', model })
const text = (value: string): JsonObject => ({ content: { parts: [{ text: value }] } })

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (cause) {
    if (ConversionError.is(cause)) return `${cause.code} ${cause.path ?? ''}`.trim()
    throw cause
  }
  return 'none'
}

describe('a request of OpenAI’s to Gemini', () => {
  it('with one text goes to embedContent, also when it came as a list', () => {
    expect(toGemini({ model: 'm', input: 'hi', dimensions: 64 })).toEqual({
      body: { ...text('hi'), outputDimensionality: 64 },
      losses: [],
      batch: false,
    })
    expect(toGemini({ model: 'm', input: ['hi'] })).toMatchObject({ body: text('hi'), batch: false })
  })

  it('with several goes to batchEmbedContents, each with the model it is for', () => {
    expect(toGemini({ model: 'm', input: ['a', 'b'], dimensions: 8, encoding_format: 'base64' })).toEqual({
      body: {
        requests: [
          { model: 'models/embedder', ...text('a'), outputDimensionality: 8 },
          { model: 'models/embedder', ...text('b'), outputDimensionality: 8 },
        ],
      },
      losses: [],
      batch: true,
    })
  })

  it('reports what Gemini has no place for, and refuses it when strict', () => {
    const body = { model: 'm', input: 'hi', user: 'u-1' }
    expect(toGemini(body).losses).toEqual([{ path: 'user', kind: 'dropped', detail: 'Gemini has no counterpart' }])
    expect(refusal(() => toGemini(body, true))).toBe('LOSSY')
  })

  it.each([
    [{ input: [1, 2, 3] }, 'UNSUPPORTED input'],
    [{ input: ['a', [4, 5]] }, 'UNSUPPORTED input[1]'],
    [{}, 'INVALID_REQUEST input'],
    [{ input: [] }, 'INVALID_REQUEST input'],
    [{ input: [{}] }, 'INVALID_REQUEST input[0]'],
    [{ input: 'a', dimensions: -1 }, 'INVALID_REQUEST dimensions'],
    [{ input: 'a', encoding_format: 'int8' }, 'INVALID_REQUEST encoding_format'],
  ])('of %j is refused: %s', (body, expected) => {
    expect(refusal(() => toGemini(body as JsonObject))).toBe(expected)
  })
})

describe('a request of Gemini’s to OpenAI', () => {
  it('keeps one text one and a batch a list', () => {
    expect(toOpenai({ ...text('hi'), outputDimensionality: 64 }).body).toEqual({
      model,
      input: 'hi',
      dimensions: 64,
      encoding_format: 'base64',
    })
    expect(toOpenai({ requests: [{ model: 'models/x', ...text('a') }] }).body).toMatchObject({ input: ['a'] })
  })

  it('reports the kind of task and joined parts', () => {
    const request = { content: { parts: [{ text: 'a' }, { text: 'b' }] }, taskType: 'RETRIEVAL_QUERY' }
    const { body, losses } = toOpenai({ requests: [{ model: 'models/x', ...request }] })
    expect(body.input).toEqual(['a\nb'])
    expect(losses.map(({ path, kind }) => [path, kind])).toEqual([
      ['requests[0].taskType', 'dropped'],
      ['requests[0].content.parts', 'approximated'],
    ])
  })

  it.each([
    [{}, 'INVALID_REQUEST content'],
    [{ content: { parts: [] } }, 'INVALID_REQUEST content.parts'],
    [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }] } }, 'UNSUPPORTED content.parts[0]'],
    [{ requests: [] }, 'INVALID_REQUEST requests'],
    [
      {
        requests: [
          { ...text('a'), outputDimensionality: 1 },
          { ...text('b'), outputDimensionality: 2 },
        ],
      },
      'UNSUPPORTED requests',
    ],
  ])('of %j is refused: %s', (body, expected) => {
    expect(refusal(() => toOpenai(body as JsonObject))).toBe(expected)
  })
})

describe('replies', () => {
  const convert = (
    from: EmbeddingFormat,
    request: JsonObject,
    body: JsonObject,
  ): ReturnType<typeof convertEmbeddingReply> => {
    return convertEmbeddingReply(body, { from, to: from === 'openai' ? 'gemini' : 'openai', request, model })
  }

  it('of Gemini are told in numbers or base64, as the client asked', () => {
    const body = { embeddings: [{ values: [0.5, -1] }, { values: [2, 0.25] }], usageMetadata: { promptTokenCount: 7 } }
    const request = { model: 'm', input: ['a', 'b'] }
    expect(convert('gemini', request, body)).toEqual({
      body: {
        object: 'list',
        data: [
          { object: 'embedding', index: 0, embedding: [0.5, -1] },
          { object: 'embedding', index: 1, embedding: [2, 0.25] },
        ],
        model,
        usage: { prompt_tokens: 7, total_tokens: 7 },
      },
      losses: [],
      inputTokens: 7,
    })
    const packed = convert('gemini', { ...request, encoding_format: 'base64' }, body).body
    expect(packed.data).toMatchObject([{ embedding: 'AAAAPwAAgL8=' }, { embedding: encodeFloats([2, 0.25]) }])
  })

  it('of Gemini without usage are estimated, and say so', () => {
    const { body, losses } = convert('gemini', { input: 'four words are here' }, { embedding: { values: [1] } })
    expect(body.usage).toEqual({ prompt_tokens: 4, total_tokens: 4 })
    expect(losses).toMatchObject([{ path: 'usage.prompt_tokens', kind: 'invented' }])
  })

  it('of OpenAI are put in the order of the inputs', () => {
    const data = [
      { index: 1, embedding: [2] },
      { index: 0, embedding: encodeFloats([1]) },
    ]
    const request = { requests: [text('a'), text('b')] }
    expect(convert('openai', request, { data, usage: { prompt_tokens: 3 } }).body).toEqual({
      embeddings: [{ values: [1] }, { values: [2] }],
      usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 },
    })
    expect(convert('openai', text('a'), { data: [data[1] as JsonObject] }).body).toEqual({ embedding: { values: [1] } })
  })

  it.each([
    ['gemini', { input: 'a' }, {}],
    ['gemini', { input: ['a', 'b'] }, { embedding: { values: [1] } }],
    ['gemini', { input: 'a' }, { embedding: { values: [] } }],
    ['openai', text('a'), { data: [{ embedding: '!' }] }],
    ['openai', text('a'), { data: [{ embedding: ['x'] }] }],
  ] as const)('of %s to %j that are none are refused: %j', (from, request, body) => {
    expect(refusal(() => convert(from, request as JsonObject, body as unknown as JsonObject))).toBe('INVALID_REPLY')
  })

  it('are read for their usage where they pass as they are', () => {
    expect(readEmbeddingReply({ data: [{ embedding: [1] }], usage: { total_tokens: 4 } }, 'openai')?.inputTokens).toBe(
      4,
    )
    expect(readEmbeddingReply({ error: {} }, 'gemini')).toBeUndefined()
  })
})

describe('packed floats', () => {
  it('come back as the 32-bit numbers they are, thousands of them', () => {
    const values = Array.from({ length: 5_000 }, (_, i) => Math.fround(Math.sin(i)))
    expect(decodeFloats(encodeFloats(values))).toEqual(values)
  })

  it('that are cut short or no base64 are none', () => {
    expect(decodeFloats('AAA=')).toBeUndefined()
    expect(decodeFloats('%')).toBeUndefined()
  })
})
