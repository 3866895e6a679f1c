import { ConversionError, estimateInputTokens, type JsonObject, streamOfReply } from '@llm-gateway/converter'
import type { UpstreamFailure } from '@llm-gateway/upstream'
import type { Call } from '../call.ts'
import { modelForClient, renameEvents } from '../client/client-model.ts'
import { replyHead } from '../client/reply-head.ts'
import { sealsOf } from '../jobs/generate.ts'
import type { Prepared } from '../jobs/job.ts'
import type { HeaderMap } from '../port.ts'
import { badReply, type Outcome, type Receiver, transportFailure } from './outcome.ts'
import { parsed } from './receive-error.ts'
import { streamHead } from './receive-stream.ts'
import { faultOf } from './receive-whole.ts'

/**
 * Reads what came in place of a stream: an error or a page under status 200 fails over; a whole reply, from servers that do not
 * stream, is told to the client as the stream it asked for.
 */
export class UnstreamedReceiver implements Receiver {
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
    const call = this.#call
    const { dialect } = this.#prepared
    const wire = parsed(Buffer.concat(this.#pieces))
    const fault = faultOf(wire, this.#prepared)
    if (fault) return fault
    try {
      const told = streamOfReply(wire as JsonObject, {
        from: dialect,
        to: call.dialect,
        ...(call.wire && { request: call.wire }),
        ...sealsOf(call),
      })
      call.remember?.events(told.text, { account: this.#account, native: this.#prepared.sameDialect }, true)
      call.usage = told.usage
      if (told.usage?.output === undefined) call.spoken = estimateInputTokens(wire as JsonObject)
      call.stop = told.stop
      if (!call.answer.begun) {
        call.answer.head(200, { ...replyHead(call, this.#account, this.#prepared, this.#headers), ...streamHead })
      }
      const model = modelForClient(call)
      call.answer.end(model === undefined ? told.text : renameEvents(told.text, call.dialect, model))
      return { type: 'delivered', fault: { status: 200 } }
    } catch (cause) {
      if (ConversionError.is(cause)) return badReply(`the upstream's reply could not be read: ${cause.message}`)
      throw cause
    }
  }

  broken(failure: UpstreamFailure): Outcome {
    return { type: 'failed', failure: transportFailure(failure) }
  }
}
