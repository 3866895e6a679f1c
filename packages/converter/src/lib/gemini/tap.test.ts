import { describe, expect, it } from 'vitest'
import { chunk, finish, frame, tapStream } from '../../../test/gemini-kit.ts'

describe('watching a stream that passes', () => {
  it('hazard 115: content is what a client would show or act on', () => {
    expect(tapStream(chunk([{ text: '' }])).content).toBe(false)
    expect(tapStream(chunk([{ text: '', thoughtSignature: 'S' }])).content).toBe(false)
    expect(tapStream(frame({ usageMetadata: { promptTokenCount: 1 } })).content).toBe(false)
    expect(tapStream(chunk([{ text: 'a' }])).content).toBe(true)
    expect(tapStream(chunk([{ text: 'a', thought: true }])).content).toBe(true)
    expect(tapStream(chunk([{ functionCall: { name: 'f' } }])).content).toBe(true)
  })

  it('is finished when every candidate that was begun is', () => {
    const second = (more: object): string =>
      frame({ candidates: [{ content: { parts: [{ text: 'b' }] }, index: 1, ...more }] })
    expect(tapStream(chunk([{ text: 'a' }]) + finish()).finished).toBe(true)
    expect(tapStream(chunk([{ text: 'a' }]) + second({}) + finish()).finished).toBe(false)
    expect(tapStream(second({}) + finish() + second({ finishReason: 'STOP' })).finished).toBe(true)
    expect(tapStream('').finished).toBe(false)
  })

  it('the last usage counts, and calls decide what STOP means', () => {
    const usage = (count: number): { usageMetadata: object } => ({
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: count },
    })
    const tap = tapStream(
      [1, 2, 3]
        .map((count) => frame({ candidates: [{ content: { parts: [{ text: 'a' }] } }], ...usage(count) } as never))
        .join('') +
        chunk([{ functionCall: { name: 'f', args: {} } }]) +
        finish('STOP', usage(9) as never),
    )
    expect(tap).toMatchObject({ usage: { input: 3, output: 9 }, stop: { reason: 'tool-calls' } })
  })

  it('hazard 107: an error ends it', () => {
    const tap = tapStream(
      chunk([{ text: 'a' }]) + finish() + frame({ error: { code: 500, message: 'boom' } }) + chunk([{ text: 'b' }]),
    )
    expect(tap).toMatchObject({ finished: false, error: { status: 500, message: 'boom' } })
  })

  it('frames that are no chunks pass by', () => {
    expect(tapStream('data: nonsense\n\ndata: [1]\n\ndata: 3\n\n')).toMatchObject({
      finished: false,
      content: false,
      error: undefined,
    })
  })
})
