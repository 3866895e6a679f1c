import { describe, expect, it } from 'vitest'
import { deltaHoles } from '../openai-responses/decoder.ts'
import { FrameTemplate } from './frame-template.ts'

const official = (delta: string, n: number, padding = 'x'): string =>
  `{"type":"response.output_text.delta","sequence_number":${n},"item_id":"msg_1","output_index":0,"content_index":0,"delta":${JSON.stringify(delta)},"logprobs":[],"obfuscation":"${padding}"}`
const numberedLast = (delta: string, n: number): string =>
  `{"type": "response.output_text.delta", "delta": ${JSON.stringify(delta)}, "output_index": 0, "sequence_number": ${n}}`
const unnumbered = (delta: string): string => `{"delta":${JSON.stringify(delta)},"output_index":0}`

function learned(data: string): FrameTemplate {
  const template = new FrameTemplate(deltaHoles)
  expect(template.learn(data)).toBe(true)
  return template
}

describe('deltas that differ in nothing but their text', () => {
  it.each([
    ['OpenAI’s', official('a', 9), official('"\\\u2028', 1000, 'padding')],
    ['those numbered last', numberedLast('a', 9), numberedLast('b', 10)],
    ['those without a number', unnumbered('a'), unnumbered('')],
  ])('are known: %s', (_, first, next) => {
    expect(learned(first).match(next)).toBe(JSON.stringify((JSON.parse(next) as { delta: string }).delta))
  })

  it.each([
    ['another item', official('b', 2).replace('msg_1', 'msg_2')],
    ['another index', official('b', 2).replace('"output_index":0', '"output_index":1')],
    ['log-probabilities', official('b', 2).replace('[]', '[{"token":"b"}]')],
    ['one more member', official('b', 2).replace('}', ',"more":1}')],
    ['text after the end', `${official('b', 2)} x`],
    ['a broken literal', official('b', 2).replace('"b"', '"\\x"')],
    ['no number', official('b', 2).replace('number":2', 'number":null')],
    ['nothing', ''],
  ])('others are left to the parser: %s', (_, data) => {
    expect(learned(official('a', 1)).match(data)).toBeUndefined()
  })

  it('a text that looks like members is not taken for them', () => {
    const nested = '{"item":{"delta":"x"},"output_index":0,"delta":"a"}'
    const template = new FrameTemplate(deltaHoles)
    expect(template.learn(nested)).toBe(false)
    expect(template.match(nested)).toBeUndefined()
  })

  it('learning is given up where no two deltas are alike', () => {
    const template = new FrameTemplate(deltaHoles)
    const given = Array.from({ length: 8 }, (_, i) => template.learn(official('a', i).replace('msg_1', `msg_${i}`)))
    expect(given).toEqual([true, true, true, true, true, true, false, false])
  })
})
