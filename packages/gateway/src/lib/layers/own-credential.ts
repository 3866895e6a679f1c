import type { Call } from '../call.ts'
import { headerOf } from '../port.ts'

/** Where clients of a dialect send their credential; every one of these that a request has is passed on. */
const credentialHeaders: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['authorization', 'x-api-key'],
  gemini: ['x-goog-api-key', 'authorization'],
}
const otherCredentialHeaders: readonly string[] = ['authorization', 'api-key']

/**
 * The credential for the provider that a client brings itself, beside its gateway key in `x-llm-gateway-key`; undefined when it
 * brings none. What is a key of this gateway, also one that is disabled or has expired, is none.
 */
export function ownCredentialOf(call: Call): Readonly<Record<string, string>> | undefined {
  const { headers } = call.request
  if (headerOf(headers, 'x-llm-gateway-key') === undefined) return undefined
  const own: Record<string, string> = {}
  for (const name of credentialHeaders[call.dialect] ?? otherCredentialHeaders) {
    const value = headerOf(headers, name)
    if (value !== undefined && value !== '' && !isGatewayKey(value, call)) own[name] = value
  }
  return Object.keys(own).length > 0 ? own : undefined
}

function isGatewayKey(value: string, call: Call): boolean {
  const key = /^bearer\s+/i.test(value) ? value.replace(/^bearer\s+/i, '').trim() : value.trim()
  if (key === headerOf(call.request.headers, 'x-llm-gateway-key')?.trim()) return true
  const known = call.state.keys.authenticate(key)
  return known.ok || known.reason === 'disabled' || known.reason === 'expired'
}
