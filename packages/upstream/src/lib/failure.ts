import { ConnectError } from './connect.ts'

/** What went wrong, as far as it decides what to do next. */
export type FailureKind =
  /** No connection could be had. */
  | 'connect'
  /** The handshake or the certificate failed. */
  | 'tls'
  /** A deadline passed; `phase` and `code` say which. */
  | 'timeout'
  /** The connection broke. */
  | 'reset'
  /** What came is not HTTP as we can take it. */
  | 'protocol'
  /** More came than is accepted. */
  | 'too-large'
  /** This side ended it: the client was closed, or its sink failed. */
  | 'closed'

/** Why a call ended without a complete answer. Data, not an exception: the expected fate of calls over a network. */
export interface UpstreamFailure {
  readonly kind: FailureKind
  /** How far the call had come: no request sent, no answer begun, or within the answer. */
  readonly phase: 'connect' | 'head' | 'body'
  /** For people; names the host, never a secret. */
  readonly message: string
  /** The system's or undici's code, or one of ours. */
  readonly code?: string
  /**
   * True when the connection had served a call before and broke before a byte of the answer came: most likely it was closed as
   * idle while the request was on its way, which says nothing of the account. Such a call may be sent once more.
   */
  readonly reusedSocket?: boolean
  /** What a sink threw. */
  readonly cause?: unknown
}

/** Where a call stood when it failed. */
export interface FailureContext {
  readonly phase: UpstreamFailure['phase']
  /** Host and port of the upstream. */
  readonly host: string
  /** The connection had served before, and no byte of the answer has come. */
  readonly stale: boolean
}

/** What an error of undici's or the system's means for a call. */
export function failureOf(error: unknown, context: FailureContext): UpstreamFailure {
  if (error instanceof ConnectError) {
    return { kind: error.kind, phase: 'connect', message: error.message, code: error.reason }
  }
  const { phase } = context
  const { code, message } = described(error)
  const kind = kindOf(code, message, phase)
  if (kind === 'proxy') {
    const text = `the proxy on the way to ${context.host} wants credentials (407); check the proxy setting`
    return { kind: 'connect', phase: 'connect', message: text, code: 'PROXY_407' }
  }
  const text = sentence(kind, context, code)
  if (kind !== 'reset') return { kind, phase, message: text, code }
  if (phase === 'connect') return { kind: 'connect', phase, message: text, code }
  return { kind, phase, message: text, code, ...(phase === 'head' && { reusedSocket: context.stale }) }
}

function described(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', message: '' }
  return { code: 'code' in error && typeof error.code === 'string' ? error.code : error.name, message: error.message }
}

function kindOf(
  code: string,
  message: string,
  phase: UpstreamFailure['phase'],
): 'closed' | 'too-large' | 'protocol' | 'reset' | 'proxy' {
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return 'closed'
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'too-large'
  // undici gives a forwarding proxy's 407 the code of a wrong argument.
  if (code === 'UND_ERR_INVALID_ARG') return message.includes('(407)') ? 'proxy' : 'protocol'
  // Within a body this is an early end; before it, a head that contradicts itself.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return phase === 'body' ? 'reset' : 'protocol'
  // undici means to give these codes (`HPE_…`), but leaves them without any; an early end is one of them.
  if (code === 'HTTPParserError') return message.includes('EOF') ? 'reset' : 'protocol'
  return message === 'bad response' || message === 'bad upgrade' ? 'protocol' : 'reset'
}

function sentence(kind: 'closed' | 'too-large' | 'protocol' | 'reset', context: FailureContext, code: string): string {
  const { host, phase } = context
  switch (kind) {
    case 'closed':
      return `the call to ${host} was given up because this gateway is stopping`
    case 'too-large':
      return `${host} answered with more headers than are accepted`
    case 'protocol':
      return code === 'UND_ERR_INVALID_ARG'
        ? `the request to ${host} is not valid HTTP and was not sent`
        : `${host} did not answer with valid HTTP (${code})`
    case 'reset':
      return `${host} closed the connection ${phase === 'body' ? 'in the middle of' : 'before'} its answer (${code})`
  }
}
