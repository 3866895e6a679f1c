import { describe, expect, it } from 'vitest'
import { chunk, done, frame, tapStream } from '../../../test/openai-kit.ts'

const start = chunk({ role: 'assistant', content: '' })

describe('content', () => {
  it.each([
    ['nothing', ''],
    ['a role', start],
    ['an empty delta', chunk({})],
    ['a null content', chunk({ content: null, reasoning_content: '' })],
    ['an empty list of calls', chunk({ tool_calls: [] })],
    ['a keep-alive', ': ping\n\n'],
    ['a finish reason', chunk({}, 'stop')],
    ['an Azure prelude', frame({ id: '', choices: [], prompt_filter_results: [] })],
    ['junk', frame('hello')],
  ])('%s is none', (_name, sse) => {
    expect(tapStream(sse).content).toBe(false)
  })

  it.each([
    ['text', chunk({ content: 'x' })],
    ['a list of text', chunk({ content: [{ type: 'text', text: 'x' }] })],
    ['reasoning', chunk({ reasoning: 'x' })],
    ['a refusal', chunk({ refusal: 'x' })],
    ['a call', chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f' } }] })],
    ['a legacy call', chunk({ function_call: { name: 'f' } })],
  ])('%s is', (_name, sse) => {
    expect(tapStream(sse).content).toBe(true)
  })
})

describe('the end', () => {
  it('is the finish reason, not the trailer', () => {
    expect(tapStream(start + chunk({ content: 'x' }) + done).finished).toBe(false)
    expect(tapStream(start + chunk({ content: 'x' }) + chunk({}, 'stop')).finished).toBe(true)
  })

  it('with several choices every one must have its own', () => {
    const second = (delta: object, finish: string | null = null): string =>
      frame({ choices: [{ index: 1, delta: { ...delta }, finish_reason: finish }] })
    const both = start + chunk({ content: 'x' }) + second({ content: 'y' })
    expect(tapStream(both + chunk({}, 'stop')).finished).toBe(false)
    expect(tapStream(both + chunk({}, 'stop') + second({}, 'length')).finished).toBe(true)
    expect(tapStream(both + second({}, 'length') + chunk({}, 'stop')).stop).toEqual({ reason: 'end' })
  })

  it('usage is found in its own chunk, on the finish chunk or on every chunk', () => {
    const usage = { prompt_tokens: 4, completion_tokens: 2 }
    const own = chunk({ content: 'x' }) + chunk({}, 'stop') + chunk({}, null, { choices: [], usage }) + done
    const riding = chunk({ content: 'x' }) + chunk({}, 'stop', { usage })
    const every =
      chunk({ content: 'x' }, null, { usage: { ...usage, completion_tokens: 1 } }) + chunk({}, 'stop', { usage })
    for (const sse of [own, riding, every]) expect(tapStream(sse).usage).toEqual({ input: 4, output: 2 })
  })

  it('an error is told, whatever came before', () => {
    const tap = tapStream(
      start + chunk({ content: 'x' }) + frame({ error: { message: 'no', code: 429 } }) + chunk({}, 'stop'),
    )
    expect(tap.error).toMatchObject({ kind: 'rate-limit', status: 429, message: 'no' })
    expect(tap.finished).toBe(false)
  })

  it('text that speaks of errors and usage is only text', () => {
    const talk = chunk({ content: '{"error":{"message":"x"},"usage":{"prompt_tokens":9},"finish_reason":"stop"}' })
    const tap = tapStream(start + chunk({ content: 'a' }) + talk + talk)
    expect([tap.error, tap.usage, tap.finished]).toEqual([undefined, undefined, false])
  })
})
