import type { Call } from '../call.ts'
import { GatewayError } from '../error.ts'

type JsonType = 'a string' | 'a number' | 'an array' | 'an object' | 'true or false' | 'null'

const number: readonly JsonType[] = ['a number']
const list: readonly JsonType[] = ['an array']

/** What a member may be, by its name: those that mean the same in every dialect that has them. Null, which SDKs send for nothing, always passes. */
const types: ReadonlyMap<string, readonly JsonType[]> = new Map([
  ['messages', list],
  ['input', ['a string', 'an array']],
  ['prompt', ['a string', 'an array', 'an object']],
  ['contents', ['an array', 'an object', 'a string']],
  ['tools', list],
  ['temperature', number],
  ['top_p', number],
  ['max_tokens', number],
  ['max_completion_tokens', number],
  ['max_output_tokens', number],
])

/** Conversations that say nothing. */
const neverEmpty: ReadonlySet<string> = new Set(['messages', 'contents'])

/**
 * Refuses a body whose members are of a type that no provider takes, by their first byte: the body is not parsed for it. Ranges,
 * roles and what lies deeper are the provider's to judge, whose own words SDKs know.
 *
 * @throws GatewayError `invalid_body` that names the member.
 */
export function checkMembers({ body, facts }: Call): void {
  for (const [name, { start, end }] of facts?.scan.members ?? []) {
    const allowed = types.get(name)
    if (allowed === undefined) continue
    const type = typeOf(body[start])
    if (type === 'null' && name !== 'messages') continue
    if (!allowed.includes(type)) throw refusal(name, `must be ${allowed.join(' or ')}`)
    if (neverEmpty.has(name) && type === 'an array' && isBlank(body, start + 1, end - 1)) {
      throw refusal(name, 'must not be empty')
    }
  }
}

function refusal(name: string, what: string): GatewayError {
  return new GatewayError('invalid_body', `${name} ${what}`, { param: name })
}

/** Of JSON that is known to be whole. */
function typeOf(first: number | undefined): JsonType {
  switch (first) {
    case 0x22:
      return 'a string'
    case 0x5b:
      return 'an array'
    case 0x7b:
      return 'an object'
    case 0x74:
    case 0x66:
      return 'true or false'
    case 0x6e:
      return 'null'
    default:
      return 'a number'
  }
}

function isBlank(body: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((body[at] ?? 0) > 0x20) return false
  return true
}
