import type { ChatError } from '@llm-gateway/converter'
import type { UpstreamFailure } from '@llm-gateway/upstream'
import type { NoCredentialError } from '../error.ts'
import type { HeaderMap } from '../port.ts'

/** An error answer as the upstream gave it. */
export interface UpstreamAnswer {
  readonly status: number
  readonly headers: HeaderMap
  readonly body: Uint8Array
}

/** What the router judges an attempt by. */
export interface Fault {
  readonly status?: number
  /** The conversation lacks what only this provider asks for, so that another may go on with it: see `lacksReasoning`. */
  readonly unfit?: true
  readonly failure?: 'connect' | 'timeout' | 'reset' | 'truncated' | 'bad-stream' | 'aborted-by-client'
}

/** An attempt that gave the client nothing of substance: another account may serve. */
export interface AttemptFailure {
  readonly fault: Fault
  readonly error: ChatError
  /** There when the upstream answered with an error status. */
  readonly answer?: UpstreamAnswer
  /** There when the connection failed. */
  readonly transport?: UpstreamFailure
  /** Nothing was sent, as there was no credential to send. */
  readonly unsent?: true
}

export type Outcome =
  /** The client has its whole answer, or, after content, the terminal error that stands for the rest (`fault`). */
  | { readonly type: 'delivered'; readonly fault: Fault; readonly error?: ChatError }
  | { readonly type: 'failed'; readonly failure: AttemptFailure }
  /** The client left, or the gateway stopped. */
  | { readonly type: 'gone' }

/** Reads one upstream answer after its head. */
export interface Receiver {
  /** False: the client is slower than the upstream, wait. */
  data(chunk: Uint8Array): boolean
  /** What has come settles the outcome: nothing is gained by waiting for the upstream's end. */
  readonly over: boolean
  /** The client has its whole answer, though the upstream's connection is still open. */
  readonly complete: boolean
  /** The upstream's bytes are over. */
  end(): Outcome
  /** The connection failed after the head. */
  broken(failure: UpstreamFailure): Outcome
  /** Nobody waits for the answer any more: what it used so far is noted. */
  abandoned?(): void
}

/** The failure of an upstream that answered 200 with something that is no answer. */
export function badReply(message: string): Outcome {
  const error: ChatError = { status: 502, kind: 'server', message, code: 'upstream_bad_reply' }
  return { type: 'failed', failure: { fault: { failure: 'bad-stream' }, error } }
}

/** The failure of a connection, before anything of substance came over it. */
export function transportFailure(transport: UpstreamFailure): AttemptFailure {
  const timeout = transport.kind === 'timeout'
  const failure = timeout ? 'timeout' : transport.phase === 'connect' ? 'connect' : 'reset'
  return {
    fault: { failure },
    transport,
    error: {
      status: timeout ? 504 : 502,
      kind: timeout ? 'timeout' : 'server',
      message: transport.message,
      code: timeout ? 'upstream_timeout' : 'upstream_unreachable',
    },
  }
}

/** The failure of an account that has no credential at present. */
export function withoutCredential({ message, lasting }: NoCredentialError): Outcome {
  const error: ChatError = { status: 502, kind: 'server', message, code: 'upstream_credential' }
  return { type: 'failed', failure: { fault: lasting ? { status: 401 } : { failure: 'connect' }, error, unsent: true } }
}
