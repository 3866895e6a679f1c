import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../src/index.ts'
import { type Chatty, convert, pairs, turnsKey } from './hazard-kit.ts'

/** Hazards of images, documents and sound, for every ordered pair of dialects that has them. */

const png = 'iVBORw0KGgo='
const pdf = 'JVBERi0xLjQK'
const imageUrl = `data:image/png;base64,${png}`
const pdfUrl = `data:application/pdf;base64,${pdf}`

type Spelled = { readonly [dialect in Chatty]?: JsonObject }

/** A request whose user says one part, as each dialect spells it. */
function saying(dialect: Chatty, part: JsonObject): JsonObject {
  const message = { role: 'user', content: [part] }
  const requests: { readonly [dialect in Chatty]: JsonObject } = {
    anthropic: { max_tokens: 99, messages: [message] },
    'openai-chat': { messages: [message] },
    'openai-responses': { input: [message] },
    gemini: { contents: [{ role: 'user', parts: [part] }] },
  }
  return { model: 'm', ...requests[dialect] }
}

/** The part that a converted request says. */
function partOf(dialect: Chatty, body: JsonObject): JsonObject | undefined {
  const [turn] = body[turnsKey[dialect]] as { content?: JsonObject[]; parts?: JsonObject[] }[]
  return (turn?.content ?? turn?.parts ?? [])[0]
}

function crossing(...spellings: readonly Spelled[]): { from: Chatty; to: Chatty; part: JsonObject }[] {
  return spellings.flatMap((spelled) =>
    pairs.flatMap(({ from, to }) => {
      const part = spelled[from]
      return part === undefined ? [] : [{ from, to, part }]
    }),
  )
}

const images: { readonly [dialect in Chatty]: JsonObject } = {
  anthropic: { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
  'openai-chat': { type: 'image_url', image_url: { url: imageUrl } },
  'openai-responses': { type: 'input_image', image_url: imageUrl },
  gemini: { inlineData: { mimeType: 'image/png', data: png } },
}
/** The same image by URLs that RFC 2397 and clients make no difference of. */
const oddImages = ['data:IMAGE/PNG;name=a.png;base64,', 'DATA:image/png;charset=utf-8;Base64,'].map((head) => ({
  'openai-chat': { type: 'image_url', image_url: { url: head + png } },
  'openai-responses': { type: 'input_image', image_url: head + png },
}))
const linked = 'https://example.com/a.png'
const linkedImages: { readonly [dialect in Chatty]: JsonObject } = {
  anthropic: { type: 'image', source: { type: 'url', url: linked } },
  'openai-chat': { type: 'image_url', image_url: { url: linked } },
  'openai-responses': { type: 'input_image', image_url: linked },
  gemini: { fileData: { mimeType: 'image/png', fileUri: linked } },
}
const documents: { readonly [dialect in Chatty]: JsonObject } = {
  anthropic: { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pdf } },
  'openai-chat': { type: 'file', file: { filename: 'document.pdf', file_data: pdfUrl } },
  'openai-responses': { type: 'input_file', filename: 'document.pdf', file_data: pdfUrl },
  gemini: { inlineData: { mimeType: 'application/pdf', data: pdf } },
}
const bareDocuments: Spelled = {
  'openai-chat': { type: 'file', file: { filename: 'a.PDF', file_data: pdf } },
  'openai-responses': { type: 'input_file', filename: 'a.PDF', file_data: pdf },
}

describe('what a user shows', () => {
  it.each(crossing(images, ...oddImages))(
    'hazard 52: an image by its data, $from to $to: $part',
    ({ from, to, part }) => {
      const { body, told } = convert(saying(from, part), from, to)
      expect(partOf(to, body)).toMatchObject(images[to])
      expect(told.filter((loss) => !loss.endsWith('max_tokens'))).toEqual([])
    },
  )

  it.each(crossing(linkedImages))('hazards 50 and 51: an image by its address, $from to $to', ({ from, to, part }) => {
    const { body, told } = convert(saying(from, part), from, to)
    expect(partOf(to, body)).toMatchObject(linkedImages[to])
    expect(told.filter((loss) => !loss.endsWith('max_tokens'))).toEqual([])
  })

  it.each(crossing(documents, bareDocuments))('hazards 53 and 54: a PDF, $from to $to: $part', ({ from, to, part }) => {
    const { body } = convert(saying(from, part), from, to)
    const sent = JSON.stringify(partOf(to, body))
    const { type, source, inlineData } = documents[to]
    if (source ?? inlineData) expect(partOf(to, body)).toMatchObject(source ? { type, source } : { inlineData })
    else expect(sent).toContain(JSON.stringify(pdfUrl))
    expect(sent.match(new RegExp(pdf, 'g'))).toHaveLength(1)
  })

  it.each(crossing({ anthropic: documents.anthropic }))(
    'hazards 54 and 55: plain text and results of a search are text with their title, $from to $to',
    ({ from, to }) => {
      const source = { type: 'text', media_type: 'text/plain', data: 'It rains.' }
      const text = convert(saying(from, { type: 'document', title: 'Log', context: 'Of May.', source }), from, to)
      expect(partOf(to, text.body)?.text ?? textOf(text.body)).toBe('Log\n\nOf May.\n\nIt rains.')
      const content = [{ type: 'text', text: 'It rains.' }]
      const found = { type: 'search_result', title: 'Weather', source: 'https://example.com', content }
      const result = convert(saying(from, found), from, to)
      expect(partOf(to, result.body)?.text ?? textOf(result.body)).toBe('Weather\nhttps://example.com\nIt rains.')
      expect(result.told).toEqual(['approximated messages[0].content[0]'])
    },
  )

  it.each(
    crossing(
      { 'openai-chat': { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } } },
      {
        gemini: { inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } },
      },
    ),
  )('hazard 56: sound goes where it is heard, else it is refused, $from to $to', ({ from, to, part }) => {
    if (to === 'anthropic' || to === 'openai-responses') {
      const path = from === 'gemini' ? 'contents[0].parts[0]' : 'messages[0].content[0]'
      const refused = expect.objectContaining({ code: 'UNSUPPORTED', path }) as Error
      expect(() => convert(saying(from, part), from, to)).toThrow(refused)
      return
    }
    const { body } = convert(saying(from, part), from, to)
    expect(partOf(to, body)).toEqual(
      to === 'gemini'
        ? { inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } }
        : { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
    )
  })

  it.each(
    crossing(
      {
        anthropic: { type: 'document', source: { type: 'file', file_id: 'file_1' } },
        'openai-chat': { type: 'file', file: { file_id: 'file-1' } },
        'openai-responses': { type: 'input_file', file_id: 'file-1' },
        gemini: { fileData: { mimeType: 'application/pdf', fileUri: 'gs://bucket/a.pdf' } },
      },
      {
        anthropic: { type: 'image', source: { type: 'file', file_id: 'file_1' } },
        'openai-responses': { type: 'input_image', file_id: 'file-1' },
        gemini: {
          fileData: { mimeType: 'image/png', fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/a' },
        },
      },
    ),
  )('hazard 58: what is stored at one provider goes to no other, $from to $to: $part', ({ from, to, part }) => {
    // OpenAI's two dialects share what is stored.
    if (from.startsWith('openai') && to.startsWith('openai') && part.type !== 'input_image') {
      expect(JSON.stringify(partOf(to, convert(saying(from, part), from, to).body))).toContain('"file_id":"file-1"')
      return
    }
    expect(() => convert(saying(from, part), from, to)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', path: expect.stringMatching(/\[0\]$/) as string }) as Error,
    )
  })
})

