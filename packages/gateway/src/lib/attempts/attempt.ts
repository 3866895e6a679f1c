import type { Exchange, UpstreamCall, UpstreamFailure, UpstreamSink } from '@llm-gateway/upstream'
import type { Call, Running } from '../call.ts'
import type { Prepared } from '../jobs/job.ts'
import { type HeaderMap, headerOf } from '../port.ts'
import type { Services } from '../services.ts'
import { type Outcome, type Receiver, transportFailure } from './outcome.ts'
import { ErrorReceiver } from './receive-error.ts'
import { StreamReceiver } from './receive-stream.ts'
import { UnstreamedReceiver } from './receive-unstreamed.ts'
import { WholeReceiver } from './receive-whole.ts'

/**
 * One request to one account: from the call to its outcome. Settles exactly once; rejects only when a receiver throws, which is
 * a bug of ours and must end this call and no other.
 */
export function attempt(call: Call, services: Services, prepared: Prepared, request: UpstreamCall): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const running = new Attempt(call, services, prepared, request.accountId, { resolve, reject })
    running.start(request)
  })
}

interface Settlement {
  resolve(outcome: Outcome): void
  reject(cause: unknown): void
}

/** How long an upstream may take to close a stream that is complete. */
const lingerMs = 1_000

class Attempt implements UpstreamSink, Running {
  readonly #call: Call
  readonly #services: Services
  readonly #prepared: Prepared
  readonly #account: string
  readonly #settlement: Settlement
  #exchange: Exchange | undefined
  #receiver: Receiver | undefined
  #settled = false
  #lingering: NodeJS.Timeout | undefined

  constructor(call: Call, services: Services, prepared: Prepared, account: string, settlement: Settlement) {
    this.#call = call
    this.#services = services
    this.#prepared = prepared
    this.#account = account
    this.#settlement = settlement
  }

  start(request: UpstreamCall): void {
    this.#call.running = this
    this.#exchange = this.#services.upstream.send(request, this)
    this.#call.answer.onDrain(() => this.#exchange?.resume())
  }

  cancel(reason: string): void {
    this.#exchange?.abort(reason)
    this.#receiver?.abandoned?.()
    this.#settle({ type: 'gone' })
  }

  onHead(status: number, headers: HeaderMap): void {
    const requestId = headerOf(headers, 'request-id') ?? headerOf(headers, 'x-request-id')
    // It is logged and kept in the ledger, and the provider may write anything there, also the credential.
    this.#call.upstreamRequestId = requestId && this.#services.redact(requestId)
    this.#receiver = this.#receiverFor(status, headers)
  }

  onData(chunk: Buffer): boolean {
    const receiver = this.#receiver
    if (receiver === undefined || this.#settled) return true
    const more = receiver.data(chunk)
    if (receiver.over) {
      this.#exchange?.abort('the stream failed')
      this.#conclude(() => receiver.end())
    } else if (receiver.complete) this.#linger(receiver)
    return more
  }

  onEnd(): void {
    const receiver = this.#receiver
    if (receiver) this.#conclude(() => receiver.end())
  }

  onFailure(failure: UpstreamFailure): void {
    if (failure.cause !== undefined) {
      this.#conclude(() => {
        throw failure.cause
      })
      return
    }
    this.#conclude(() => this.#receiver?.broken(failure) ?? { type: 'failed', failure: transportFailure(failure) })
  }

  #receiverFor(status: number, headers: HeaderMap): Receiver {
    const { stream } = this.#call
    if (status >= 300) return new ErrorReceiver(status, headers, this.#prepared)
    if (!stream) return new WholeReceiver(this.#call, this.#prepared, this.#account, headers)
    const type = headerOf(headers, 'content-type') ?? ''
    if (type.includes('json') || type.includes('html')) {
      return new UnstreamedReceiver(this.#call, this.#prepared, this.#account, headers)
    }
    return new StreamReceiver(this.#call, this.#prepared, this.#account, headers, this.#services)
  }

  /** The client has its answer: the upstream gets a moment to end its own, so that the connection can be used again. */
  #linger(receiver: Receiver): void {
    this.#lingering ??= setTimeout(() => {
      this.#exchange?.abort('the answer is complete')
      this.#conclude(() => receiver.end())
    }, lingerMs).unref()
  }

  #conclude(outcome: () => Outcome): void {
    if (this.#settled) return
    try {
      this.#settle(outcome())
    } catch (cause) {
      this.#settled = true
      this.#call.running = undefined
      this.#settlement.reject(cause)
    }
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#lingering)
    this.#call.running = undefined
    this.#settlement.resolve(outcome)
  }
}
