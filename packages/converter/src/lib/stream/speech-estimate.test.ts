import { describe, expect, it } from 'vitest'
import { ByteTap } from '../byte-tap.ts'
import { openStream } from '../stream-converter.ts'
import { SpeechEstimate } from './speech-estimate.ts'

const chat = (content: string): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    model: 'm',
    choices: [{ index: 0, delta: { content } }],
  })

const anthropic = (text: string): string =>
  JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })

describe('SpeechEstimate', () => {
  it.each([
    ['chat', chat],
    ['anthropic', anthropic],
  ])('counts the text of %s events and not what is around it', (_name, frame) => {
    const estimate = new SpeechEstimate()
    for (let index = 0; index < 100; index++) estimate.add(frame('twelve chars'))
    expect(estimate.tokens).toBe(300)
  })

  it('counts an event as one token at least', () => {
    const estimate = new SpeechEstimate()
    for (const text of ['a', ',', ' b', '.']) estimate.add(chat(text))
    expect(estimate.tokens).toBe(4)
  })

  it('is nothing of nothing, and survives what is no JSON', () => {
    const estimate = new SpeechEstimate()
    expect(estimate.tokens).toBe(0)
    estimate.add('{"broken')
    expect(estimate.tokens).toBe(1)
  })
})

describe('a stream that is cut off', () => {
  const stream = (events: readonly string[]): Uint8Array =>
    new TextEncoder().encode(events.map((data) => `data: ${data}\n\n`).join(''))
  const events = [chat('twelve chars'), chat('and some more of these')]

  it('tells about how much it said as it passes', () => {
    const tap = new ByteTap('openai-chat')
    tap.push(stream(events))
    expect(tap.usage).toBeUndefined()
    expect(tap.outputEstimate).toBe(Math.ceil(34 / 4))
  })

  it('tells about how much it said as it is converted', () => {
    const converter = openStream({ from: 'openai-chat', to: 'anthropic' })
    converter.push(stream(events))
    expect(converter.outputEstimate).toBe(Math.ceil(34 / 4))
  })
})