/** What the one message of a chat request says. */
function textOf(body: JsonObject): unknown {
  return (body.messages as JsonObject[])[0]?.content
}

describe('what a tool shows', () => {
  const text = { anthropic: { type: 'text', text: 'Seen:' }, 'openai-responses': { type: 'input_text', text: 'Seen:' } }
  const requests: { readonly [dialect in Chatty]?: JsonObject } = {
    anthropic: {
      max_tokens: 99,
      messages: [
        { role: 'user', content: 'Look.' },
        { role: 'assistant', content: ['a', 'b'].map((id) => ({ type: 'tool_use', id, name: 'look', input: {} })) },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: [text.anthropic, images.anthropic, documents.anthropic] },
            { type: 'tool_result', tool_use_id: 'b', content: 'Nothing.' },
          ],
        },
      ],
    },
    'openai-responses': {
      input: [
        { role: 'user', content: 'Look.' },
        ...['a', 'b'].map((id) => ({ type: 'function_call', call_id: id, name: 'look', arguments: '{}' })),
        {
          type: 'function_call_output',
          call_id: 'a',
          output: [text['openai-responses'], images['openai-responses'], documents['openai-responses']],
        },
        { type: 'function_call_output', call_id: 'b', output: 'Nothing.' },
      ],
    },
    gemini: {
      contents: [
        { role: 'user', parts: [{ text: 'Look.' }] },
        { role: 'model', parts: ['a', 'b'].map((id) => ({ functionCall: { id, name: 'look', args: {} } })) },
        {
          role: 'user',
          parts: [
            {
              functionResponse: {
                id: 'a',
                name: 'look',
                response: { output: 'Seen:' },
                parts: [images.gemini, documents.gemini],
              },
            },
            { functionResponse: { id: 'b', name: 'look', response: { output: 'Nothing.' } } },
          ],
        },
      ],
    },
  }
  const crossings = pairs.filter(({ from }) => requests[from] !== undefined)

  it.each(crossings)('hazard 49: an image and a document of a result, $from to $to', ({ from, to }) => {
    const body = convert(
      { model: 'm', ...requests[from] },
      from,
      to,
      to === 'gemini' ? 'gemini-3.1-pro' : undefined,
    ).body
    const whole = JSON.stringify(body)
    expect([png, pdf].map((data) => whole.split(data).length - 1)).toEqual([1, 1])
    if (to === 'openai-chat') {
      const messages = body.messages as JsonObject[]
      expect(messages.slice(-3)).toMatchObject([
        { role: 'tool', tool_call_id: 'a', content: 'Seen:' },
        { role: 'tool', tool_call_id: 'b', content: 'Nothing.' },
        { role: 'user', content: [{ type: 'text' }, images[to], { type: 'file', file: { file_data: pdfUrl } }] },
      ])
      expect(JSON.stringify(messages.at(-1))).toContain('tool call a')
    } else if (to === 'gemini') {
      expect(whole).toContain(JSON.stringify([images.gemini, documents.gemini]).slice(1, -1))
    } else {
      const held = to === 'anthropic' ? images.anthropic : images['openai-responses']
      expect(whole).toContain(JSON.stringify(held).slice(1, -1))
      expect(whole).toContain('Seen:')
    }
  })

  it.each(crossings.filter(({ to }) => to === 'gemini'))(
    'hazard 49: where a result of Gemini holds no media they follow it, $from to $to',
    ({ from, to }) => {
      const { body } = convert({ model: 'm', ...requests[from] }, from, to, 'gemini-2.5-pro')
      const contents = body.contents as { parts: JsonObject[] }[]
      expect(contents.at(-1)?.parts.slice(1)).toEqual([images.gemini, documents.gemini])
      expect(contents.at(-2)?.parts).toMatchObject([
        { functionResponse: { id: 'a' } },
        { functionResponse: { id: 'b' } },
      ])
    },
  )
})
