import { describe, expect, it } from 'vitest'
import type { ChatEvent } from '../chat/event.ts'
import { checked } from './grammar.ts'
import { Sequential } from './sequential.ts'

const literal = (text: string): string => JSON.stringify(text)
const start: ChatEvent = { type: 'start' }
const finish: ChatEvent = { type: 'finish', stop: { reason: 'tool-calls' } }
const text = (index: number): ChatEvent => ({ type: 'open', index, part: { type: 'text' } })
const tool = (index: number, id: string): ChatEvent => ({
  type: 'open',
  index,
  part: { type: 'tool-call', id, name: id, inputKind: 'json' },
})
const input = (index: number, json: string): ChatEvent => ({ type: 'input', index, literal: literal(json) })
const say = (index: number, words: string): ChatEvent => ({ type: 'text', index, literal: literal(words) })
const close = (index: number): ChatEvent => ({ type: 'close', index })

/** What comes out, told shortly; fails when two parts are ever open at once. */
function told(events: readonly ChatEvent[]): string[] {
  const out: string[] = []
  let open = 0
  const emit = checked((event) => {
    if (event.type === 'open') {
      expect(++open).toBe(1)
      out.push(`open ${event.index} ${event.part.type === 'tool-call' ? event.part.id : event.part.type}`)
    } else if (event.type === 'close') {
      open--
      out.push(`close ${event.index}`)
    } else if (event.type === 'text' || event.type === 'input') out.push(`${event.index} ${JSON.parse(event.literal)}`)
    else out.push(event.type)
  })
  const sequential = new Sequential(emit)
  for (const event of events) sequential.push(event)
  return out
}

describe('Sequential', () => {
  it('passes what is already in order at once', () => {
    const events = [start, text(0), say(0, 'a'), close(0), tool(1, 'x'), input(1, '{}'), close(1), finish]
    expect(told(events)).toEqual(['start', 'open 0 text', '0 a', 'close 0', 'open 1 x', '1 {}', 'close 1', 'finish'])
  })

  it('closes a text and a complete call when the next part starts, without waiting', () => {
    const events = [start, text(0), say(0, 'a'), tool(1, 'x'), input(1, '{"a":'), input(1, '1}'), tool(2, 'y')]
    expect(told(events)).toEqual([
      'start',
      'open 0 text',
      '0 a',
      'close 0',
      'open 1 x',
      '1 {"a":',
      '1 1}',
      'close 1',
      'open 2 y',
    ])
  })

  it('lets a source of a text that is closed pass, under the place the text got', () => {
    const events: ChatEvent[] = [
      start,
      tool(0, 'x'),
      text(1),
      say(1, 'a'),
      input(0, '{}'),
      close(0),
      close(1),
      { type: 'citation', index: 1, citation: { url: 'u' } },
    ]
    const out: ChatEvent[] = []
    const sequential = new Sequential(checked((event) => out.push(event)))
    for (const event of events) sequential.push(event)
    expect(out.at(-1)).toEqual({ type: 'citation', index: 1, citation: { url: 'u' } })
  })

  it('hazard 101: interleaved calls wait for their turn and keep their own arguments', () => {
    const events = [
      start,
      tool(0, 'x'),
      input(0, '{"a":'),
      tool(1, 'y'),
      input(1, '{"b":'),
      input(0, '1}'),
      input(1, '2}'),
      close(0),
      close(1),
      finish,
    ]
    expect(told(events)).toEqual([
      'start',
      'open 0 x',
      '0 {"a":',
      '0 1}',
      'close 0',
      'open 1 y',
      '1 {"b":',
      '1 2}',
      'close 1',
      'finish',
    ])
  })

  it('hazard 102: text after a call is a new part after it', () => {
    const events = [start, tool(0, 'x'), input(0, '{}'), text(1), say(1, 'b'), close(1), close(0), finish]
    expect(told(events)).toEqual(['start', 'open 0 x', '0 {}', 'close 0', 'open 1 text', '1 b', 'close 1', 'finish'])
  })

  it('brackets inside strings do not count', () => {
    const events = [
      start,
      tool(0, 'x'),
      input(0, '{"a":"}'),
      tool(1, 'y'),
      input(0, '\\""}'),
      close(0),
      input(1, '{}'),
      close(1),
      finish,
    ]
    expect(told(events)).toEqual([
      'start',
      'open 0 x',
      '0 {"a":"}',
      '0 \\""}',
      'close 0',
      'open 1 y',
      '1 {}',
      'close 1',
      'finish',
    ])
  })

  it('three that wait come out in order of their opening, closed or not', () => {
    const events = [
      start,
      tool(0, 'x'),
      input(0, '{'),
      tool(1, 'y'),
      tool(2, 'z'),
      input(2, '{}'),
      close(2),
      input(1, '[1]'),
      input(0, '}'),
      close(1),
      close(0),
      finish,
    ]
    expect(told(events).filter((line) => line.startsWith('open'))).toEqual(['open 0 x', 'open 1 y', 'open 2 z'])
    expect(told(events).at(-1)).toBe('finish')
  })

  it('gives what still waits at the finish, and drops it at an error', () => {
    const waiting = [start, tool(0, 'x'), input(0, '{"a'), tool(1, 'y'), input(1, '{}')]
    expect(told([...waiting, finish])).toEqual([
      'start',
      'open 0 x',
      '0 {"a',
      'close 0',
      'open 1 y',
      '1 {}',
      'close 1',
      'finish',
    ])
    const error: ChatEvent = { type: 'error', error: { status: 500, kind: 'server', message: 'x' } }
    expect(told([...waiting, error])).toEqual(['start', 'open 0 x', '0 {"a', 'error'])
  })
})
