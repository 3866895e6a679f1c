import { replyHeaders } from '@llm-gateway/upstream'
import type { Call } from '../call.ts'
import type { Prepared } from '../jobs/job.ts'
import type { HeaderMap } from '../port.ts'
import { addLimitHeaders } from './limit-headers.ts'

/** How many loss paths a header names. */
const shownLosses = 5

/** The client's headers for an answer that came from an upstream: what the upstream may say, and what we say of the way. */
export function replyHead(
  call: Call,
  account: string,
  prepared: Prepared | undefined,
  headers: HeaderMap,
): Record<string, string | string[]> {
  const head = replyHeaders(headers)
  head['x-llm-gateway-upstream'] = account
  head['x-llm-gateway-attempts'] = String(call.attempts.length + 1)
  addLimitHeaders(head, call.admission, call.dialect)
  if (prepared?.job.headers) Object.assign(head, prepared.job.headers)
  if (prepared && prepared.losses.length > 0) head['x-llm-gateway-losses'] = lossHeader(prepared)
  return head
}

function lossHeader(prepared: Prepared): string {
  const paths = prepared.losses.slice(0, shownLosses).map((loss) => loss.path.replace(/[^\x21-\x7e]/g, '?'))
  const rest = prepared.losses.length > shownLosses ? ', …'.replace('…', '...') : ''
  return `${prepared.losses.length}; ${paths.join(', ')}${rest}`
}
