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

describe('events that are taken ahead', () => {
  const name = 'response.output_text.delta'
  const event = (data: string, end = '\n'): string => `event: ${name}${end}data: ${data}${end}${end}`
  const first = official('a', 1)

  /** A template that takes events ahead, and what it made of the events of a text. */
  function taken(text: string, start = 0): { readonly end: number; readonly literals: string[] } {
    const template = new FrameTemplate(deltaHoles, 1)
    template.learn(first)
    template.match(first)
    const literals: string[] = []
    return { end: template.takeAhead(text, start, (literal) => literals.push(literal)), literals }
  }

  it('are all that are whole, in the order they came', () => {
    const two = event(official('b', 2)) + event(official('"\\é\u2028', 30, 'longer'), '\r\n')
    expect(taken(two)).toEqual({ end: two.length, literals: ['"b"', JSON.stringify('"\\é\u2028')] })
    expect(taken(`${two}event: respo`)).toEqual({ end: two.length, literals: ['"b"', JSON.stringify('"\\é\u2028')] })
    expect(taken(`: hi\n\n${two}`, 6).end).toBe(two.length + 6)
  })

  it.each([
    ['with another name, which says nothing', event(official('b', 2)).replace('output_text', 'refusal')],
    ['without a name', event(official('b', 2)).replace(/.*\n/, '')],
    ['with every escape', event(official('b', 2).replace('"b"', String.raw`"\"\\\/\b\f\n\r\t\u00eF"`))],
  ])('may be written %s', (_, text) => {
    expect(taken(text).end).toBe(text.length)
  })

  it.each([
    ['cut off', event(official('b', 2)).slice(0, -1)],
    ['without a space behind the colon', event(official('b', 2)).replace('data: ', 'data:')],
    ['with two spaces behind a colon', event(official('b', 2)).replace('data: ', 'data:  ')],
    ['with a field more', `id: 1\n${event(official('b', 2))}`],
    ['with a comment', event(official('b', 2)).replace('data:', ': hi\ndata:')],
    ['with lines that end in CR', event(official('b', 2), '\r')],
    ['with a second line of data', event(`${official('b', 2)}\ndata: x`)],
    ['of another item', event(official('b', 2).replace('msg_1', 'msg_2'))],
    ['of another number', event(official('b', 2).replace('number":2', 'number":-2'))],
    ['with a broken escape', event(official('b', 2).replace('"b"', '"\\x"'))],
    ['with a broken character', event(official('b', 2).replace('"b"', '"\\u12g4"'))],
    ['with a control character', event(official('b', 2).replace('"b"', '"\t"'))],
  ])('are none %s', (_, text) => {
    expect(taken(text + event(official('c', 3)))).toEqual({ end: 0, literals: [] })
  })

  it('are none before enough have fitted, and after something else was learned', () => {
    const template = new FrameTemplate(deltaHoles, 2)
    const text = event(official('b', 2))
    const ahead = (): number => template.takeAhead(text, 0, () => undefined)
    expect([template.learn(first), template.match(first), ahead()]).toEqual([true, '"a"', 0])
    expect([template.match(first), ahead()]).toEqual(['"a"', text.length])
    template.learn(first.replace('msg_1', 'msg_2'))
    expect(ahead()).toBe(0)
  })

  it('are none of a frame of several lines, whose line breaks stand otherwise in the event', () => {
    const template = new FrameTemplate(deltaHoles, 1)
    const lines = '{"output_index":0,\n"delta":"a"}'
    expect([template.learn(lines), template.match(lines)]).toEqual([true, '"a"'])
    expect(template.takeAhead(`data: ${lines}\n\n`, 0, () => undefined)).toBe(0)
  })
})
