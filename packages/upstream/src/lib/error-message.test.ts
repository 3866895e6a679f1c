import { describe, expect, it } from 'vitest'
import { readErrorMessage } from './error-message.ts'

describe('readErrorMessage', () => {
  it.each([
    ['OpenAI', { error: { message: 'no such model', type: 'invalid_request_error', param: null, code: 'x' } }],
    ['Anthropic', { type: 'error', error: { type: 'not_found_error', message: 'no such model' }, request_id: 'r' }],
    ['Gemini', [{ error: { code: 404, message: 'no such model', status: 'NOT_FOUND' } }]],
    ['a gateway around a vendor', { error: { error: { message: 'no such model' } } }],
    ['FastAPI', { detail: 'no such model' }],
    ['FastAPI validation', { detail: [{ loc: ['body'], msg: 'no such model', type: 'x' }] }],
    ['OAuth', { error: 'invalid_model', error_description: 'no such model' }],
    ['a code with a message', { error: 'Not Found', message: 'no such model', status: 404 }],
    ['JSON:API', { errors: [{ title: 'no such model' }] }],
    ['Ollama', { error: 'no such model' }],
    ['a bare text', 'no such model'],
  ])('finds the message of %s', (_name, body) => {
    expect(readErrorMessage(JSON.stringify(body), 'application/json', 404)).toBe('no such model')
  })

  it.each([
    ['an event stream', 'event: error\ndata: {"type":"error","error":{"message":"overloaded"}}\n\n', 'overloaded'],
    ['an event stream without a name', 'data: {"error":{"message":"overloaded"}}\r\n\r\n', 'overloaded'],
    ['an HTML title', '<!DOCTYPE html><html><head><title>502 Bad &amp; Gateway</title></head>', '502 Bad & Gateway'],
    ['an HTML heading', '<html><body><h1>nginx says no</h1><p>x</p>', 'nginx says no'],
    ['HTML without either', '<html><script>var a = 1</script><body><b>no</b> way', 'no way'],
    ['plain text', '  upstream connect error\r\n\tor disconnect  ', 'upstream connect error or disconnect'],
    ['control characters', 'a\u0000b\u001b[31mc\u202ed', 'a b [31mc d'],
    ['JSON that was cut', '{"error":{"message":"say \\"no\\"","type":"inva', 'say "no"'],
    ['JSON without a message', '{"status":"x"}', '{"status":"x"}'],
    ['nothing', '', 'HTTP 502 Bad Gateway with an empty body'],
    ['blanks', ' \n ', 'HTTP 502 Bad Gateway with an empty body'],
    ['nothing visible', '\u0000\u0001', 'HTTP 502 Bad Gateway'],
  ])('of %s', (_name, body, expected) => {
    expect(readErrorMessage(body, undefined, 502)).toBe(expected)
  })

  it('knows no name for a status of a vendor’s own', () => {
    expect(readErrorMessage('', undefined, 529)).toBe('HTTP 529 with an empty body')
  })

  it('takes bytes, also those of a larger buffer', () => {
    const bytes = new Uint8Array(Buffer.from('xx{"message":"ümlaut"}yy')).subarray(2, -2)
    expect(readErrorMessage(bytes, 'application/json', 400)).toBe('ümlaut')
  })

  it('shows no credentials and no more than a line', () => {
    const key = `sk-${'a1'.repeat(12)}`
    const message = readErrorMessage(JSON.stringify({ error: { message: `bad key ${key}\nsecond` } }), undefined, 401)
    expect(message).toBe('bad key [redacted] second')
    expect(readErrorMessage('x '.repeat(5000), undefined, 500)).toMatch(/^(x ){199}x…$/)
  })

  it('is quick with hostile bodies', () => {
    const started = performance.now()
    for (const body of [
      '['.repeat(5e6),
      '{"a":'.repeat(1e6),
      '"'.repeat(1e6),
      '<'.repeat(1e6),
      '<script>'.repeat(1e5),
      `{"message":"${'\\'.repeat(1e6)}`,
    ]) {
      expect(readErrorMessage(body, 'text/html', 500).length).toBeLessThanOrEqual(400)
    }
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
