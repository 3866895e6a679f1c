import { expect, it } from 'vitest'
import type { JsonObject } from '../chat/json.ts'
import { openStream } from '../stream-converter.ts'
import { GeminiTap } from './tap.ts'

function chunk(text: string, spent: number, more: JsonObject = {}): string {
  const usageMetadata = { promptTokenCount: 5, candidatesTokenCount: spent, totalTokenCount: 5 + spent }
  const candidates = [{ content: { parts: [{ text }], role: 'model' }, ...more, index: 0 }]
  return JSON.stringify({ candidates, usageMetadata, modelVersion: 'gemini-2.5-flash', responseId: 'r1' })
}

const texts = ['Hel', 'lo ', 'wor', 'ld', '!']

it('a stream that tells its usage in every chunk has the usage of the last one at any time', () => {
  const stream = openStream({ from: 'gemini', to: 'openai-chat' })
  const tap = new GeminiTap()
  for (const [i, text] of texts.entries()) {
    const data = chunk(text, 10 * (i + 1))
    expect(stream.push(`data: ${data}\r\n\r\n`)).toContain(`"content":${JSON.stringify(text)}`)
    expect(stream.usage).toEqual({ input: 5, output: 10 * (i + 1) })
    tap.frame('', data)
    expect(tap.usage).toEqual({ input: 5, output: 10 * (i + 1) })
  }
})

it('several chunks in one piece count as the last of them, also when the stream is cut there', () => {
  const stream = openStream({ from: 'gemini', to: 'anthropic' })
  stream.push(texts.map((text, i) => `data: ${chunk(text, i + 1)}\n\n`).join(''))
  expect(stream.usage).toEqual({ input: 5, output: 5 })
  stream.end()
  expect(stream.phase).toBe('failed')
  expect(stream.usage).toEqual({ input: 5, output: 5 })
})

it('a chunk that says more than text and counts is read as a whole', () => {
  const stream = openStream({ from: 'gemini', to: 'openai-chat' })
  const data = [chunk('Hel', 1), chunk('lo', 2), chunk('', 3, { finishReason: 'MAX_TOKENS' })]
  const out = stream.push(data.map((each) => `data: ${each}\n\n`).join('')) + stream.end()
  expect(out).toContain('"finish_reason":"length"')
  expect(stream.usage).toEqual({ input: 5, output: 3 })
})
