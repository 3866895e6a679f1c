/** What one attempt says of the upstream account. */
export type Verdict = 'success' | 'failure' | 'throttled' | 'neutral'

/** How an attempt broke off, where no status tells it. */
export type AttemptFailure = 'connect' | 'timeout' | 'reset' | 'truncated' | 'bad-stream' | 'aborted-by-client'

/** What {@link verdictOf} makes of an attempt. */
export interface Judgement {
  readonly verdict: Verdict
  /** Another account may succeed where this one did not. */
  readonly retry: boolean
  /** The credential is at fault: refused, out of credit, or not allowed. */
  readonly credential: boolean
}

const SUCCESS: Judgement = { verdict: 'success', retry: false, credential: false }
const FAILURE: Judgement = { verdict: 'failure', retry: true, credential: false }
const THROTTLED: Judgement = { verdict: 'throttled', retry: true, credential: false }
const NEUTRAL: Judgement = { verdict: 'neutral', retry: false, credential: false }
const UNFIT: Judgement = { verdict: 'neutral', retry: true, credential: false }
const CREDENTIAL: Judgement = { verdict: 'failure', retry: true, credential: true }

/**
 * Attributes the fault of one attempt. A status of 400 or above says more than the way its body ended; a client that
 * left is never a fault, and nothing is left to retry for it. The client's own mistakes (400, 404, 413, 422...) are
 * neutral: counted neither as failure, which would let bad requests open breakers, nor as success, which would close
 * them. A conversation that this account cannot go on with, and another can, is nobody's fault (`unfit`).
 */
export function verdictOf(outcome: {
  readonly status?: number
  readonly failure?: AttemptFailure
  readonly unfit?: boolean
}): Judgement {
  const { status, failure, unfit } = outcome
  const aborted = failure === 'aborted-by-client'
  if (unfit === true && !aborted) return UNFIT
  if (status !== undefined && status >= 400) {
    const judgement = verdictOfErrorStatus(status)
    return aborted && judgement.retry ? { ...judgement, retry: false } : judgement
  }
  if (aborted) return NEUTRAL
  if (failure !== undefined) return FAILURE
  if (status === undefined) return NEUTRAL
  // A model call is answered with 2xx; a redirect means the account's base URL is not the provider's.
  return status >= 200 && status < 300 ? SUCCESS : FAILURE
}

function verdictOfErrorStatus(status: number): Judgement {
  switch (status) {
    case 401:
    case 402: // the prepaid balance is used up (DeepSeek, OpenRouter)
    case 403:
      return CREDENTIAL
    case 408:
      return FAILURE
    case 429:
      return THROTTLED
    default:
      return status >= 500 ? FAILURE : NEUTRAL
  }
}
