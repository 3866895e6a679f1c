import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from './secret.ts'

const VALUE = 'sk-ant-api03-Zx81kq_canary_9f3c'

describe('Secret', () => {
  const secret = new Secret(VALUE)
  // What untyped code does, and the type checker would refuse.
  const text = secret as unknown as string
  const object: object = secret

  it('gives its value to who asks for it by name', () => {
    expect(secret.reveal()).toBe(VALUE)
    expect(secret.length).toBe(VALUE.length)
  })

  it.each<[string, () => string]>([
    ['String', () => String(secret)],
    ['a template', () => `${text}`],
    ['concatenation', () => 'key: '.concat(text, secret.toString())],
    ['JSON.stringify', () => JSON.stringify({ account: { secret } })],
    ['util.inspect', () => inspect({ secret }, { depth: null, showHidden: true })],
    ['util.inspect without custom inspection', () => inspect(secret, { customInspect: false, showHidden: true })],
    ['an Error message', () => String(new Error(`refused ${text}`).stack)],
    ['structuredClone', () => inspect(structuredClone({ secret }), { showHidden: true })],
    ['an inspected Error that carries it', () => inspect(Object.assign(new Error('x'), { secret }))],
    ['console.log’s formats', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['Object.entries and spread', () => JSON.stringify([Object.entries(object), { ...object }])],
    ['own property names', () => Reflect.ownKeys(secret).map(String).join()],
  ])('does not show in %s', (_way, show) => {
    expect(show()).not.toContain('canary')
  })

  it('reads [redacted] where it is printed', () => {
    expect(`${text}`).toBe('[redacted]')
    expect(JSON.stringify({ secret })).toBe('{"secret":"[redacted]"}')
    expect(inspect({ secret })).toBe('{ secret: [redacted] }')
  })

  it('hints at most at the first four and the last four characters', () => {
    expect(secret.hint()).toBe('sk-a…9f3c')
    expect(new Secret('0123456789abcdef').hint()).toBe('0123…cdef')
  })

  it.each(['', 'short', '0123456789abcde', 'two words of a passphrase', '{\n  "type": "service_account"\n}'])(
    'does not hint at %j',
    (value) => {
      expect(new Secret(value).hint()).toBe('…')
    },
  )

  it('shows the hint it was given instead', () => {
    expect(new Secret(VALUE, 'the canary').hint()).toBe('the canary')
  })
})
