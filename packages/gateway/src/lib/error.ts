import type { ChatError, ErrorKind } from '@llm-gateway/converter'

/** What the gateway itself refuses or fails at. Stable: clients and logs may match on it. */
export type GatewayErrorCode =
  | 'missing_key'
  | 'invalid_key'
  | 'expired_key'
  | 'disabled_key'
  | 'permission_denied'
  | 'model_not_allowed'
  | 'client_not_allowed'
  | 'missing_own_credential'
  | 'rate_limit_exceeded'
  | 'budget_exceeded'
  | 'too_many_failures'
  | 'gateway_busy'
  | 'draining'
  | 'body_too_large'
  | 'unsupported_encoding'
  | 'client_left'
  | 'invalid_body'
  | 'unsupported'
  | 'unknown_endpoint'
  | 'method_not_allowed'
  | 'model_not_found'
  | 'not_found'
  | 'previous_response_not_found'
  | 'thread_not_found'
  | 'thread_unsupported_request'
  | 'no_account'
  | 'upstream_unreachable'
  | 'upstream_timeout'
  | 'upstream_bad_reply'
  | 'upstream_credential'
  | 'stream_truncated'
  | 'internal'

/** An answer the gateway gives of its own, to be rendered in the client's dialect. */
export class GatewayError extends Error {
  override readonly name: string = 'GatewayError'
  readonly code: GatewayErrorCode
  readonly status: number
  readonly kind: ErrorKind
  /** The request field at fault. */
  readonly param: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: GatewayErrorCode,
    message: string,
    details: { param?: string; headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    const [status, kind] = statusOf[code]
    this.status = status
    this.kind = kind
    this.param = details.param
    this.headers = details.headers ?? {}
  }

  /** The same error in the canon. */
  toChatError(): ChatError {
    return {
      status: this.status,
      kind: this.kind,
      message: this.message,
      code: this.code,
      ...(this.param !== undefined && { param: this.param }),
    }
  }
}

/** No credential can be had for an account at present; what `authorize` fails with when that is no bug. The message is for people. */
export class NoCredentialError extends Error {
  override readonly name: string = 'NoCredentialError'
  /** Somebody has to do something before there is one; otherwise it may come by itself. */
  readonly lasting: boolean

  constructor(message: string, options: { readonly lasting: boolean }) {
    super(message)
    this.lasting = options.lasting
  }
}

const statusOf: Readonly<Record<GatewayErrorCode, readonly [number, ErrorKind]>> = {
  missing_key: [401, 'authentication'],
  invalid_key: [401, 'authentication'],
  expired_key: [401, 'authentication'],
  disabled_key: [401, 'authentication'],
  permission_denied: [403, 'permission'],
  model_not_allowed: [403, 'permission'],
  client_not_allowed: [403, 'permission'],
  missing_own_credential: [401, 'authentication'],
  rate_limit_exceeded: [429, 'rate-limit'],
  // SDKs try a 429 again, which would not help before the next day.
  budget_exceeded: [402, 'billing'],
  too_many_failures: [429, 'rate-limit'],
  gateway_busy: [503, 'unavailable'],
  draining: [503, 'unavailable'],
  body_too_large: [413, 'too-large'],
  unsupported_encoding: [415, 'invalid-request'],
  client_left: [499, 'invalid-request'],
  invalid_body: [400, 'invalid-request'],
  unsupported: [400, 'invalid-request'],
  unknown_endpoint: [404, 'not-found'],
  method_not_allowed: [405, 'invalid-request'],
  model_not_found: [404, 'not-found'],
  not_found: [404, 'not-found'],
  // OpenAI's status and code.
  previous_response_not_found: [400, 'invalid-request'],
  // Anthropic's codes; its SDK goes by them and not by the status.
  thread_not_found: [404, 'not-found'],
  thread_unsupported_request: [400, 'invalid-request'],
  no_account: [503, 'unavailable'],
  upstream_unreachable: [502, 'server'],
  upstream_timeout: [504, 'timeout'],
  upstream_bad_reply: [502, 'server'],
  upstream_credential: [502, 'server'],
  stream_truncated: [502, 'server'],
  internal: [500, 'server'],
}
