/** Why a call ended without a complete answer. Data, not an exception: the expected fate of calls over a network. */
export interface UpstreamFailure {
  readonly kind: /** No connection could be had. */
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
