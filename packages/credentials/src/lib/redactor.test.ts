import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Redactor } from './redactor.ts'
import { Secret } from './secret.ts'

const KEY = 'sk-proj-7Hq2/Zx+81kq=Wd9mLp3Rt5v'

function redactorOf(...secrets: (string | Secret)[]): Redactor {
  const redactor = new Redactor()
  for (const secret of secrets) redactor.add(secret)
  return redactor
}

function runsOf(secret: string): string[] {
  const starts = Array.from({ length: Math.max(1, secret.length - 11) }, (_, start) => start)
  return starts.map((start) => secret.slice(start, start + 12))
}

describe('Redactor', () => {
  it.each<[string, string]>([
    ['itself', KEY],
    ['URL-encoded', encodeURIComponent(KEY)],
    ['URL-encoded in lower case', encodeURIComponent(KEY).replaceAll(/%../g, (octet) => octet.toLowerCase())],
  ])('removes a secret %s', (_how, spelling) => {
    expect(redactorOf(new Secret(KEY)).redact(`invalid key "${spelling}" given`)).toBe('invalid key "[redacted]" given')
  })

  it.each(['', 'u:', 'us:', 'use:', 'user:'])('removes a secret in the base64 of %jSECRET', (user) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const text = Buffer.from(`${user}${KEY}`).toString(encoding)
      const left = redactorOf(KEY).redact(`Basic ${text}.`)
      expect(left).toContain('[redacted]')
      // What is left decodes to what stood before the secret and at most a byte on either side of it.
      expect(left.replace('[redacted]', '').length).toBeLessThan(
        'Basic .'.length + Math.ceil((user.length * 8) / 6) + 5,
      )
    }
  })

  it('removes a secret of several lines as JSON spells it', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQ\n-----END PRIVATE KEY-----'
    const body = JSON.stringify({ error: `cannot parse ${pem}!` })
    expect(redactorOf(pem).redact(body)).toBe('{"error":"cannot parse [redacted]!"}')
  })

  it('removes every occurrence of every secret', () => {
    const redactor = redactorOf('first-secret-value', new Secret('second-secret-value'))
    expect(redactor.redact('first-secret-value,second-secret-value;first-secret-value')).toBe(
      '[redacted],[redacted];[redacted]',
    )
    expect(redactor.redact('first-secret-valuesecond-secret-value')).toBe('[redacted][redacted]')
  })

  it('removes the longer of two secrets that start alike', () => {
    expect(redactorOf('shared-beginning', 'shared-beginning-and-more').redact('<shared-beginning-and-more>')).toBe(
      '<[redacted]>',
    )
  })

  it('removes what is left of a secret that overlaps another', () => {
    const redactor = redactorOf('abcdefghijklmnop', 'ijklmnopqrstuvwx')
    expect(redactor.redact('<abcdefghijklmnopqrstuvwx>')).toBe('<[redacted]>')
  })

  it('removes any run of twelve characters, and leaves shorter ones', () => {
    const redactor = redactorOf(KEY)
    for (let start = 0; start + 12 <= KEY.length; start += 1) {
      expect(redactor.redact(`(${KEY.slice(start, start + 12)})`)).toBe('([redacted])')
      const shorter = `(${KEY.slice(start, start + 11)})`
      expect(redactor.redact(shorter)).toBe(shorter)
    }
  })

  it('keeps a vendor-masked key readable', () => {
    const text = 'Incorrect API key provided: sk-proj-****Rt5v.'
    expect(redactorOf(KEY).redact(text)).toBe(text)
  })

  it('removes a secret of eight to eleven characters only whole', () => {
    expect(redactorOf('p4ssw0rd').redact('was p4ssw0rd, not p4ssw0r')).toBe('was [redacted], not p4ssw0r')
    expect(redactorOf('p4ssw0rd-10').redact('p4ssw0rd-1 p4ssw0rd-10')).toBe('p4ssw0rd-1 [redacted]')
  })

  it('does not garble texts for a placeholder', () => {
    expect(redactorOf('', 'test', 'seven77').redact('a test of seven77')).toBe('a test of seven77')
  })

  it('forgets a removed secret and no other', () => {
    const redactor = redactorOf('token-of-yesterday', 'token-of-today-00')
    redactor.remove(new Secret('token-of-yesterday'))
    redactor.remove('never-added-secret')
    expect(redactor.redact('token-of-yesterday token-of-today-00')).toBe('token-of-yesterday [redacted]')
  })

  it('leaves no run of twelve characters of a secret in any text around it', () => {
    const characters = fc.constantFrom('a', 'b', '-', '%', '/', '"', '\n', 'é')
    const secret = fc.string({ unit: characters, minLength: 8, maxLength: 60 })
    const around = fc.string({ unit: fc.constantFrom('a', 'b', '-', ' '), maxLength: 20 })
    fc.assert(
      fc.property(secret, fc.array(secret, { maxLength: 2 }), around, around, (target, others, before, after) => {
        const left = redactorOf(target, ...others).redact(before + target + after)
        expect(runsOf(target).filter((run) => left.includes(run))).toEqual([])
      }),
    )
  })

  it('takes a secret with half a surrogate pair', () => {
    expect(redactorOf(`half-\ud83d-a-pair`).redact('half-\ud83d-a-pair')).toBe('[redacted]')
  })
})
