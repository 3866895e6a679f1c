import type { Account, GatewayState } from '@llm-gateway/gateway'
import { providers, readErrorMessage, resolveCall, type UpstreamClient, type UpstreamSink } from '@llm-gateway/upstream'
import type { CheckAnswer } from './health-checks.ts'

export interface ListingOptions {
  readonly upstream: Pick<UpstreamClient, 'send'>
  readonly timeouts: GatewayState['timeouts']
  authorize(account: Account): Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>
  redact(text: string): string
}

/** What servers answer where they have nothing to list, or nothing at all. */
const noListing: ReadonlySet<number> = new Set([404, 405, 501])
const longestMs = 15_000
/** Of an error's body; of a list nothing is kept. */
const keptBytes = 16_384

/** Asks an account's provider for its models: free of charge, and enough to tell whether address and credential are right. */
export async function listingCheck(account: Account, options: ListingOptions): Promise<CheckAnswer> {
  const provider = providers.get(account.provider)
  const dialect = account.dialects?.[0] ?? provider?.dialects[0]
  if (provider === undefined || dialect === undefined) return { problem: 'its provider lists no models' }
  try {
    const context = {
      dialect,
      operation: 'list-models',
      model: '',
      stream: false,
      clientHeaders: {},
      sameDialect: true,
    } as const
    const { origin, path, headers } = resolveCall(account, provider, context)
    const credential = await options.authorize(account)
    const timeouts = { ...options.timeouts, requestMs: Math.min(longestMs, options.timeouts.requestMs) }
    const call = { accountId: account.id, origin, path, body: '', method: 'GET', stream: false, timeouts } as const
    return await new Promise<CheckAnswer>((resolve) => {
      options.upstream.send({ ...call, headers: { ...headers, ...credential } }, answerTo(resolve, options))
    })
  } catch (cause) {
    return { problem: options.redact(cause instanceof Error ? cause.message : String(cause)) }
  }
}

function answerTo(resolve: (answer: CheckAnswer) => void, options: ListingOptions): UpstreamSink {
  const pieces: Buffer[] = []
  let size = 0
  let status = 0
  return {
    onHead: (told) => {
      status = told
    },
    onData: (chunk) => {
      if (status < 300 || size > keptBytes) return
      size += chunk.length
      pieces.push(chunk)
    },
    onEnd: () => {
      if (status < 300) resolve({ status })
      else if (noListing.has(status))
        resolve({ status, problem: `no list of models there (${status}): check base_url, or remove health_check` })
      else resolve({ status, problem: options.redact(readErrorMessage(Buffer.concat(pieces), undefined, status)) })
    },
    onFailure: (failure) => resolve({ problem: options.redact(failure.message) }),
  }
}
