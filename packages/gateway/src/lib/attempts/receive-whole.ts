import { ConversionError, estimateInputTokens, isObject, type JsonObject, readError } from '@llm-gateway/converter'
import type { UpstreamFailure } from '@llm-gateway/upstream'
import type { Call } from '../call.ts'
import { replyHead } from '../client/reply-head.ts'
import type { Prepared } from '../jobs/job.ts'
import type { HeaderMap } from '../port.ts'
import { isUnfinished } from '../stored/unfinished.ts'
import { badReply, type Outcome, type Receiver, transportFailure } from './outcome.ts'
import { parsed } from './receive-error.ts'

/** Reads a whole reply. Nothing goes to the client before it is seen to be one, so an account that answers nonsense fails over. */
export class WholeReceiver implements Receiver {
  readonly over: boolean = false
  readonly complete: boolean = false
  readonly #call: Call
  readonly #prepared: Prepared
  readonly #account: string
  readonly #headers: HeaderMap
  readonly #pieces: Uint8Array[] = []

  constructor(call: Call, prepared: Prepared, account: string, headers: HeaderMap) {
    this.#call = call
    this.#prepared = prepared
    this.#account = account
    this.#headers = headers
  }

  data(chunk: Uint8Array): boolean {
    this.#pieces.push(chunk)
    return true
  }

  end(): Outcome {
    const [first] = this.#pieces
    const body = this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces)
    const wire = parsed(body)
    const fault = faultOf(wire, this.#prepared)
    if (fault) {
      // The beginning of a reply: its provider has made it all the same.
      if (typeof wire === 'string' && wire.startsWith('{"')) this.#call.spoken = Math.ceil(wire.length / 4)
      return fault
    }
    return this.#deliver(body, wire as JsonObject)
  }

  broken(failure: UpstreamFailure): Outcome {
    return { type: 'failed', failure: transportFailure(failure) }
  }

  #deliver(bytes: Uint8Array, wire: JsonObject): Outcome {
    const call = this.#call
    const { job } = this.#prepared
    let out: Uint8Array | string
    try {
      out = job.reply(call, this.#prepared, { bytes, wire })
    } catch (cause) {
      if (ConversionError.is(cause)) return badReply(`the upstream's reply could not be read: ${cause.message}`)
      throw cause
    }
    if (call.task === 'generate' && call.usage?.output === undefined) call.spoken = spokenIn(wire)
    const head = replyHead(call, this.#account, this.#prepared, this.#headers)
    head['content-type'] = 'application/json'
    call.answer.whole(200, head, out)
    return { type: 'delivered', fault: { status: 200 } }
  }
}

/** About how many tokens a reply says; none of what is still to be made in the background. */
function spokenIn(wire: JsonObject): number {
  return isUnfinished(wire) ? 0 : estimateInputTokens(wire)
}

/** What is wrong with a body that came under status 200. */
export function faultOf(wire: unknown, { job, dialect }: Prepared): Outcome | undefined {
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
