import { describe, expect, it } from 'vitest'
import { disclose, type Enclosed, enclose, isEnvelope, maxEnvelope } from './envelope.ts'

const key = 'k'
const sealed: Enclosed[] = [
  { seal: { issuer: 'anthropic', value: 'EqoB+/=' }, text: 'Thinking… 思考 \u2028', redacted: true },
  { seal: { issuer: 'openai-responses', value: 'gAAAA', id: 'rs_1' } },
  { seal: { issuer: 'gemini', value: 'CtwB' }, call: 'call_1' },
]

function madeOf(seals: readonly Enclosed[]): string {
  return enclose(seals, key) ?? ''
}

describe('an envelope', () => {
  it('gives back what was put in', () => {
    const envelope = madeOf(sealed)
    expect(isEnvelope(envelope)).toBe(true)
    expect(disclose(envelope, key)).toEqual(sealed)
  })

  it('is base64, and the same for the same seals, so that prompt caches stay warm', () => {
    expect(madeOf(sealed)).toMatch(/^[A-Za-z0-9+/]+=*$/)
    expect(madeOf(sealed)).toBe(madeOf(sealed))
  })

  it('survives a client that decodes the field and encodes it in its own way', () => {
    const envelope = madeOf(sealed)
    const urlSafe = envelope.replaceAll('+', '-').replaceAll('/', '_')
    expect(disclose(urlSafe, key)).toEqual(sealed)
    expect(disclose(urlSafe.replaceAll('=', ''), key)).toEqual(sealed)
  })

  it('is not opened when any one character of it was changed', () => {
    const envelope = madeOf([{ seal: { issuer: 'gemini', value: 'CtwBAA' } }])
    const end = envelope.indexOf('=') === -1 ? envelope.length : envelope.indexOf('=') - 1
    for (let at = 8; at < end; at++) {
      const other = envelope[at] === 'A' ? 'B' : 'A'
      const changed = envelope.slice(0, at) + other + envelope.slice(at + 1)
      expect(disclose(changed, key), `character ${at}`).toBeUndefined()
    }
  })

  it('is not opened when it is cut, of another key, or no envelope', () => {
    const envelope = madeOf(sealed)
    for (let length = 0; length < envelope.length - 4; length += 7) {
      expect(disclose(envelope.slice(0, length), key)).toBeUndefined()
    }
    expect(disclose(envelope, 'another')).toBeUndefined()
    expect(disclose('EqoBCkgIARAB', key)).toBeUndefined()
    expect(disclose(`${envelope}!`, key)).toBeUndefined()
    expect(isEnvelope('EqoBCkgIARAB')).toBe(false)
  })

  it('is not made of what is too large to travel', () => {
    const large = (length: number): Enclosed[] => [{ seal: { issuer: 'gemini', value: 'x'.repeat(length) } }]
    expect(enclose(large(maxEnvelope), key)).toBeUndefined()
    expect(disclose(enclose(large(500_000), key) ?? '', key)).toEqual(large(500_000))
  })
})
