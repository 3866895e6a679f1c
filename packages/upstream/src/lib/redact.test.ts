import { describe, expect, it } from 'vitest'
import { redact } from './redact.ts'

describe('redact', () => {
  // Put together from halves: whole ones would be reported by secret scanners.
  const hex = '0123456789abcdef'.repeat(2)
  it.each([
    ['OpenAI', ['sk-', 'abcdefghijklmnop']],
    ['an OpenAI project', ['sk-proj-', 'AbC_123-xyz456789']],
    ['an echoed, masked', ['sk-abcd', '********wxyz']],
    ['Anthropic', ['sk-ant-api03-', 'AbCdEf123456_-xyz']],
    ['Anthropic OAuth', ['sk-ant-oat01-', 'AbCdEf123456_-xyz']],
    ['a gateway', ['gw_', 'abcdefgh12345678']],
    ['Google', ['AIza', 'SyA-1234567890abcdefghijklmnopqrstu']],
    ['Groq', ['gsk_', 'abcdefghij1234567890']],
    ['an Azure', [hex.slice(0, 20), hex.slice(20)]],
    ['a token', ['eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxIn0.c2lnbmF0dXJl']],
  ])('takes out %s key', (_name, halves) => {
    const key = halves.join('')
    const clean = redact(`Incorrect API key provided: ${key}. See https://x.example/?key=${key}&a=1`)
    expect(clean).not.toContain(key)
    expect(clean).not.toContain(key.slice(-8))
    expect(clean).toMatch(/^Incorrect API key provided: \[redacted\].*a=1$/)
  })

  it.each([
    ['authorization: Bearer abc.def-123', 'authorization: Bearer [redacted]'],
    ['proxy http://me:secret@proxy:1', 'proxy http://[redacted]@proxy:1'],
    ['GET /v1?access_token=abc&x=1', 'GET /v1?access_token=[redacted]&x=1'],
  ])('takes out of %j what stands for a credential', (text, expected) => {
    expect(redact(text)).toBe(expected)
  })

  it.each([
    'prompt is too long: 210000 tokens > 200000 maximum',
    'messages.1.content.0: tool_use ids were found without tool_result blocks: toolu_01A09q90qw90lq917835lq9',
    'The model `gpt-5-mini-2025-08-07` does not exist',
    'claude-opus-4-5-20251101 is overloaded (request req_011CSHoEeqs5C35K2UUqR7Fy)',
    'the bearer of this message is the operator',
    'a basic authorization scheme is required',
    'Invalid key: max_output_tokens_of_reasoning',
    'https://docs.example/errors?page=2#rate-limits',
    '550e8400-e29b-41d4-a716-446655440000',
  ])('leaves %j alone', (text) => {
    expect(redact(text)).toBe(text)
  })

  it('takes time in proportion to the text', () => {
    const started = performance.now()
    for (const piece of [
      '//a:',
      'eyJ',
      'sk-',
      'bearer ',
      'a1',
      'aaaaaaaa',
      '?key=',
      '00000000',
      'A-',
      ' \t',
      'basic  ',
    ]) {
      redact(piece.repeat(100_000 / piece.length))
    }
    // A pattern that backtracks would take minutes here.
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
