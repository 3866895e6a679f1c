import type { Dialect, JsonObject, Loss } from '@llm-gateway/converter'
import type { Operation } from '@llm-gateway/upstream'
import type { Call } from '../call.ts'
import type { Account } from '../state.ts'

/** A request body as one candidate gets it. */
export interface Prepared {
  readonly job: Job
  readonly account: Account
  readonly body: Uint8Array | string
  readonly dialect: Dialect
  /** The answer is of the client's dialect already: its bytes pass. */
  readonly sameDialect: boolean
  readonly losses: readonly Loss[]
}

/** What is known of a body to be made for a candidate. */
export interface Preparing {
  readonly account: Account
  /** What the account is asked in. */
  readonly dialect: Dialect
  /** The name the account's provider knows the model by. */
  readonly model: string
}

/** One kind of question to a provider: how it is put in each dialect, and what the answer means to the client. */
export interface Job {
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** What the provider is asked for. */
  operation(call: Call, dialect: Dialect): Operation
  /** @throws GatewayError when the question cannot be put in this dialect. */
  prepare(call: Call, preparing: Preparing): Prepared
  /** Whether a body that came under status 200 is an answer at all. */
  recognises(wire: JsonObject, dialect: Dialect): boolean
  /**
   * The whole answer as the client gets it; notes usage and stop on the call.
   *
   * @throws ConversionError when it cannot be read.
   */
  reply(
    call: Call,
    prepared: Prepared,
    answer: { readonly bytes: Uint8Array; readonly wire: JsonObject },
  ): Uint8Array | string
}
