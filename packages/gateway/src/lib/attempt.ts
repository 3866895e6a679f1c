import type { Exchange, UpstreamCall, UpstreamFailure, UpstreamSink } from '@llm-gateway/upstream'
import type { Call } from './call.ts'
import { type Outcome, type Receiver, transportFailure } from './outcome.ts'
import { type HeaderMap, headerOf } from './port.ts'
import type { Prepared } from './prepare.ts'
import { ErrorReceiver } from './receive-error.ts'
import { StreamReceiver } from './receive-stream.ts'
import { UnstreamedReceiver } from './receive-unstreamed.ts'
import { WholeReceiver } from './receive-whole.ts'
import type { Services } from './services.ts'

/** One request to one account: from the call to its outcome. Settles exactly once. */
export function attempt(call: Call, services: Services, prepared: Prepared, request: UpstreamCall): Promise<Outcome> {
  return new Promise((resolve) => {
    const running = new Attempt(call, services, prepared, request.accountId, resolve)
    running.start(request)
  })
}

class Attempt implements UpstreamSink {
  readonly #call: Call
  readonly #services: Services
  readonly #prepared: Prepared
  readonly #account: string
  readonly #resolve: (outcome: Outcome) => void
  #exchange: Exchange | undefined
  #receiver: Receiver | undefined
  #settled = false

  constructor(
    call: Call,
    services: Services,
    prepared: Prepared,
    account: string,
    resolve: (outcome: Outcome) => void,
  ) {
    this.#call = call
    this.#services = services
    this.#prepared = prepared
    this.#account = account
    this.#resolve = resolve
  }

  start(request: UpstreamCall): void {
    this.#call.cancel = (reason) => {
      this.#exchange?.abort(reason)
      this.#settle({ type: 'gone' })
    }
    this.#exchange = this.#services.upstream.send(request, this)
    this.#call.answer.onDrain(() => this.#exchange?.resume())
  }

  onHead(status: number, headers: HeaderMap): void {
    this.#receiver = this.#receiverFor(status, headers)
  }

  onData(chunk: Buffer): boolean {
    const receiver = this.#receiver
    if (receiver === undefined || this.#settled) return true
    const more = receiver.data(chunk)
    if (receiver.over) {
      this.#exchange?.abort('the stream failed')
      this.#settle(receiver.end())
    }
    return more
  }

  onEnd(): void {
    if (this.#receiver && !this.#settled) this.#settle(this.#receiver.end())
  }

  onFailure(failure: UpstreamFailure): void {
    if (this.#settled) return
    this.#settle(this.#receiver?.broken(failure) ?? { type: 'failed', failure: transportFailure(failure) })
  }

  #receiverFor(status: number, headers: HeaderMap): Receiver {
    const { stream } = this.#call
    if (status >= 300) return new ErrorReceiver(status, headers, this.#prepared)
    if (!stream) return new WholeReceiver(this.#call, this.#prepared, this.#account, headers)
    const type = headerOf(headers, 'content-type') ?? ''
    if (type.includes('json') || type.includes('html')) {
      return new UnstreamedReceiver(this.#call, this.#prepared, this.#account, headers)
    }
    return new StreamReceiver(this.#call, this.#prepared, this.#account, headers, this.#services.now)
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return
    this.#settled = true
    this.#call.cancel = undefined
    this.#resolve(outcome)
  }
}
