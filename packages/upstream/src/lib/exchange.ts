import type { Dispatcher } from 'undici'
import type { Exchange, UpstreamCall, UpstreamSink } from './call.ts'
import { Deadline, type Expiring } from './deadline.ts'
import { failureOf, type UpstreamFailure } from './failure.ts'
import type { AccountPool } from './pool.ts'
import type { Timeouts } from './timeouts.ts'

type ReplyHead = Record<string, string | string[] | undefined>

/** Thrown at undici to withdraw a request that is not written yet; unlike an abort it leaves the connection to others. */
const withdrawn = new Error('withdrawn before it was sent')

/**
 * One call: undici's handler, the caller's exchange and the keeper of its deadline in one object, since each is needed for
 * every call and more objects would be the larger part of what a call costs.
 */
export class CallExchange implements Dispatcher.DispatchHandler, Exchange, Expiring {
  readonly #pool: AccountPool
  readonly #call: UpstreamCall
  readonly #sink: UpstreamSink
  readonly #timeouts: Timeouts
  readonly #maxBodyBytes: number
  readonly #deadline: Deadline
  #controller: Dispatcher.DispatchController | undefined
  #phase: UpstreamFailure['phase'] = 'connect'
  /** Callbacks may run; false within `send`. */
  #open = false
  #settled = false
  #paused = false
  /** The connection has served before, and no byte of this answer has come. */
  #stale = false
  /** What comes is not shown: it is packed in a coding nobody asked for. */
  #muted = false
  /** More than this many bytes of body are refused. */
  #allowance = Number.POSITIVE_INFINITY

  constructor(pool: AccountPool, call: UpstreamCall, sink: UpstreamSink, timeouts: Timeouts, maxBodyBytes: number) {
    this.#pool = pool
    this.#call = call
    this.#sink = sink
    this.#timeouts = timeouts
    this.#maxBodyBytes = maxBodyBytes
    this.#deadline = new Deadline(this)
  }

  /** Sends the request, or gives up at once with `refusal`; either way without calling back before it returns. */
  begin(refusal?: UpstreamFailure): void {
    this.#pool.calls++
    if (refusal) {
      this.#fail(refusal)
    } else {
      const { stream } = this.#call
      this.#deadline.start(stream ? this.#timeouts.responseMs : this.#timeouts.requestMs)
      this.#pool.dispatch(this.#request(), this)
    }
    this.#open = true
  }

  #request(): Dispatcher.DispatchOptions {
    const { origin, path, method = 'POST', headers, body } = this.#call
    return { origin, path, method, headers, body: method === 'POST' ? body : null }
  }

  pause(): void {
    if (this.#paused || this.#settled) return
    this.#paused = true
    this.#controller?.pause()
    // Silence that we ask for is not the upstream's. The limit on a whole call goes on: nobody may hold it open.
    if (this.#phase === 'body' && this.#call.stream) this.#deadline.stop()
  }

  resume(): void {
    if (!this.#paused || this.#settled) return
    this.#paused = false
    if (this.#phase === 'body' && this.#call.stream) this.#deadline.start(this.#timeouts.streamIdleMs)
    this.#controller?.resume()
  }

  abort(reason: string): void {
    if (this.#settled) return
    this.#settle()
    this.#controller?.abort(new Error(reason))
  }

  expired(): void {
    const { stream } = this.#call
    const { host } = this.#pool
    const { requestMs, responseMs, streamIdleMs } = this.#timeouts
    const [code, message] = !stream
      ? ['REQUEST_TIMEOUT', `${host} did not complete its answer within ${requestMs} ms (request_timeout)`]
      : this.#phase === 'body'
        ? ['STREAM_IDLE_TIMEOUT', `${host} fell silent for ${streamIdleMs} ms within its answer (stream_timeout)`]
        : ['RESPONSE_TIMEOUT', `${host} did not begin its answer within ${responseMs} ms (response_timeout)`]
    this.#cut({ kind: 'timeout', phase: this.#phase, code, message })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) throw withdrawn
    this.#controller = controller
    this.#phase = 'head'
    this.#stale = !this.#pool.fresh
    if (this.#paused) controller.pause()
  }

  onResponseStarted(): void {
    this.#stale = false
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ReplyHead): void {
    // Informational answers (RFC 9110 §15.2) come before the one that counts.
    if (this.#settled || status < 200) return
    this.#phase = 'body'
    const refusal = this.#refusalOf(status, headers)
    if (refusal) {
      this.#cut(refusal)
      return
    }
    if (!this.#call.stream || status >= 300) this.#allowance = this.#maxBodyBytes
    if (this.#call.stream && !this.#paused) this.#deadline.start(this.#timeouts.streamIdleMs)
    try {
      this.#sink.onHead(status, headers)
    } catch (cause) {
      this.#cut(this.#sinkFailure(cause))
    }
  }

  #refusalOf(status: number, headers: ReplyHead): UpstreamFailure | undefined {
    const coding = headers['content-encoding']
    if (coding === undefined || coding === '' || coding === 'identity') return undefined
    // The status of an error says the most important thing by itself.
    this.#muted = status >= 300
    if (this.#muted) return undefined
    const message = `${this.#pool.host} packed its answer (content-encoding: ${printable(coding)}), which was not asked for`
    return { kind: 'protocol', phase: 'body', code: 'CONTENT_ENCODING', message }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return
    this.#allowance -= chunk.length
    if (this.#allowance < 0) {
      const message = `${this.#pool.host} answered with more than ${sizeText(this.#maxBodyBytes)}`
      this.#cut({ kind: 'too-large', phase: 'body', code: 'BODY_TOO_LARGE', message })
      return
    }
    if (this.#call.stream) this.#deadline.restart()
    if (this.#muted) return
    try {
      if (this.#sink.onData(chunk) === false) this.pause()
    } catch (cause) {
      this.#cut(this.#sinkFailure(cause))
    }
  }

  onResponseEnd(): void {
    if (this.#settled) return
    this.#settle()
    this.#tell(() => this.#sink.onEnd())
  }

  onResponseError(controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#settled) return
    this.#fail(failureOf(error, { phase: this.#phase, host: this.#pool.host, stale: this.#stale }))
    // A forwarding proxy's 407 is reported as an error while its body is still coming.
    controller?.abort(error)
  }

  /** Fails and closes the connection, which has no further use for anyone. */
  #cut(failure: UpstreamFailure): void {
    if (this.#settled) return
    this.#fail(failure)
    this.#controller?.abort(new Error(failure.message))
  }

  #fail(failure: UpstreamFailure): void {
    if (this.#open) {
      this.#settle()
      this.#tell(() => this.#sink.onFailure(failure))
      return
    }
    this.#deadline.stop()
    queueMicrotask(() => {
      if (!this.#settled) this.#fail(failure)
    })
  }

  #settle(): void {
    this.#settled = true
    this.#pool.calls--
    this.#deadline.stop()
  }

  /** Gives the last word to the sink. undici would swallow what it throws. */
  #tell(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  #sinkFailure(cause: unknown): UpstreamFailure {
    const message = `the answer of ${this.#pool.host} was given up because of a fault in this gateway`
    return { kind: 'closed', phase: this.#phase, code: 'SINK_FAILED', message, cause }
  }
}

function printable(value: string | readonly string[]): string {
  return String(value)
    .slice(0, 40)
    .replace(/[^\x21-\x7e]/g, '?')
}

function sizeText(bytes: number): string {
  const mib = bytes / 2 ** 20
  return Number.isInteger(mib) ? `${mib} MiB` : `${bytes} bytes`
}
