import {
  ConversionError,
  type ConversionErrorCode,
  convertRequest,
  type Dialect,
  type Loss,
  parseRequest,
  spliceMember,
} from '@llm-gateway/converter'
import type { Candidate } from '@llm-gateway/router'
import { providers } from '@llm-gateway/upstream'
import type { Call } from './call.ts'
import { GatewayError } from './error.ts'
import type { Account } from './state.ts'

/** A request body as one candidate gets it. */
export interface Prepared {
  readonly body: Uint8Array | string
  readonly dialect: Dialect
  readonly sameDialect: boolean
  readonly losses: readonly Loss[]
}

/**
 * Makes the body for a candidate: the client's own bytes where it speaks the client's dialect, else a conversion.
 *
 * @param model the name the account's provider knows the model by.
 */
export function prepare(call: Call, candidate: Candidate, account: Account, model: string): Prepared {
  const dialect = candidate.dialect as Dialect
  if (dialect === call.dialect) {
    return { body: bytesWithModel(call, model), dialect, sameDialect: true, losses: [] }
  }
  try {
    call.wire ??= parseRequest(call.body, call.dialect)
    const { body, losses } = convertRequest(call.wire, {
      from: call.dialect,
      to: dialect,
      model,
      strict: call.state.strict,
      capabilities: { ...providers.get(account.provider)?.profile, ...account.capabilities },
    })
    return { body: JSON.stringify(body), dialect, sameDialect: false, losses }
  } catch (cause) {
    if (ConversionError.is(cause)) throw refusal(cause)
    throw cause
  }
}

function bytesWithModel(call: Call, model: string): Uint8Array {
  const member = call.facts?.scan.members.get('model')
  if (member === undefined || model === call.model) return call.body
  return spliceMember(call.body, member, JSON.stringify(model))
}

const unsupported: ReadonlySet<ConversionErrorCode> = new Set(['UNSUPPORTED', 'LOSSY', 'UNKNOWN_DIALECT'])

function refusal(error: ConversionError): GatewayError {
  return new GatewayError(unsupported.has(error.code) ? 'unsupported' : 'invalid_body', error.message, {
    cause: error,
    ...(error.path !== undefined && { param: error.path }),
  })
}
