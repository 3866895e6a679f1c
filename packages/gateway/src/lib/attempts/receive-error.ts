import { readError } from '@llm-gateway/converter'
import type { UpstreamFailure } from '@llm-gateway/upstream'
import type { Prepared } from '../jobs/job.ts'
import type { HeaderMap } from '../port.ts'
import { lacksReasoning } from './lacks-reasoning.ts'
import type { Outcome, Receiver } from './outcome.ts'

/** More of an error body than this says nothing new. */
const maxErrorBytes = 256 * 1024

/** Reads an answer with an error status. */
export class ErrorReceiver implements Receiver {
  readonly over: boolean = false
  readonly complete: boolean = false
  readonly #status: number
  readonly #headers: HeaderMap
  readonly #prepared: Pick<Prepared, 'dialect'>
  readonly #pieces: Uint8Array[] = []
  #size = 0

  constructor(status: number, headers: HeaderMap, prepared: Pick<Prepared, 'dialect'>) {
    this.#status = status
    this.#headers = headers
    this.#prepared = prepared
  }

  data(chunk: Uint8Array): boolean {
    if (this.#size < maxErrorBytes) this.#pieces.push(chunk)
    this.#size += chunk.length
    return true
  }

  end(): Outcome {
    const body = Buffer.concat(this.#pieces)
    const error = readError(
      { status: this.#status, headers: plain(this.#headers), body: parsed(body) },
      this.#prepared.dialect,
    )
    const answer = { status: this.#status, headers: this.#headers, body }
    // Google says 400 of a key it does not take; the account is at fault then, not the client.
    const status = error.kind === 'authentication' ? error.status : this.#status
    const fault = lacksReasoning(status, body.toString('utf8')) ? { status, unfit: true as const } : { status }
    return { type: 'failed', failure: { fault, error, answer } }
  }

  /** The status says enough: a body cut short does not make it another failure. */
  broken(_failure: UpstreamFailure): Outcome {
    return this.end()
  }
}

/** The body as JSON where it is, else as its text. */
export function parsed(body: Uint8Array): unknown {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function plain(headers: HeaderMap): Record<string, string | string[] | undefined> {
  return headers as Record<string, string | string[] | undefined>
}
