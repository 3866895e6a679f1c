import {
  ConversionError,
  convertReply,
  type Dialect,
  isObject,
  type JsonObject,
  readError,
  readUsage,
} from '@llm-gateway/converter'
import type { UpstreamFailure } from '@llm-gateway/upstream'
import type { Call } from './call.ts'
import { badReply, type Outcome, type Receiver, transportFailure } from './outcome.ts'
import type { HeaderMap } from './port.ts'
import type { Prepared } from './prepare.ts'
import { parsed } from './receive-error.ts'
import { replyHead } from './reply-head.ts'

/** The member without which a body is no reply of its dialect. */
export const replyKey: Readonly<Record<Dialect, string>> = {
  'openai-chat': 'choices',
  'openai-completions': 'choices',
  'openai-responses': 'output',
  anthropic: 'content',
  gemini: 'candidates',
}

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
    const fault = faultOf(wire, this.#key(), this.#prepared.dialect)
    if (fault) return fault
    return this.#deliver(body, wire as JsonObject)
  }

  broken(failure: UpstreamFailure): Outcome {
    return { type: 'failed', failure: transportFailure(failure) }
  }

  #key(): string {
    return this.#call.operation === 'count-tokens' ? 'input_tokens' : replyKey[this.#prepared.dialect]
  }

  #deliver(body: Uint8Array, wire: JsonObject): Outcome {
    const call = this.#call
    const { dialect, sameDialect } = this.#prepared
    const tapped = call.operation === 'generate' ? readUsage(wire, dialect) : undefined
    call.usage = tapped?.usage
    call.stop = tapped?.stop
    let out: Uint8Array | string = body
    if (!sameDialect) {
      try {
        const { wire: request, dialect: to } = call
        const reply = convertReply(body, {
          from: dialect,
          to,
          ...(request && { request }),
          ...(call.plan?.model !== call.model && { model: call.model }),
        })
        call.losses = [...call.losses, ...reply.losses]
        out = JSON.stringify(reply.body)
      } catch (cause) {
        if (ConversionError.is(cause)) return badReply(`the upstream's reply could not be read: ${cause.message}`)
        throw cause
      }
    }
    const head = replyHead(call, this.#account, this.#prepared, this.#headers)
    head['content-type'] = 'application/json'
    call.answer.whole(200, head, out)
    return { type: 'delivered', fault: { status: 200 } }
  }
}

/** What is wrong with a body that came under status 200. */
export function faultOf(wire: unknown, key: string, dialect: Dialect): Outcome | undefined {
  if (isObject(wire) && Object.hasOwn(wire, key)) return undefined
  if (isObject(wire) && isObject(wire.error)) {
    const status = typeof wire.error.code === 'number' ? wire.error.code : 502
    const error = readError({ status, body: wire }, dialect)
    return { type: 'failed', failure: { fault: { status: error.status }, error } }
  }
  const what = isObject(wire) ? `JSON without "${key}"` : wire === '' ? 'an empty body' : 'something that is not JSON'
  return badReply(`the upstream answered 200 with ${what}`)
}
