import { ConversionError, isObject, type JsonObject, readError } from '@llm-gateway/converter'
import type { UpstreamFailure } from '@llm-gateway/upstream'
import type { Call } from '../call.ts'
import type { Prepared } from '../jobs/job.ts'
import type { HeaderMap } from '../port.ts'
import { badReply, type Outcome, type Receiver, transportFailure } from './outcome.ts'
import { parsed } from './receive-error.ts'

/** Reads a body of status 200 whole. Nothing goes to the client before it is seen to be a reply, so an account that answers nonsense fails over. */
export abstract class BodyReceiver implements Receiver {
  readonly over: boolean = false
  readonly complete: boolean = false
  protected readonly call: Call
  protected readonly prepared: Prepared
  protected readonly account: string
  protected readonly headers: HeaderMap
  readonly #pieces: Uint8Array[] = []

  constructor(call: Call, prepared: Prepared, account: string, headers: HeaderMap) {
    this.call = call
    this.prepared = prepared
    this.account = account
    this.headers = headers
  }

  data(chunk: Uint8Array): boolean {
    this.#pieces.push(chunk)
    return true
  }

  end(): Outcome {
    const [first] = this.#pieces
    const bytes = this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces)
    const wire = parsed(bytes)
    const fault = faultOf(wire, this.prepared)
    if (fault) {
      // The beginning of a reply: its provider has made it all the same.
      if (typeof wire === 'string' && wire.startsWith('{"')) this.call.spoken = Math.ceil(wire.length / 4)
      return fault
    }
    try {
      return this.deliver(wire as JsonObject, bytes)
    } catch (cause) {
      if (ConversionError.is(cause)) return badReply(`the upstream's reply could not be read: ${cause.message}`)
      throw cause
    }
  }

  broken(failure: UpstreamFailure): Outcome {
    return { type: 'failed', failure: transportFailure(failure) }
  }

  /** Gives the client what it asked for. @throws ConversionError when the reply cannot be read; nothing was sent then. */
  protected abstract deliver(wire: JsonObject, bytes: Uint8Array): Outcome
}

/** What is wrong with a body that came under status 200. */
function faultOf(wire: unknown, { job, dialect }: Prepared): Outcome | undefined {
  const failed = isObject(wire) && isObject(wire.error) && (wire.status === 'failed' || !job.recognises(wire, dialect))
  if (failed) {
    const code = isObject(wire.error) ? wire.error.code : undefined
    const status = typeof code === 'number' ? code : code === 'rate_limit_exceeded' ? 429 : 502
    const error = readError({ status, body: wire }, dialect)
    return { type: 'failed', failure: { fault: { status: error.status }, error } }
  }
  if (isObject(wire) && job.recognises(wire, dialect)) return undefined
  const what = isObject(wire) ? 'JSON that is no reply' : wire === '' ? 'an empty body' : 'something that is not JSON'
  return badReply(`the upstream answered 200 with ${what}`)
}
